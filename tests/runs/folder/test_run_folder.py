"""Run folders: names, manifests, locks, superseded events."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest

from explorer.architecture.notation import design_table
from explorer.architecture.presets import preset
from explorer.runs import events
from explorer.runs.folder import manifest
from explorer.runs.folder.log import read_events
from explorer.runs.folder.manifest import remark
from explorer.runs.folder.run import Siblings, read_run
from explorer.runs.folder.run_folder import RunFolder, folder_name
from explorer.runs.folder.survey import check_runs_folder, find_run, list_runs, survey_runs
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from explorer.validation import Refused

MINI = preset("mini")


def make(root, **changes):
    folder = RunFolder.create(root, MINI, Recipe(), 77_754)
    if changes:
        folder.update(**changes)
    return folder


def step(number):
    return events.Step(number, 1, 1.0, 1.0, 1.0, 1, 0.5, 0.1, 100.0)


def started(number):
    return events.Started("id", "folder", 1, events.Verdict(True, 1, 1), "cpu", 10, 1, number)


def test_a_run_reads_back_what_was_written(tmp_path):
    folder = make(tmp_path / "new" / "place 中文", best_accuracy=0.5, best_epoch=2, epochs_done=3)
    run = read_run(folder.path)
    assert (run.design, run.recipe, run.params) == (MINI, Recipe(), 77_754)
    assert (run.best_accuracy, run.best_epoch, run.epochs_done, run.parent) == (0.5, 2, 3, None)
    assert run.state == "running"
    folder.close()


def test_running_without_its_lock_is_interrupted(tmp_path):
    folder = make(tmp_path)
    folder.close()
    assert read_run(folder.path).state == "interrupted"


def test_paused_under_its_lock_is_paused(tmp_path):
    folder = make(tmp_path, state="paused")
    assert read_run(folder.path).state == "paused"
    folder.close()


def test_remarks_are_written_while_a_worker_writes(tmp_path):
    folder = make(tmp_path)
    remark(folder.path, name="The good one", note="lr 0.1\nseed 3", hidden=True)
    remark(folder.path, tags=("good", "2"), starred=True, colour=3)
    folder.update(epochs_done=3)
    remark(folder.path, note="")
    folder.update(state="finished")
    folder.close()
    run = read_run(folder.path)
    assert (run.name, run.note, run.hidden) == ("The good one", "", True)
    assert (run.tags, run.starred, run.colour) == (("good", "2"), True, 3)
    assert (run.epochs_done, run.state) == (3, "finished")


def test_remarks_and_updates_of_many_threads_are_all_there(tmp_path):
    folder = make(tmp_path)
    work = [lambda n=n: folder.update(epochs_done=n) for n in range(20)]
    work += [lambda n=n: remark(folder.path, note=str(n)) for n in range(20)]
    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(each) for each in work]:
            done.result()
    remark(folder.path, name="last")
    folder.update(epochs_done=99)
    folder.close()
    run = read_run(folder.path)
    assert (run.name, run.epochs_done) == ("last", 99)
    assert run.note.isdecimal()


def test_a_run_that_cannot_be_written_takes_no_remarks(tmp_path):
    folder = make(tmp_path)
    folder.close()
    (folder.path / "run.json.part").mkdir()
    with pytest.raises(Refused, match="cannot be written"):
        remark(folder.path, name="x")


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
def test_an_ended_run_keeps_its_state(tmp_path, state):
    folder = make(tmp_path, state=state)
    folder.close()
    assert read_run(folder.path).state == state


def test_newest_first_and_broken_folders_passed_over(tmp_path):
    for day in (1, 3, 2):
        make(tmp_path, state="finished", created=f"2026-01-0{day}T00:00:00+00:00").close()
    for name, text in (("broken", "{"), ("unknown", "[1]"), ("partial", '{"state": "running"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "run.json").write_text(text)
    assert [run.created.day for run in list_runs(tmp_path)] == [3, 2, 1]


def spoil(root, **changes):
    """A run whose manifest has other entries."""
    folder = make(root, **{"state": "finished", **changes})
    folder.close()
    return folder.path


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "dreaming"}, "has the state 'dreaming', which this version does not know"),
        ({"recipe": {"epochs": 1, "sharpness": 2}}, "cannot be read: sharpness: is not a known key"),
        ({"design": {**design_table(MINI), "schema": 9}}, "schema: 9 was made by a newer version"),
        ({"best_accuracy": "good"}, "is not a run"),
        ({"epochs_done": None}, "is not a run"),
        ({"created": "yesterday"}, "is not a run"),
        ({"created": None}, "is not a run"),
        ({"params": 1e999}, "is not a run"),
        ({"twin": 5}, "is not a run"),
        ({"beside": 5}, "is not a run"),
    ],
)
def test_a_run_that_cannot_be_read_is_named_beside_the_others(tmp_path, changes, reason):
    good = spoil(tmp_path)
    bad = spoil(tmp_path, **changes)
    found = survey_runs(tmp_path)
    assert [run.folder for run in found.runs] == [good]
    ((folder, said),) = found.unreadable
    assert folder == bad
    assert reason in said


def test_a_time_without_a_zone_is_meant_here(tmp_path):
    for day, zone in (("03", ""), ("02", "+00:00"), ("01", "")):
        spoil(tmp_path, created=f"2026-01-{day}T12:00:00{zone}")
    assert [f"{run.created:%d}" for run in list_runs(tmp_path)] == ["03", "02", "01"]


def test_a_folder_that_cannot_be_looked_into_hides_no_other(tmp_path, monkeypatch):
    good, denied = spoil(tmp_path), tmp_path / "denied"
    denied.mkdir()
    real = Path.stat

    def stat(path, **options):
        if path.parent == denied:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    found = survey_runs(tmp_path)
    assert ([run.folder for run in found.runs], found.unreadable) == ([good], ((denied, "Permission denied"),))


def test_a_place_of_runs_that_is_no_folder_is_itself_unreadable(tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / ("x" * 300)):
        ((folder, reason),) = survey_runs(place).unreadable
        assert folder == place
        assert reason in ("Not a directory", "File name too long")


@pytest.mark.parametrize("text", ["x" * 300, "/" + "x" * 300])
def test_a_name_too_long_for_a_run_is_refused(tmp_path, text):
    with pytest.raises(Refused, match="cannot be read: File name too long"):
        find_run(text, tmp_path)


def test_a_run_that_cannot_be_created_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manifest, "write_atomically", full)
    with pytest.raises(Refused, match="cannot be written: No space left on device"):
        make(tmp_path / "runs")
    assert list((tmp_path / "runs").iterdir()) == []


def test_no_folder_no_runs(tmp_path):
    assert list_runs(tmp_path / "missing") == ()


def test_a_list_does_not_read_curves(tmp_path):
    folder = make(tmp_path)
    folder.close()
    (folder.path / "events.jsonl").unlink()
    (folder.path / "events.jsonl").mkdir()
    assert len(list_runs(tmp_path)) == 1


def test_found_by_id_and_by_folder(tmp_path):
    folder = make(tmp_path)
    folder.close()
    by_id, by_folder = find_run(folder.path.name, tmp_path), find_run(str(folder.path), tmp_path / "elsewhere")
    assert by_id.id == by_folder.id == folder.path.name


@pytest.mark.parametrize("text", ["", "nothing", "../../nothing"])
def test_a_run_that_is_not_there_is_refused(tmp_path, text):
    with pytest.raises(Refused, match="there is no run"):
        find_run(text, tmp_path)


def test_names_are_readable_unique_and_safe():
    design, now = MINI.change(name='Ä/b: "c" 深度\n' + "x" * 60), datetime(2026, 1, 2, 3, 4, 5)
    names = {folder_name(design, now) for _ in range(20)}
    assert len(names) > 15
    assert all(name.startswith("20260102-030405-Ä-b-c-深度-x") and not set('/:" \n') & set(name) for name in names)


def test_events_are_read_in_order_and_a_torn_line_does_not_spoil_the_next(tmp_path):
    folder = make(tmp_path)
    folder.log(started(0))
    folder.log(step(1))
    folder.close()
    with (folder.path / "events.jsonl").open("a") as file:
        file.write('{"event": "step", "st')
    again = RunFolder(folder.path)
    again.log(step(2))
    again.close()
    assert list(read_events(folder.path)) == [started(0), step(1), step(2)]


def test_a_resume_supersedes_what_came_after_its_step(tmp_path):
    folder = make(tmp_path)
    for event in (started(0), step(5), step(9), started(5), step(7), step(8), started(7), step(8)):
        folder.log(event)
    folder.close()
    kept = list(read_events(folder.path))
    assert kept == [started(0), step(5), started(5), step(7), started(7), step(8)]


def test_a_resume_before_another_resume_supersedes_that_one_too(tmp_path):
    folder = make(tmp_path)
    for event in (started(0), step(5), started(5), step(9), started(2), step(3)):
        folder.log(event)
    folder.close()
    assert list(read_events(folder.path)) == [started(0), started(2), step(3)]


def test_a_second_process_is_told_who_is_at_work(tmp_path):
    folder = make(tmp_path)
    imports = "import sys; from pathlib import Path; from explorer.runs.folder.run_folder import RunFolder"
    code = f"{imports}; RunFolder(Path(sys.argv[1]))"
    other = subprocess.run([sys.executable, "-c", code, str(folder.path)], capture_output=True, text=True, check=False)
    folder.close()
    assert f"in use by process {os.getpid()} since 20" in other.stderr


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match=r"file.*cannot be written"):
        RunFolder.create(tmp_path / "file" / "runs", MINI, Recipe(), 1)


def test_a_manifest_is_replaced_whole(tmp_path):
    folder = make(tmp_path)
    folder.update(best_accuracy=0.25)
    folder.close()
    assert json.loads((folder.path / "run.json").read_text(encoding="utf-8"))["best_accuracy"] == 0.25
    assert not list(folder.path.glob("*.part"))


def test_a_folder_of_runs_is_made_and_tried(tmp_path):
    check_runs_folder(tmp_path / "a" / "runs")
    assert list((tmp_path / "a" / "runs").iterdir()) == []
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match=r"runs: .*file.* cannot be written"):
        check_runs_folder(tmp_path / "file")


def test_a_run_of_older_versions_names_its_twin_and_one_of_these_all_beside_it(tmp_path):
    old = make(tmp_path, twin="the-other")
    run = read_run(old.path)
    assert (run.beside, run.label, run.seed) == (("the-other",), "residual", Recipe().seed)
    old.close()
    label = Sentence("seed {seed}", {"seed": 4})
    new = make(tmp_path, seed=4, **record_table(Siblings(("a", "b"), label, Sentence("deeper"))))
    run = read_run(new.path)
    assert (run.beside, run.label, run.difference, run.seed) == (("a", "b"), "seed 4", "deeper", 4)
    assert run.label.values == {"seed": 4}  # so that the window can translate it
    new.close()
