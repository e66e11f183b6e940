"""A study with real workers that is killed in the middle of a trial and between two trains each to its end."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from explorer.runs.folder.run import RunState
from explorer.runs.folder.survey import list_runs
from explorer.runs.launch import launch_local
from explorer.runs.studies.folder import list_studies
from tests.patience import patience

pytestmark = [pytest.mark.uses, pytest.mark.timeout(900)]
DESIGN = "basic:3x16x16:3:8x1,16x1/2:stem=cifar,stem_width=8"
EPOCHS = 16


@pytest.fixture
def images(tmp_path):
    """A folder of images of three classes that differ in brightness."""
    chance = np.random.default_rng(0)
    for label in range(3):
        folder = tmp_path / "images" / f"class {label}"
        folder.mkdir(parents=True)
        for number in range(40):
            pixels = chance.integers(0, 80, (16, 16, 3)) + 80 * label
            Image.fromarray(pixels.astype(np.uint8)).save(folder / f"{number}.png")
    return tmp_path / "images"


@pytest.fixture
def runs(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def study(runs):
    def study(*words):
        launch = launch_local(("study", *words, "--runs", str(runs), "--json"))
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([launch.program, *launch.arguments], env=launch.environment, text=True, **streams)

    return study


def wait_until(condition, process=None):
    end = time.monotonic() + 4 * patience()
    while not condition():
        assert process is None or process.poll() is None, "ended too early"
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def finished(runs):
    return sum(run.state is RunState.FINISHED for run in list_runs(runs))


def in_the_middle(runs):
    return any(run.state is RunState.RUNNING and 0 < run.epochs_done < EPOCHS for run in list_runs(runs))


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_nothing_is_lost_by_kills(study, runs, images):
    first = study(
        *(DESIGN, "--data", str(images), "--epochs", str(EPOCHS), "--device", "cpu"),
        *("--vary", "stage2.blocks=1,2", "--vary", "shortcut=pad,none"),
    )
    wait_until(lambda: in_the_middle(runs), first)
    first.kill()
    first.wait()
    (found,) = list_studies(runs).studies
    (cut,) = list_runs(runs)
    ends = [signal.SIGKILL, signal.SIGINT, signal.SIGKILL]
    for place, end in enumerate(ends):
        wait_until(lambda: not in_the_middle(runs))  # the worker of one that was killed has stopped by itself
        process, before = study("--resume", found.id), finished(runs)
        if place == 2:  # as near as can be to the moment between two trials
            wait_until(lambda before=before: finished(runs) > before, process)
        else:
            wait_until(lambda: in_the_middle(runs), process)
        os.kill(process.pid, end)
        assert process.wait() == (130 if end == signal.SIGINT else -end)
    out, _ = study("--resume", found.id).communicate()
    shown = json.loads(out)
    assert shown["runs"]["done"] == 4
    trained = list_runs(runs)
    assert sorted(run.trial.number for run in trained) == [0, 1, 2, 3]  # each in one folder
    assert all(run.epochs_done == EPOCHS for run in trained)
    assert cut.id in [run.id for run in trained]
