"""Fifty SIGKILLs: whenever the process dies, what a run had reported is on the disk, and it goes on from there."""

import os
import random
import sys
import time
from dataclasses import asdict
from itertools import product
from pathlib import Path

import pytest
import torch

from explorer.engine.runs.opening import open_runs
from explorer.engine.training import fit as fit_module
from explorer.engine.training.checkpoint import load_checkpoint, save_checkpoint
from explorer.engine.training.weights import BEST, save_best, weights_of
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.events import read_event
from explorer.runs.folder.log import EVENTS
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import find_run, list_runs
from tests.engine import small
from tests.engine.same import differences
from tests.engine.shades import shades
from tests.patience import patience

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no fork")


def logged(folder):
    """The events that are in the folder, also those that a resume superseded; none is torn but perhaps the last."""
    lines = (folder / EVENTS).read_text(encoding="utf-8").splitlines()
    return [event for event in map(read_event, lines) if event is not None]


def wait_for(kind, process, out):
    """Until the process has reported an event of that kind, or is over."""
    before = out.stat().st_size if out.exists() else 0
    deadline = time.monotonic() + patience()
    while process.is_alive() and time.monotonic() < deadline:
        if out.exists() and f'"event": "{kind}"'.encode() in out.read_bytes()[before:]:
            return
        time.sleep(0.005)


def same_place(one, other):
    return all(one[key] == other[key] for key in ("step", "epoch", "position"))


@pytest.mark.slow
@posix
@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.uses)])
def test_kills_lose_nothing_that_was_reported(tmp_path, monkeypatch, kills):
    from tests.engine.killed import context, work

    chance, runs, out = random.Random(0), tmp_path / "runs", tmp_path / "out"
    recipe = shades(tmp_path / "data")
    command, saved = Train(small.DESIGN, recipe, runs), 0
    for number in range(kills):
        process = context().Process(target=work, args=(command, out, 0.0))
        process.start()
        if number % 5:
            wait_for(("checkpoint", "step")[number % 2], process, out)
        assert process.is_alive(), out.with_suffix(".errors").read_text()
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.join()
        if not list_runs(runs):
            continue
        (run,) = list_runs(runs)
        assert run.state == "interrupted"
        command = ResumeRun(run.id, runs)
        steps = [event.step for event in logged(run.folder) if isinstance(event, events.Checkpoint)]
        found = load_checkpoint(run.folder, read_hashes(run.folder))
        if steps:
            assert not found.warning
            assert found.state["counters"]["step"] >= max(steps[-1], saved)
            saved = found.state["counters"]["step"]
        if (run.folder / BEST).exists():
            assert set(weights_of(run)) == set(found.state["model"])
    assert saved >= kills * 2 // 5  # as many have reported a checkpoint before they were killed

    for name in ("READ_EVERY", "SAVE_EVERY"):
        monkeypatch.setattr(fit_module, name, 0.0)
    (training_run,) = open_runs(Train(small.DESIGN, recipe, tmp_path / "uninterrupted"))
    counters = training_run.training.counters
    for event in training_run.events():
        if isinstance(event, events.Checkpoint) and same_place(asdict(counters), found.state["counters"]):
            break
    training_run.folder.close()
    assert differences(training_run.training.state(), found.state) == []

    process = context().Process(target=work, args=(ResumeRun(run.id, runs, epochs=saved // 3 + 2), out, 60.0))
    process.start()
    process.join(patience())
    assert process.exitcode == 0
    assert find_run(run.id, runs).state == "finished"


class Died(BaseException):
    """What nothing catches, as nothing catches a SIGKILL."""


class Death:
    """Comes before or after the n-th call by which something changes on the disk."""

    def __init__(self, monkeypatch):
        self.calls, self.due = 0, None
        monkeypatch.setattr(os, "fsync", lambda descriptor: None)
        for owner, name in ((os, "fsync"), (Path, "replace"), (torch, "save")):
            monkeypatch.setattr(owner, name, self.watched(getattr(owner, name)))

    def watched(self, function):
        def call(*arguments):
            for step in (lambda: None, lambda: function(*arguments)):
                step()
                self.calls += 1
                if self.calls == self.due:
                    raise Died

        return call

    def strike(self, moment, deed):
        """Let `deed` die at that moment; whether it did not come so far."""
        self.calls, self.due = 0, moment
        try:
            deed()
        except Died:
            return False
        finally:
            self.due = None
        return True


MOMENTS = range(1, 13)  # of a save: torch's, two of fsync and three of replace, each before and after


def reopened(folder):
    folder.close()
    return RunFolder(folder.path)


@pytest.mark.parametrize("first", MOMENTS)
def test_dead_at_any_two_moments_of_a_save_it_has_the_last_checkpoint(tmp_path, monkeypatch, first):
    death = Death(monkeypatch)
    for second in MOMENTS:
        folder = small.new_folder(tmp_path)
        whole = 0
        for step, moment in enumerate((None, None, first, second, None), 1):
            if death.strike(moment, lambda folder=folder, step=step: save_checkpoint(folder, small.state(step))):
                whole = step
            folder = reopened(folder)
            found = load_checkpoint(folder.path, read_hashes(folder.path))
            assert found.state["counters"]["step"] in (whole, step), (first, second)
            assert not found.warning
            whole = found.state["counters"]["step"]
        folder.close()
        assert whole == 5


def test_a_save_has_no_more_moments_than_these(tmp_path, monkeypatch):
    death, folder = Death(monkeypatch), small.new_folder(tmp_path)
    save_checkpoint(folder, small.state(1))
    assert death.strike(None, lambda: save_checkpoint(folder, small.state(2)))
    assert death.calls == MOMENTS[-1]
    folder.close()


@pytest.mark.parametrize(("first", "second"), [*product(range(1, 9), repeat=2)])
def test_dead_at_any_two_moments_the_best_weights_are_good_ones(tmp_path, monkeypatch, first, second):
    death, folder = Death(monkeypatch), small.new_folder(tmp_path)
    layer = torch.nn.Linear(2, 2)
    for number, moment in enumerate((None, first, second, None), 1):
        torch.nn.init.constant_(layer.weight, number)
        whole = death.strike(moment, lambda folder=folder: save_best(folder, layer))
        folder = reopened(folder)
        value = float(weights_of(read_run(folder.path))["weight"][0, 0])
        assert value == number or (not whole and value < number)
    folder.close()
