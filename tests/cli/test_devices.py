"""`train --devices`: what is refused, and a run of two processes from the command line to its end, however it comes."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from explorer.architecture.notation import to_line
from explorer.cli import main
from explorer.runs.commands import ChangeRate, Pause, StepOnce, Stop, Unpause, command_line
from explorer.runs.folder.log import read_events
from explorer.runs.folder.manifest import read_manifest
from explorer.runs.folder.run import RunState
from explorer.runs.folder.survey import find_run, list_runs
from explorer.runs.launch import launch_local
from tests.engine.shades import shades
from tests.engine.small import DESIGN

linux = pytest.mark.skipif(sys.platform != "linux", reason="several processes train one run on Linux only")


@linux
@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--devices", "0"), "devices: must be a whole number from 1 to 1024, not '0'"),
        (("--devices", "two"), "devices: must be a whole number from 1 to 1024, not 'two'"),
        (("--devices=2", "--twin"), "devices: several processes train one network; leave out --twin, --beside and"),
        (("--devices=2", "--device", "cuda:1"), "devices: each process has a GPU of its own: --device must be cuda"),
        (("--devices=9", "--batch-size", "16"), "devices: 9 processes need a batch size of at least 18, not 16"),
        (("--devices=2", "--epochs", "0"), "epochs: "),
    ],
)
def test_what_several_processes_cannot_train_is_refused_before_they_start(flags, words, capsys, monkeypatch):
    monkeypatch.setattr("explorer.engine.torchrun.train_on_devices", lambda *_: pytest.fail("it started"))
    assert main(["train", "mini", *flags]) == 2
    assert words in capsys.readouterr().err


def test_elsewhere_than_on_linux_it_is_refused(capsys, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert main(["train", "mini", "--devices", "2"]) == 2
    assert capsys.readouterr().err == "devices: several processes train one run on Linux only\n"


@linux
@pytest.mark.parametrize("flag", [["--devices", "2"], ["--devices=2"]])
def test_the_processes_get_the_command_line_without_the_flag(flag, monkeypatch):
    started = []
    monkeypatch.setattr("explorer.engine.torchrun.train_on_devices", lambda *given: started.append(given) or 0)
    assert main(["train", *flag, "mini", "--threads", "8", "--device=cpu"]) == 0
    assert started == [(("train", "mini", "--threads", "8", "--device=cpu"), 2, "cpu", 8)]


class Several:
    """`train --devices 2` with its pipes."""

    def __init__(self, runs: Path, *flags: str):
        launch = launch_local(("train", *flags, "--devices", "2", "--runs", str(runs), "--events"))
        self.runs = runs
        self.process = subprocess.Popen(
            [launch.program, *launch.arguments],
            env=launch.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def say(self, command):
        self.process.stdin.write(command_line(command) + "\n")
        self.process.stdin.flush()

    def until(self, kind: str) -> dict:
        for line in self.process.stdout:
            event = json.loads(line)
            if event["event"] == kind:
                return event
        pytest.fail(f"no {kind}: {self.process.stderr.read()}")

    def process_of(self, rank: int) -> int:
        """The number of the process that has this rank."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "environ").read_bytes().split(b"\0")
                if f"RANK={rank}".encode() in words and str(self.runs).encode() in (folder / "cmdline").read_bytes():
                    return int(folder.name)
            except OSError:
                continue
        pytest.fail(f"no rank {rank}")

    def ended(self) -> tuple[int, str]:
        """The exit status and what was written to stderr."""
        _, errors = self.process.communicate(timeout=200)
        return self.process.returncode, errors


@pytest.fixture
def flags(tmp_path):
    recipe = shades(tmp_path / "data")
    given = {"data": recipe.data, "device": "cpu", "epochs": "100000", "batch-size": "7", "schedule": "constant"}
    return (to_line(DESIGN), *(word for name, value in given.items() for word in (f"--{name}", value)))


@contextmanager
def started(runs, *flags):
    several = Several(runs, *flags)
    try:
        yield several
    finally:
        several.process.kill()
        several.process.communicate()


@pytest.mark.uses
@linux
def test_both_processes_obey_and_one_alone_speaks_and_writes(tmp_path, flags, capsys):
    """Pause, step, a change of the rate, then a stop; and what one process makes of the run."""
    with started(tmp_path / "runs", *flags) as several:
        epoch = several.until("epoch")
        several.say(Pause())
        paused = several.until("paused")
        several.say(StepOnce())
        assert several.until("paused")["step"] == paused["step"] + 1
        several.say(ChangeRate(0.5))
        assert several.until("changed")["learning_rate"] == 0.05
        several.say(Unpause())
        assert several.until("resumed")["step"] == paused["step"] + 1
        assert several.until("epoch")["epoch"] > epoch["epoch"]
        several.say(Stop())
        assert several.until("stopped")["step"] > paused["step"] + 1
        status, errors = several.ended()
    assert (status, "Traceback" in errors) == (0, False), errors
    assert "OMP_NUM_THREADS=1 torchrun --nnodes MACHINES --nproc-per-node 2 --rdzv-backend c10d" in errors
    (run,) = list_runs(tmp_path / "runs")
    assert (run.state, read_manifest(run.folder)["processes"]) == (RunState.STOPPED, 2)
    epochs = [event.epoch for event in read_events(run.folder) if type(event).__name__ == "Epoch"]
    assert epochs == list(range(1, len(epochs) + 1))  # each was written once
    assert main(["evaluate", str(run.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == run.best_accuracy
    assert main(["train", "--resume", str(run.folder)]) == 2
    assert "devices: the run was trained by 2 processes; resume it with --devices 2" in capsys.readouterr().err


@pytest.mark.uses
@linux
@pytest.mark.timeout(900)
def test_a_run_that_loses_a_process_ends_in_words_and_can_be_resumed_by_as_many(tmp_path, flags):
    with started(tmp_path / "runs", *flags) as several:
        several.until("epoch")
        several.until("checkpoint")
        os.kill(several.process_of(1), signal.SIGKILL)
        assert several.until("failed")["reason"].startswith("one of the processes that train this run was lost")
        status, errors = several.ended()
    assert (status, "Traceback" in errors) == (1, False)
    assert "rank 1 was ended by SIGKILL" in errors
    (run,) = list_runs(tmp_path / "runs")
    assert run.state is RunState.FAILED
    with started(tmp_path / "runs", "--resume", run.id) as several:
        assert several.until("started")["step"] >= 3
        several.until("epoch")
        os.kill(several.process_of(0), signal.SIGKILL)
        status, errors = several.ended()
    assert (status, "Traceback" in errors) == (1, False)
    assert "rank 0 was ended by SIGKILL" in errors
    assert find_run(run.id, tmp_path / "runs").state is RunState.INTERRUPTED
    with started(tmp_path / "runs", "--resume", run.id) as several:
        several.until("epoch")
        several.process.send_signal(signal.SIGTERM)
        several.until("stopped")
        status, errors = several.ended()
    assert (status, "Traceback" in errors) == (128 + signal.SIGTERM, False)
    assert find_run(run.id, tmp_path / "runs").state is RunState.STOPPED
