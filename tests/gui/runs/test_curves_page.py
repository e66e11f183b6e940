from PySide6.QtCore import Qt

from explorer.architecture.presets import preset
from explorer.gui.workers.curves import Curves
from explorer.gui.workers.live_run import LiveRun
from explorer.runs.events import Step
from explorer.runs.recipe import RECIPES
from tests.clicks import curves, runs_page


def test_before_there_is_a_run_a_page_says_how_to_get_one(session, qtbot, monkeypatch):
    orders = []
    monkeypatch.setattr(session.pool, "start", orders.append)
    for number, page in enumerate((curves(session).parentWidget(), runs_page(session))):
        session.window.pages.show_page(("curves", "runs")[number])
        assert page.empty.text.text()
        qtbot.mouseClick(page.empty.button, Qt.MouseButton.LeftButton)
        assert len(orders) == number + 1


def test_the_first_point_takes_the_place_of_the_hint(session):
    plots = curves(session)
    page = session.window.pages.current
    assert page.empty.isVisible()
    assert not plots.isVisible()
    first = Step(1, 1, 2.0, 2.0, 2.0, 1, 0.5, 0.1, 100.0)
    live = LiveRun(preset("mini"), RECIPES["quick"], "a run", curves=Curves([first]))
    session.pool.workers[0].live = (live,)
    session.pool.workers[0].progressed.emit()
    assert plots.isVisible()
    assert not page.empty.isVisible()
