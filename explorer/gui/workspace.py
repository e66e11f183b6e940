"""Workspace: all that outlives a window: the design, the choice, the workers, and what each part of the window shows.

Another language or text size needs a new window, whose widgets are made again from the workspace and nothing else. What
the window's first paint can do without is made when it is first used.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

from explorer.architecture.design import Design
from explorer.gui.design.alone_block import AloneBlock
from explorer.gui.document import Document
from explorer.gui.saved_session import SavedSession
from explorer.gui.training.curves.plot_view import PlotView

if TYPE_CHECKING:
    from explorer.gui.choice import TrainingChoice
    from explorer.gui.compare.compare_state import CompareState
    from explorer.gui.data.data_state import DataState
    from explorer.gui.data.data_view import DataView
    from explorer.gui.data.decided import Decided
    from explorer.gui.experiments.block_check.state import BlockCheckState
    from explorer.gui.experiments.feature_map_answers import FeatureMapAnswers
    from explorer.gui.experiments.identity_trial import IdentityTrial
    from explorer.gui.results.results_state import ResultsState
    from explorer.gui.runs.run_history import RunHistory
    from explorer.gui.runs.runs_view import RunsView
    from explorer.gui.workers.data_download import DataDownload
    from explorer.gui.workers.estimates import Estimates
    from explorer.gui.workers.exporting import Exporting
    from explorer.gui.workers.pool import WorkerPool
    from explorer.gui.workers.process import WorkerProcess
    from explorer.gui.workers.studies import Studies
    from explorer.gui.workers.weighing import Weighing
    from explorer.runs.data.image_list import ImageList

LAYERS, BLOCK, DATA, CURVES = "layers", "block", "data", "curves"  # names of pages
RESULTS, COMPARE, RUNS = "results", "compare", "runs"


def saved_runs() -> Path:
    """Return the folder of runs that the user has chosen, or the default one."""
    from explorer.runs.folder.survey import default_runs

    return Path(str(QSettings().value("runs") or default_runs()))


@dataclass
class LessonPlace:
    """Which page of which lesson is open, if any; `done` has how many steps of each page were done since it was opened.

    `before` is the design that was shown when the step was asked for, `replaced` whether the lesson's took its place.
    """

    before: Design
    name: str = ""
    page: int = 0
    replaced: bool = False
    done: dict[int, int] = field(default_factory=dict)


class Workspace:
    """The state; the sets of names of open table rows, of open equal blocks and of open forms are changed in place.

    `page_windows` has the pages that are shown in windows of their own, each with its place on the screen.
    """

    def __init__(
        self,
        document: Document,
        runs: Path,
        process: "WorkerProcess | None" = None,
        saved: SavedSession | None = None,
    ) -> None:
        """Keep the runs below the folder `runs`; tests give the `process` of the first worker.

        Of a `saved` session, the document is given.
        """
        self.document = document
        self._runs, self._process, self._saved = runs, process, saved
        self.open_rows = {section.name for section in document.plan.sections}
        self.open_runs: set[str] = set()
        self.open_forms: set[str] = set()
        self.page = saved.page if saved else LAYERS
        self.page_windows = dict(saved.page_windows) if saved else {}
        self._decided: dict[Path, Decided] = {}  # by the root of the images
        self.has_trained = False  # whether a run was started since the program was
        self.alone_block = AloneBlock()
        self.plot_view = PlotView()
        self.shows_maps = False
        self.is_presented = False
        self.preference = ""  # the one that was set last, or the first, while the preferences are open
        self.lesson = LessonPlace(document.design)

    def state(self) -> SavedSession:
        """Return what the next start shows again."""
        choice = self.choice
        return SavedSession(
            document=self.document.state(),
            page=self.page,
            recipe=choice.recipe,
            own_size=choice.own_size,
            page_windows=tuple(self.page_windows.items()),
            weights=choice.weights,
            pasted_block=self.block_check.kept_source,
            studies=tuple(map(str, self.pool.queue.studies)),
        )

    def shows(self, page: str) -> bool:
        """Return whether a page is shown, in the window or in one of its own."""
        return page == self.page or page in self.page_windows

    @cached_property
    def pool(self) -> "WorkerPool":
        from explorer.gui.workers.pool import WorkerPool

        return WorkerPool(self._runs, self._process)

    @cached_property
    def choice(self) -> "TrainingChoice":
        from explorer.gui.choice import TrainingChoice

        choice = TrainingChoice(self.document)
        if self._saved:
            choice.restore(self._saved.recipe, self._saved.own_size, self._saved.weights)
        choice.changed.connect(self.pool.forget_refusal)
        return choice

    @cached_property
    def data_download(self) -> "DataDownload":
        from explorer.gui.workers.data_download import DataDownload

        return DataDownload(self.choice)

    @cached_property
    def data_state(self) -> "DataState":
        from explorer.gui.data.data_state import DataState

        return DataState(self.choice, self.pool, self.decided_images)

    def decided_images(self, images: "ImageList") -> "Decided":
        """Return what is decided about `images`, as they are listed now; there is one for each root."""
        from explorer.gui.data.decided import Decided

        root = images.root.resolve()
        if root not in self._decided:
            self._decided[root] = Decided(images)
        self._decided[root].images = images
        return self._decided[root]

    def end_saving(self) -> None:
        """Leave nothing of copies of images that are being made; the window closes."""
        for decided in self._decided.values():
            decided.saving.shut_down()

    @cached_property
    def data_view(self) -> "DataView":
        from explorer.gui.data.data_view import DataView

        return DataView()

    @cached_property
    def estimates(self) -> "Estimates":
        from explorer.gui.workers.estimates import Estimates

        return Estimates(self.choice, self.pool)

    @cached_property
    def exporting(self) -> "Exporting":
        from explorer.gui.workers.exporting import Exporting

        return Exporting(self.pool)

    @cached_property
    def weighing(self) -> "Weighing":
        from explorer.gui.workers.weighing import Weighing

        return Weighing(self.choice, self.pool)

    @cached_property
    def run_history(self) -> "RunHistory":
        from explorer.gui.runs.run_history import RunHistory

        return RunHistory(self.pool)

    @cached_property
    def studies(self) -> "Studies":
        from explorer.gui.workers.studies import Studies

        return Studies(self.pool, self._saved.studies if self._saved else ())

    @cached_property
    def runs_view(self) -> "RunsView":
        from explorer.gui.runs.runs_view import RunsView

        return RunsView()

    @cached_property
    def results_state(self) -> "ResultsState":
        from explorer.gui.results.results_state import ResultsState

        return ResultsState(self.run_history, self.pool)

    @cached_property
    def identity_trial(self) -> "IdentityTrial":
        from explorer.gui.experiments.identity_trial import IdentityTrial

        return IdentityTrial(self.document, self.choice, self.pool)

    @cached_property
    def block_check(self) -> "BlockCheckState":
        from explorer.gui.experiments.block_check.state import BlockCheckState

        return BlockCheckState(self.document, self.pool, self._saved.pasted_block if self._saved else "")

    @cached_property
    def compare_state(self) -> "CompareState":
        from explorer.gui.compare.compare_state import CompareState

        return CompareState(self.document, self.choice, self.pool)

    @cached_property
    def feature_maps(self) -> "FeatureMapAnswers":
        from explorer.gui.experiments.feature_map_answers import FeatureMapAnswers

        return FeatureMapAnswers(self.document, self.choice, self.pool)
