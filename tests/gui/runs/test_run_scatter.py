"""The points of the runs: what they stand for, and that a click, the pointer and the keys find them."""

from itertools import cycle
from math import isnan

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.gui.runs.run_scatter import QUANTITIES
from explorer.gui.runs.runs_view import RunsView
from explorer.runs.recipe import Recipe
from tests.clicks import click
from tests.gui.runs.made_runs import make_run

MINI = preset("mini")


@pytest.fixture
def page(root, open_page):
    """The page with four runs, the smallest first, and of the last no accuracy."""
    for blocks in range(1, 5):
        make_run(
            root,
            MINI.with_stage(1, blocks=blocks),
            Recipe(),
            blocks,
            params=100_000 * blocks,
            best_accuracy=None if blocks == 4 else (6 + blocks) / 10,
            seconds=10.0 * blocks,
            name=("one", "two", "three", "four")[blocks - 1],
        )
    return open_page(RunsView(has_scatter=True), width=1600)


def place_of(page, number: int) -> QPoint:
    """The pixel of a point in the viewport of the plot."""
    scatter, point = page.scatter, page.scatter.points[number]
    scene = scatter.plot.getPlotItem().vb.mapViewToScene(QPointF(point.x, point.y))
    return scatter.plot.mapFromScene(scene)


def choose_axis(page, name: str) -> None:
    page.scatter.box.setCurrentIndex(page.scatter.box.findData(name))
    page.scatter.box.activated.emit(page.scatter.box.currentIndex())


def test_every_quantity_has_its_values(page):
    plans = [plan_network(MINI.with_stage(1, blocks=blocks)) for blocks in (1, 2, 3)]
    known = {
        "params": [100_000, 200_000, 300_000],
        "macs": [plan.macs for plan in plans],
        "seconds": [10.0, 20.0, 30.0],
        "depth": [plan.depth for plan in plans],
    }
    assert list(known) == list(QUANTITIES)
    for name, values in known.items():
        choose_axis(page, name)
        assert [point.value for point in page.scatter.points] == values
        assert [point.y for point in page.scatter.points] == [0.7, 0.8, 0.9]
        assert page.view.axis == name
    assert page.scatter.reading.text() == "3 runs, 70.0 % to 90.0 %; 3 on the Pareto front; 1 without accuracy or depth"


def test_only_runs_that_match_the_filter_are_points(page):
    page.filter.setText("two")
    assert [point.row.name for point in page.scatter.points] == ["two"]
    page.filter.setText("four")
    assert page.scatter.hint.isVisible()
    assert not page.scatter.plot.isVisible()


def test_the_axis_is_logarithmic_where_the_range_asks_for_it(page, root):
    assert [point.x for point in page.scatter.points] == [100_000, 200_000, 300_000]
    make_run(root, MINI, Recipe(), 9, params=10_000_000)
    page.history.reload()
    assert [point.x for point in page.scatter.points] == pytest.approx([5.0, 5.301, 5.477, 7.0], abs=1e-3)


def test_a_click_chooses_a_run_and_ctrl_one_more(page, qtbot):
    viewport = page.scatter.plot.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place_of(page, 1))
    assert [page.history.run(chosen).name for chosen in page.history.chosen] == ["two"]
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [2]
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, control, place_of(page, 0))
    assert [page.history.run(chosen).name for chosen in page.history.chosen] == ["one", "two"]
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, control, place_of(page, 1))
    assert [page.history.run(chosen).name for chosen in page.history.chosen] == ["one"]


def test_the_pointer_names_a_run(page, qtbot):
    viewport, jitter = page.scatter.plot.viewport(), cycle((0, 1))

    def reads(place: QPoint, words: str) -> bool:
        qtbot.mouseMove(
            viewport, place + QPoint(next(jitter), 0)
        )  # again, as pyqtgraph skips moves that follow at once
        return page.scatter.reading.text().startswith(words)

    there = place_of(page, 2)
    qtbot.waitUntil(lambda: reads(there + QPoint(3, 3), "three: 90.0 % · parameters 300.0 k"))
    qtbot.waitUntil(lambda: reads(there - QPoint(60, 0), "3 runs"))
    assert page.history.chosen == ()


def test_arrow_keys_go_from_point_to_point_and_say_where(page, qtbot):
    scatter = page.scatter
    scatter.setFocus()
    said = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_End, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Left):
        qtbot.keyClick(scatter, key)
        said.append(scatter.accessibleDescription().partition(":")[0])
        assert page.history.current.name == said[-1]
    assert said == ["one", "two", "three", "three", "one", "one"]
    assert scatter.accessibleDescription() == "one: 70.0 % · parameters 100.0 k · on the Pareto front, point 1 of 3"


def test_where_there_is_little_room_the_points_take_the_place_of_the_table(page, open_page, qtbot):
    assert page.table.isVisible()
    narrow = open_page(RunsView(), width=700)
    assert not narrow.scatter.isVisible()
    click(qtbot, narrow.points)
    assert narrow.scatter.isVisible()
    assert not narrow.table.isVisible()
    click(qtbot, narrow.points)
    assert narrow.table.isVisible()


def test_no_run_is_as_accurate_with_less_than_one_on_the_front(page, root):
    added = {"worse": (150_000, 0.69), "equal": (200_000, 0.8), "beaten": (250_000, 0.8), "best": (400_000, 0.95)}
    for second, (name, (params, accuracy)) in enumerate(added.items(), 10):
        make_run(root, MINI, Recipe(), second, params=params, best_accuracy=accuracy, name=name)
    page.history.reload()
    scatter = page.scatter
    assert {point.row.name for front in scatter.fronts for point in front} == {"one", "two", "equal", "three", "best"}
    assert "; 5 on the Pareto front" in scatter.reading.text()
    x, y = scatter._line.getData()
    assert (x[0], y[0], x[-1], y[-1]) == (100_000, 0.7, 400_000, 0.95)
    page.history.choose([next(point.row.id for point in scatter.points if point.row.name == "beaten")])
    assert "front" not in scatter.reading.text()


def test_accuracies_on_other_data_have_a_front_of_their_own(page, root):
    make_run(root, MINI, Recipe(data="mnist"), 10, params=50_000, best_accuracy=0.99, name="digits")
    page.history.reload()
    scatter = page.scatter
    assert [[point.row.name for point in front] for front in scatter.fronts] == [["digits"], ["one", "two", "three"]]
    assert "; 4 on the Pareto front; data sets, each with a front of its own: 2" in scatter.reading.text()
    x, _ = scatter._line.getData()
    assert x.tolist()[:1] + x.tolist()[2:3] == [50_000, 100_000]  # with a gap between them
    assert isnan(x[1])
    page.history.choose([scatter.points[0].row.id])
    assert scatter.reading.text() == "digits: 99.0 % · parameters 50.00 k · MNIST · on the Pareto front"
