"""The worker as others see it: a process with lines in, lines out, signals and an exit status."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.engine.runs.opening import open_runs
from explorer.runs.commands import Pause, ResumeRun, StepOnce, Stop, Train, Unpause, command_line
from explorer.runs.events import Step
from explorer.runs.folder.log import read_events
from explorer.runs.folder.survey import find_run, list_runs
from explorer.runs.launch import launch_local
from explorer.runs.questions.estimate import Estimate
from explorer.runs.questions.results import Evidence, Neighbours
from explorer.runs.trainings import Slot
from explorer.validation import Refused
from tests.engine.shades import shades
from tests.engine.small import DESIGN
from tests.patience import patience

pytestmark = pytest.mark.slow

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to catch")
TRAINING = """
import sys
from pathlib import Path
from explorer.engine.worker import train
from explorer.runs.questions.estimate import Estimate
from explorer.runs.commands import read_command
sys.exit(train(read_command(sys.argv[1], Path(".")), events=sys.argv[2] == "events", detach=sys.argv[3] == "detach"))
"""


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "data")


class Process:
    """A worker, or a `train`, with its pipes."""

    def __init__(self, *arguments, stdin=subprocess.PIPE):
        launch = launch_local()
        command = [launch.program, *(arguments or ("-m", "explorer", "worker"))]
        self.process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=launch.environment,
            encoding="utf-8",
        )
        self.seen = []

    def say(self, command):
        self.process.stdin.write((command if isinstance(command, str) else command_line(command)) + "\n")
        self.process.stdin.flush()

    def until(self, *kinds):
        """The next event of one of these kinds."""
        for line in self.process.stdout:
            event = json.loads(line)
            self.seen.append(event["event"])
            if event["event"] in kinds:
                return event
        raise AssertionError(f"ended after {self.seen[-5:]}: {self.process.stderr.read()[-2000:]}")

    def end(self):
        """Close standard input; the exit status."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.stdout.read()
        return self.process.wait(patience())


def wait_until(ready):
    end = time.monotonic() + patience()
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def start():
    started = []

    def start_one(*arguments, **options):
        started.append(Process(*arguments, **options))
        return started[-1]

    yield start_one
    for each in started:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdin, each.process.stdout, each.process.stderr):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def test_commands_one_after_the_other(start, recipe, tmp_path):
    runs = tmp_path / "runs"
    worker = start()
    assert worker.until("hello")["protocol"] == 1
    worker.say("garbage")
    assert worker.until("failed")["of"] == "command"
    worker.say('{"command": "train", "design": "mini"}')
    assert "is not understood" in worker.until("failed")["reason"]
    worker.say('{"command": "estimate", "id": 5, "design": {"schema": 1}}')
    failed = worker.until("failed")
    assert (failed["of"], failed["id"]) == ("estimate", 5)
    worker.say(Train(DESIGN.change(input=(4, 6, 6)), recipe, runs))
    assert "4 channels" in worker.until("failed")["reason"]
    assert not runs.exists()

    worker.say(Train(DESIGN, recipe, runs))
    started = worker.until("started")
    assert started["referee"]["agrees"]
    assert (started["steps_per_epoch"], started["step"]) == (3, 0)  # 25 images in eights: 8, 8 and 9
    worker.until("epoch")
    worker.say(Estimate(DESIGN, recipe, 6))
    assert worker.until("failed")["id"] == 6
    worker.say(Pause())
    paused = worker.until("paused")["step"]
    assert find_run(started["run"], runs).state == "paused"
    worker.say(StepOnce())
    assert worker.until("paused")["step"] == paused + 1
    assert worker.until("heartbeat")["step"] == paused + 1
    worker.say(Unpause())
    assert worker.until("resumed")["step"] == paused + 1
    worker.say(Stop())
    stopped = worker.until("stopped")["step"]
    assert find_run(started["run"], runs).state == "stopped"

    worker.say(ResumeRun(started["run"], runs, epochs=stopped // 3 + 2))
    assert worker.until("started")["step"] == stopped
    finished = worker.until("finished")
    assert finished["step"] == 3 * (stopped // 3 + 2)
    worker.say(ResumeRun(started["run"], runs))
    assert "has already done " in worker.until("failed")["reason"]
    assert worker.end() == 0
    run = find_run(started["run"], runs)
    assert (run.state, run.best_epoch) == ("finished", finished["best_epoch"])
    steps = [event.step for event in read_events(run.folder) if isinstance(event, Step)]
    assert steps == sorted(set(steps))


def test_why_is_said_while_the_run_trains_and_of_one_that_has_ended(start, recipe, tmp_path):
    runs = tmp_path / "runs"
    worker = start()
    worker.say(Train(DESIGN, recipe, runs))
    run = worker.until("started")["run"]
    worker.until("epoch")
    worker.until("step")
    question = Evidence(DESIGN, recipe, 5, runs=runs, run=run, file="1/3.png")
    worker.say(question)
    answer = worker.until("evidencemaps", "failed")
    assert (answer["id"], answer["class_names"]) == (5, ["0", "1", "2"])
    worker.say(Neighbours(DESIGN, recipe, 6, runs=runs, run=run, file="1/3.png"))
    assert len(worker.until("nearestimages", "failed")["files"]) == 8
    worker.say(Stop())
    worker.until("stopped")
    worker.say(replace(question, id=7))
    assert worker.until("evidencemaps", "failed")["id"] == 7
    assert worker.end() == 0


def test_a_stop_that_comes_before_its_run_begins_stops_it(start, recipe, tmp_path):
    worker = start()
    worker.until("hello")
    order = Train(design=DESIGN, recipe=recipe.change(epochs=10_000), runs=tmp_path)
    worker.say("\n".join(map(command_line, (Estimate(DESIGN, recipe, 1), order, Stop()))))
    assert worker.until("stopped")["step"] < recipe.epochs
    assert worker.end() == 0


def test_estimates_a_failure_and_the_end_of_input(start, recipe, tmp_path):
    worker = start()
    worker.until("hello")
    for number in range(5):
        worker.say(Estimate(DESIGN, recipe, number))
    answers = [worker.until("estimated")["id"]]
    while answers[-1] != 4:
        answers.append(worker.until("estimated")["id"])
    assert len(answers) < 5

    worker.say(Train(DESIGN, recipe.change(lr=100.0, weight_decay=1.0), tmp_path / "first"))
    assert "with learning rate" in worker.until("failed")["reason"]
    assert list_runs(tmp_path / "first")[0].state == "failed"

    worker.say(Train(DESIGN, recipe, tmp_path / "second"))
    worker.until("step")
    assert worker.end() == 0
    run = list_runs(tmp_path / "second")[0]
    assert run.state == "stopped"
    assert (run.folder / "checkpoint.pt").is_file()


@posix
def test_killed_in_mid_epoch_and_resumed(start, recipe, tmp_path):
    runs = tmp_path / "runs"
    first = start()
    first.say(Train(DESIGN, recipe, runs))
    first.until("checkpoint")
    first.until("step")
    os.kill(first.process.pid, signal.SIGKILL)
    assert first.process.wait(patience()) == -signal.SIGKILL
    run = list_runs(runs)[0]
    assert run.state == "interrupted"
    (training_run,) = open_runs(ResumeRun(str(run.folder), runs))
    assert training_run.training.counters.step >= 3
    assert find_run(run.id, runs).state == "running"
    with pytest.raises(Refused, match=f"in use by process {os.getpid()} since"):
        open_runs(ResumeRun(run.id, runs))
    training_run.folder.close()


@posix
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_checkpoints_and_ends(start, recipe, tmp_path, number, status):
    line = command_line(Train(DESIGN, recipe, tmp_path / "runs"))
    worker = start("-c", TRAINING, line, "events", "")
    worker.until("step")
    worker.process.send_signal(number)
    worker.until("checkpoint")
    worker.until("stopped")
    assert worker.end() == status


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process has one priority")
def test_the_window_comes_first(start):
    worker = start()
    worker.until("hello")
    worker.say("garbage")
    worker.until("failed")  # it listens, and so its priority is set
    process = worker.process.pid
    assert os.getpriority(os.PRIO_PROCESS, process) > os.getpriority(os.PRIO_PROCESS, 0)
    assert os.sched_getscheduler(process) == os.SCHED_BATCH


def test_two_workers_know_of_each_other(start, recipe, tmp_path):
    first, second = start(), start()
    for number, worker in enumerate((first, second)):
        worker.say(Train(DESIGN, recipe, tmp_path / str(number)))
        worker.until("step")
    slot = Slot()
    assert slot.others() == 2
    second.say(Pause())
    second.until("paused")
    wait_until(lambda: slot.others() == 1)
    second.say(Unpause())
    second.until("step")
    assert slot.others() == 2
    for worker in (first, second):
        worker.process.kill()
        worker.process.wait(patience())
    assert slot.others() == 0


def test_lines_for_a_person(start, recipe, tmp_path):
    line = command_line(Train(DESIGN, recipe.change(epochs=2), tmp_path / "runs"))
    process = start("-c", TRAINING, line, "", "", stdin=subprocess.DEVNULL).process
    out, errors = process.communicate(timeout=patience())
    assert (process.returncode, errors) == (0, "")
    assert [each.split("  ")[0] for each in out.splitlines()[2:4]] == ["epoch 1 of 2", "epoch 2 of 2"]
    assert "torchinfo agrees" in out
    assert Path(out.splitlines()[0]).is_dir()


def test_detached_it_outlives_its_input_and_a_failure_has_status_one(start, recipe, tmp_path):
    line = command_line(Train(DESIGN, recipe.change(lr=100.0, weight_decay=1.0), tmp_path / "runs"))
    worker = start("-c", TRAINING, line, "events", "detach")
    assert worker.end() == 1
    assert list_runs(tmp_path / "runs")[0].state == "failed"
