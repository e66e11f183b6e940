"""Bars as long as the probabilities, and the picture as it is."""

import pytest
from PySide6.QtGui import QColor, QImage

from explorer.gui.experiments.effect_figure import EffectFigure
from explorer.gui.widgets.look import theme
from explorer.runs.questions.blocks import Example
from explorer.runs.questions.pictures import Sheet

NAMES = ["Bag", "Shirt", "A name that is much longer than there is room for in the figure"]


@pytest.fixture
def figure(qtbot) -> EffectFigure:
    figure = EffectFigure("before", "after")
    qtbot.addWidget(figure)
    figure.resize(600, figure.minimumSizeHint().height())
    picture = QImage(2, 2, QImage.Format.Format_RGB888)
    picture.fill(QColor(200, 30, 60))
    example = Example(Sheet("", 0, (2, 2, 3)), 1, (4, 1, 7), (0.8, 0.2, 0.0), (0.4, 0.6, 0.0))
    figure.show_example(picture, example, NAMES)
    return figure


def lengths(figure: EffectFigure, colour: str) -> list[int]:
    """The number of pixels of this colour in the longest line of each row of bars."""
    picture, row = figure.grab().toImage(), figure._row_height()
    found = []
    for number in range(3):
        lines = range(int(number * row), int((number + 1) * row))
        found.append(max(sum(picture.pixelColor(x, y).name() == colour for x in range(200, 600)) for y in lines))
    return found


def test_bars_are_as_long_as_the_probabilities(figure):
    before = lengths(figure, theme.colours().neutral)
    after = lengths(figure, theme.colours().accent)
    assert before[0] == pytest.approx(4 * before[1], abs=4)
    assert after[1] == pytest.approx(1.5 * after[0], abs=4)
    assert before[0] == pytest.approx(2 * after[0], abs=4)
    assert before[2] <= 1


def test_the_picture_is_drawn_in_its_own_colour_and_the_probabilities_are_spoken(figure):
    assert figure.grab().toImage().pixelColor(20, 20).getRgb()[:3] == (200, 30, 60)
    assert figure.accessibleName() == "Probabilities before and after"
    assert figure.accessibleDescription().startswith("Bag 80 % → 40 %; Shirt 20 % → 60 %; A name")


def test_nothing_is_drawn_before_there_is_an_example(qtbot):
    figure = EffectFigure("before", "after")
    qtbot.addWidget(figure)
    picture = figure.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(picture.height())}) == 1
