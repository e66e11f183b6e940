"""The scan: in each layout exactly what was planted is found, nothing in the folder is touched, and it can be ended."""

import threading
from dataclasses import replace
from itertools import islice

import pytest
from PIL import Image

from explorer.architecture.presets import preset
from explorer.engine.answering import LONG
from explorer.engine.data import parallel, progress
from explorer.engine.data.images import examination
from explorer.engine.data.images.examination import Examined
from explorer.engine.data.progress import unreported
from explorer.engine.probes.scan import scan_data
from explorer.runs.data.cache_folder import folder_of
from explorer.runs.data.decisions import Decisions, Move, write_decisions
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.split import SplitKind
from explorer.runs.events import Failed, Progress, Warned
from explorer.runs.questions.data import ProblemKind, Scan, Scanned
from explorer.runs.recipe import Recipe
from tests import planted

MINI = preset("mini")


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def folder(tmp_path):
    """Ten red and ten blue images of different shades."""
    for number in range(20):
        path = tmp_path / "photos" / ("red", "blue")[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        colour = (255 - 5 * number, 0, 0) if number % 2 == 0 else (0, 0, 255 - 5 * number)
        Image.new("RGB", (12, 8), colour).save(path)
    return tmp_path / "photos"


def question(data: object) -> Scan:
    return Scan(MINI, Recipe(data=str(data)), 7)


def found_groups(scanned: Scanned) -> dict[ProblemKind, set[frozenset[str]]]:
    return {problem.kind: set(map(frozenset, problem.groups)) for problem in scanned.problems}


@pytest.mark.slow
@pytest.mark.parametrize("layout", [Layout.CLASSES, Layout.SPLITS, Layout.TABLE])
def test_what_was_planted_is_found(tmp_path, layout):
    garden = planted.plant(tmp_path / "garden", layout)
    before = planted.fingerprint(garden.root)
    scanned = scan_data(question(garden.path), unreported)
    assert planted.fingerprint(garden.root) == before
    assert scanned.layout == layout
    assert scanned.skipped == garden.skipped
    assert [each.name for each in scanned.classes] == sorted(planted.CLASSES)
    for each in scanned.classes:
        assert each.train + each.validation + each.test == garden.of_class(each.name)
        if layout is not Layout.CLASSES:
            assert (each.train, each.validation, each.test) == tuple(garden.counts[each.name, part] for part in Part)
    assert sum(garden.counts.values()) == planted.IMAGES - 40
    unreadable, *others = scanned.problems
    assert {file: reason.what for (file,), reason in zip(unreadable.groups, unreadable.reasons, strict=True)} == (
        garden.unreadable
    )
    assert found_groups(replace(scanned, problems=tuple(others))) == garden.problems


@pytest.mark.slow
def test_a_second_scan_finds_the_same_without_opening_an_image(tmp_path, monkeypatch):
    garden = planted.plant(tmp_path / "garden", Layout.SPLITS)
    first = scan_data(question(garden.path), unreported)
    monkeypatch.setattr(parallel, "_MANY", planted.IMAGES + 1)  # threads, which are seen from here
    opened, examine = [], examination.examine
    monkeypatch.setattr(examination, "examine", lambda path, *turn: opened.append(path) or examine(path, *turn))
    assert scan_data(question(garden.path), unreported) == first
    assert len(opened) == len(garden.unreadable)
    opened.clear()
    assert scan_data(question(garden.path), unreported, verify=True) == first
    assert len(opened) == planted.IMAGES


def test_counts_and_problems_are_those_after_decisions(folder):
    before = scan_data(question(folder), unreported)
    assert [each.train + each.validation + each.test for each in before.classes] == [10, 10]
    assert found_groups(before)[ProblemKind.FEW] == {frozenset({"red"}), frozenset({"blue"})}
    write_decisions(folder, Decisions(left_out=("red/0.png", "red/2.png"), moved=(Move("red/4.png", "blue"),)))
    after = scan_data(question(folder), unreported)
    assert [(each.name, each.train + each.validation + each.test) for each in after.classes] == [
        ("blue", 11),
        ("red", 7),
    ]
    assert after.bytes < before.bytes


def test_size_colour_and_split_are_told(folder):
    Image.new("L", (30, 40), 99).save(folder / "red" / "grey.png")
    scanned = scan_data(question(folder), unreported)
    assert scanned.data == str(folder)
    assert scanned.sides == (8, 12)
    assert scanned.coloured == pytest.approx(20 / 21)
    assert scanned.bytes == sum(path.stat().st_size for path in folder.rglob("*.png"))
    assert (scanned.split.kind, scanned.split.ratio) == (SplitKind.STRATIFIED, (0.7, 0.15, 0.15))


@pytest.mark.slow
def test_copies_are_in_one_part(tmp_path):
    garden = planted.plant(tmp_path / "garden", Layout.CLASSES)
    for seed in range(3):
        recipe = Recipe(data=str(garden.path), split_seed=seed)
        assert ProblemKind.LEAK not in found_groups(scan_data(Scan(MINI, recipe), unreported))


def test_a_named_set_is_counted():
    scanned = scan_data(question("fashion-mnist-12k"), unreported)
    assert (scanned.layout, scanned.split.kind, scanned.problems) == (Layout.NAMED, SplitKind.PUBLISHED, ())
    assert [(each.train, each.validation, each.test) for each in scanned.classes] == [(1000, 200, 0)] * 10
    assert (scanned.sides, scanned.coloured) == ((28, 28), 0)


# As a worker has it


def test_progress_is_told_and_then_the_answer(folder):
    *progress, answer = LONG[Scan](question(folder))
    assert all(isinstance(each, Progress) and each.of == "scan" and each.id == 7 for each in progress)
    assert (answer.id, answer) == (7, replace(scan_data(question(folder), unreported), id=7))


def test_what_cannot_be_scanned_is_refused(tmp_path):
    *_, answer = LONG[Scan](question(tmp_path / "nowhere"))
    assert isinstance(answer, Failed)
    assert "nowhere" in answer.reason
    assert (answer.of, answer.id) == ("scan", 7)


def test_a_cache_that_cannot_be_written_is_told_of(folder):
    place = folder_of(folder)
    place.parent.mkdir(parents=True)
    place.touch()
    *others, answer = LONG[Scan](question(folder))
    assert isinstance(answer, Scanned)
    (warned,) = (each for each in others if isinstance(each, Warned))
    assert "is not kept in" in warned.reason


def test_a_closed_scan_ends_in_the_middle_of_a_file(folder, monkeypatch):
    started, goes_on, opened = threading.Event(), threading.Event(), []

    def slow(path, turn):
        opened.append(path)
        started.set()
        goes_on.wait(60)
        return Examined(1, 1)

    monkeypatch.setattr(examination, "examine", slow)
    monkeypatch.setattr(examination, "_PIECE", 1)
    monkeypatch.setattr(parallel, "usable_cores", lambda: 1)
    asked = LONG[Scan](question(folder))
    while not started.is_set():
        assert isinstance(next(asked), Progress)
    told = list(islice(asked, 3))  # it is told again that there is nothing new, so that a stop is heard
    assert [(each.done, each.total) for each in told] == [(0, 20)] * 3
    asked.close()
    ended = [thread for thread in threading.enumerate() if thread.name == "scan"]
    for thread in ended:
        thread.join(60)
    assert not any(thread.is_alive() for thread in ended)
    goes_on.set()
    assert len(opened) <= 2


def test_a_scan_rests_while_nobody_takes_what_it_tells(folder, monkeypatch):
    """So that an estimate in between has the processor to itself."""
    monkeypatch.setattr(progress, "_LOOK_EVERY", 0.0)
    monkeypatch.setattr(examination, "_PIECE", 1)
    monkeypatch.setattr(parallel, "usable_cores", lambda: 1)
    opened, examine = [], examination.examine
    monkeypatch.setattr(examination, "examine", lambda path, *turn: opened.append(path) or examine(path, *turn))
    asked = LONG[Scan](question(folder))
    while not opened:
        next(asked)
    resting = len(opened)
    for _ in range(5):
        threading.Event().wait(0.05)
    assert len(opened) < 20
    assert isinstance(list(asked)[-1], Scanned)
    assert len(opened) == 20
    assert resting < 20
