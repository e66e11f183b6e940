"""The Runs page alone, over a folder of made-up runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from explorer.architecture.presets import preset
from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.runs_page import RunsPage
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.studies import Studies


class OpenedPage(RunsPage):
    """A Runs page with the objects that it shows."""

    def __init__(self, root: Path, view: RunsView) -> None:
        self.document = Document(preset("resnet50"))
        self.choice = TrainingChoice(self.document)
        self.pool = WorkerPool(root)
        self.estimates = Estimates(self.choice, self.pool)
        self.actions_ = Actions(self.document, self.choice, self.pool, self.estimates)
        self.history = RunHistory(self.pool)
        self.studies_ = Studies(self.pool)
        self.view = view
        super().__init__(self.document, self.choice, self.pool, self.history, self.studies_, view, self.actions_)

    def texts(self, column: int) -> list[str]:
        runs = self.table.runs
        return [runs.data(runs.index(row, column)) for row in range(runs.rowCount())]

    def choose(self, *places: int) -> None:
        """Choose the runs in these rows, as a click and clicks with Ctrl do."""
        self.history.choose(self.table.runs.rows[place].id for place in places)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def open_page(qtbot, root) -> Callable[..., OpenedPage]:
    def open_one(view: RunsView | None = None, width: int = 1200) -> OpenedPage:
        page = OpenedPage(root, view or RunsView())
        qtbot.addWidget(page)
        page.history.reload()
        page.resize(width, 500)
        with qtbot.waitExposed(page):
            page.show()
        return page

    return open_one
