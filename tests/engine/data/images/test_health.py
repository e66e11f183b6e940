"""Problems of images: which there are, which come first, what is kept, and how much of them is sent."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from explorer.engine.data.images.division import Division, Unreadable
from explorer.engine.data.images.examination import Examined
from explorer.engine.data.images.health import find_problems
from explorer.runs.data.decisions import Decisions
from explorer.runs.data.image_list import ImageList, Layout, ListedImage, Part
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.questions.data import MAX_FILES, MAX_GROUPS, ClassCount, DataProblem, ProblemKind

RANDOM = np.random.default_rng(0)
ENOUGH = (ClassCount("a", 50, 5, 5), ClassCount("b", 50, 5, 5))


class Row:
    """An image with nothing wrong but what is said."""

    def __init__(self, file: str, label: int = 0, part: Part = Part.TRAIN, digest: str = "", **known: object) -> None:
        self.image, self.part = ListedImage(file, label), part
        small = RANDOM.integers(0, 256, 216, np.uint8).tobytes().hex()
        plain = {"width": 40, "height": 30, "darkest": 0.1, "brightest": 0.9, "sharpness": 0.4, "small": small}
        self.examined = Examined(1, 1, digest=digest or file, **{**plain, **known})


def problems_of(
    rows: Sequence[Row],
    kept: Sequence[str] = (),
    unreadable: Sequence[Unreadable] = (),
    folders: Sequence[str] = (),
    classes: Sequence[ClassCount] = ENOUGH,
) -> dict[ProblemKind, DataProblem]:
    listed = tuple(row.image for row in rows)
    images = ImageList(Path("nowhere"), Layout.CLASSES, ("a", "b"), listed, unreadable=tuple(folders))
    division = Division(
        images=images,
        decisions=Decisions(kept=tuple(kept)),
        examined=tuple(row.examined for row in rows),
        split=Split(SplitKind.FOUND),
        parts=tuple(row.part for row in rows),
        unreadable=tuple(unreadable),
    )
    found = find_problems(division, classes)
    assert [each.kind for each in found] == sorted((each.kind for each in found), key=[*ProblemKind].index)
    return {each.kind: each for each in found}


def plain(count: int) -> list[Row]:
    return [Row(f"plain{number}.png") for number in range(count)]


def groups(problem: DataProblem) -> list[tuple[str, ...]]:
    return list(problem.groups)


def test_good_images_have_no_problems():
    assert problems_of(plain(20)) == {}
    assert problems_of([]) == {}


def test_copies_are_named_by_where_they_are():
    rows = [
        *(Row("1", 0, Part.TRAIN, "x"), Row("2", 0, Part.TRAIN, "x")),
        *(Row("3", 0, Part.TRAIN, "y"), Row("4", 0, Part.TEST, "y"), Row("5", 0, Part.TEST, "y")),
        *(Row("6", 0, Part.TRAIN, "z"), Row("7", 1, Part.TRAIN, "z")),
        *(Row("8", 0, Part.TRAIN, "w"), Row("9", 1, Part.VALIDATION, "w")),
    ]
    found = problems_of(rows)
    assert groups(found.pop(ProblemKind.DUPLICATE)) == [("1", "2"), ("4", "5")]
    assert groups(found.pop(ProblemKind.LEAK)) == [("3", "4", "5"), ("8", "9")]
    assert groups(found.pop(ProblemKind.TWO_CLASSES)) == [("6", "7"), ("8", "9")]
    assert found == {}


def test_the_largest_groups_come_first_and_all_images_are_counted():
    rows = [
        *(Row(f"x{number}", digest="x") for number in range(2)),
        *(Row(f"y{number}", digest="y") for number in range(3)),
    ]
    problem = problems_of(rows)[ProblemKind.DUPLICATE]
    assert (problem.count, groups(problem)) == (5, [("y0", "y1", "y2"), ("x0", "x1")])


def test_near_duplicates_are_listed_once_and_leaks_among_them_first():
    one, other = (RANDOM.integers(9, 240, 216, np.uint8) for _ in range(2))
    rows = [
        *(Row(f"one{shift}", small=(one + shift).tobytes().hex()) for shift in range(3)),
        *(Row(f"other{shift}", part=part, small=(other + shift).tobytes().hex()) for shift, part in enumerate(Part)),
        Row("copy", digest="one0", small=one.tobytes().hex()),
    ]
    found = problems_of(rows)
    assert groups(found[ProblemKind.NEAR_DUPLICATE]) == [("other0", "other1", "other2"), ("one0", "one1", "one2")]
    assert groups(found[ProblemKind.DUPLICATE]) == [("one0", "copy")]


def test_the_darkest_brightest_and_most_blurred_come_first():
    rows = [
        *(Row("dim", brightest=0.3), Row("night", brightest=0.01, sharpness=0.0)),
        *(Row("fog", darkest=0.96), Row("snow", darkest=0.99, sharpness=0.0)),
        *(Row("soft", sharpness=0.05), Row("mist", sharpness=0.01)),
        *plain(20),
    ]
    found = problems_of(rows)
    assert groups(found.pop(ProblemKind.DARK)) == [("night",), ("dim",)]
    assert groups(found.pop(ProblemKind.BRIGHT)) == [("snow",), ("fog",)]
    assert groups(found.pop(ProblemKind.BLURRED)) == [("mist",), ("soft",)]  # what is black is not blurred besides
    assert found == {}


def test_what_most_images_have_is_their_style():
    sketches = [Row(f"sketch{number}", darkest=1.0) for number in range(6)]
    assert problems_of([*sketches, *plain(5)]) == {}
    assert len(problems_of([*sketches, *plain(6)])[ProblemKind.BRIGHT].groups) == 6


def test_odd_sizes_are_those_far_from_all_others():
    rows = [
        *(Row(f"photo{number}", width=4000 + 40 * number, height=3000) for number in range(20)),
        *(Row("thumbnail", width=160, height=120), Row("scan", width=20_000, height=15_000)),
        *(Row("strip", width=9000, height=1300), Row("half", width=2300, height=1700)),
    ]
    assert groups(problems_of(rows)[ProblemKind.ODD_SIZE]) == [("thumbnail",), ("scan",), ("strip",)]


def test_panoramas_among_panoramas_are_not_odd_and_a_thumbnail_among_them_is():
    rows = [Row(f"wide{number}", width=4000, height=800) for number in range(20)]
    assert problems_of(rows) == {}
    assert groups(problems_of([*rows, Row("tiny", width=100, height=20)])[ProblemKind.ODD_SIZE]) == [("tiny",)]


def test_classes_with_few_images_are_named_the_smallest_first():
    classes = (
        *(ClassCount("some", 9, 2, 2), ClassCount("enough", 10, 1, 0), ClassCount("none", 0, 0, 0)),
        ClassCount("never validated", 40, 0, 3),
    )
    problem = problems_of(plain(3), classes=classes)[ProblemKind.FEW]
    assert (problem.count, groups(problem)) == (3, [("none",), ("some",), ("never validated",)])


def test_what_cannot_be_read_has_its_reason():
    problem = problems_of(plain(2), unreadable=[Unreadable("torn.jpg", "cut off or damaged")], folders=["closed"])[
        ProblemKind.UNREADABLE
    ]
    assert groups(problem) == [("torn.jpg",), ("closed",)]
    assert [reason.what for reason in problem.reasons] == ["cut off or damaged", "the folder cannot be read"]


def test_the_problems_of_images_that_are_kept_are_not_listed():
    rows = [
        *(Row("1", digest="x"), Row("2", digest="x"), Row("3", digest="x"), Row("4", digest="y"), Row("5", digest="y")),
        *(Row("night", brightest=0.01), Row("dusk", brightest=0.2)),
        *plain(10),
    ]
    torn = [Unreadable("torn.jpg", "empty")]
    found = problems_of(rows, kept=["1", "4", "night", "torn.jpg"], unreadable=torn)
    assert groups(found.pop(ProblemKind.DUPLICATE)) == [("2", "3")]
    assert groups(found.pop(ProblemKind.DARK)) == [("dusk",)]
    assert found == {}


def test_no_more_is_sent_than_a_line_may_hold():
    many = [Row(f"{number // 3}/{number}", digest=str(number // 3)) for number in range(6 * MAX_GROUPS)]
    problem = problems_of(many)[ProblemKind.DUPLICATE]
    assert problem.count == len(many)
    assert sum(map(len, problem.groups)) == MAX_FILES
    one = problems_of([Row(str(number), digest="x") for number in range(MAX_FILES + 50)])[ProblemKind.DUPLICATE]
    assert (one.count, len(one.groups), len(one.groups[0])) == (MAX_FILES + 50, 1, MAX_FILES)
    torn = [Unreadable(str(number), "empty") for number in range(MAX_GROUPS + 1)]
    unreadable = problems_of(plain(1), unreadable=torn)[ProblemKind.UNREADABLE]
    assert (unreadable.count, len(unreadable.groups), len(unreadable.reasons)) == (MAX_GROUPS + 1, *(MAX_GROUPS,) * 2)
