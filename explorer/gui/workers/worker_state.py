"""WorkerState: what a worker is doing, as the window knows it. No widgets."""

from enum import StrEnum, auto
from typing import assert_never


class WorkerState(StrEnum):
    """What a user may do with a run follows from it alone."""

    WARMING = auto()  # torch is being loaded
    IDLE = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    STOPPING = auto()
    GONE = auto()  # there is no process

    @property
    def is_busy(self) -> bool:
        """Whether a run is under way."""
        match self:
            case WorkerState.STARTING | WorkerState.RUNNING | WorkerState.PAUSED | WorkerState.STOPPING:
                return True
            case WorkerState.WARMING | WorkerState.IDLE | WorkerState.GONE:
                return False
            case _:
                assert_never(self)
