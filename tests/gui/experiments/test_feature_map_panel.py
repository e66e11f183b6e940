"""The strip of feature maps, with a worker that is played, and once with the real one."""

from math import prod
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, QUrl
from PySide6.QtGui import QColor, QDropEvent, QImage
from PySide6.QtWidgets import QToolButton

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.kernels.rewrites import make_network
from explorer.engine.training.weights import save_best
from explorer.gui.experiments import feature_map_answers
from explorer.gui.experiments.feature_map_answers import TRAINED, UNTRAINED, class_names
from explorer.gui.experiments.feature_map_strip import FeatureMapStrip, MapColumn, NetworkRow
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import apply_language
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pictures import read_pictures
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.data.image_list import Layout
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Started, Step, Verdict
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.runs.questions.pictures import MAX_MAPS, FeatureMaps, ImageOrigin, Maps, Sheet, sent_size
from explorer.runs.recipe import RECIPES
from tests.gui.paths import run_out
from tests.gui.scripted_workers import Played


class Looked(Played):
    """A worker that was asked what becomes of an image, and answers with the sheets of `folder`."""

    def __init__(self, session, monkeypatch, folder) -> None:
        super().__init__(session.pool.workers[0], monkeypatch)
        monkeypatch.setattr(session.workspace.estimates, "_ask", lambda: None)
        session.workspace.estimates.findChild(QTimer).stop()
        self.folder = folder

    @property
    def probes(self) -> list[Maps]:
        return self.asked(Maps)

    def send_maps(
        self, origin: ImageOrigin | None = None, predicted: int = 9, probability: float = 0.93, step=None
    ) -> None:
        """What a worker could say to the last question: sheets of the right sizes, all of one grey."""
        question, sheets, offset = self.probes[-1], [], 0
        plan, channels = plan_network(question.design), question.design.input[0]
        maps = [("", 1, question.design.input)]
        maps += [(each.name, min(MAX_MAPS, each.output[0]), each.output) for each in plan.sections[:-1]]
        for path, count, shape in maps:
            height, width = sent_size(shape)
            colours = (3,) * (not path and channels == 3)
            sheets.append(Sheet(path, offset, (height, count * width, *colours)))
            offset += prod(sheets[-1].shape)
        file = self.folder / "1.uint8"
        file.write_bytes(bytes([128]) * offset)
        self.answer(
            question,
            FeatureMaps(
                file=str(file),
                sheets=tuple(sheets),
                origin=origin or ImageOrigin(28, 28, "L", label=9),
                predicted=predicted,
                probability=probability,
                images=2_000,
                step=step,
            ),
        )

    def refuse_last(self, reason: str) -> None:
        self.refuse(self.probes[-1], reason)


@pytest.fixture
def played(session, monkeypatch, tmp_path):
    return Looked(session, monkeypatch, tmp_path)


def open_maps(session, qtbot, played=None):
    """Show the strip by its menu entry, and wait for the first question if someone is there to answer it."""
    session.window.orders.show_maps.trigger()
    if played:
        qtbot.waitUntil(lambda: len(played.probes) == 1)
    return session.window.maps


def made_run(session, trained: bool = False) -> RunFolder:
    """A finished run of the shown design; `trained` with weights that a worker can load."""
    design = session.document.design
    folder = RunFolder.create(session.pool.workers[0].runs, design, RECIPES["quick"].change(seed=5), 1)
    if trained:
        network = make_network(plan_network(design), torch.device("cpu"))
        save_best(folder, network)
    folder.update(state="finished", best_accuracy=0.9, best_epoch=1, epochs_done=1)
    folder.close()
    return folder


def rows(panel) -> list[tuple[str, str, bool]]:
    """What stands at each row: its title, its verdict, and whether it is pale."""
    return [(row.title, " ".join(row.verdict), row.pale) for row in panel.strip.rows]


def settle(session) -> None:
    """Let the time be over that it waits for something newer before it asks."""
    timer = session.workspace.feature_maps.timer
    if timer.isActive():
        run_out(timer)


def drop(window, path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    action, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPoint(5, 5), action, data, button, key))


def test_hidden_it_asks_nothing_shown_it_asks_once(session, played, qtbot):
    settle(session)
    assert played.probes == []
    panel = open_maps(session, qtbot, played)
    assert (played.probes[0].image, played.probes[0].file) == (0, "")
    assert played.probes[0].run == ""
    assert rows(panel) == [("untrained", " ", False)]
    played.send_maps()
    assert rows(panel) == [("untrained", "✓ Ankle boot 93 %", False)]
    assert [column.title for column in panel.strip.columns] == [
        "input",
        "stem",
        "layer1",
        "layer2",
        "layer3",
        "layer4",
    ]
    assert panel.picture.text() == "Image 1 of 2,000: Ankle boot · 28×28 → 96×96"
    assert panel.status.text().startswith("Train the network to compare")
    assert "layer4 512×3×3" in panel.strip.accessibleDescription()
    assert "Ankle boot 93 %" in panel.strip.accessibleDescription()
    settle(session)
    assert len(played.probes) == 1
    session.window.orders.show_maps.trigger()
    session.document.propose(preset("mini"), "")
    settle(session)
    assert len(played.probes) == 1


def test_a_design_of_other_classes_is_not_judged(session, played, qtbot):
    session.document.propose(preset("resnet50"), "")
    panel = open_maps(session, qtbot, played)
    played.send_maps(predicted=697, probability=0.007)
    assert rows(panel) == [("untrained", "class 697 0.7 %", False)]
    assert panel.picture.text() == "Image 1 of 2,000: Ankle boot · 28×28 → 224×224 · grey → RGB"


def test_an_edit_makes_it_pale_until_the_answer_comes(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    for blocks in (3, 4, 5):
        session.document.propose(session.document.design.with_stage(1, blocks=blocks), "")
    assert rows(panel) == [("untrained", "✓ Ankle boot 93 %", True)]
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    assert played.probes[1].design == session.document.design
    played.send_maps(predicted=3)
    assert rows(panel) == [("untrained", "✗ Dress 93 %", False)]
    session.document.propose(preset("mini"), "")
    session.document.use_names("chapter")
    qtbot.waitUntil(lambda: len(played.probes) == 3)
    played.send_maps()
    assert [column.title for column in panel.strip.columns] == ["input", "b1", "b2", "b3", "b4"]


def test_the_network_of_the_newest_run_stands_below_the_one_it_began_as(session, played, qtbot):
    folder = made_run(session)
    panel = open_maps(session, qtbot, played)
    assert (played.probes[0].run, played.probes[0].recipe.seed) == ("", 5)
    played.send_maps(predicted=1, probability=0.12)
    assert played.probes[1].run == str(folder.path)
    played.send_maps()
    assert rows(panel) == [("untrained", "✗ Trousers 12 %", False), ("trained", "✓ Ankle boot 93 %", False)]
    assert panel.status.text().startswith("Drop an image")
    session.document.propose(session.document.design.with_stage(0, blocks=3), "")
    assert [row[0] for row in rows(panel)] == ["untrained"]
    session.document.undo_stack.undo()
    assert rows(panel)[1] == ("trained", "✓ Ankle boot 93 %", False)
    assert panel.maps.unanswered() == {}


def train(session, played, *steps: int) -> LiveRun:
    """Let the worker train the shown design, as far as these steps."""
    (worker, recipe) = session.pool.workers[0], session.workspace.choice.recipe
    worker.start(Train(session.document.design, recipe, session.pool.runs))
    played.say(Started("a-run", "", 1, Verdict(True, 1, 1), "cpu", 100, 2), *map(step, steps))
    return worker.live[0]


def step(number: int) -> Step:
    return Step(number, 1, 1.0, 1.0, 1.0, 1, 0.5, 0.1, 100.0)


def test_a_run_under_way_is_asked_and_followed(session, played, qtbot, monkeypatch):
    monkeypatch.setattr(feature_map_answers, "_FOLLOWED", 0)
    monkeypatch.setattr(feature_map_answers, "_REST", 0)
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    train(session, played, 3)
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    assert (played.probes[-1].run, played.probes[-1].fresh) == ("a-run", False)
    played.send_maps(step=3)
    assert [row[0] for row in rows(panel)] == ["untrained", "after step 3"]
    settle(session)
    assert len(played.probes) == 2  # nothing new is known
    played.say(step(7))
    qtbot.waitUntil(lambda: len(played.probes) == 3)
    assert not rows(panel)[1][2]  # what is shown is right, and said of which step
    played.send_maps(step=7)
    assert [row[0] for row in rows(panel)] == ["untrained", "after step 7"]
    assert panel.maps.are_compared()


def test_another_design_than_the_one_that_trains_has_random_weights(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    train(session, played, 3)
    session.document.propose(session.document.design.with_stage(0, blocks=3), "")
    qtbot.waitUntil(lambda: played.probes[-1].design == session.document.design)
    assert played.probes[-1].fresh
    played.send_maps()
    assert [row[0] for row in rows(panel)] == ["untrained"]
    assert panel.status.text() == "Random weights: this is not the design that trains."


def test_a_run_that_has_just_ended_is_found(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    session.pool.workers[0].set_state(WorkerState.STARTING)
    assert "A run is being started" in panel.status.text()
    played.refuse_last("a run is in progress")
    made_run(session)
    session.pool.workers[0].set_state(WorkerState.IDLE)
    session.pool.workers[0].run_ended.emit()
    for row in (UNTRAINED, TRAINED):
        qtbot.waitUntil(lambda row=row: len(played.probes) > 1 and bool(played.probes[-1].run) == (row == TRAINED))
        played.send_maps()
    assert [row[0] for row in rows(panel)] == ["untrained", "trained"]


def test_one_walks_through_the_images_in_a_circle(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    qtbot.mouseClick(panel.back, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    assert (played.probes[1].image, played.probes[1].file) == (1_999, "")
    played.send_maps()
    assert panel.picture.text().startswith("Image 2,000 of 2,000")
    qtbot.mouseClick(panel.next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(played.probes) == 3)
    assert (played.probes[2].image, played.probes[2].file) == (0, "")


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (ImageOrigin(640, 480, "RGBA", cropped=True), "x.png · 480×640 → 96×96 · cropped · RGBA → grey"),
        (ImageOrigin(96, 96, "L"), "x.png"),
        (ImageOrigin(96, 96, "1", turned=True), "x.png · black and white → grey · rotated upright"),
    ],
)
def test_a_dropped_image_and_what_was_done_to_it(session, played, qtbot, tmp_path, origin, words):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    (tmp_path / "x.png").write_bytes(b"the worker will see")
    drop(session.window, tmp_path / "x.png")
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    assert played.probes[1].file == str(tmp_path / "x.png")
    played.send_maps(origin)
    assert panel.picture.text() == words
    assert rows(panel) == [("untrained", "Ankle boot 93 %", False)]


def test_a_drop_opens_the_strip_and_a_refusal_brings_the_image_back(session, played, qtbot, tmp_path):
    (tmp_path / "note.txt").write_text("a sentence")
    drop(session.window, tmp_path / "note.txt")
    panel = session.window.maps
    assert panel.isVisible()
    qtbot.waitUntil(lambda: len(played.probes) == 1)
    played.refuse_last(f"data: {str(tmp_path / 'note.txt')!r} is not a usable image: unknown format")
    assert panel.status.text() == "data: 'note.txt' is not a usable image: unknown format"
    assert (played.probes[1].image, played.probes[1].file) == (0, "")
    played.send_maps()
    assert rows(panel) == [("untrained", "✓ Ankle boot 93 %", False)]
    assert "note.txt" in panel.status.text()
    qtbot.mouseClick(panel.next, Qt.MouseButton.LeftButton)
    assert "note.txt" not in panel.status.text()


def test_what_cannot_be_built_is_said_and_not_asked(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    settle(session)
    assert len(played.probes) == 1
    assert rows(panel)[0][2]
    assert panel.status.text() == str(session.document.problems[0].what)


def test_a_column_is_a_section_and_escape_closes(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    place = panel.strip.places()[3]
    qtbot.mouseClick(panel.strip, Qt.MouseButton.LeftButton, pos=place.center())
    assert session.document.selection == "layer2"
    assert "128 channels, 12×12" in panel.strip.explain(panel.strip.column_at(place.center()))
    qtbot.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert not session.window.orders.show_maps.isChecked()


def test_there_is_room_for_everything_else(session, played, qtbot):
    window = session.window
    window.resize(1440, 900)
    panel = open_maps(session, qtbot, played)
    qtbot.waitUntil(lambda: window.centre.sizes()[1] > 0)
    assert 220 < panel.height() <= window.centralWidget().height() / 3
    assert panel.strip.arrangement()[1]
    window.resize(1100, 700)
    qtbot.waitUntil(lambda: panel.width() < 600)
    assert window.height() == 700
    viewport = panel.strip.parentWidget()
    assert panel.strip.height() <= viewport.height()
    assert panel.strip.places()[0].bottom() <= viewport.height()
    buttons = [each.accessibleName() for each in panel.findChildren(QToolButton) if each.isVisible()]
    assert buttons == ["Previous image", "Next image", "Close"]


def test_another_language_waits_for_the_answer(session, played, qtbot):
    open_maps(session, qtbot, played)
    session.use_language("en")
    played.send_maps()
    assert rows(session.window.maps) == [("untrained", "✓ Ankle boot 93 %", False)]
    assert len(played.probes) == 1


@pytest.mark.slow
def test_another_language_has_other_names_for_the_classes(session, played, qtbot):
    open_maps(session, qtbot, played)
    played.send_maps()
    try:
        session.use_language("zh_CN")
        assert [row[1] for row in rows(session.window.maps)] == ["✓ 短靴 93 %"]
        assert "短靴" in session.window.maps.picture.text()
    finally:
        apply_language("en")


def test_another_language_keeps_the_image(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    panel.show_next_image()
    session.use_language("en")
    assert session.window.maps is not panel
    assert session.window.orders.show_maps.isChecked()
    settle(session)
    assert (played.probes[-1].image, played.probes[-1].file) == (1, "")
    session.window.orders.show_maps.trigger()
    session.use_language("en")
    diagram, hidden, below = session.window.centre.heights
    assert hidden == 0
    assert min(diagram, below) > 100


def test_a_map_is_enlarged_pixel_by_pixel(qtbot):
    strip = FeatureMapStrip()
    qtbot.addWidget(strip)
    sheet = QImage(2, 2, QImage.Format.Format_Grayscale8)
    sheet.fill(0)
    sheet.setPixelColor(1, 0, QColor("white"))
    strip.show_rows(
        [MapColumn("stem", "stem", (1, 2, 2), 0)], [NetworkRow("untrained", sheets={"stem": sheet})], "stem"
    )
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
    session.window.orders.show_maps.trigger()
    panel = session.window.maps
    assert "torch" in panel.status.text()
    answers = panel.maps
    qtbot.waitUntil(lambda: len(answers.answers) == 2 and not answers.unanswered())
    assert [row[0] for row in rows(panel)] == ["untrained", "trained"]
    assert all(verdict.endswith("%") for _, verdict, _ in rows(panel))
    assert panel.picture.text() == f"Image 1 of 2,000: {panel.picture.text().partition(': ')[2]}"
    sizes = {path: (image.width(), image.height()) for path, image in answers.answers[TRAINED].sheets.items()}
    assert sizes == {"": (28, 28), "stem": (252, 28), "layer1": (252, 28), "layer2": (126, 14), "layer3": (63, 7)}
    (tmp_path / "note.txt").write_text("a sentence")
    drop(session.window, tmp_path / "note.txt")
    qtbot.waitUntil(lambda: bool(answers.refusal))
    assert panel.status.text() == "data: 'note.txt' is not a usable image: unknown format"
    qtbot.waitUntil(lambda: not answers.unanswered())


def test_pixels_come_from_the_file_in_grey_and_in_colour(tmp_path):
    grey, red, shapes = bytes([0, 200, 90]), bytes([255, 0, 0]) * 2, ((1, 3), (2, 1, 3))
    (tmp_path / "x").write_bytes(b"?" + grey + red)
    sheets = tuple(Sheet(path, at, shape) for path, at, shape in zip(("stem", ""), (1, 4), shapes, strict=True))
    stem, image = read_pictures(str(tmp_path / "x"), sheets)
    (tmp_path / "x").unlink()
    assert [stem.pixelColor(x, 0).lightness() for x in range(3)] == [0, 200, 90]
    assert [image.pixelColor(0, y).getRgb()[:3] for y in range(2)] == [(255, 0, 0)] * 2


@pytest.mark.parametrize("content", [None, b"", b"half"], ids=["gone", "empty", "torn"])
def test_a_file_that_cannot_be_read_is_said(session, played, qtbot, monkeypatch, content):
    panel = open_maps(session, qtbot, played)
    real = feature_map_answers.read_pictures

    def spoil(file, sheets):
        Path(file).unlink() if content is None else Path(file).write_bytes(content)
        return real(file, sheets)

    monkeypatch.setattr(feature_map_answers, "read_pictures", spoil)
    played.send_maps()
    assert "1.uint8: cannot be read: " in panel.status.text()
    assert rows(panel) == [("untrained", " ", False)]


def test_arrow_keys_walk_along_the_strip(session, played, qtbot):
    panel = open_maps(session, qtbot, played)
    played.send_maps()
    session.document.select("layer2.0.conv1")
    for key, path in ((Qt.Key.Key_Right, "layer3"), (Qt.Key.Key_Left, "layer2"), (Qt.Key.Key_Left, "layer1")):
        qtbot.keyClick(panel.strip, key)
        assert session.document.selection == path
    for _ in range(5):
        qtbot.keyClick(panel.strip, Qt.Key.Key_Right)
    assert session.document.selection == "layer4"


@pytest.mark.slow
def test_a_real_run_is_asked_while_it_trains(session, qtbot):
    """Maps that follow a run, a branch at zero, and a rate that is lowered, without an end of the run."""
    session.document.propose(preset("mini"), "")
    session.workspace.choice.use_recipe(RECIPES["quick"].change(device="cpu", epochs=1000))
    pool, trial, maps = session.pool, session.workspace.identity_trial, session.workspace.feature_maps
    session.window.orders.start.trigger()
    qtbot.waitUntil(lambda: bool(pool.shown.run and pool.shown.run.step))
    session.window.orders.show_maps.trigger()
    qtbot.waitUntil(maps.are_compared)
    first = maps.answers[TRAINED].maps.step
    assert first > 0
    assert rows(session.window.maps)[1][0] == f"after step {first}"
    trial.zero("layer1.0")
    qtbot.waitUntil(lambda: trial.latest is not None)
    assert trial.latest.step >= first
    session.window.orders.lower_rate.trigger()
    qtbot.waitUntil(lambda: bool(pool.shown.run.changes))
    before = pool.shown.run.step.step
    qtbot.waitUntil(lambda: pool.shown.run.step.step > before)
    assert pool.shown.run.step.learning_rate < 0.1 * RECIPES["quick"].lr
    qtbot.waitUntil(lambda: maps.answers[TRAINED].maps.step > first)
    assert pool.shown.state is WorkerState.RUNNING
    with qtbot.waitSignal(pool.run_ended):
        session.window.orders.stop.trigger()


def test_classes_are_called_as_they_were_when_the_network_learned_them(tmp_path):
    """Its folder may have other classes now, or be gone."""
    record = DataRecord(
        name=str(tmp_path / "photos"),
        layout=Layout.CLASSES,
        class_names=("retina", "rocket"),
        train=2,
        validation=2,
        test=0,
        split=Split(SplitKind.STRATIFIED),
        fingerprint="",
    )
    design, recipe = preset("mini").change(classes=2), RECIPES["quick"].change(data=record.name)
    folder = RunFolder.create(tmp_path / "runs", design, recipe, 1)
    folder.update(data=record_table(record))
    folder.close()
    trained = Maps(design, recipe, runs=tmp_path / "runs", run=folder.path.name)
    assert class_names(trained) == ("retina", "rocket")
    assert class_names(Maps(design, recipe, runs=tmp_path / "runs", fresh=True)) == ()
