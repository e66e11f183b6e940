"""What is said before Start of the images, the weights and the disk, and what one click does about it."""

from dataclasses import replace

import pytest
from PIL import Image

from explorer.architecture.presets import preset
from explorer.gui.training.setup import remarks as remarks_module
from explorer.gui.workspace import DATA
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.questions.data import ClassCount, DataProblem, ProblemKind, Scan, Scanned
from explorer.runs.questions.estimate import Estimate, Estimated
from tests.clicks import click
from tests.gui.paths import measure
from tests.gui.scripted_workers import Played
from tests.needs import needs

SCANNED = Scanned(
    data="pets",
    layout="classes",
    classes=tuple(ClassCount(name, 4, 1, 1) for name in ("cat", "dog")),
    split=Split(SplitKind.STRATIFIED, 0, (0.7, 0.15, 0.15)),
    problems=(),
    skipped=0,
    bytes=1000,
    coloured=1.0,
    sides=(8, 8),
)
ESTIMATED = Estimated(device="cpu", memory=needs(2**20), available_bytes=2**33, seconds_per_epoch=1.0)


@pytest.fixture
def pets(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (8, 8), (40 * number, 0, 0)).save(tmp_path / "pets" / name / f"{number}.png")
    return tmp_path / "pets"


@pytest.fixture
def played(session, monkeypatch):
    """A worker whose first question is about mini."""
    session.document.propose(preset("mini"), "")
    measure(session)
    return Played(session.pool.workers[0], monkeypatch)


def lines(session) -> list[str]:
    """The lines that are shown."""
    remarks = session.window.training.remarks
    return [line.words.text() for line in remarks.lines.values() if line.whole.isVisible()]


def scan(session, played, pets, found: Scanned = SCANNED) -> None:
    """Choose the folder, and let the worker answer what it has."""
    session.workspace.choice.use_data(str(pets))
    session.workspace.data_state.scan()
    assert lines(session) == ["Scanning the images …"]
    played.answer(played.asked(Scan)[-1], found)


def test_of_a_named_set_there_is_nothing_to_say(session, played):
    assert not session.window.training.remarks.isVisible()


def test_colour_that_the_design_will_not_see_is_said_and_three_channels_are_one_click(session, played, pets, qtbot):
    scan(session, played, pets)
    colour = session.window.training.remarks.lines["colour"]
    assert colour.words.text() == "The images have colour, but the design has one channel."
    before = session.document.design
    click(qtbot, colour.order)
    assert session.document.design == before.change(input=(3, 28, 28))
    assert not colour.whole.isVisible()
    session.document.undo_stack.undo()
    assert session.document.design == before
    assert colour.whole.isVisible()


def test_grey_images_need_no_colour(session, played, pets):
    scan(session, played, pets, replace(SCANNED, coloured=0.0))
    assert lines(session) == ["Training never sees the 2 test images."]


@pytest.mark.parametrize(("count", "words"), [(1, "1 image has a copy"), (3, "3 images have copies")])
def test_a_leak_is_said_before_start_and_shown_on_the_page(session, played, pets, qtbot, count, words):
    leak = DataProblem(kind=ProblemKind.LEAK, count=count, groups=())
    unreadable = DataProblem(kind=ProblemKind.UNREADABLE, count=2, groups=())
    scan(session, played, pets, replace(SCANNED, coloured=0.0, problems=(leak, unreadable)))
    assert lines(session)[0] == f"{words} across training and validation"
    assert lines(session)[1] == "2 images cannot be read and are left out"
    click(qtbot, session.window.training.remarks.lines[ProblemKind.LEAK].order)
    assert session.workspace.page == DATA


def test_other_data_leave_nothing_of_it(session, played, pets):
    scan(session, played, pets)
    session.workspace.choice.use_data("fashion-mnist-12k")
    assert not session.window.training.remarks.isVisible()


def test_a_look_shows_the_images_that_cannot_be_read(session, played, pets, qtbot):
    problems = (
        DataProblem(ProblemKind.LEAK, 1, (("cat/0.png",),)),
        DataProblem(ProblemKind.UNREADABLE, 1, (("dog/1.png",),)),
    )
    scan(session, played, pets, replace(SCANNED, problems=problems))
    for kind in (ProblemKind.UNREADABLE, ProblemKind.LEAK, ProblemKind.UNREADABLE):
        click(qtbot, session.window.training.remarks.lines[kind].order)
        assert session.workspace.page == DATA
        assert session.workspace.data_view.shown_line is kind
        assert session.window.pages.page(DATA).problems.shown.kind is kind


def test_why_nothing_could_be_looked_at_is_said(session, played, pets):
    session.workspace.choice.use_data(str(pets))
    session.workspace.data_state.scan()
    played.refuse(played.asked(Scan)[-1], "data: the folder is gone")
    assert lines(session) == ["data: the folder is gone"]


def test_known_weights_offer_to_be_fine_tuned(session, played, qtbot):
    choice = session.workspace.choice
    choice.use_weights("imagenet:V1")
    offer = session.window.training.remarks.lines["fine_tune"]
    assert offer.whole.isVisible()
    click(qtbot, offer.order)
    assert session.window.training.recipe_box.currentData() == "fine-tune"
    assert not offer.whole.isVisible()


def test_a_disk_that_is_too_small_is_said(session, played, pets, monkeypatch):
    free = {"bytes": 10 * 2**20}
    monkeypatch.setattr(remarks_module, "free_bytes", lambda folder: free["bytes"])
    monkeypatch.setattr(remarks_module, "cache_bytes", lambda: 0)
    found = replace(ESTIMATED, cache_bytes=2**30, checkpoint_bytes=2**24)
    for question in played.asked(Estimate):
        played.answer(question, found)
    cache, checkpoints = lines(session)
    assert cache.startswith("Decoded, the images take 1.0 GiB on the disk, and there is room for 10.0 MiB")
    assert checkpoints == "Checkpoints take up to 16.0 MiB on the disk; 10.0 MiB are free."
    free["bytes"] = 2**40
    session.workspace.estimates.changed.emit()
    assert lines(session) == []


def test_late_blocks_that_do_not_fit_the_design_are_said_and_start_waits(session):
    choice, start = session.workspace.choice, session.window.orders.start
    session.document.propose(preset("mini"), "")
    stages = len(preset("mini").stages)
    choice.use_recipe(choice.recipe.change(grow=f"stage{stages + 1}@5"))
    assert lines(session) == [f"Late blocks: there is no stage {stages + 1}: the design has {stages}"]
    assert not start.isEnabled()
    assert "there is no stage" in start.toolTip()
    choice.use_recipe(choice.recipe.change(grow="stage1@5"))
    session.document.propose(preset("mini").with_stage(0, blocks=3), "")
    assert lines(session) == []
    assert start.isEnabled()
