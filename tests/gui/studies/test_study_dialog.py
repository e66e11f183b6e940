"""The dialog that starts a study: what it says at once, and what becomes of it."""

import pytest
from PySide6.QtCore import Qt

from explorer.architecture.presets import preset
from explorer.gui.studies.study_dialog import StudyDialog
from explorer.runs.questions.estimate import Estimated, Memory
from explorer.runs.studies.folder import list_studies
from explorer.runs.studies.study import Knob, Measure, StudyKind
from tests.clicks import click
from tests.gui.test_accessible import focusable, name_of

MEMORY = Memory(weights=1, gradients=1, optimizer=1, activations=1)


@pytest.fixture
def session(open_session, monkeypatch):
    session = open_session("mini")
    monkeypatch.setattr(session.workspace.studies, "_can_start", lambda: False)  # nothing is trained
    return session


@pytest.fixture
def dialog(session, qtbot) -> StudyDialog:
    session.window.orders.starts.as_study.trigger()
    dialog = session.window.findChild(StudyDialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.waitUntil(dialog.start.isEnabled)
    yield dialog
    dialog.close()


def test_it_offers_blocks_and_the_plain_twin_at_first(dialog):
    assert dialog.study.knobs == (Knob("stage2.blocks", ("1", "2", "4")), Knob("shortcut", ("projection", "none")))
    assert dialog.start.text() == "Start 18 runs"
    assert dialog.summary.text().startswith("18 runs: 6 networks with 3 seeds each")
    assert dialog.name.placeholderText() == "Mini: stage 2: Blocks, Shortcut"
    assert [type(widget).__name__ for widget in focusable(dialog) if not name_of(widget)] == []


def test_it_counts_at_once_and_start_writes_the_study_and_queues_it(session, dialog, qtbot):
    said = []
    session.window.orders.confirmed.connect(said.append)
    dialog.rows[0].line.setText("1, 2")
    dialog.seeds.setValue(2)
    assert dialog.start.text() == "Start 8 runs"
    dialog.name.setText("Twins")
    qtbot.waitUntil(dialog.start.isEnabled)
    click(qtbot, dialog.start)
    assert not dialog.isVisible()
    (written,) = list_studies(session.pool.runs).studies
    assert (written.study.name, written.study.seeds, written.study.design) == ("Twins", 2, preset("mini"))
    assert session.pool.queue.studies == (written.folder,)
    assert said == ["Started the study Twins"]
    row = session.window.queue.tree.topLevelItem(0)
    assert [row.text(column) for column in range(3)] == ["Study Twins", "0 of 8", "0 of 8 runs done"]
    session.use_language("zh_CN")  # another window, in which it goes on
    assert session.window.queue.tree.topLevelItemCount() == 1
    assert session.workspace.state().studies == (str(written.folder),)
    session.use_language("en")


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("stage2.blocks", "1, 900", "stage2.blocks=900: must be at most 512, not 900"),
        ("stage2.blocks", "1, x", "stage2.blocks=x: must be a whole number, not"),
        ("groups", "1, 2", "groups=2: "),
    ],
)
def test_what_cannot_be_built_is_said_at_the_control(dialog, qtbot, key, text, problem):
    dialog.twins.setChecked(False)
    row = dialog.rows[0]
    row.box.setCurrentIndex(row.box.findData(key))
    row.line.setText(text)
    assert not dialog.start.isEnabled()
    qtbot.waitUntil(lambda: row.problem.text().startswith(problem))
    assert row.line.accessibleDescription() == row.problem.text()
    assert not dialog.start.isEnabled()
    row.line.setText("1")
    qtbot.waitUntil(dialog.start.isEnabled)
    assert not row.problem.text()


def test_a_point_that_only_two_values_together_make_wrong_is_named(dialog, qtbot):
    click(qtbot, dialog.add)
    first, second = dialog.rows
    first.box.setCurrentIndex(first.box.findData("stage2.width"))
    first.line.setText("32, 8")  # stage 2 narrows from 16 to 8
    second.box.setCurrentIndex(second.box.findData("shortcut"))
    for option, box in second.options.items():
        box.setChecked(option in ("projection", "pad"))
    assert not dialog.twins.isEnabled()
    qtbot.waitUntil(lambda: second.problem.text().startswith("stage2.width=8 shortcut=pad: "))
    assert not dialog.start.isEnabled()
    click(qtbot, second.remove)
    qtbot.waitUntil(dialog.start.isEnabled)


def test_boxes_stand_for_the_values_of_what_can_be_listed(dialog, qtbot):
    row = dialog.rows[0]
    row.box.setCurrentIndex(row.box.findData("nesterov"))
    assert dialog.study.knobs[0] == Knob("nesterov", ("false", "true"))
    row.options["true"].click()
    assert dialog.study.knobs[0] == Knob("nesterov", ("false",))


def test_the_time_grows_with_the_networks_and_shrinks_with_the_devices(session, dialog, qtbot, monkeypatch):
    estimates = session.workspace.estimates
    found = Estimated(device="cpu", memory=MEMORY, available_bytes=0, seconds_per_epoch=6.0)
    monkeypatch.setattr(estimates, "of", lambda _: found)
    dialog.twins.setChecked(False)
    dialog.rows[0].line.setText("1")
    qtbot.waitUntil(dialog.start.isEnabled)
    assert "about 3 min" in dialog.summary.text()  # three seeds of ten epochs
    monkeypatch.setattr("explorer.gui.studies.study_dialog.candidates", lambda *_: ["cuda:0", "cuda:1", "cuda:2"])
    estimates.changed.emit()
    assert "about 60 s on 3 devices" in dialog.summary.text()


def test_nested_classes_ask_for_depths_alone(dialog, qtbot):
    dialog.kind.setCurrentIndex(dialog.kind.findData(StudyKind.NESTED))
    assert dialog.study.measure is Measure.TRAINING_LOSS
    dialog.depths.setText("8, 15")
    qtbot.waitUntil(lambda: "15" in dialog.depths_problem.text())
    assert not dialog.start.isEnabled()
    dialog.depths.setText("8, 14")
    qtbot.waitUntil(dialog.start.isEnabled)
    assert dialog.start.text() == "Start 15 runs"  # from scratch, grown but for the first, and plain
