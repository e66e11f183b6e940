"""Check my block: what was pasted is kept, run only once that was agreed to, and the answer stands beside it."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor

from explorer.architecture.presets import preset
from explorer.gui.experiments.block_check.dialog import BlockCheckDialog
from explorer.gui.session import Session
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import apply_language
from explorer.runs.commands import Withdraw
from explorer.runs.events import Progress
from explorer.runs.questions.block_check import (
    MAX_SOURCE,
    BlockChecked,
    CheckBlock,
    LayerBeside,
    LayerState,
    Remark,
    Verdict,
)
from explorer.sentences import Sentence
from tests.clicks import click
from tests.events import settle
from tests.gui.paths import open_dialog
from tests.gui.scripted_workers import Played
from tests.gui.test_accessible import focusable, name_of

SOURCE = "class Residual(nn.Module):\n    pass\n"
LAYERS = (
    LayerBeside(
        Sentence("first norm"), "BatchNorm2d(num_features=6)", "BatchNorm2d(num_features=6)", LayerState.SAME, 0.0, 1
    ),
    LayerBeside(
        Sentence("convolution on the shortcut"),
        "Conv2d(in_channels=3, out_channels=6, kernel_size=1, stride=2, padding=0)",
        "Conv2d(in_channels=3, out_channels=6, kernel_size=3, stride=2, padding=1)",
        LayerState.DIFFERENT,
        0.25,
        2,
    ),
    LayerBeside(Sentence("sum"), "+()", "", LayerState.MISSING, None, 0),
)
ANSWER = BlockChecked(
    verdict=Verdict.DIFFERENT,
    summary=Remark(Sentence("It differs."), 2),
    hints=(Remark(Sentence("It should be a 1×1."), 2), Remark(Sentence("Something else."))),
    case=Sentence("with the 1×1 convolution"),
    layers=LAYERS,
    printed="hello\n",
)


@pytest.fixture(autouse=True)
def as_before(qapp):
    yield
    apply_language("en")


@pytest.fixture
def played(session, monkeypatch):
    return Played(session.pool.workers[0], monkeypatch)


def open_check(session: Session) -> BlockCheckDialog:
    dialog = open_dialog(session, session.window.orders.check_block)
    assert isinstance(dialog, BlockCheckDialog)
    return dialog


@pytest.fixture
def dialog(session, played):
    QSettings().setValue("runs_pasted_code", True)
    dialog = open_check(session)
    dialog.editor.setPlainText(SOURCE)
    return dialog


def test_code_runs_only_once_that_was_agreed_to_and_it_is_asked_once(session, qtbot, played):
    dialog = open_check(session)
    dialog.editor.setPlainText(SOURCE)
    assert "with your rights" in dialog.warning.text()
    assert not dialog.check.isEnabled()
    dialog._state.check()
    assert played.asked(CheckBlock) == []
    qtbot.keyClick(dialog.accepted_box, Qt.Key.Key_Space)
    assert dialog.warning.isHidden()
    click(qtbot, dialog.check)
    (asked,) = played.asked(CheckBlock)
    assert (asked.source, asked.design) == (SOURCE, preset("d2l-resnet18"))
    dialog.close()
    settle()
    assert open_check(session).warning.isHidden()


def test_the_answer_is_a_sentence_with_hints_and_the_layers_side_by_side(session, qtbot, played, dialog):
    click(qtbot, dialog.check)
    assert dialog.progress.isVisible()
    assert not dialog.check.isEnabled()
    played.answer(played.asked(CheckBlock)[0], ANSWER)
    assert dialog.progress.isHidden()
    assert dialog.summary.text() == "Line 2: It differs."
    assert dialog.hints.text() == "• Line 2: It should be a 1×1.\n• Something else."
    cells = [[dialog.layers.item(row, column).text() for column in range(4)] for row in range(3)]
    assert cells[1:] == [
        ["≠ convolution on the shortcut", "Conv2d(3, 6, 1, stride=2)", "Conv2d(3, 6, 3, stride=2, padding=1)", "0.25"],
        ["– sum", "+", "", ""],
    ]
    assert dialog.layers.item(1, 0).foreground().color() == QColor(theme.colours().bad)
    assert dialog.printed.toPlainText() == "hello\n"
    assert dialog.editor.textCursor().blockNumber() == 1
    dialog.layers.selectRow(0)
    assert dialog.editor.textCursor().blockNumber() == 0


def test_an_edit_drops_the_answer_and_withdraws_the_question(session, qtbot, played, dialog):
    click(qtbot, dialog.check)
    (asked,) = played.asked(CheckBlock)
    played.say(Progress("checkblock", 0, 0, asked.id))
    dialog.editor.setPlainText(SOURCE + "#")
    assert played.asked(Withdraw) == [Withdraw(asked.id)]
    assert dialog.progress.isHidden()
    click(qtbot, dialog.check)
    played.answer(played.asked(CheckBlock)[-1], ANSWER)
    assert dialog.layers.isVisible()
    qtbot.keyClick(dialog.editor, Qt.Key.Key_Space)
    assert dialog.layers.isHidden()
    assert dialog.summary.isHidden()


def test_it_can_be_cancelled_and_a_refusal_is_said(session, qtbot, played, dialog):
    click(qtbot, dialog.check)
    click(qtbot, dialog.cancel)
    assert dialog.check.isEnabled()
    click(qtbot, dialog.check)
    played.refuse(played.asked(CheckBlock)[-1], "block: no such thing")
    assert dialog.summary.text() == "block: no such thing"


def test_what_no_block_is_as_long_as_is_not_sent(session, qtbot, played, dialog):
    dialog.editor.setPlainText("#" * (MAX_SOURCE + 1))
    click(qtbot, dialog.check)
    assert played.asked(CheckBlock) == []
    assert dialog.summary.text() == "The code has more than 100,000 characters."


def test_it_is_compared_with_the_block_of_the_design_if_that_is_chosen(session, qtbot, played, dialog):
    session.document.propose(session.document.design.change(block="bottleneck"), "")
    dialog.standard.setCurrentIndex(1)
    dialog.standard.activated.emit(1)
    click(qtbot, dialog.check)
    assert played.asked(CheckBlock)[0].design == session.document.design


def test_text_and_answer_are_there_in_another_language(session, qtbot, played, dialog):
    click(qtbot, dialog.check)
    played.answer(played.asked(CheckBlock)[0], ANSWER)
    session.window.orders.language_chosen.emit("zh_CN")
    qtbot.waitUntil(lambda: session.window.findChild(BlockCheckDialog) is not None)
    again = session.window.findChild(BlockCheckDialog)
    assert again.editor.toPlainText() == SOURCE
    assert again.layers.rowCount() == 3
    again.close()
    settle()
    assert not session.workspace.block_check.is_open


def test_the_order_brings_the_one_dialog_to_the_front(session, dialog):
    session.window.orders.check_block.trigger()
    assert session.window.findChildren(BlockCheckDialog) == [dialog]


def test_all_that_has_the_focus_has_a_name(session, played, dialog):
    dialog._state._note_answer(ANSWER)
    assert [type(each) for each in focusable(dialog) if not name_of(each)] == []


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (1024, 700)])
def test_it_fits_the_window(session, played, size):
    session.window.resize(*size)
    settle()
    dialog = open_check(session)
    dialog._state._note_answer(ANSWER)
    settle()
    assert dialog.width() <= size[0]
    assert dialog.height() <= size[1]
    assert not dialog.layers.horizontalScrollBar().isVisible()
