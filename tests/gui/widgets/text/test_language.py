"""Two languages: every text translated, every word in its control, and one click from one to the other."""

import os
import runpy
import subprocess
import sys
import weakref
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QMenuBar,
    QMessageBox,
    QStyle,
    QStyleOptionComboBox,
    QWidget,
)
from shiboken6 import isValid

from explorer.architecture.design import Design, Stage
from explorer.architecture.notation import from_line
from explorer.architecture.presets import preset, preset_families
from explorer.fields import fields_of
from explorer.gui.app import make_application
from explorer.gui.main_window.preset_menu import FAMILIES
from explorer.gui.widgets.text.language import apply_language, chosen_language, in_one_unit, say, short, whole
from explorer.gui.workers.inquiry import Inquiry
from explorer.resources import resource
from explorer.runs.events import Failed, Warned, event_line, read_line
from explorer.runs.questions.estimate import Estimate
from explorer.runs.recipe import RECIPES, Recipe
from explorer.sentences import Sentence
from explorer.validation import Refused, refuse
from tests.clicks import block_view, curves, run_button, show_block
from tests.events import settle
from tests.gui.scripted_workers import Played, worker

ROOT = Path(__file__).parents[3]
TS = resource("translations", "zh_CN.ts")
TOOL = runpy.run_path(str(TS.with_name("update.py")))
RUNNING = "hello(); assert told() == 'train'; started()\nfor n in range(1, 10**6): step(n); time.sleep(0.05)"


@pytest.fixture(autouse=True)
def english_again(qapp) -> Iterator[None]:
    yield
    apply_language("en")


def messages(ts: Path) -> Iterator[tuple[str, str, ElementTree.Element]]:
    """Context, source and translation of every entry."""
    for context in ElementTree.parse(ts).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            yield context.findtext("name", ""), message.findtext("source", ""), translation


def places(text: str) -> set[tuple[str, str]]:
    """The placeholders of a template, with how their values are to be written."""
    return {(name, form or "") for _, name, form, _ in Formatter().parse(text) if name is not None}


def test_nothing_is_left_to_translate():
    entries = list(messages(TS))
    assert len(entries) > 200
    assert [entry[:2] for entry in entries if entry[2].get("type") or not (entry[2].text or "").strip()] == []


def test_translations_keep_placeholders_tags_and_lines():
    for _, source, translation in messages(TS):
        text = translation.text or ""
        assert places(text) == places(source), source
        for mark in ("<b>", "</b>", "&"):
            assert text.count(mark) == source.count(mark), source


def test_the_translations_are_those_of_this_source(tmp_path):
    fresh = tmp_path / TS.name
    fresh.write_bytes(TS.read_bytes())
    TOOL["find_texts"](fresh)
    known, found = ({entry[:2] for entry in messages(ts)} for ts in (TS, fresh))
    assert (found - known, known - found) == (set(), set()), "run resources/translations/update.py"


def test_the_loaded_file_is_made_of_the_translations(tmp_path):
    TOOL["release"](TS, tmp_path / "fresh.qm")
    same = (tmp_path / "fresh.qm").read_bytes() == TS.with_suffix(".qm").read_bytes()
    assert same, "run resources/translations/update.py"


def test_names_from_files_have_their_words():
    known = {source for context, source, _ in messages(TS) if not context}
    assert set(RECIPES) <= known
    assert set(preset_families()) - {"torchvision", "CIFAR", "timm"} == set(FAMILIES) <= known


@pytest.mark.parametrize("kind", [Design, Stage, Recipe])
def test_values_that_stay_english_are_explained_in_chinese(qapp, kind):
    apply_language("zh_CN")
    for name, field in fields_of(kind).items():
        assert say(field.label.help) != field.label.help, name
        for option in field.options:
            assert (option in say(field.label.help)) == (option in field.label.help), option
    assert len(fields_of(kind)) >= len(fields(kind)) - 2


@pytest.mark.parametrize(
    ("system", "spoken"),
    [("zh_CN.UTF-8", "zh_CN"), ("zh_TW.UTF-8", "en"), ("de_DE.UTF-8", "en"), ("en_GB.UTF-8", "en"), ("C.UTF-8", "en")],
)
def test_the_systems_language(system, spoken):
    code = "from explorer.gui.widgets.text.language import spoken_language; print(spoken_language('system'))"
    environment = {**os.environ, "LC_ALL": system, "LANGUAGE": ""}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == spoken, done.stderr


@pytest.mark.parametrize(
    ("numbers", "unit", "texts"),
    [
        ((11_178_378, 1_234_000_000), "M", ["11.18", "1,234.00"]),
        ((999_000, 1_001_000), "k", ["999.0", "1,001.0"]),
        ((999, 5_000_000), "", ["999", "5,000,000"]),
        ((0, 12), "", ["0", "12"]),
    ],
)
def test_numbers_that_are_compared_share_the_unit_of_the_smallest(qapp, numbers, unit, texts):
    apply_language("en")
    assert in_one_unit(numbers) == (unit, texts)


def test_dialogs_and_numbers_speak_it_too(qtbot):
    box = QMessageBox(QMessageBox.Icon.Question, "", "", QMessageBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QMessageBox.StandardButton.Cancel).text() == "Cancel"
    apply_language("zh_CN")
    box = QMessageBox(QMessageBox.Icon.Question, "", "", QMessageBox.StandardButton.Cancel)
    qtbot.addWidget(box)
    assert box.button(QMessageBox.StandardButton.Cancel).text() == "取消"
    assert QLocale().language() == QLocale.Language.Chinese
    assert (whole(11_178_378), short(11_178_378)) == ("11,178,378", "11.18 M")


def test_the_command_line_chooses(qapp):
    make_application("zh_CN")
    assert chosen_language() == "zh_CN"
    assert say("Stem") == "起始层"


# Every word in its control


def cut_off(window: QWidget) -> list[str]:
    """The visible texts that have less room than they need."""
    found = []
    for widget in window.findChildren(QWidget):
        if widget.isVisible() and not fits(widget):
            words = widget.text() if isinstance(widget, QLabel | QAbstractButton) else widget.accessibleName()
            found.append(f"{type(widget).__name__} {widget.objectName()}: {words!r} in {widget.size().toTuple()}")
    return found


def fits(widget: QWidget) -> bool:
    match widget:
        case QLabel() if widget.wordWrap():
            return widget.heightForWidth(widget.width()) <= widget.height()
        case QLabel() | QAbstractButton() if widget.text():
            hint = widget.sizeHint()
            return hint.width() <= widget.width() and hint.height() <= widget.height()
        case QAbstractButton():
            return widget.objectName() != "qt_toolbar_ext_button"
        case QComboBox():
            option = QStyleOptionComboBox()
            widget.initStyleOption(option)
            field = QStyle.SubControl.SC_ComboBoxEditField
            room = widget.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, widget).width()
            return all(widget.fontMetrics().horizontalAdvance(text) <= room for text in words_of(widget))
        case QHeaderView():
            shown = [each for each in range(widget.count()) if not widget.isSectionHidden(each)]
            return all(widget.sectionSize(each) >= widget.sectionSizeHint(each) for each in shown)
        case QMenuBar():
            return widget.actionGeometry(widget.actions()[-1]).right() <= widget.width()
        case _:
            return True


def wait_for_fit(qtbot, window: QWidget) -> None:
    """Layouts settle within a few turns of the event loop; then nothing may be cut off."""

    def nothing_is_cut_off() -> None:
        assert cut_off(window) == []

    qtbot.waitUntil(nothing_is_cut_off)


def words_of(box: QComboBox) -> list[str]:
    """What may stand in the box: not the entries that ask for more, which its list alone shows."""
    return [text for text in map(box.itemText, range(box.count())) if not text.endswith("…")]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
def test_every_text_fits(open_session, qtbot, language, size):
    apply_language(language)
    session = open_session()
    window = session.window
    window.resize(*size)
    window.editor.form.more.setChecked(True)
    window.training.form.more.setChecked(True)
    wait_for_fit(qtbot, window)
    session.document.pin(session.document.plan)
    session.document.propose(preset("resnet152").change(shortcut="pad"), "")
    session.document.select("layer2.0")
    wait_for_fit(qtbot, window)
    show_block(session).alone.setChecked(True)
    wait_for_fit(qtbot, window)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_text_fits_while_a_run_goes(open_session, qtbot, language):
    apply_language(language)
    session = open_session("mini", warm=True, process=worker(RUNNING))
    session.window.resize(1280, 720)
    session.window.training.start.click()
    qtbot.waitUntil(lambda: bool(session.pool.workers[0].run and session.pool.workers[0].run.step))
    wait_for_fit(qtbot, session.window)
    session.pool.workers[0].process.process.kill()
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")


# One click from one to the other


def switch(session, language: str) -> None:
    """As the menu does it."""
    session.window.orders.language_chosen.emit(language)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


def test_the_menu_switches(session):
    next(each for each in session.window.findChildren(QAction) if each.objectName() == "zh_CN").trigger()
    assert chosen_language() == "zh_CN"
    assert session.window.training.start.text().endswith("并开始训练")
    assert [dock.windowTitle() for dock in session.window.docks] == ["设计", "训练设置"]


def test_what_was_open_stays_open(session, qtbot):
    document, before = session.document, session.window
    before.resize(1300, 800)
    document.propose(preset("resnet34").with_stage(2, width=100), "wider")
    document.select("layer3.1")
    before.table.setExpanded(before.table.layers.find("layer3.1…"), True)
    before.table.setExpanded(before.table.layers.find("stem"), False)
    before.diagram.toggle("layer3.1…")
    view = show_block(session)
    view.alone.setChecked(True)
    view.form.boxes["size"].setValue(17)
    before.docks[0].hide()
    before.training.form.more.setChecked(True)
    before.training.form.controls["epochs"].box.setValue(3)
    before.training.estimate.at_own_size.click()
    curves(session).logarithmic.setChecked(True)
    session.window.pages.show_block()
    choice, opened = session.workspace.choice, set(before.table.opened)
    design, recipe = document.design, choice.recipe
    switch(session, "zh_CN")
    after = session.window
    assert after is not before
    assert after.isVisible()
    assert after.size().toTuple() == (1300, 800)
    assert document.design == design
    assert document.selection == "layer3.1"
    assert document.undo_stack.count() == 1
    assert after.table.opened == opened
    assert after.table.isExpanded(after.table.layers.find("layer3.1…"))
    assert not after.table.isExpanded(after.table.layers.find("stem"))
    assert after.diagram.opened == {"layer3.1…"}
    view = block_view(session)
    assert view.alone.isChecked()
    assert view.title.text().endswith("次乘加运算")
    assert view.form.boxes["size"].value() == 17
    assert not after.docks[0].isVisible()
    assert choice.recipe == recipe
    assert after.training.recipe_box.currentText() == "自定义"
    assert after.training.form.more.isChecked()
    assert after.training.estimate.at_own_size.isChecked()
    assert curves(session).logarithmic.isChecked()


@pytest.mark.slow
def test_ten_switches_during_a_run_leave_nothing_behind(open_session, qtbot):
    session = open_session("mini", warm=True, process=worker(RUNNING))
    session.window.training.start.click()
    qtbot.waitUntil(lambda: bool(session.pool.workers[0].run and session.pool.workers[0].run.step))
    pid, run = session.pool.workers[0].process.process.processId(), session.pool.workers[0].run
    count, gone = session.document.undo_stack.count(), []
    for number in range(10):
        window = session.window
        gone += map(weakref.ref, (window, window.table, window.training, window.training.estimate, curves(session)))
        del window
        switch(session, ("zh_CN", "en")[number % 2])
        step = run.step.step
        qtbot.waitUntil(lambda step=step: run.step.step > step)
        session.document.propose(session.document.design.with_stage(0, blocks=number + 2), "")
        session.document.undo_stack.undo()
    settle()
    assert not any(isValid(widget) for reference in gone if (widget := reference()) is not None)
    assert [each for each in QApplication.topLevelWidgets() if each.isVisible()] == [session.window]
    assert session.pool.workers[0].run is run
    assert session.pool.workers[0].process.process.processId() == pid
    assert session.pool.workers[0].state == "running"
    assert run_button(session, "stop").isVisible()
    assert curves(session).lines[-1].curves is run.curves
    assert session.document.undo_stack.index() == count
    session.pool.workers[0].process.process.kill()
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")


# What the inner wings and the worker say


def test_a_refusal_is_said_in_chinese(qapp):
    with pytest.raises(Refused) as caught:
        from_line("basic:1x28x28:10:64xtwo/0")
    assert str(caught.value) == "stages[0].blocks: must be a whole number, not 'two'"
    apply_language("zh_CN")
    assert say(caught.value.sentence) == "stages[0].blocks：必须是整数，而不是 'two'"


def test_what_the_system_calls_an_error_is_said_in_chinese(session, tmp_path, monkeypatch):
    apply_language("zh_CN")
    said = []
    monkeypatch.setattr(session.window.files, "complain", lambda *words: said.append(words))
    assert not session.window.files.write(tmp_path / "none" / "x.toml")
    assert said == [("未能保存 x.toml", "没有这个文件或文件夹")]


def test_what_the_worker_said_is_said_anew_in_another_language(session, qtbot):
    lack = Sentence("{wanted} more needed", {"wanted": "2 GiB"})
    text, values = (
        "out of memory on {device} at batch size {batch_size}: {shortage}",
        {"device": "cpu", "batch_size": 64},
    )
    line = event_line(Warned(Sentence(text, {**values, "shortage": lack})))
    session.pool.workers[0]._handle_lines([read_line(line)])
    assert session.window.training.notice.words.text() == "out of memory on cpu at batch size 64: 2 GiB more needed"
    switch(session, "zh_CN")
    assert session.window.training.notice.words.text() == "在 cpu 上批量大小为 64 时内存不足：还需要 2 GiB"
    switch(session, "en")
    assert session.window.training.notice.words.text() == "out of memory on cpu at batch size 64: 2 GiB more needed"


def test_why_a_question_has_no_answer_is_said_in_chinese(session, monkeypatch):
    played, reasons = Played(session.pool.workers[0], monkeypatch), []
    inquiry = Inquiry(session.pool, Estimate(preset("mini"), Recipe()))
    inquiry.refused.connect(reasons.append)
    refused = refuse("data", "there is no file {path!r}", path="cat.png")
    line = event_line(Failed(refused.sentence, of="estimate", id=played.sent[-1].id))
    session.pool.workers[0]._handle_lines([read_line(line)])
    apply_language("zh_CN")
    assert list(map(say, reasons)) == ["data：没有文件 'cat.png'"]


def test_what_a_worker_says_in_english_alone_is_shown_as_it_is(session):
    apply_language("zh_CN")
    session.pool.workers[0]._handle_lines([read_line('{"event": "warned", "reason": "the {disk is full"}')])
    assert session.window.training.notice.words.text() == "the {disk is full"
