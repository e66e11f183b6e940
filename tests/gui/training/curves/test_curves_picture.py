"""The curves in a file: as on the screen, with the names of their runs."""

from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage

from explorer.gui.training.curves.curves_picture import WRITERS
from explorer.gui.training.curves.plot_view import PlotView
from explorer.gui.training.curves.plots import Plots
from explorer.gui.workers.curves import Curves
from explorer.runs.events import Epoch
from tests.events import settle
from tests.gui.made_lines import made_line, made_step, started

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def plots(qtbot):
    made = Plots(str, PlotView())
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    made.show_lines([made_line(learned(2.0), name="first & best"), made_line(learned(1.0), name="seen", number=1)])
    made.redraw()
    settle()
    return made


def learned(loss: float) -> Curves:
    curves = Curves()
    curves.apply_event(started(10))
    for number in range(1, 21):
        curves.apply_event(made_step(number, loss / number))
    for epoch in (1, 2):
        curves.apply_event(Epoch(epoch, 10 * epoch, 1.0, 0.5, 1.1, 0.4, 2.0))
    return curves


def test_the_picture_names_what_is_drawn_and_has_no_pixels(plots):
    root = ElementTree.fromstring(WRITERS[".svg"](plots))
    said = [(each.text or "").strip() for each in root.iter(f"{SVG}text")]
    for word in ("Loss", "Accuracy", "epoch", "first & best", "seen"):
        assert word in said, word
    assert not list(root.iter(f"{SVG}image"))
    assert list(root.iter(f"{SVG}path")) or list(root.iter(f"{SVG}polyline"))


def test_a_run_that_is_not_seen_is_not_named(plots):
    plots.show_lines([made_line(learned(2.0), name="alone"), made_line(learned(1.0), name="unseen", is_seen=False)])
    plots.redraw()
    content = WRITERS[".svg"](plots).decode()
    assert "alone" in content
    assert "unseen" not in content


def test_pixels_are_twice_as_fine_as_on_the_screen(plots):
    picture = QImage.fromData(WRITERS[".png"](plots))
    root = ElementTree.fromstring(WRITERS[".svg"](plots))
    _, _, width, height = map(float, root.get("viewBox").split())
    assert (picture.width(), picture.height()) == (2 * width, 2 * height)
    colours = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert {line.colour.name() for line in plots.lines} <= colours


def test_the_screen_is_as_before(plots):
    def seen() -> bytes:
        content = QBuffer()
        plots.loss.plot.grab().save(content, "PNG")
        return bytes(content.data().data())

    before = seen()
    WRITERS[".svg"](plots)
    settle()
    assert seen() == before
