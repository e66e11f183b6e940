from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from explorer.architecture.presets import preset
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workspace import CURVES
from explorer.runs.events import Epoch, Started, Step, Verdict
from explorer.runs.recipe import RECIPES
from tests.events import settle


def test_it_draws_the_shown_run_in_its_colour_and_says_where_it_is(session, qtbot):
    spark = session.window.spark
    session.workspace.has_trained = True  # so that the curves do not open by themselves
    assert not spark.isEnabled()
    live = LiveRun(preset("mini"), RECIPES["quick"])
    live.apply_event(Started("a", "", 1, Verdict(True, 1, 1), "cpu", 50, 2))
    for number in range(1, 51):
        live.apply_event(Step(number, 1, 1 / number, 0.0, 1.0, 1, number / 50, 0.1, 100.0))
    session.pool.workers[0].live = (live,)
    session.pool.workers[0].progressed.emit()
    assert spark.accessibleDescription() == "100.0 % · loss 0.02"
    live.apply_event(Epoch(1, 50, 0.2, 0.5, 0.25, 0.75, 1.0))
    session.pool.workers[0].progressed.emit()
    assert spark.accessibleDescription() == "75.0 % · loss 0.02"
    settle()
    image, colour = spark.grab().toImage(), QColor(session.workspace.run_history.colour("a"))
    drawn = [x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == colour]
    assert 0 < max(drawn) < image.width() / 2  # half of the run is done, and the figures stand beside it
    qtbot.mouseClick(spark, Qt.MouseButton.LeftButton)
    assert session.workspace.page == CURVES
