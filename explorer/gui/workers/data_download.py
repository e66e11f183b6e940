"""DataDownload: the download of a data set, from the offer to its end, in a process of its own. No widgets."""

from enum import StrEnum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from explorer.gui.choice import TrainingChoice
from explorer.gui.workers.process import WorkerProcess
from explorer.runs.data.catalogue import CatalogueEntry
from explorer.runs.events import Downloaded, Event, Failed, Progress, Said, Warned
from explorer.runs.launch import launch_local
from explorer.sentences import NOTHING, Sentence, joined, translatable
from explorer.validation import Refused

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace

_PATIENCE = 1000  # milliseconds for a killed process to be gone


class DownloadState(StrEnum):
    NONE = auto()
    OFFERED = auto()
    LOADING = auto()
    FAILED = auto()  # and may be tried again


class DataDownload(QObject):
    """The download of `entry`, which is chosen when it is here, unless the user has chosen other data meanwhile.

    `servers` are where it may come from, `here` counts its bytes that are here, `seconds_left` is None while unknown.
    `notice` says why it cannot be downloaded or has failed, or which addresses were of no use. `changed` is emitted
    when any of this is different.
    """

    changed = Signal()

    def __init__(self, choice: TrainingChoice) -> None:
        super().__init__()
        self._choice = choice
        self.state = DownloadState.NONE
        self.entry: CatalogueEntry | None = None
        self.servers: tuple[str, ...] = ()
        self.here = 0
        self.seconds_left: float | None = None
        self.notice = NOTHING
        self._process: WorkerProcess | None = None
        self._pace: Pace | None = None
        self._warnings: list[Sentence] = []
        self._end: Downloaded | Failed | None = None
        self._data_before = ""

    def offer(self, entry: CatalogueEntry) -> None:
        """Tell what a download of `entry` would load, unless another one is under way."""
        from explorer.runs.data.addresses import addresses_of, hosts_of
        from explorer.runs.data.download import bytes_here, lack_of_room  # imports urllib

        if self.state is DownloadState.LOADING:
            return
        self.entry, self.servers, self.here, self.notice = entry, (), bytes_here(entry), lack_of_room(entry)
        try:
            self.servers = hosts_of(addresses_of(entry))
        except Refused as error:
            self.notice = error.sentence
        self._enter(DownloadState.OFFERED)

    def withdraw(self) -> None:
        """Withdraw the offer, or what is said about a download that has ended; one under way goes on."""
        if self.state is not DownloadState.LOADING:
            self.notice = NOTHING
            self._enter(DownloadState.NONE)

    @property
    def may_start(self) -> bool:
        return self.state is DownloadState.FAILED or (self.state is DownloadState.OFFERED and not self.notice)

    def start(self) -> None:
        """Download what is offered."""
        from explorer.runs.data.download import Pace

        assert self.entry
        self._pace, self.seconds_left, self.notice = Pace(), None, NOTHING
        self._warnings, self._end, self._data_before = [], None, self._choice.data.name
        launch = launch_local(("data", "get", self.entry.name, "--events"), tuned=False)
        self._process = WorkerProcess(self, launch)
        self._process.received.connect(self._note_events)
        self._process.ended.connect(self._note_end)
        self._process.start()
        self._enter(DownloadState.LOADING)

    def cancel(self) -> None:
        """End the download at once, or withdraw the offer; what has come is kept for the next download."""
        if process := self._process:
            self._process = None
            process.received.disconnect(self._note_events)
            process.ended.disconnect(self._note_end)
            process.ended.connect(process.deleteLater)
            process.shut_down(at_once=True)
        self.notice = NOTHING
        self._enter(DownloadState.NONE)

    def shut_down(self) -> None:
        """End the download; the window closes."""
        process = self._process
        self.cancel()
        if process:
            process.process.waitForFinished(_PATIENCE)

    def _enter(self, state: DownloadState) -> None:
        self.state = state
        self.changed.emit()

    def _note_events(self, said: list[Said]) -> None:
        for event in (each.event for each in said):
            self._note_event(event)
        self.changed.emit()

    def _note_event(self, event: Event) -> None:
        match event:
            case Progress() if self._pace:
                self.here, self.seconds_left = event.done, self._pace.seconds_left(event)
            case Warned():
                self._warnings.append(Sentence(translatable("Not used: {reason}"), {"reason": event.reason}))
            case Downloaded() | Failed():
                self._end = event

    def _note_end(self, how: Sentence) -> None:
        """Choose the data set that has come, or tell why none has."""
        process, self._process = self._process, None
        assert process
        process.deleteLater()
        if isinstance(self._end, Downloaded):
            self.notice = joined("\n", self._warnings)
            self._enter(DownloadState.NONE)
            self._choice.find_data()
            if self._choice.data.name == self._data_before:
                self._choice.use_data(self._end.name)
            return
        what = translatable("The download ended unexpectedly. {details}")
        unknown = Sentence(what, {"details": process.log[-1] if process.log else ""})
        self.notice = self._end.reason if self._end else unknown
        self._enter(DownloadState.FAILED)
