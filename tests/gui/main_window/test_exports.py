"""The Export menu: all formats, what each is made of, and what the user sees until the file is there."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QMessageBox

from explorer.architecture.presets import preset
from explorer.architecture.source.network import python_source
from explorer.gui.main_window import export_dialog
from explorer.gui.widgets.text.language import say
from explorer.gui.workspace import CURVES
from explorer.runs import extras as extras_module
from explorer.runs.commands import Withdraw
from explorer.runs.events import Progress
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.formats import FORMATS
from explorer.runs.questions.export import Export, Exported
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from tests.clicks import click, name_file
from tests.gui.made_lines import made_step, started
from tests.gui.scripted_workers import Played

RECIPE = Recipe(device="cpu", epochs=3)


@pytest.fixture
def complaints(monkeypatch) -> list[str]:
    """The texts of the dialogs that would have opened."""
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(f"{box.text()}\n{box.informativeText()}"))
    return said


@pytest.fixture
def worker(session, monkeypatch) -> Played:
    return Played(session.pool.shown, monkeypatch)


@pytest.fixture
def chosen_run(session) -> Path:
    """The folder of a run that is selected in the list."""
    run = RunFolder.create(session.pool.runs, preset("mini"), RECIPE, 1)
    run.close()
    session.workspace.run_history.reload()
    session.workspace.run_history.choose([run.path.name])
    return run.path


def entries(session) -> list[QAction]:
    menu = session.window.menus.export
    menu.aboutToShow.emit()
    return [action for action in menu.actions() if not action.isSeparator()]


def entry(session, label: str) -> QAction:
    return next(action for action in entries(session) if action.text() == f"{say(label)} …")


def test_the_menu_lists_what_the_command_line_does(session):
    found = [action.text() for action in entries(session)]
    designs = [f"{form.of_design} …" for form in FORMATS.values() if form.of_design]
    assert found == designs + [f"{form.of_run} …" for form in FORMATS.values() if form.of_run]
    names = [action.objectName() for action in entries(session)]
    assert len(set(names)) == len(names)  # by which the command palette knows them
    assert {name.removesuffix("_of_run") for name in names} == set(FORMATS)


def test_source_is_written_at_once(session, qtbot, tmp_path, complaints):
    name_file(qtbot, str(tmp_path / "net"))
    entry(session, FORMATS["python"].of_design).trigger()
    assert (tmp_path / "net.py").read_text(encoding="utf-8") == python_source(session.document.plan, "torchvision")
    assert session.window.confirmation.text() == "Exported net.py"
    assert complaints == []


def test_the_diagram_is_written_at_once(session, qtbot, tmp_path):
    name_file(qtbot, str(tmp_path / "net"))
    entry(session, FORMATS["svg"].of_design).trigger()
    assert "<title>ResNet-18 (Dive into Deep Learning)</title>" in (tmp_path / "net.svg").read_text(encoding="utf-8")


def test_a_worker_writes_what_takes_longer(session, qtbot, worker, tmp_path, complaints):
    session.document.use_names("paper")
    name_file(qtbot, str(tmp_path / "net.csv"))
    entry(session, FORMATS["csv"].of_design).trigger()
    (asked,) = worker.asked(Export)
    assert (asked.design, asked.run, asked.format) == (session.document.design, "", "csv")
    assert (asked.path, asked.names, asked.language) == (tmp_path / "net.csv", "paper", "en")
    assert not entry(session, FORMATS["onnx"].of_design).isEnabled()
    worker.answer(asked, Exported(path=asked.path))
    assert session.window.confirmation.text() == "Exported net.csv"
    assert entry(session, FORMATS["onnx"].of_design).isEnabled()
    assert complaints == []


def test_what_is_made_of_runs_is_offered_for_the_selected_one(session, qtbot, worker, request, tmp_path):
    labels = [form.of_run for form in FORMATS.values() if form.of_run]
    assert not any(entry(session, label).isEnabled() for label in labels)
    run = request.getfixturevalue("chosen_run")
    assert all(entry(session, label).isEnabled() for label in labels)
    name_file(qtbot, str(tmp_path / "net.safetensors"))
    entry(session, FORMATS["safetensors"].of_run).trigger()
    (asked,) = worker.asked(Export)
    assert (asked.design, asked.recipe, asked.run, asked.runs) == (preset("mini"), RECIPE, run.name, run.parent)


@pytest.fixture
def extras(monkeypatch):
    """The packages that some formats need, whether they are installed or not."""
    monkeypatch.setattr(extras_module, "find_spec", lambda name: True)


@pytest.mark.usefixtures("extras")
def test_a_folder_is_put_into_another_one(session, qtbot, worker, chosen_run, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    entry(session, FORMATS["tensorboard"].of_run).trigger()
    (asked,) = worker.asked(Export)
    assert asked.path == tmp_path / f"{chosen_run.name}-tensorboard"


@pytest.fixture
def impatient(monkeypatch, open_session):
    """A window that says at once how far an export is."""
    monkeypatch.setattr(export_dialog, "_PATIENCE", 0)
    return open_session()


@pytest.mark.usefixtures("extras")
def test_how_far_it_is_is_shown_until_it_is_cancelled(impatient, qtbot, tmp_path, monkeypatch):
    worker, dialog = Played(impatient.pool.shown, monkeypatch), impatient.window.exports.dialog
    name_file(qtbot, str(tmp_path / "net.onnx"))
    entry(impatient, FORMATS["onnx"].of_design).trigger()
    qtbot.waitUntil(dialog.isVisible)
    assert dialog.words.text() == "Exporting net.onnx …\n"
    (asked,) = worker.asked(Export)
    worker.say(Progress("export", 3, 4, asked.id))
    assert (dialog.bar.value(), dialog.bar.maximum()) == (3, 4)
    click(qtbot, dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Cancel))
    assert not dialog.isVisible()
    assert worker.sent[-1] == Withdraw(asked.id)
    assert entry(impatient, FORMATS["onnx"].of_design).isEnabled()


@pytest.mark.usefixtures("extras")
def test_an_export_goes_on_in_a_window_in_another_language(impatient, qtbot, tmp_path, monkeypatch):
    worker = Played(impatient.pool.shown, monkeypatch)
    name_file(qtbot, str(tmp_path / "net.onnx"))
    entry(impatient, FORMATS["onnx"].of_design).trigger()
    (asked,) = worker.asked(Export)
    impatient.use_language("zh_CN")
    dialog = impatient.window.exports.dialog
    qtbot.waitUntil(dialog.isVisible)
    worker.answer(asked, Exported(path=asked.path))
    assert not dialog.isVisible()
    assert "net.onnx" in impatient.window.confirmation.text()
    impatient.use_language("en")


def test_which_weights_were_taken_is_said(session, qtbot, worker, chosen_run, tmp_path, complaints):
    name_file(qtbot, str(tmp_path / "net.safetensors"))
    entry(session, FORMATS["safetensors"].of_run).trigger()
    (asked,) = worker.asked(Export)
    worker.answer(asked, Exported(path=asked.path, warning=Sentence("those of epoch 2 were taken")))
    assert complaints == ["Exported net.safetensors\nthose of epoch 2 were taken"]


def test_why_there_is_no_file_is_said_in_the_users_words(session, qtbot, worker, tmp_path, complaints):
    name_file(qtbot, str(tmp_path / "net.csv"))
    entry(session, FORMATS["csv"].of_design).trigger()
    worker.refuse(worker.asked(Export)[0], "No space left on device")
    assert complaints == ["Could not export net.csv\nNo space left on device"]


def test_what_is_not_installed_is_said_before_a_place_is_asked_for(session, monkeypatch, complaints):
    monkeypatch.setitem(FORMATS, "onnx", replace(FORMATS["onnx"], modules=("no_such_module",)))
    entry(session, FORMATS["onnx"].of_design).trigger()
    assert len(complaints) == 1
    assert "uv sync --extra onnx" in complaints[0]


def test_a_design_that_cannot_be_built_is_not_exported(session, chosen_run):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    action = entry(session, FORMATS["onnx"].of_design)
    assert not action.isEnabled()
    assert action.toolTip() == session.document.fatal.what
    assert entry(session, FORMATS["onnx"].of_run).isEnabled()


@pytest.mark.slow
def test_a_real_worker_exports(open_session, qtbot, tmp_path):
    session = open_session("mini", warm=True)
    qtbot.waitUntil(lambda: session.pool.hello is not None)
    name_file(qtbot, str(tmp_path / "net.csv"))
    entry(session, FORMATS["csv"].of_design).trigger()
    qtbot.waitUntil(lambda: session.window.confirmation.text() == "Exported net.csv")
    assert (tmp_path / "net.csv").read_text().count("\n") == 1 + len(list(session.document.plan.layers()))


def test_curves_are_saved_as_a_picture_once_there_are_some(session, qtbot, tmp_path, complaints):
    save = session.window.orders.save_curves
    session.window.pages.show_page(CURVES)
    assert not save.isEnabled()
    run = RunFolder.create(session.pool.runs, preset("mini"), RECIPE, 1)
    for event in (started(10), made_step(1, 2.0), made_step(2, 1.0)):
        run.log(event)
    run.close()
    session.workspace.run_history.reload()
    session.workspace.run_history.choose([run.path.name])
    qtbot.waitUntil(save.isEnabled)
    for name, start in (("a", b"<?xml"), ("b.png", b"\x89PNG"), ("c.SVG", b"<?xml")):
        name_file(qtbot, str(tmp_path / name))
        save.trigger()
        path = tmp_path / (name if "." in name else f"{name}.svg")
        assert path.read_bytes().startswith(start)
        assert session.window.confirmation.text() == f"Exported {path.name}"
    assert complaints == []
