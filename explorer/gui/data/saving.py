"""Saving: the user's images as decided, on their way into a table or a copy, by a process of its own. No widgets."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from explorer.gui.workers.process import WorkerProcess
from explorer.runs.events import Failed, Progress, Said, Saved
from explorer.runs.launch import launch_local
from explorer.sentences import NOTHING, Sentence, translatable

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace

_PATIENCE = 3_000  # milliseconds for what was copied to be removed


class Saving(QObject):
    """At most one at a time: `done` of `total` images are saved, and the rest takes `seconds_left`, None if unknown.

    `changed` is emitted when any of this is different. `ended` carries what was saved in the end, or None for a
    `refusal`, which says why nothing was; after `cancel` it is not emitted.
    """

    changed = Signal()
    ended = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.done = self.total = 0
        self.seconds_left: float | None = None
        self.refusal: Sentence = NOTHING
        self._process: WorkerProcess | None = None
        self._pace: Pace | None = None
        self._end: Saved | Failed | None = None

    @property
    def is_under_way(self) -> bool:
        return self._process is not None

    def start(self, data: str, path: Path) -> None:
        """Save the images of the folder or table `data` as they are listed, and decided about, by now."""
        from explorer.runs.data.download import Pace  # imports urllib

        self.cancel()
        self.done, self.total, self.seconds_left, self.refusal = 0, 0, None, NOTHING
        self._pace, self._end = Pace(), None
        launch = launch_local(("data", data, "--save-as", str(path), "--events"), tuned=False)
        self._process = WorkerProcess(self, launch)
        self._process.received.connect(self._note_events)
        self._process.ended.connect(self._note_end)
        self._process.start()
        self.changed.emit()

    def cancel(self) -> None:
        """Leave nothing of what is being saved."""
        if process := self._process:
            self._process = None
            process.received.disconnect(self._note_events)
            process.ended.disconnect(self._note_end)
            process.ended.connect(process.deleteLater)
            process.shut_down(at_once=False)
            self.changed.emit()

    def shut_down(self) -> None:
        """Leave nothing of what is being saved; the window closes."""
        process = self._process
        self.cancel()
        if process and not process.process.waitForFinished(_PATIENCE):
            process.process.kill()
            process.process.waitForFinished(_PATIENCE)

    def _note_events(self, said: list[Said]) -> None:
        for event in (each.event for each in said):
            match event:
                case Progress() if self._pace:
                    self.done, self.total = event.done, event.total
                    self.seconds_left = self._pace.seconds_left(event)
                case Saved() | Failed():
                    self._end = event
        self.changed.emit()

    def _note_end(self, how: Sentence) -> None:
        process, self._process = self._process, None
        assert process
        process.deleteLater()
        match self._end:
            case Failed():
                self.refusal = self._end.reason
            case None:
                what = translatable("Saving ended unexpectedly. {details}")
                self.refusal = Sentence(what, {"details": process.log[-1] if process.log else ""})
        self.changed.emit()
        self.ended.emit(self._end if isinstance(self._end, Saved) else None)
