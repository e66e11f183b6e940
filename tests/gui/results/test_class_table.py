"""The table of classes: its figures, how it is sorted, and what a click on a row leads to."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.gui.results.class_table import ClassTable
from explorer.gui.results.results_view import ResultsView
from explorer.runs.results.seeds import SeedSpread
from explorer.runs.spread import Spread
from tests.events import settle
from tests.gui.results.matrix.test_matrix import made_results


@pytest.fixture
def table(qtbot) -> ClassTable:
    widget = ClassTable(ResultsView())
    qtbot.addWidget(widget)
    widget.resize(420, 300)
    widget.show_results(made_results(), None, None)
    widget.show()
    settle()
    return widget


def column(table: ClassTable, number: int) -> list[str]:
    return [table.classes.index(row, number).data() for row in range(table.classes.rowCount())]


def test_worst_class_stands_first_and_headings_sort(table) -> None:
    assert column(table, 0) == ["owl", "cat", "dog"]
    assert column(table, 1) == ["100.0 %", "60.0 %", "77.8 %"]
    assert column(table, 2) == ["25.0 %", "75.0 %", "87.5 %"]
    assert column(table, 4) == ["4", "8", "8"]
    header = table.horizontalHeader()
    place = header.sectionViewportPosition(1) + 4
    QTest.mouseClick(
        header.viewport(), Qt.MouseButton.LeftButton, pos=header.viewport().rect().topLeft().__class__(place, 8)
    )
    assert column(table, 1) == ["60.0 %", "77.8 %", "100.0 %"]
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert column(table, 0) == ["owl", "dog", "cat"]


def test_a_row_tells_of_its_class_and_stays_selected_when_sorted(table, qtbot) -> None:
    with qtbot.waitSignal(table.chosen) as chosen:
        place = table.visualRect(table.classes.index(1, 0)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [0]
    table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [2]
    with qtbot.assertNotEmitted(table.chosen):
        table.show_choice(2)
        table.show_choice(None)
    assert not table.selectionModel().selectedRows()


def test_the_keyboard_focus_alone_chooses_nothing(table, qtbot) -> None:
    with qtbot.assertNotEmitted(table.chosen):
        table.setFocus()
    with qtbot.waitSignal(table.chosen):
        QTest.keyClick(table, Qt.Key.Key_Down)


def test_the_spread_over_seeds_stands_beside_f1(table) -> None:
    spread = SeedSpread(Spread(0.7, 0.01, 3), tuple(Spread(0.6, each, 3) for each in (0.011, 0.022, 0.033)))
    table.show_results(made_results(), spread, None)
    assert column(table, 3)[0] == "40.0 % ± 3.3 %"  # the owl
    assert "± 3.3 %" in str(table.classes.index(0, 0).data(Qt.ItemDataRole.ToolTipRole))


def test_classes_without_images_and_without_answers_have_figures(qtbot) -> None:
    table = ClassTable(ResultsView())
    qtbot.addWidget(table)
    table.show_results(made_results(np.array([[0, 0], [2, 0]]), ("a", "b")), None, None)
    assert column(table, 1) == column(table, 2) == column(table, 3) == ["0.0 %", "0.0 %"]
