"""The painted matrix: where its cells are, what keys and the pointer do, and which colours it has."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from explorer.gui.results.matrix.cells import MatrixCells
from explorer.gui.results.matrix.matrix import Matrix
from explorer.gui.results.results_state import ShownResults
from explorer.gui.results.results_view import ClassOrder, Measure, ResultsView
from explorer.gui.widgets.look import theme
from explorer.runs.data.image_list import Part
from explorer.runs.results.choice import ImageChoice
from explorer.runs.results.confusion import class_results
from explorer.runs.results.predictions import EvaluatedImages, Predictions
from tests.events import settle
from tests.gui.results.conftest import NAMES, ROWS


def made_results(rows=ROWS, names=NAMES) -> ShownResults:
    matrix = np.array(rows)
    labels = np.repeat(np.arange(len(matrix)), matrix.sum(1)).astype(np.int32)
    predicted = np.concatenate([np.repeat(np.arange(len(matrix)), row) for row in matrix]).astype(np.int32)
    images = EvaluatedImages(tuple(names), tuple(map(str, range(len(labels)))), tuple(labels.tolist()))
    made = Predictions(images, Part.VALIDATION, 1, predicted, np.ones(len(labels), np.float32), 1.0)
    return ShownResults(made, labels, matrix, tuple(names), class_results(matrix), is_named=False)


def cells(view: ResultsView, rows=ROWS, names=NAMES) -> MatrixCells:
    return MatrixCells.of(made_results(rows, names), view)


@pytest.fixture
def matrix(qtbot) -> Iterator[Matrix]:
    widget = Matrix()
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.show_cells(made_results(), cells(ResultsView()), ImageChoice())
    widget.show()
    settle()
    return widget


def show_many(widget: Matrix, classes: int, width: int, height: int) -> None:
    rows, names = np.eye(classes, dtype=int), [f"class {number:02}" for number in range(classes)]
    widget.resize(width, height)
    widget.show_cells(made_results(rows, names), cells(ResultsView(), rows, names), ImageChoice())
    widget.show()
    settle()


def texts(cells: MatrixCells) -> list[list[str]]:
    places = range(len(cells.classes))
    return [[cells.text(row, column) for column in places] for row in places]


def test_cells_show_counts_or_shares_and_nothing_for_no_image() -> None:
    assert texts(cells(ResultsView())) == [["6", "2", ""], ["1", "7", ""], ["3", "", "1"]]
    assert texts(cells(ResultsView(measure=Measure.OF_TRUTH))) == [["75", "25", ""], ["12", "88", ""], ["75", "", "25"]]
    assert texts(cells(ResultsView(measure=Measure.OF_PREDICTION)))[0] == ["60", "22", ""]
    few = [[999, 1], [0, 5]]
    assert texts(cells(ResultsView(measure=Measure.OF_TRUTH), few, ("a", "b")))[0] == ["100", "<1"]


def test_classes_are_ordered_by_name_or_so_that_confused_ones_stand_together() -> None:
    names = ("zebra", "apple", "Mule", "pear")
    rows = ((5, 0, 4, 0), (0, 9, 0, 3), (4, 0, 5, 0), (0, 2, 0, 9))
    assert cells(ResultsView(), rows, names).classes == (1, 2, 3, 0)  # apple, Mule, pear, zebra
    together = cells(ResultsView(order=ClassOrder.CONFUSION), rows, names).classes
    assert abs(together.index(0) - together.index(2)) == 1
    assert abs(together.index(1) - together.index(3)) == 1


def test_worst_of_very_many_classes_are_those_in_the_most_confused_pairs() -> None:
    rows = np.diag(np.full(50, 9))
    rows[40, 3], rows[3, 7], rows[20, 21] = 5, 4, 1
    names = [f"{number:02}" for number in range(50)]
    assert cells(ResultsView(), rows, names).classes == (3, 7, 20, 21, 40)
    assert len(cells(ResultsView(is_whole=True), rows, names).classes) == 50
    assert len(cells(ResultsView(), rows[:40, :40], names[:40]).classes) == 40


def test_a_mistake_has_the_more_accent_the_more_often_it_is_made_and_hits_are_calm(matrix) -> None:
    image, accent = matrix.viewport().grab().toImage(), QColor(theme.colours().accent)

    def colour(row: int, column: int) -> QColor:
        return image.pixelColor(matrix.cell_rect(row, column).topLeft() + QPoint(2, 2))

    assert colour(2, 0) == accent  # three of four owls are cats: no share is larger
    assert colour(0, 1).hsvSaturation() > colour(1, 0).hsvSaturation() > colour(0, 2).hsvSaturation()
    assert colour(1, 1).hsvSaturation() < colour(1, 0).hsvSaturation()


def test_the_pointer_chooses_cells_and_names_and_a_tool_tip_says_what_they_mean(matrix, qtbot) -> None:
    for spot, choice in (((0, 1), ImageChoice(0, 1)), ((2, -1), ImageChoice(2)), ((-1, 1), ImageChoice(None, 1))):
        with qtbot.waitSignal(matrix.chosen) as chosen:
            place = matrix.cell_rect(*spot).center()
            QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert chosen.args == [choice]
    place = matrix.cell_rect(0, 1).center()
    matrix.viewportEvent(QHelpEvent(QHelpEvent.Type.ToolTip, place, matrix.viewport().mapToGlobal(place)))
    assert QToolTip.text() == "2 of 8 cat are taken for dog"
    QToolTip.hideText()


def test_keys_walk_over_cells_and_names_and_enter_chooses(matrix, qtbot) -> None:
    matrix.setFocus()
    QTest.keyClick(matrix, Qt.Key.Key_Right)
    assert matrix.accessibleDescription() == "2 of 8 cat are taken for dog"
    with qtbot.waitSignal(matrix.chosen) as chosen:
        QTest.keyClick(matrix, Qt.Key.Key_Return)
    assert chosen.args == [ImageChoice(0, 1)]
    QTest.keyClick(matrix, Qt.Key.Key_Up)
    assert matrix.accessibleDescription() == "9 images are taken for dog, 77.8 % of them rightly"
    QTest.keyClick(matrix, Qt.Key.Key_Left)
    QTest.keyClick(matrix, Qt.Key.Key_Left)  # there is nothing in the corner
    QTest.keyClick(matrix, Qt.Key.Key_Down)
    assert matrix.accessibleDescription() == "6 of 8 cat are recognised"


def test_keys_scroll_to_cells_that_are_not_seen(qtbot) -> None:
    widget = Matrix()
    qtbot.addWidget(widget)
    widget.resize(300, 200)
    names = [f"class {number:02}" for number in range(40)]
    widget.show_cells(
        made_results(np.eye(40, dtype=int), names), cells(ResultsView(), np.eye(40, dtype=int), names), ImageChoice()
    )
    widget.show()
    settle()
    assert not widget.viewport().rect().contains(widget.cell_rect(39, 39))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        for _ in range(39):
            QTest.keyClick(widget, key)
    assert widget.viewport().rect().contains(widget.cell_rect(39, 39))
    assert widget.viewport().rect().contains(widget.cell_rect(39, -1).center())  # its name is beside it
    assert widget.verticalScrollBar().maximum() == widget.verticalScrollBar().value()


def test_ten_classes_fit_without_scrolling(qtbot) -> None:
    widget = Matrix()
    qtbot.addWidget(widget)
    widget.resize(480, 360)
    names = [f"class {number}" for number in range(10)]
    widget.show_cells(
        made_results(np.eye(10, dtype=int), names), cells(ResultsView(), np.eye(10, dtype=int), names), ImageChoice()
    )
    widget.show()
    settle()
    assert not widget.horizontalScrollBar().isVisible()
    assert not widget.verticalScrollBar().isVisible()
