"""RunHistory: the runs on this machine and the current ones, which of them are selected, and what the curves show.

No widgets. What needs numpy is imported when it is first used, for the window's first paint does not wait for it.
"""

from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from explorer.gui.document import title_of_run
from explorer.gui.runs.folder_watch import FolderWatch
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.folder.log import EVENTS, read_curves
from explorer.runs.folder.run import ACTIVE, RESUMABLE, Run, RunState
from explorer.runs.folder.survey import Listing, UnreadableRun, survey_runs
from explorer.runs.published import Reference, reference_of
from explorer.runs.studies.folder import STUDIES

if TYPE_CHECKING:
    from explorer.gui.runs.bin import DeletedRun
    from explorer.gui.training.curves.plotted_run import Line
    from explorer.gui.workers.curves import Curves

_FAINT = 5  # earlier runs on the plots
MAX_DRAWN = 200  # of the selected ones


class RunHistory(QObject):
    """The runs, newest first, without those that the user has hidden unless `with_hidden`.

    `chosen` are the ids of the selected runs, the first of which is the one that orders concern. `unseen` are the ids
    of those that the user does not want on the curves. `deleted` are the runs in the bin that can be taken back, those
    of one order together, the last order first to come. `changed` says that any of this or a run's state is another,
    `progressed` that the current runs have new points. Until the first `reload` there are none. `listed` says that the
    folders of runs, or of the studies beside them, were looked at again.
    """

    changed = Signal()
    progressed = Signal()
    listed = Signal()

    def __init__(self, pool: WorkerPool) -> None:
        super().__init__()
        self._pool = pool
        self._all: tuple[Run, ...] = ()
        self._places: dict[str, int] = {}  # of each run among all, the oldest first, by its id
        self._known: list[tuple[str, Curves]] = []  # the current runs of which the list has been told
        self._read: dict[str, tuple[int, Curves]] = {}  # with the bytes that the log had, by the run's id
        self._by_id: dict[str, Run] = {}
        self._watch = FolderWatch(self)
        self.runs: tuple[Run, ...] = ()
        self.unreadable: tuple[UnreadableRun, ...] = ()
        self.chosen: tuple[str, ...] = ()
        self.unseen: set[str] = set()
        self.with_hidden = False
        self.deleted: tuple[tuple[DeletedRun, ...], ...] = ()
        pool.changed.connect(self.changed)
        pool.progressed.connect(self._note_progress)
        for signal in (pool.run_ended, pool.runs_changed):
            signal.connect(self.reload)
        self._watch.changed.connect(self._note_change)

    def reload(self) -> None:
        """Look at every run folder again."""
        self._show(survey_runs(self._pool.runs))

    def _note_change(self, names: Container[str]) -> None:
        """Look again at the runs with these names, and for new ones; another process may have changed them."""
        found = survey_runs(self._pool.runs, names)
        if found != (self._all, self.unreadable):
            self._show(found)
        elif STUDIES in names:
            self.listed.emit()

    def _show(self, found: Listing) -> None:
        self._all, self.unreadable = found
        self._places = {run.id: place for place, run in enumerate(reversed(self._all))}
        self.runs = tuple(run for run in self._all if self.with_hidden or not run.hidden)
        self._by_id = {run.id: run for run in self.runs}
        self.chosen = tuple(run_id for run_id in self.chosen if run_id in self._by_id)
        under_way = [run.folder for run in self._all if run.state in ACTIVE]
        self._watch.watch([self._pool.runs, self._pool.runs / STUDIES, *under_way], is_polled=bool(under_way))
        self.changed.emit()
        self.listed.emit()

    def choose(self, ids: Iterable[str]) -> None:
        """Select these runs instead of those before; the first is the one that orders concern."""
        chosen = tuple(run_id for run_id in ids if run_id in self._by_id)
        if chosen != self.chosen:
            self.chosen = chosen
            self.changed.emit()

    def set_seen(self, run_id: str, seen: bool) -> None:
        """Show a run on the curves, or do not."""
        if seen is (run_id in self.unseen):
            self.unseen ^= {run_id}
            self.changed.emit()

    def _note_progress(self) -> None:
        """Tell of new points; if runs have begun, list them first, and select the last one.

        Selected, it stays drawn in full once it has ended, and can be resumed with one click.
        """
        now = [(run.id, run.curves) for run in self._pool.live]
        if now != self._known:
            begun = [run_id for run_id, _ in now if run_id not in dict(self._known)]
            self._known = now
            self.reload()
            if begun and (run := self.run(begun[-1])) and run.trial is None:  # a study would select one after the other
                self.choose((begun[-1],))
        self.progressed.emit()

    @property
    def live(self) -> list[LiveRun]:
        """The current runs, and those of the shown worker that have ended unless they were hidden or deleted since."""
        hidden = {run.id for run in self._all} - {run.id for run in self.runs}
        gone = hidden | {deleted.folder.name for order in self.deleted for deleted in order}
        return [run for run in self._pool.live if not (run.outcome and run.id in gone)]

    def run(self, run_id: str) -> Run | None:
        """Return the listed run with this id, or None."""
        return self._by_id.get(run_id)

    @property
    def current(self) -> Run | None:
        """The run that orders concern; None if none is selected."""
        return self.run(self.chosen[0]) if self.chosen else None

    def by_choice(self) -> tuple[Run, ...]:
        """Return the runs, the one that orders concern first."""
        current = self.current
        return tuple(sorted(self.runs, key=lambda run: run is not current))

    def state_of(self, run: Run) -> RunState:
        """Return the state of a run, that of a current one as its worker reports it."""
        return self._pool.state_of(run)

    def can_resume(self, run: Run) -> bool:
        """Whether a run can go on now, on a device that is free."""
        return self.state_of(run) in RESUMABLE and bool(self._pool.free_device(run.recipe.device))

    def colour(self, run_id: str) -> str:
        """Return the colour that the user gave the run, else that of its place among all runs, oldest first.

        A run that is not among them gets the next.
        """
        if (run := self._by_id.get(run_id)) and run.colour:
            return theme.run_colour(run.colour - 1).name()
        return theme.run_colour(self._places.get(run_id, len(self._places))).name()

    def curves_of(self, run: Run) -> "Curves":
        """Return the curves of a run; those of a current one grow."""
        from explorer.gui.workers.curves import Curves

        live = next((live for live in self._pool.live if live.id == run.id), None)
        if live:
            return live.curves
        try:
            size = (run.folder / EVENTS).stat().st_size
            if run.id not in self._read or self._read[run.id][0] != size:  # another process trains it
                self._read[run.id] = size, Curves(read_curves(run.folder))
        except OSError:  # the list and the other runs are shown all the same
            self._read.setdefault(run.id, (0, Curves()))
        return self._read[run.id][1]

    def lines(self) -> "Iterator[Line]":
        """Yield the latest runs faint, the selected ones in full, and last the current ones in full.

        With a single selected one go those that were trained beside it. Those whose ids are in `unseen` are among them.
        Of very many selected ones, only the first are drawn.
        """
        from explorer.gui.training.curves.plotted_run import Line

        full = set(self.chosen[:MAX_DRAWN])
        if self.current and len(full) == 1:
            full |= {*self.current.beside}
        current = {run.id for run in self.live}
        others = [run for run in self.runs if run.id not in current]
        drawn = [run for place, run in enumerate(others) if place < _FAINT or run.id in full]
        for run_id in self._read.keys() - {run.id for run in drawn}:
            del self._read[run_id]
        for run in reversed(drawn):
            yield Line(
                id=run.id,
                name=say(run.label) if run.label and full & {*run.beside} else title_of_run(run),
                colour=QColor(self.colour(run.id)),
                curves=self.curves_of(run),
                live=run.id in full,
                design=run.design,
                recipe=run.recipe,
                is_seen=run.id not in self.unseen,
                reference=reference_of(run),
            )
        for live in self.live:
            known = self.run(live.id)
            yield Line(
                id=live.id,
                name=title_of_run(known) if known and not live.label else live.name,
                colour=QColor(self.colour(live.id)),
                curves=live.curves,
                live=True,
                design=live.design,
                recipe=live.recipe,
                is_seen=live.id not in self.unseen,
                steps=live.total,
                reference=self.reference_of(live),
            )

    def reference_of(self, live: LiveRun) -> Reference | None:
        """Return the published runs to compare a current run with, from its folder, which tells its initial weights."""
        run = self.run(live.id)
        return reference_of(run) if run else None
