"""WorkerState: what a worker does, as far as the window knows. No widgets."""

from enum import StrEnum, auto
from typing import assert_never


class WorkerState(StrEnum):
    """The state of a worker, which alone decides what the user may do with its run."""

    WARMING = auto()  # torch is being loaded
    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()
    GONE = auto()  # no process runs

    @property
    def is_busy(self) -> bool:
        """Whether the worker has a current run."""
        match self:
            case WorkerState.STARTING | WorkerState.RUNNING | WorkerState.PAUSED | WorkerState.STOPPING:
                return True
            case WorkerState.WARMING | WorkerState.IDLE | WorkerState.GONE:
                return False
            case _:
                assert_never(self)
