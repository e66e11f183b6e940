"""Studies on the disk: whole, damaged, half written, of a newer version, or in a folder that cannot be written."""

import json

import pytest

from explorer.runs.folder.survey import survey_runs
from explorer.runs.studies.folder import STUDIES, STUDY, create_study, find_study, list_studies, read_study
from explorer.validation import Refused
from tests.runs.studies.made_study import grid, made


def test_a_study_is_read_as_it_was_written(tmp_path):
    found = create_study(tmp_path, grid("stage3.blocks=1,2", "shortcut=pad,none", seeds=3))
    assert (
        read_study(found.folder) == found == find_study(found.id, tmp_path) == find_study(str(found.folder), tmp_path)
    )
    assert found.runs == tmp_path
    assert found.study.created


def test_studies_are_listed_newest_first_and_are_no_runs(tmp_path):
    ids = [made(tmp_path, "lr=0.1,0.2").id for _ in range(3)]
    assert {each.id for each in list_studies(tmp_path).studies} == set(ids)
    created = [each.study.created for each in list_studies(tmp_path).studies]
    assert created == sorted(created, reverse=True)
    assert survey_runs(tmp_path) == ((), ())
    assert list_studies(tmp_path / "nowhere") == ((), ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is damaged: it is not JSON"),
        ("[]", "is not a study"),
        ('{"schema": 2, "kind": "dream"}', "was made by a newer version: it has schema 2, this version reads 1"),
        ('{"schema": 1}', "is not a study"),
        (None, "has no study.json: it was not written to its end"),
    ],
)
def test_what_cannot_be_read_is_listed_with_the_reason(tmp_path, text, reason):
    whole, broken = made(tmp_path, "lr=0.1,0.2"), tmp_path / STUDIES / "broken"
    broken.mkdir()
    if text is not None:
        (broken / STUDY).write_text(text)
    found = list_studies(tmp_path)
    assert found.studies == (whole,)
    assert found.unreadable == ((broken, reason),)
    with pytest.raises(Refused, match=reason.split(":")[0]):
        find_study("broken", tmp_path)


@pytest.mark.parametrize(
    "change", [{"kind": "dream"}, {"design": {}}, {"knobs": [{"key": 1}]}, {"created": "long ago"}, {"seeds": "many"}]
)
def test_entries_that_no_study_has_are_refused(tmp_path, change):
    found = made(tmp_path, "lr=0.1,0.2")
    table = json.loads((found.folder / STUDY).read_text())
    (found.folder / STUDY).write_text(json.dumps({**table, **change}))
    assert not list_studies(tmp_path).studies
    assert len(list_studies(tmp_path).unreadable) == 1


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / STUDIES).write_text("a file")
    with pytest.raises(Refused, match="cannot be written"):
        made(tmp_path, "lr=0.1,0.2")
    with pytest.raises(Refused, match="there is no study 'x'"):
        find_study("x", tmp_path)
