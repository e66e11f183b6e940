"""From the empty window to a run on one's own images: the real window, the real worker, few presses."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from explorer.runs.data.image_list import Layout, Part
from explorer.runs.folder.survey import find_run
from explorer.runs.questions.data import ProblemKind
from tests.clicks import click, type_path
from tests.planted import fingerprint, plant

MAX_PRESSES = 8  # of the mouse or of keys; typing a path counts as one


@pytest.fixture
def photos(tmp_path) -> Path:
    """A folder of small colour images in three classes, beside a file that the system has left there."""
    folder = tmp_path / "photos"
    for label, name in enumerate(("cat", "dog", "owl")):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            Image.new("RGB", (24, 20), (80 * label, 20 * number, 90)).save(folder / name / f"{number}.png")
    (folder / ".DS_Store").write_bytes(b"\x00")
    return folder


class Hand:
    """A user who counts each press of the mouse or of a key chord, and the typing of a path as one."""

    def __init__(self, qtbot, window) -> None:
        self.presses = 0
        self._qtbot, self._window = qtbot, window

    def open_folder(self, path: Path) -> None:
        type_path(self._qtbot, str(path))  # everything is selected, replaced, and entered
        self.presses += 4
        modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        self._qtbot.keyClick(self._window, Qt.Key.Key_O, modifiers)

    def open_table(self, path: Path) -> None:
        type_path(self._qtbot, str(path))
        self.presses += 5  # the menu and its entry
        self._window.orders.open_table.trigger()

    def click(self, widget) -> None:
        self.presses += 1
        click(self._qtbot, widget)


@pytest.mark.slow
def test_a_run_on_a_folder_takes_few_presses(open_session, qtbot, photos):
    session = open_session(warm=True)
    window, client = session.window, session.pool.workers[0]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hand = Hand(qtbot, window)
    hand.open_folder(photos)
    qtbot.waitUntil(lambda: window.training.data_box.currentText() == "photos")
    scanned = session.workspace.data_state
    qtbot.waitUntil(lambda: scanned.scanned is not None)
    assert [each.name for each in scanned.scanned.classes] == ["cat", "dog", "owl"]
    colour = window.training.remarks.lines["colour"]
    qtbot.waitUntil(colour.whole.isVisible)
    hand.click(colour.order)
    assert "3×96×96, 3 classes" in window.training.start.text()
    hand.click(window.training.start)
    qtbot.waitUntil(lambda: bool(client.run and client.run.curves.train.count))
    assert hand.presses <= MAX_PRESSES
    run = find_run(client.run.id, client.runs)
    assert run.recipe.data == str(photos)
    assert (run.design.input, run.design.classes) == ((3, 96, 96), 3)
    with qtbot.waitSignal(client.run_ended):
        session.window.orders.stop.trigger()


@pytest.mark.uses
@pytest.mark.parametrize("layout", [Layout.CLASSES, Layout.SPLITS, Layout.TABLE])
def test_a_folder_with_everything_wrong_is_trained_on_as_it_is(open_session, qtbot, tmp_path, layout):
    """Files that are no images and copies within and across classes and parts are said, and left out or kept."""
    folder = tmp_path / "found somewhere"
    folder.mkdir()
    planted = plant(folder, layout)
    before = fingerprint(planted.root)
    session = open_session(warm=True)
    window, client = session.window, session.pool.workers[0]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hand = Hand(qtbot, window)
    (hand.open_table if layout is Layout.TABLE else hand.open_folder)(planted.path)
    state = session.workspace.data_state
    qtbot.waitUntil(lambda: state.scanned is not None)
    scanned = state.scanned
    assert {each.name: each.train + each.validation + each.test for each in scanned.classes} == {
        each.name: planted.of_class(each.name) for each in scanned.classes
    }
    counts = {problem.kind: problem.count for problem in scanned.problems}
    assert counts[ProblemKind.UNREADABLE] == len(planted.unreadable) == 40
    assert (ProblemKind.LEAK in counts) == (layout is not Layout.CLASSES)
    assert scanned.skipped == planted.skipped
    colour = window.training.remarks.lines["colour"]
    qtbot.waitUntil(colour.whole.isVisible)
    hand.click(colour.order)
    hand.click(window.training.start)
    qtbot.waitUntil(lambda: bool(client.run and client.run.curves.train.count))
    assert hand.presses <= MAX_PRESSES
    with qtbot.waitSignal(client.run_ended):
        session.window.orders.stop.trigger()
    record = find_run(client.run.id, client.runs).data
    assert record.unreadable == len(planted.unreadable)
    if layout is not Layout.CLASSES:
        trained = sum(count for (_, part), count in planted.counts.items() if part is Part.TRAIN)
        assert record.train == trained
    assert fingerprint(planted.root) == before
