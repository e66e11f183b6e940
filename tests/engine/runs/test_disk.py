"""The n-th thing asked of the disk fails, for every n: no run ends by it, no file is damaged, nothing more is lost."""

import os
import shutil
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from explorer.engine import worker as worker_module
from explorer.engine.runs import opening
from explorer.engine.training import checkpoint as checkpoint_module
from explorer.engine.training import fit as fit_module
from explorer.engine.training.checkpoint import NEWEST, load_checkpoint
from explorer.engine.training.weights import BEST, weights_of
from explorer.engine.worker import DONE, FAILED, Worker
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.folder.log import read_events
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import Run
from explorer.runs.folder.survey import list_runs, survey_runs
from explorer.validation import Refused
from tests.engine import small
from tests.engine.shades import shades
from tests.failing_disk import ERRORS, Disk

pytestmark = pytest.mark.slow
BAD_INPUT = 2


class Listener:
    def __init__(self) -> None:
        self.events = []

    def send(self, event, run=""):
        self.events.append(event)

    def has(self, kind) -> bool:
        return any(isinstance(event, kind) for event in self.events)


def execute(command, *controls) -> tuple[Listener, int]:
    """Let a worker run a command, as the command line would, and return what it said, and the exit status.

    The `controls` have come before its first step.
    """
    listener, inbox = Listener(), worker_module.queue.SimpleQueue()
    for control in controls:
        inbox.put(control)
    try:
        return listener, Worker(listener, inbox).run(command)
    except Refused as refused:
        listener.send(events.Failed(refused.sentence))
        return listener, BAD_INPUT


def check(folder: Path, runs: Path) -> None:
    """Everything that is in a run's folder is whole, whatever is missing."""
    (run,) = list_runs(runs)
    hashes = read_hashes(folder)
    if (folder / NEWEST).exists() or hashes:
        found = load_checkpoint(folder, hashes)
        assert found is None or found.state["counters"]["step"] > 0
    if (folder / BEST).exists():
        assert set(weights_of(run))
    assert all(event is not None for event in read_events(folder))


def is_stored(run: Run, said: Listener) -> bool:
    """Whether the folder says how the run has ended, and has the checkpoint of its last step."""
    found = load_checkpoint(run.folder, read_hashes(run.folder))
    ended = run.state == type(said.events[-1]).__name__.lower()
    return ended and found is not None and found.state["counters"]["step"] == said.events[-1].step and not found.warning


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr(worker_module.signal, "signal", lambda *_: None)
    monkeypatch.setattr(checkpoint_module, "_MORE", 0)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # waits for a disk that others may keep busy
    monkeypatch.setattr(fit_module, "MEASURE_EVERY", 1e9)
    monkeypatch.setattr(opening, "referee", lambda plan: events.Verdict(True, 1, 1))  # half of a run's time


@pytest.mark.parametrize(
    ("resumed", "controls", "ending"),
    [
        pytest.param(False, (), events.Finished, id="a new run"),
        pytest.param(True, (), events.Finished, id="a resumed run", marks=pytest.mark.uses),
        pytest.param(True, (Stop(),), events.Stopped, id="a run that is stopped", marks=pytest.mark.uses),
    ],
)
def test_whatever_fails_on_the_disk_the_run_ends_well_and_its_files_are_whole(
    tmp_path, monkeypatch, quiet, resumed, controls, ending
):
    train = Train(small.DESIGN, shades(tmp_path / "data", each=4).change(epochs=2), tmp_path / "first")
    execute(train)
    for due in range(1, 1000):
        runs = tmp_path / f"runs{due}"
        command = replace(train, runs=runs)
        if resumed:
            shutil.copytree(train.runs, runs)
            command = ResumeRun(list_runs(runs)[0].id, runs, epochs=3)
        with monkeypatch.context() as patch:
            disk = Disk(runs, patch)
            disk.due = due
            disk.errors = cycle(ERRORS[due % 3 :] + ERRORS[: due % 3])
            said, status = execute(command, *controls)
        if disk.calls < due:
            break
        survey = survey_runs(runs)
        assert not survey.unreadable, disk.last
        if not said.has(events.Started):  # it was refused with a reason, and left nothing half made
            (failed,) = said.events
            assert isinstance(failed, events.Failed), disk.last
            assert "Error" not in failed.reason, disk.last
            assert len(survey.runs) == resumed, disk.last
            assert not runs.exists() or len(list(runs.iterdir())) == resumed, disk.last
        else:
            assert said.has(ending), disk.last
            check(survey.runs[0].folder, runs)
            assert status == (DONE if is_stored(survey.runs[0], said) else FAILED), disk.last
        if survey.runs:
            again, status = execute(ResumeRun(survey.runs[0].id, runs, epochs=3 + resumed))
            assert (again.has(events.Finished), status) == (True, DONE), (disk.last, again.events)
            assert list_runs(runs)[0].epochs_done == 3 + resumed
    assert 20 < due < 999
    assert said.has(ending)
    assert not said.has(events.Warned)
