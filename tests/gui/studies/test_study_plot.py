"""Studies on the page of the runs: the plot, what clicks and keys do with it, and what becomes of a study."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from explorer.gui.runs.bin import DeletedRun
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.studies.study_plot import StudyPlot
from explorer.gui.widgets.text.language import apply_language
from explorer.runs.studies.study import Knob
from tests.gui.runs.conftest import OpenedPage
from tests.gui.studies.made_studies import BLOCKS, TWINS, make_study, make_trial


@pytest.fixture
def root(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def study(root):
    return make_study(root, BLOCKS, TWINS, seeds=2)


@pytest.fixture
def runs(root, study) -> list[str]:
    """Seven of the eight runs: 1 residual, 1 plain, 2 residual, 2 plain, and again with the next seed."""
    found = [0.80, 0.78, 0.84, 0.76, 0.82, 0.79, 0.86]
    return [make_trial(root, study, number, number, best_accuracy=value) for number, value in enumerate(found)]


def open_page(qtbot, root, width: int = 1500) -> OpenedPage:
    apply_language("en")
    page = OpenedPage(root, RunsView(has_studies=True))
    qtbot.addWidget(page)
    page.history.reload()
    page.resize(width, 600)
    with qtbot.waitExposed(page):
        page.show()
    return page


@pytest.fixture
def page(qtbot, root, runs) -> OpenedPage:
    return open_page(qtbot, root)


def press_point(plot: StudyPlot, number: int, place: int, double: bool = False) -> None:
    """Click at a point of a series."""
    point = plot.study.series[number].points[place]
    canvas = plot.plot
    at = canvas.mapFromScene(canvas.getPlotItem().vb.mapViewToScene(QPointF(plot._x(number, point), point.mean)))
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    if double:
        QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_a_point_has_the_mean_and_the_spread_of_its_seeds_and_each_series_a_name(page):
    study = page.studies.plot.study
    assert [series.name for series in study.series] == ["residual (projection)", "plain"]
    means = [[round(point.mean, 3) for point in series.points] for series in study.series]
    assert means == [[0.81, 0.85], [0.785, 0.76]]
    assert study.series[0].points[0].words == "residual (projection), 1: 81.0 % ± 1.4 % (2 of 2 runs)"
    assert study.series[1].points[1].words == "plain, 2: 76.0 % (1 of 2 runs)"
    assert page.studies.progress.text() == "stopped · 7 of 8 runs done"
    words = page.studies.plot.accessibleDescription()
    assert words.startswith("validation accuracy by stage 2: Blocks\n")
    assert study.series[1].points[1].words in words


def test_a_click_selects_the_runs_of_a_point_and_a_double_click_opens_the_first(page, runs):
    press_point(page.studies.plot, 0, 0)
    assert page.history.chosen == (runs[0], runs[4])
    press_point(page.studies.plot, 1, 1, double=True)
    assert page.history.chosen == (runs[3],)
    assert page.document.design == page.history.run(runs[3]).design


def test_the_keyboard_does_the_same(page, runs, qtbot):
    plot = page.studies.plot
    plot.setFocus()
    for key, chosen in (
        (Qt.Key.Key_Right, (runs[0], runs[4])),
        (Qt.Key.Key_Right, (runs[2], runs[6])),
        (Qt.Key.Key_Down, (runs[3],)),
        (Qt.Key.Key_Left, (runs[1], runs[5])),
    ):
        qtbot.keyClick(plot, key)
        assert page.history.chosen == chosen
    assert plot.accessibleDescription() == "plain, 1: 78.5 % ± 0.7 % (2 of 2 runs)"
    qtbot.keyClick(plot, Qt.Key.Key_Return)
    assert page.document.design == page.history.run(runs[1]).design


@pytest.mark.slow
def test_what_another_process_does_is_seen(page, study, root, qtbot):
    make_trial(root, study, 7, 7, best_accuracy=0.74)
    qtbot.waitUntil(lambda: page.studies.progress.text() == "done · 8 of 8 runs done")
    assert page.studies.plot.study.series[1].points[1].deviation > 0
    other = make_study(root, Knob("lr", ("0.1", "0.2")))
    qtbot.waitUntil(lambda: page.studies.box.count() == 2)
    page.studies_.show(other.id)
    assert page.studies.plot.hint.text().startswith("0 of 2 runs done")
    (root / "studies" / "half").mkdir()
    qtbot.waitUntil(lambda: "half: has no study.json" in page.studies.progress.text())


def test_points_and_studies_take_one_place_and_without_a_study_none_is_offered(page, qtbot, root, tmp_path):
    assert page.studies.isVisible()
    page.points.click()
    assert (page.studies.isVisible(), page.scatter.isVisible()) == (False, True)
    page.plots.click()
    assert (page.studies.isVisible(), page.scatter.isVisible()) == (True, False)
    page.resize(600, 600)
    assert not page.table.isVisible()
    other = open_page(qtbot, tmp_path / "others")
    assert not other.plots.isVisible()
    assert not other.studies.isVisible()


def test_the_command_that_does_the_same_is_copied(page):
    page.actions_.copy_study.trigger()
    words = QGuiApplication.clipboard().text().split()
    assert words[:3] == ["main.py", "study", "mini"]
    assert words[3:7] == ["--vary", "stage2.blocks=1,2", "--vary", "shortcut=projection,none"]
    assert {"--seeds", "2", "--device", "cpu", "--measure", "accuracy"} <= set(words)


def _note(binned: list[str]):
    def delete(run) -> DeletedRun:
        binned.append(run.id)
        return DeletedRun(run.name, run.folder, run.folder)

    return delete


@pytest.mark.parametrize("with_runs", [False, True])
def test_a_study_goes_to_the_bin_alone_or_with_its_runs(page, runs, monkeypatch, with_runs):
    binned = []
    monkeypatch.setattr("explorer.gui.runs.study_orders.delete_run", _note(binned))
    monkeypatch.setattr("explorer.gui.runs.study_orders.delete_folder", lambda *_: binned.append("study"))
    page.actions_.delete_study.trigger()
    (box,) = page.findChildren(QMessageBox, "delete_study")
    box.checkBox().setChecked(with_runs)
    next(button for button in box.buttons() if button.text() == "Move to the bin").click()
    assert binned == [*(runs if with_runs else []), "study"]
