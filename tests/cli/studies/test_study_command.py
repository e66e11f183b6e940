"""The command `study` with workers that train nothing: queue, failures, crashes, stops, and what is shown."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.cli.studies import study_queue, worker_pipe
from explorer.runs.folder.run import RunState
from explorer.runs.folder.survey import list_runs
from explorer.runs.launch import launch_local
from explorer.runs.studies.folder import STUDIES, list_studies
from explorer.runs.studies.schedule import claim_next
from tests.runs.studies.made_study import made, run_of

GRID = ("mini", "--vary", "stage3.blocks=1,2", "--vary", "shortcut=pad,none", "--epochs", "2", "--seeds", "2")


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A folder for runs, beside which workers train nothing; they have two cards."""
    launch = launch_local(("2",))
    words = ("-m", "tests.cli.studies.quick_worker", "2")
    monkeypatch.setattr(worker_pipe, "launch_local", lambda arguments: launch._replace(arguments=words))
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


@pytest.fixture
def study(runs, capsys):
    def study(*words):
        status = main(["study", *words, "--runs", str(runs)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return study


def endings(runs: Path, **words: str) -> None:
    for number, word in words.items():
        (runs / f"ending of {number.removeprefix('trial')}").write_text(word)


def test_every_trial_is_trained_once_on_all_cards_and_the_result_is_shown(study, runs, tmp_path):
    status, out, err = study(*GRID, "--json", "-o", str(tmp_path / "plot.svg"), "--name", "deeper")
    shown = json.loads(out)
    assert status == 0
    assert (shown["name"], shown["seeds"], shown["measure"]) == ("deeper", 2, "validation accuracy")
    assert (shown["runs"]["planned"], shown["runs"]["done"]) == (8, 8)
    first = shown["series"][0]
    assert (first["name"], first["points"][0]["value"], first["points"][0]["count"]) == ("shortcut=pad", "1", 2)
    assert first["points"][0]["mean"] == pytest.approx((0.50 + 0.54) / 2)
    trained = list_runs(runs)
    assert sorted(run.trial.number for run in trained) == list(range(8))
    assert {run.recipe.device for run in trained} == {"cuda:0", "cuda:1"}
    assert {run.trial.study for run in trained} == {shown["id"]}
    assert any(line.startswith("8 of 8: ") for line in err)
    assert (tmp_path / "plot.svg").read_text() == (Path(shown["folder"]) / "plot.svg").read_text()


def test_the_device_that_is_given_is_the_only_one(study, runs):
    assert study(*GRID, "--device", "cpu")[0] == 0
    assert {run.recipe.device for run in list_runs(runs)} == {"cpu"}
    status, _, err = study(*GRID, "--device", "cuda:7")
    assert (status, err[-1]) == (2, "device: 'cuda:7' is not available; available: cuda:0, cuda:1, cpu")


def test_a_trial_that_fails_does_not_keep_the_others_and_is_tried_again_on_resume(study, runs):
    endings(runs, trial3="fail", trial5="crash")
    status, out, err = study(*GRID)
    assert status == 1
    assert "8 runs, 1 ready, 6 done, 1 failed" in out  # one that crashed is a run that was interrupted
    assert any("no memory is left Buy some." in line for line in err)
    assert any("its process ended with status 9" in line for line in err)
    (found,) = list_studies(runs).studies
    status, out, _ = study("--resume", found.id)
    assert (status, "8 runs, 8 done" in out) == (0, True)
    assert len(list_runs(runs)) == 8  # in the same folders
    assert study("--resume", found.id)[0] == 0


@pytest.mark.slow
def test_a_signal_stops_what_is_under_way_with_a_checkpoint(study, runs):
    endings(runs, trial0="wait", trial1="wait")

    def interrupt():
        while sum(run.state is RunState.RUNNING for run in list_runs(runs)) < 2:
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    status, out, _ = study(*GRID)
    assert status == 130
    assert "8 runs, 8 ready" in out
    assert [run.state for run in list_runs(runs)] == [RunState.STOPPED] * 2
    status, out, _ = study("--resume", list_studies(runs).studies[0].id)
    assert (status, "8 runs, 8 done" in out, len(list_runs(runs))) == (0, True, 8)


def test_a_trial_that_another_process_has_claimed_is_waited_for(study, runs, monkeypatch):
    monkeypatch.setattr(study_queue, "_LOOK_EVERY", 0.05)
    found = made(runs, "shortcut=pad,none", seeds=1)
    claim = claim_next(found, "cpu")

    def finish():
        while not list_runs(runs):
            time.sleep(0.05)
        run_of(found, 0)
        claim.release()

    threading.Thread(target=finish, daemon=True).start()
    status, out, err = study("--resume", found.id)
    assert (status, "2 runs, 2 done" in out) == (0, True)
    assert any(line.startswith("waits for 1 trained by other processes") for line in err)
    assert len(list_runs(runs)) == 2


def test_a_study_is_prepared_for_other_processes(study, runs):
    status, out, _ = study(*GRID, "--prepare")
    (found,) = list_studies(runs).studies
    assert (status, out.strip(), list_runs(runs)) == (0, found.id, ())


def test_studies_and_damaged_ones_are_listed(study, runs):
    found = made(runs, "shortcut=pad,none")
    run_of(found, 0)
    (runs / STUDIES / "broken").mkdir()
    status, out, err = study("--show")
    assert status == 0
    assert f"{found.id}  grid         1/4  shortcut=pad,none" in out
    assert "broken" in out
    assert "was not written to its end" in err[0]
    assert [each["id"] for each in json.loads(study("--show", "--json")[1])] == [found.id]


def test_a_study_is_shown_without_training(study, runs, tmp_path):
    found = made(runs, "shortcut=pad,none")
    run_of(found, 1, best_accuracy=0.75)
    status, out, _ = study("--show", found.id, "-o", str(tmp_path / "plot.png"))
    assert status == 0
    assert "none  0.7500  –   1/2" in out
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
    assert len(list_runs(runs)) == 1


def test_runs_say_of_which_study_they_are(runs, capsys):
    found = made(runs, "shortcut=pad,none")
    run = run_of(found, 1)
    assert main(["runs", "--runs", str(runs)]) == 0
    assert found.id in capsys.readouterr().out
    assert main(["runs", "show", run, "--runs", str(runs)]) == 0
    assert f"{found.id}, run 1: none" in capsys.readouterr().out
    assert main(["runs", "show", run, "--runs", str(runs), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["trial"]["values"] == ["none"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "usage: study needs a DESIGN, or --resume ID, or --show [ID]"),
        (("mini", "--vary", "blocks"), "vary: must be KEY=VALUE,VALUE …, not 'blocks'"),
        (("mini", "--vary", "lr=0.1", "-o", "plot.pdf"), "-o: must end with .svg or .png"),
        (("mini", "--seeds", "0"), "seeds: must be a whole number from 1 to 1000, not '0'"),
        (("mini", "--vary", "lr=1", "--nested", "8,14"), "usage: a study of nested classes varies nothing else"),
        (("mini", "--name", "x" * 81), "name: must have at most 80 characters"),
        (("--resume", "nothing"), "study: there is no study 'nothing' in "),
        (("--show", "nothing"), "study: there is no study 'nothing' in "),
        (("--resume", "x", "--epochs", "3"), "usage: a study keeps its design, recipe and values; leave out epochs"),
        (("--show", "x", "--vary", "lr=1"), "usage: a study keeps its design, recipe and values; leave out vary"),
        (("mini", "--vary", "stage3.blocks=1,600"), "stage3.blocks=600: must be at most 512, not 600"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(study, runs, words, complaint):
    status, out, err = study(*words)
    assert (status, out) == (2, "")
    assert err[0].startswith(complaint)
    assert not list(runs.iterdir())


def test_planning_needs_neither_torch_nor_qt(runs):
    program = (
        f"import sys; from explorer.cli import main; status = main(['study', *{GRID!r}, '--prepare', '--runs', "
        f"{str(runs)!r}]); sys.exit(status or 'torch' in sys.modules or 'PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL).returncode == 0
