"""What is different in the data of a run, in words."""

from dataclasses import replace

from explorer.runs.data.changes import data_changes, decision_changes
from explorer.runs.data.decisions import Decisions, Move
from tests.flagged_run import RECORD


def test_decisions_since_are_counted_by_what_becomes_of_the_images():
    before = Decisions(left_out=("1", "2"), moved=(Move("3", "a"), Move("4", "b")), excluded=("5",), kept=("9",))
    now = Decisions(left_out=("2", "3"), moved=(Move("4", "c"), Move("6", "a")), excluded=("5", "7"))
    assert list(decision_changes(before, now)) == [
        "1 image left out",
        "2 images given another class",
        "1 image marked as none of the classes",
        "1 image used again as it is in the folder",
    ]
    assert list(decision_changes(now, now)) == []


def test_what_the_user_has_decided_comes_first():
    now = replace(RECORD, train=21, decisions=Decisions(left_out=("a", "b", "c")), class_names=("cat", "dog", "eagle"))
    assert list(data_changes(RECORD, now)) == [
        "3 images left out",
        "the class 'owl' is called 'eagle'",
        "21 images to train with instead of 24",
    ]
