"""What a search may vary, and what is refused before any trial."""

from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.runs.json_lines import read_record, record_table
from explorer.runs.recipe import Recipe
from explorer.runs.studies.knobs import read_knob
from explorer.runs.studies.search import (
    Objective,
    Range,
    Search,
    check_search,
    range_of,
    read_objectives,
)
from explorer.runs.studies.study import Study, StudyKind
from explorer.validation import Refused

STUDY = Study(StudyKind.SEARCH, preset("mini"), Recipe(), name="best of mini")


def search(*knobs, **changes):
    return Search(replace(STUDY, knobs=tuple(map(read_knob, knobs))), **changes)


def complaints(found):
    with pytest.raises(Refused) as refused:
        check_search(found)
    return str(refused.value)


def range_in(text):
    found = search(text).study
    return range_of(found, found.knobs[0])


def test_ranges_are_whole_where_the_field_is():
    assert range_in("stage3.blocks=1..8") == Range(1, 8, True)
    assert range_in("lr=0.01..0.5") == Range(0.01, 0.5, False)
    assert range_in("clip=1..2") == Range(1, 2, False)


def test_values_are_listed_or_between_two():
    assert range_in("shortcut=pad,none") is None
    assert range_in("stage3.blocks=2") is None


def test_a_range_of_a_decade_is_searched_over_its_logarithm():
    assert range_in("lr=0.01..0.5").is_logarithmic
    assert not range_in("lr=0.01..0.09").is_logarithmic
    assert not range_in("weight_decay=0..0.1").is_logarithmic  # there is no logarithm of 0


@pytest.mark.parametrize(
    ("knob", "words"),
    [
        ("lr=0..0.5", "lr=0: must be more than 0"),
        ("lr=0.5..0.1", "lr=0.5..0.1: must be LOW..HIGH"),
        ("lr=0.1..0.2..0.3", "lr=0.1..0.2..0.3: must be LOW..HIGH"),
        ("lr=..0.1", "lr=: must be a number"),
        ("stage3.blocks=1..2.5", "stage3.blocks=2.5: must be a whole number"),
        ("stage3.blocks=1..9999", "stage3.blocks=9999: must be at most 512"),
        ("stage9.blocks=1..2", "stage9.blocks: is no field"),
        ("shortcut=pad..none", "only numbers have a range"),
        ("flip=false..true", "only numbers have a range"),
        ("depth=8..20", "has gaps between its values"),
        ("shortcut=pad,padd", "shortcut=padd: must be one of"),
    ],
)
def test_a_knob_that_cannot_be_searched_is_refused(knob, words):
    assert words in complaints(search(knob))


def test_all_that_is_wrong_is_said_at_once():
    said = complaints(search("lr=0..1", "lr=1..0", prune=True, objectives=tuple(Objective)))
    assert "prune: only a search for accuracy alone" in said
    assert "lr: is varied twice" in said
    assert "lr=0: must be more than 0" in said


def test_a_search_varies_something():
    assert "vary: a search needs at least one knob" in complaints(search())


def test_objectives():
    assert read_objectives("accuracy") == (Objective.ACCURACY,)
    assert read_objectives("accuracy, macs") == (Objective.ACCURACY, Objective.MACS)
    for text in ("", "macs", "accuracy,accuracy", "accuracy,beauty"):
        with pytest.raises(Refused, match="objective: must be accuracy or accuracy,macs"):
            read_objectives(text)


def test_a_search_is_the_same_whatever_its_name_and_the_device_of_a_worker():
    one = search("lr=0.01..0.5")
    other = replace(one, study=replace(one.study, name="x", recipe=one.study.recipe.change(device="cpu")))
    assert one.task == other.task
    assert one.task != search("lr=0.01..0.6").task
    assert one.task != replace(one, prune=True).task


def test_a_search_is_written_and_read():
    one = search("lr=0.01..0.5", "shortcut=pad,none", objectives=tuple(Objective))
    assert read_record(Search, record_table(one)) == one
