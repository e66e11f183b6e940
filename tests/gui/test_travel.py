"""The strip of feature maps, with a worker that is played, and once with the real one."""

import io

import pytest
import torch
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage
from PySide6.QtWidgets import QToolButton

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.rewrites import make_network
from explorer.engine.weights import save_best
from explorer.gui import theme
from explorer.gui.journeys import TRAINED, UNTRAINED
from explorer.gui.strip import Column, Lane, Strip
from explorer.runs.commands import Probe
from explorer.runs.folder import RunFolder
from explorer.runs.journey import MOST_MAPS, Journey, Origin, journey_values, sent_size
from explorer.runs.recipe import RECIPES


class Played:
    """Stands for the worker: keeps what it was asked and answers when told to."""

    def __init__(self, session, monkeypatch) -> None:
        self.session, self.asked = session, []
        monkeypatch.setattr(session.trainer.process, "send", self.asked.append)
        monkeypatch.setattr(session.window.training.preflight, "ask", lambda: None)
        session.trainer.set_state("idle")

    @property
    def probes(self) -> list[Probe]:
        return [each for each in self.asked if isinstance(each, Probe) and each.of == "travel"]

    def answer(self, origin: Origin | None = None, predicted: int = 9, probability: float = 0.93) -> None:
        """What a worker could say to the last question: sheets of the right sizes."""
        probe = self.probes[-1]
        sheets = {"": png((1, *sent_size(probe.design.input)))}
        for section in plan_network(probe.design).sections[:-1]:
            sheets[section.name] = png((min(MOST_MAPS, section.output[0]), *sent_size(section.output)))
        origin = origin or Origin(28, 28, "L", label=9)
        values = journey_values(Journey(sheets, origin, predicted, probability, images=2_000))
        self.session.trainer.answered.emit(probe.id, values)

    def refuse(self, reason: str) -> None:
        self.session.trainer.answered.emit(self.probes[-1].id, {"reason": reason})


def png(shape: tuple[int, int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("L", (shape[0] * shape[2], shape[1]), 128).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def played(session, monkeypatch):
    return Played(session, monkeypatch)


def see_travel(session, qtbot, played=None):
    """Show the strip by its menu entry, and wait for the first question if someone is there to answer it."""
    session.window.menus.see_travel.trigger()
    if played:
        qtbot.waitUntil(lambda: len(played.probes) == 1)
    return session.window.travel


def made_run(session, trained: bool = False) -> RunFolder:
    """A finished run of the shown design; `trained` with weights that a worker can load."""
    design = session.document.design
    folder = RunFolder.create(session.trainer.runs, design, RECIPES["quick"].change(seed=5), 1)
    if trained:
        network = make_network(plan_network(design), torch.device("cpu"))
        save_best(folder, network)
    folder.update(state="finished", best_accuracy=0.9, best_epoch=1, epochs_done=1)
    folder.close()
    return folder


def lanes(travel) -> list[tuple[str, str, bool]]:
    """What stands at each lane: its title, its verdict, and whether it is pale."""
    return [(lane.title, " ".join(lane.verdict), lane.pale) for lane in travel.strip.lanes]


def settle(session) -> None:
    """Let the time be over that it waits for something newer before it asks."""
    timer = session.window.travel.journeys.timer
    if timer.isActive():
        timer.stop()
        timer.timeout.emit()


def drop(window, path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPoint(5, 5), action, data, button, key))


def test_hidden_it_asks_nothing_shown_it_asks_once(session, played, qtbot):
    settle(session)
    assert played.probes == []
    travel = see_travel(session, qtbot, played)
    assert played.probes[0].values == {"image": 0}
    assert played.probes[0].run == ""
    assert lanes(travel) == [("untrained", " ", False)]
    played.answer()
    assert lanes(travel) == [("untrained", "✓ Ankle boot 93 %", False)]
    assert [column.title for column in travel.strip.columns] == [
        "input",
        "stem",
        "layer1",
        "layer2",
        "layer3",
        "layer4",
    ]
    assert travel.picture.text() == "Image 1 of 2,000: Ankle boot · 28×28 → 96×96"
    assert travel.status.text().startswith("Train it, then compare.")
    assert "layer4 512×3×3" in travel.strip.accessibleDescription()
    assert "Ankle boot 93 %" in travel.strip.accessibleDescription()
    settle(session)
    assert len(played.probes) == 1
    session.window.menus.see_travel.trigger()
    session.document.propose(preset("mini"), "")
    settle(session)
    assert len(played.probes) == 1


def test_a_design_of_other_classes_is_not_judged(session, played, qtbot):
    session.document.propose(preset("resnet50"), "")
    travel = see_travel(session, qtbot, played)
    played.answer(predicted=697, probability=0.007)
    assert lanes(travel) == [("untrained", "class 697 0.7 %", False)]
    assert travel.picture.text() == "Image 1 of 2,000: Ankle boot · 28×28 → 224×224 · grey → RGB"


def test_an_edit_makes_it_pale_until_the_answer_comes(session, played, qtbot):
    travel = see_travel(session, qtbot, played)
    played.answer()
    for blocks in (3, 4, 5):
        session.document.propose(session.document.design.with_stage(1, blocks=blocks), "")
    assert lanes(travel) == [("untrained", "✓ Ankle boot 93 %", True)]
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    assert played.probes[1].design == session.document.design
    played.answer(predicted=3)
    assert lanes(travel) == [("untrained", "✗ Dress 93 %", False)]
    session.document.propose(preset("mini"), "")
    session.document.use_names("chapter")
    qtbot.waitUntil(lambda: len(played.probes) == 3)
    played.answer()
    assert [column.title for column in travel.strip.columns] == ["input", "b1", "b2", "b3", "b4"]


def test_the_network_of_the_newest_run_stands_below_the_one_it_began_as(session, played, qtbot):
    folder = made_run(session)
    travel = see_travel(session, qtbot, played)
    assert (played.probes[0].run, played.probes[0].recipe.seed) == ("", 5)
    played.answer(predicted=1, probability=0.12)
    assert played.probes[1].run == str(folder.path)
    played.answer()
    assert lanes(travel) == [("untrained", "✗ Trousers 12 %", False), ("trained", "✓ Ankle boot 93 %", False)]
    assert travel.status.text().startswith("Drop an image")
    session.document.propose(session.document.design.with_stage(0, blocks=3), "")
    assert [lane[0] for lane in lanes(travel)] == ["untrained"]
    session.document.undo_stack.undo()
    assert lanes(travel)[1] == ("trained", "✓ Ankle boot 93 %", False)
    assert travel.journeys.unanswered() == {}


def test_a_run_that_has_just_ended_is_found(session, played, qtbot):
    travel = see_travel(session, qtbot, played)
    session.trainer.set_state("running")
    assert "A run is under way" in travel.status.text()
    played.refuse("a run is under way")
    made_run(session)
    session.trainer.set_state("idle")
    session.trainer.run_ended.emit()
    for lane in (UNTRAINED, TRAINED):
        qtbot.waitUntil(lambda lane=lane: travel.journeys.asked is not None and travel.journeys.asked[1] == lane)
        played.answer()
    assert [lane[0] for lane in lanes(travel)] == ["untrained", "trained"]


def test_one_walks_through_the_images_in_a_circle(session, played, qtbot):
    travel = see_travel(session, qtbot, played)
    played.answer()
    qtbot.mouseClick(travel.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    assert played.probes[1].values == {"image": 1_999}
    played.answer()
    assert travel.picture.text().startswith("Image 2,000 of 2,000")
    qtbot.mouseClick(travel.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(played.probes) == 3)
    assert played.probes[2].values == {"image": 0}


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin(640, 480, "RGBA", cropped=True), "x.png · 480×640 → 96×96 · cropped · RGBA → grey"),
        (Origin(96, 96, "L"), "x.png"),
        (Origin(96, 96, "1", turned=True), "x.png · black and white → grey · turned upright"),
    ],
)
def test_a_dropped_image_and_what_was_done_to_it(session, played, qtbot, tmp_path, origin, words):
    travel = see_travel(session, qtbot, played)
    played.answer()
    (tmp_path / "x.png").write_bytes(b"the worker will see")
    drop(session.window, tmp_path / "x.png")
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    assert played.probes[1].values == {"image": str(tmp_path / "x.png")}
    played.answer(origin)
    assert travel.picture.text() == words
    assert lanes(travel) == [("untrained", "Ankle boot 93 %", False)]


def test_a_drop_opens_the_strip_and_a_refusal_brings_the_image_back(session, played, qtbot, tmp_path):
    (tmp_path / "note.txt").write_text("a sentence")
    drop(session.window, tmp_path / "note.txt")
    travel = session.window.travel
    assert travel.isVisible()
    qtbot.waitUntil(lambda: len(played.probes) == 1)
    played.refuse(f"data: {str(tmp_path / 'note.txt')!r} is not a good image: of no known format")
    assert travel.status.text() == "data: 'note.txt' is not a good image: of no known format"
    assert played.probes[1].values == {"image": 0}
    played.answer()
    assert lanes(travel) == [("untrained", "✓ Ankle boot 93 %", False)]
    assert "note.txt" in travel.status.text()
    qtbot.mouseClick(travel.next, Qt.MouseButton.LeftButton)
    assert "note.txt" not in travel.status.text()


def test_what_cannot_be_built_is_said_and_not_asked(session, played, qtbot):
    travel = see_travel(session, qtbot, played)
    played.answer()
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    settle(session)
    assert len(played.probes) == 1
    assert lanes(travel)[0][2]
    assert travel.status.text() == str(session.document.problems[0].what)


def test_a_column_is_a_section_and_escape_closes(session, played, qtbot):
    travel = see_travel(session, qtbot, played)
    played.answer()
    place = travel.strip.places()[3]
    qtbot.mouseClick(travel.strip, Qt.MouseButton.LeftButton, pos=place.center())
    assert session.document.selection == "layer2"
    assert "128 channels, 12×12" in travel.strip.explain(travel.strip.column_at(place.center()))
    qtbot.keyClick(travel, Qt.Key.Key_Escape)
    assert not travel.isVisible()
    assert not session.window.menus.see_travel.isChecked()


def test_there_is_room_for_everything_else(session, played, qtbot):
    window = session.window
    window.resize(1440, 900)
    travel = see_travel(session, qtbot, played)
    qtbot.waitUntil(lambda: window.splitter.sizes()[1] > 0)
    assert 220 < travel.height() <= window.centralWidget().height() / 3
    assert travel.strip.arrangement()[1]
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: travel.width() < 600)
    assert window.height() == 700
    viewport = travel.strip.parentWidget()
    assert travel.strip.height() <= viewport.height()
    assert travel.strip.places()[0].bottom() <= viewport.height()
    buttons = [each.accessibleName() for each in travel.findChildren(QToolButton) if each.isVisible()]
    assert buttons == ["Previous image", "Next image", "Close"]


def test_another_language_keeps_the_image(session, played, qtbot):
    travel = see_travel(session, qtbot, played)
    played.answer()
    travel.go_on()
    session.use_language("en")
    assert session.window.travel is not travel
    assert session.window.menus.see_travel.isChecked()
    session.window.travel.journeys.ask()
    assert played.probes[-1].values == {"image": 1}
    session.window.menus.see_travel.trigger()
    session.use_language("en")
    diagram, hidden, below = session.window.splitter.sizes()
    assert hidden == 0
    assert min(diagram, below) > 100


def test_a_map_is_enlarged_pixel_by_pixel(qtbot):
    strip = Strip()
    qtbot.addWidget(strip)
    sheet = QImage(2, 2, QImage.Format.Format_Grayscale8)
    sheet.fill(0)
    sheet.setPixelColor(1, 0, QColor("white"))
    strip.show_lanes([Column("stem", "stem", (1, 2, 2), 0)], [Lane("untrained", sheets={"stem": sheet})], "stem")
    strip.resize(strip.sizeHint())
    side, _ = strip.arrangement()
    picture = strip.grab().toImage()
    left = strip.places()[0].center().x() - side // 2
    seen = [picture.pixelColor(left + x, y).lightness() for y in (2, side // 2 - 3) for x in range(4, side - 4)]
    assert set(seen) == {0, 255}
    assert picture.pixelColor(left + side - 4, side - 4).lightness() == 0
    assert theme.colours() is theme.LIGHT


@pytest.mark.slow
def test_the_real_worker_answers_for_both_and_refuses_a_sentence(open_session, qtbot, tmp_path):
    session = open_session("mini", warm=True)
    made_run(session, trained=True)
    session.window.menus.see_travel.trigger()
    travel = session.window.travel
    assert "torch" in travel.status.text()
    journeys = travel.journeys
    qtbot.waitUntil(lambda: len(journeys.answers) == 2 and not journeys.unanswered())
    assert [lane[0] for lane in lanes(travel)] == ["untrained", "trained"]
    assert all(verdict.endswith("%") for _, verdict, _ in lanes(travel))
    assert travel.picture.text() == f"Image 1 of 2,000: {travel.picture.text().partition(': ')[2]}"
    sizes = {path: (image.width(), image.height()) for path, image in journeys.answers[TRAINED].sheets.items()}
    assert sizes == {"": (28, 28), "stem": (252, 28), "layer1": (252, 28), "layer2": (126, 14), "layer3": (63, 7)}
    (tmp_path / "note.txt").write_text("a sentence")
    drop(session.window, tmp_path / "note.txt")
    qtbot.waitUntil(lambda: bool(journeys.refusal))
    assert travel.status.text() == "data: 'note.txt' is not a good image: of no known format"
    qtbot.waitUntil(lambda: not journeys.unanswered())


def test_arrow_keys_walk_along_the_strip(session, played, qtbot):
    travel = see_travel(session, qtbot, played)
    played.answer()
    session.document.select("layer2.0.conv1")
    for key, path in ((Qt.Key.Key_Right, "layer3"), (Qt.Key.Key_Left, "layer2"), (Qt.Key.Key_Left, "layer1")):
        qtbot.keyClick(travel.strip, key)
        assert session.document.selection == path
    for _ in range(5):
        qtbot.keyClick(travel.strip, Qt.Key.Key_Right)
    assert session.document.selection == "layer4"
