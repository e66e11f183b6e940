"""The Results page alone, over a folder of made-up runs, with a worker that the test plays."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.architecture.presets import preset
from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.decided import Decided
from explorer.gui.document import Document
from explorer.gui.results.page import ResultsPage
from explorer.gui.results.results_state import ResultsState
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from tests.events import settle
from tests.gui.scripted_workers import Played

ROWS = ((6, 2, 0), (1, 7, 0), (3, 0, 1))  # images of cat, dog and owl; 6 + 7 + 1 of 20 are recognised
NAMES = ("cat", "dog", "owl")


class OpenedPage(ResultsPage):
    """A Results page with the objects that it shows."""

    def __init__(self, root: Path, state: ResultsState | None, monkeypatch: pytest.MonkeyPatch) -> None:
        self.document = Document(preset("mini"))
        self.choice = TrainingChoice(self.document)
        self.pool = state.pool if state else WorkerPool(root)
        self.worker = None if state else Played(self.pool.workers[0], monkeypatch)
        self.estimates = Estimates(self.choice, self.pool)
        self.orders = Actions(self.document, self.choice, self.pool, self.estimates)
        self.orders.add_page("runs", "Runs", lambda: None)
        self.history = state.history if state else RunHistory(self.pool)
        self.state = state or ResultsState(self.history, self.pool)
        super().__init__(self.state, Decided, self.choice, self.orders)

    def click_cell(self, row: int, column: int) -> None:
        """Click a cell of the matrix, by its place in it; −1 stands for the names."""
        matrix = self.matrix.matrix
        place = matrix.cell_rect(row, column).center()
        QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
        settle()

    @property
    def captions(self) -> list[tuple[str, ...]]:
        return [self.images.model.lines(file) for file in self.images.model.files]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def open_page(qtbot, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OpenedPage]]:
    opened: list[OpenedPage] = []

    def open_one(state: ResultsState | None = None, width: int = 900, height: int = 600) -> OpenedPage:
        page = OpenedPage(root, state, monkeypatch)
        opened.append(page)
        page.history.reload()
        page.setMinimumSize(200, 100)  # as in the window, where the stack of pages has its own
        page.resize(width, height)
        with qtbot.waitExposed(page):
            page.show()
        settle()
        return page

    yield open_one
    for page in opened:
        page.close()
        page.state.cancel()
        page.pool.shut_down()  # nothing more is asked, of a worker that is no more
        page.deleteLater()
    settle()
