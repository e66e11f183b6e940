"""What each block is worth: asked while it is seen, with its twin's, as bars and in words."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.gui.widgets.look import theme
from explorer.runs.commands import Withdraw
from explorer.runs.events import Failed
from explorer.runs.questions.results import BlockWorths, Lesions
from explorer.sentences import Sentence
from tests.events import settle
from tests.gui.results.conftest import NAMES, ROWS
from tests.gui.results.made_results import make_results
from tests.gui.runs.made_runs import make_run

BLOCKS = ("layer1.0", "layer1.1", "layer2.0")
_TAB = 2


@pytest.fixture
def page(open_page, root):
    """The page on a run whose plain twin was trained too."""
    make_results(root, ROWS, NAMES, second=2)
    design = preset("mini").change(classes=len(NAMES))
    make_run(root, twin_of(design), second=1, best_epoch=1, epochs_done=1)
    page = open_page()
    page.history.choose((page.history.runs[0].id,))
    return page


def open_tab(page) -> None:
    page.left.show_tab(_TAB)
    settle()


def questions(page) -> list[Lesions]:
    return [each for each in page.worker.sent if isinstance(each, Lesions)]


def answer(page, *without: float, accuracy: float = 0.8) -> None:
    question = questions(page)[-1]
    found = BlockWorths(
        id=question.id,
        run=question.run,
        epoch=1,
        images=20,
        accuracy=accuracy,
        loss=0.5,
        blocks=BLOCKS,
        accuracies=without,
        losses=(0.6,) * 3,
    )
    page.worker.say(found)
    settle()


def test_it_asks_of_the_run_and_then_of_its_twin_while_it_is_seen(page):
    settle()
    assert not questions(page)
    open_tab(page)
    assert [each.design.plain for each in questions(page)] == [False]
    answer(page, 0.7, 0.8, 0.5)
    assert [each.design.plain for each in questions(page)] == [False, True]
    page.left.show_tab(0)
    settle()
    assert isinstance(page.worker.sent[-1], Withdraw)
    open_tab(page)
    answer(page, 0.1, 0.1, 0.1, accuracy=0.5)
    assert len(questions(page)) == 3  # the run's own answer is known
    page.left.show_tab(0)
    open_tab(page)
    assert len(questions(page)) == 3


def test_bars_show_what_is_lost_and_words_say_it(page):
    open_tab(page)
    answer(page, 0.7, 0.82, 0.5)
    blocks = page.blocks
    assert "Accuracy on 20 validation images: 80.0 %" in blocks.words.text()
    assert "on average 12.7 points" in blocks.words.text()
    assert blocks.reading.text() == "layer1.1 (-2.0 points) is worth least, layer2.0 (30.0 points) most"
    bars = blocks.bars
    tall = [bars.bar_rect(place).height() for place in range(3)]
    assert tall[2] == pytest.approx(3 * tall[0], rel=0.01)
    assert bars.bar_rect(1).top() == pytest.approx(bars.bar_rect(0).bottom())  # a gain hangs below the axis
    middle = bars.bar_rect(2).center().toPoint()
    assert bars.grab().toImage().pixelColor(middle * bars.devicePixelRatio()) == theme.stage_colour(2)
    answer(page, 0.1, 0.2, 0.1, accuracy=0.5)
    assert "Outlined: its plain twin, which loses 36.7 points on average." in blocks.words.text()
    QTest.keyClick(bars, Qt.Key.Key_Right)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    assert blocks.reading.text().startswith(
        ("layer2.0: 50.0 % without it, 30.0 points lost · its twin: 10.0 %", "layer1")
    )
    twin = bars.bar_rect(0, is_twin=True)
    assert twin.left() >= bars.bar_rect(0).right() - 1
    picture = bars.grab().toImage()
    assert picture.pixelColor(twin.center().toPoint() * bars.devicePixelRatio()) == QColor(theme.colours().raised)


def test_why_there_is_no_answer_is_said(page):
    open_tab(page)
    assert page.blocks.words.text() == "Every block is switched off in turn …"
    page.worker.say(Failed(Sentence("the images are gone"), of="lesions", id=questions(page)[-1].id))
    settle()
    assert page.blocks.words.text() == "the images are gone"
    assert not page.blocks.bars.isVisible()


def test_a_run_without_an_epoch_has_no_network_to_ask(open_page, root):
    make_results(root, ROWS, NAMES, best_epoch=0)
    page = open_page()
    open_tab(page)
    assert not questions(page)
    assert "once the first epoch has been validated" in page.blocks.words.text()


def test_weights_that_became_better_are_asked_about_again(page, root):
    open_tab(page)
    answer(page, 0.7, 0.8, 0.5)
    answer(page, 0.1, 0.1, 0.1, accuracy=0.5)
    page.history.choose(())
    run = page.history.runs[0]
    page.blocks.answers._state.history.runs = (replace(run, best_epoch=5), *page.history.runs[1:])
    page.state.changed.emit()
    settle()
    assert len(questions(page)) == 3
