"""Clicks on cells of the confusion matrix, each timed until the images of the cell are painted."""

import random
import time

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtTest import QTest

from explorer.bench.window.measuring import wait
from explorer.gui.data.thumbnails.grid import ThumbnailGrid
from explorer.gui.results.matrix.cells import MatrixCells
from explorer.gui.results.matrix.matrix import Matrix
from explorer.gui.results.page import ResultsPage
from explorer.gui.results.results_state import ResultsState

_PATIENCE = 60.0  # seconds that the images of a cell may take


class _PaintedImages(QObject):
    """When the images in view of a grid have been painted: `moment`, 0 until then."""

    def __init__(self, grid: ThumbnailGrid) -> None:
        super().__init__(grid)
        self._grid, self._files, self.moment = grid, list[str](), 0.0
        grid.area.viewport().installEventFilter(self)

    def arm(self) -> None:
        """Wait for the images that are in view now."""
        area, files = self._grid.area, self._grid.model.files
        room, self._files, self.moment = area.viewport().rect(), [], 0.0
        for row, file in enumerate(files):
            if area.visualRect(self._grid.model.index(row)).top() > room.bottom():
                break
            self._files.append(file)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_waiting = event.type() == QEvent.Type.Paint and self._files and not self.moment
        if is_waiting and all(self._grid.pictures.picture(file) for file in self._files):
            QTimer.singleShot(0, self, self._note)  # when this paint is over
        return False

    def _note(self) -> None:
        self.moment = self.moment or time.perf_counter()


def click_times(page: ResultsPage, state: ResultsState, count: int) -> list[float]:
    """Return the seconds from a click on a cell until its images are painted, for so many cells that have images.

    No cell is clicked twice, so that no image is there before; the first images of the page have come when it begins.
    """
    assert state.results
    matrix, watch, times = page.matrix.matrix, _PaintedImages(page.images.grid), list[float]()
    cells = list(zip(*MatrixCells.of(state.results, state.view).counts.nonzero(), strict=True))
    random.Random(0).shuffle(cells)
    watch.arm()
    page.images.grid.area.viewport().update()
    wait(lambda: watch.moment, _PATIENCE)
    for row, column in cells[:count]:
        place = _in_view(matrix, int(row), int(column))
        start = time.perf_counter()
        QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
        watch.arm()
        wait(lambda: watch.moment, _PATIENCE)
        times.append(watch.moment - start)
    return times


def _in_view(matrix: Matrix, row: int, column: int) -> QPoint:
    """Scroll a cell into the middle, as far as that goes, and return its place."""
    away = matrix.cell_rect(row, column).center() - matrix.viewport().rect().center()
    for bar, distance in ((matrix.horizontalScrollBar(), away.x()), (matrix.verticalScrollBar(), away.y())):
        bar.setValue(bar.value() + distance)
    return matrix.cell_rect(row, column).center()
