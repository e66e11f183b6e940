"""Faults while a network trains: what goes wrong is said so that a person can act on it, and nothing is lost."""

import math
import os
import shutil
import sys
import time
from contextlib import contextmanager

import pytest
import torch
from PIL import Image

from explorer.architecture.notation import from_line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine import worker as worker_module
from explorer.engine.probes.lr_range_test import sweep
from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.run_in_progress import RunInProgress
from explorer.engine.runs.training_run import TrainingRun
from explorer.engine.training import failure as failure_module
from explorer.engine.training import fit as fit_module
from explorer.engine.training.checkpoint import NEWEST, load_checkpoint
from explorer.engine.training.failure import failure
from explorer.engine.training.fit import fit
from explorer.engine.training.memory import memory_needed
from explorer.engine.training.state import Training
from explorer.engine.worker import FAILED, Worker
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.data.decisions import Decisions, write_decisions
from explorer.runs.events import Said, event_line, read_line
from explorer.runs.folder import run_folder as folder_module
from explorer.runs.folder.log import read_events
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
from explorer.runs.folder.survey import find_run, list_runs
from explorer.runs.questions.blocks import Zero
from explorer.runs.questions.estimate import Estimate, Sweep
from explorer.runs.recipe import RECIPES, Recipe
from explorer.sentences import Sentence
from explorer.validation import Refused
from tests.engine import small
from tests.engine.shades import shades
from tests.twins import with_twin

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit the size of files")
CARD = (
    "CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 7.79 GiB of which 1.20 GiB is free."
)


@pytest.fixture
def folder(tmp_path):
    folder = small.new_folder(tmp_path / "runs")
    yield folder
    folder.close()


@pytest.fixture
def train(tmp_path):
    """A command for a run of two epochs."""
    return Train(small.DESIGN, shades(tmp_path / "data").change(epochs=2), tmp_path / "runs")


class Listener:
    """In place of an outbox: keeps what comes out of a pipe at the other end."""

    def __init__(self):
        self.said: list[Said] = []

    def send(self, event, run=""):
        self.said.append(read_line(event_line(event, run)))

    def all(self, kind):
        return [said.event for said in self.said if isinstance(said.event, kind)]


@pytest.fixture
def worker(monkeypatch):
    monkeypatch.setattr(worker_module.signal, "signal", lambda *_: None)
    return Worker(Listener(), worker_module.queue.SimpleQueue())


def warned(free):
    return events.Warned(Sentence("could not write {name}, {free} MB free", {"name": NEWEST, "free": free}))


def small_run(folder):
    return TrainingRun(small.training(), small.TRAIN, small.VALIDATION, folder, events.Verdict(True, 1, 1))


@contextmanager
def room(size):
    """No file grows beyond so many bytes: what a full disk does, without filling one."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# The disk


@posix
def test_a_checkpoint_that_found_no_room_is_written_after_the_next_epoch(folder):
    steps, found = fit(small.training(), small.TRAIN, small.VALIDATION, folder), []
    with room(4000):
        while not (found and isinstance(found[-1], events.Warned) and NEWEST in found[-1].reason):
            found.append(next(steps))
    warning = found[-1].reason
    assert warning.startswith(f"could not write {NEWEST}, ")
    assert warning.endswith(f" MB free: {os.strerror(27)}")
    assert not [path.name for path in folder.path.iterdir() if "part" in path.name or "checkpoint" in path.name]
    found = list(steps)
    assert isinstance(found[-1], events.Finished)
    assert not [event for event in found if isinstance(event, events.Warned)]
    assert load_checkpoint(folder.path, read_hashes(folder.path)).state["counters"]["step"] == 4 * small.STEPS


@posix
def test_a_folder_that_takes_nothing_more_does_not_end_the_run(worker, train):
    """Not even a line of events finds room; when there is some again, the folder is a good one."""
    (running,) = [RunInProgress(training_run) for training_run in open_runs(train)]
    with room(1):
        while not running.has_ended():
            running.advance()
            worker.report(running)
    assert "could not write to" in worker.outbox.all(events.Warned)[0].reason
    assert worker.outbox.all(events.Finished)
    path = running.training_run.folder.path
    running.training_run.record(running.event)
    running.training_run.folder.close()
    assert read_run(path).state == "finished"
    assert list(read_events(path)) == [running.event]


@posix
def test_a_full_disk_is_said_once_and_the_run_has_not_ended_well(worker, train, monkeypatch):
    (running,) = open_runs(train)
    monkeypatch.setattr(worker_module, "open_runs", lambda *_: (running,))
    monkeypatch.setattr(fit_module, "READ_EVERY", 0.0)
    with room(1):
        assert worker.run(train) == FAILED
    reasons = [warned.reason for warned in worker.outbox.all(events.Warned)]
    assert len(worker.outbox.all(events.Epoch)) == 2
    assert worker.outbox.all(events.Finished)
    assert len(reasons) == 4  # the folder, the predictions, the best weights, the checkpoint
    assert {reason.split(",")[0].split(" '")[0] for reason in reasons} == {
        "could not write to",
        "could not write predictions",
        "could not write best.safetensors",
        "could not write checkpoint.pt",
    }


def test_a_warning_is_repeated_when_things_were_good_again(folder):
    running = RunInProgress(small_run(folder))
    said = []
    for event in (warned(1), warned(2), events.Warned(Sentence("other")), events.Checkpoint(1, 1), warned(3)):
        running.event = event
        said += running.record()
    assert said == [warned(1), events.Warned(Sentence("other")), events.Checkpoint(1, 1), warned(3)]


def test_a_folder_that_somebody_removes_does_not_end_the_run(worker, train):
    (running,) = [RunInProgress(training_run) for training_run in open_runs(train)]
    running.advance()
    worker.report(running)
    shutil.rmtree(running.training_run.folder.path)
    while not running.has_ended():
        running.advance()
        worker.report(running)
    running.training_run.folder.close()
    reasons = [warned.reason for warned in worker.outbox.all(events.Warned)]
    assert f"could not write {NEWEST}, 0 MB free: No such file or directory" in reasons
    assert worker.outbox.all(events.Finished)


def test_places_that_cannot_be_written_are_named_before_anything_starts(train, tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file" / "runs", tmp_path / ("x" * 300)):
        with pytest.raises(Refused, match=r"^runs: '.*' cannot be written: \w"):
            open_runs(Train(train.design, train.recipe, place))


@pytest.mark.parametrize(
    "name", ["with spaces", "深度 学习", "x" * 200, "%s {0} 'quoted\"", os.fsdecode(b"no \xff utf-8")]
)
def test_a_run_in_a_folder_with_an_odd_name(worker, train, tmp_path, name):
    place = tmp_path / name
    try:
        place.mkdir()
    except OSError:
        pytest.skip("this system has no such names")
    worker.execute(Train(train.design, train.recipe, place))
    (run,) = list_runs(place)
    assert run.state == "finished"
    assert worker.outbox.all(events.Started)[0].folder == str(run.folder)
    worker.execute(ResumeRun(str(run.folder), place, epochs=3))
    assert read_run(run.folder).epochs_done == 3


def test_a_single_training_image_is_refused_where_maps_have_one_value(worker, tmp_path):
    """As a batch size of 1 is: for a run, for twins and for a range test."""
    for place in ("train/a", "train/b", "val/a"):
        (tmp_path / "data" / place).mkdir(parents=True)
        Image.new("L", (6, 6), 100).save(tmp_path / "data" / place / "only.png")
    write_decisions(tmp_path / "data", Decisions(left_out=("train/b/only.png",)))
    recipe = Recipe(data=str(tmp_path / "data"), device="cpu", epochs=1)
    design = from_line("basic:1x6x6:2:4x1/8:stem=cifar,stem_width=4")
    reason = "data: has one training image; layer1.0.bn1 has 1×1 maps, and a norm needs two values"
    order = Train(design, recipe, tmp_path / "runs")
    for each in (order, with_twin(order)):
        worker.execute(each)
    assert [failed.reason for failed in worker.outbox.all(events.Failed)] == [reason] * 2
    *_, failed = sweep(Sweep(design, recipe))
    assert failed.reason == reason
    assert not (tmp_path / "runs").exists()
    worker.execute(Train(from_line("basic:1x6x6:2:4x1:stem=cifar,stem_width=4"), recipe, tmp_path / "runs"))
    assert worker.outbox.all(events.Finished)


# Numbers


def test_weights_that_are_no_numbers_are_in_no_checkpoint(folder, monkeypatch):
    """The seventh step has a finite loss and spoils the weights; the run is resumed from the sixth."""
    for name in ("READ_EVERY", "SAVE_EVERY"):
        monkeypatch.setattr(fit_module, name, 0.0)
    real = Training.learn

    def learn(self, *batch, **how):
        result = real(self, *batch, **how)
        if self.counters.step == 7:
            torch.nn.init.constant_(self.network.fc.weight, math.nan)
        return result

    monkeypatch.setattr(Training, "learn", learn)
    found = small.run(small.training(), folder)
    assert isinstance(found[-1], events.Failed)
    assert "the loss became nan at step 8, with learning rate" in found[-1].reason
    assert "fc.weight contains non-finite values" in [e for e in found if isinstance(e, events.Warned)][-1].reason
    state = load_checkpoint(folder.path, read_hashes(folder.path)).state
    assert state["counters"]["step"] == 6
    assert all(values.isfinite().all() for values in state["model"].values())


# Memory


def test_a_card_without_memory_is_said_with_numbers_and_a_smaller_batch(worker, train, monkeypatch):
    def learn(self, *batch, **how):
        raise torch.OutOfMemoryError(CARD)

    monkeypatch.setattr(failure_module, "available_memory", lambda device: 1_258_291_200)
    with monkeypatch.context() as patch:
        patch.setattr(Training, "learn", learn)
        worker.execute(train)
    (failed,) = worker.outbox.all(events.Failed)
    assert failed.reason == "out of memory on cuda at batch size 8: 2,560 MiB more needed, 1,200 MiB free"
    assert failed.advice == "Try a batch size of 4."
    assert list_runs(train.runs)[0].state == "failed"
    assert list_runs(train.runs)[0].recipe.batch_size == 8
    worker.execute(train)
    assert worker.outbox.all(events.Finished)


@pytest.mark.parametrize(
    ("fits", "advice"), [(64, "a batch size of 64"), (3, "a batch size of 2"), (0, "a smaller net")]
)
def test_the_batch_that_is_advised_fits_into_what_is_free(monkeypatch, fits, advice):
    plan, recipe = plan_network(preset("resnet18")), RECIPES["quick"].change(batch_size=256, device="cpu")
    monkeypatch.setattr(failure_module, "available_memory", lambda device: memory_needed(plan, recipe, fits).total)
    assert advice in failure(torch.OutOfMemoryError(CARD), recipe, plan).advice


def test_a_card_that_does_not_answer_any_more_is_no_second_fault(train, monkeypatch):
    def broken(device):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(failure_module, "available_memory", broken)
    failed = failure(torch.OutOfMemoryError(CARD), train.recipe.change(batch_size=1))
    assert failed.reason == "out of memory on cuda at batch size 1: 2,560 MiB more needed"
    assert failed.advice == "Use a smaller network or a smaller input."


def test_main_memory_that_runs_out_is_said_with_numbers(train):
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    reason = failure(caught.value, train.recipe).reason
    assert reason.startswith("out of memory on cpu at batch size 8: 1,099,511,627,776 MiB more needed, ")
    assert "out of memory on cpu" in failure(MemoryError(), train.recipe).reason


# The clock


def test_a_clock_that_jumps_changes_no_duration(folder, monkeypatch):
    jumps = iter(range(10**6))
    monkeypatch.setattr(time, "time", lambda: -3600.0 * next(jumps))
    begun = time.monotonic()
    found = small.run(small.training(), folder)
    passed = time.monotonic() - begun
    assert 0 < found[-1].seconds <= passed
    assert all(0 < event.seconds <= passed for event in found if isinstance(event, events.Epoch))


def test_two_runs_of_one_moment_have_folders_of_their_own(tmp_path, monkeypatch):
    letters = iter(["aaaa", "aaaa", "bbbb"])
    monkeypatch.setattr(folder_module, "folder_name", lambda design, created: f"run-{next(letters)}")
    folders = [small.new_folder(tmp_path) for _ in range(2)]
    assert [folder.path.name for folder in folders] == ["run-aaaa", "run-bbbb"]
    for folder in folders:
        folder.close()


# The worker


def test_what_nobody_foresaw_ends_no_worker(worker, train, monkeypatch):
    def surprise(*_):
        raise KeyError("surprise")

    with monkeypatch.context() as patch:
        patch.setattr(worker_module, "open_runs", surprise)
        worker.execute(train)
        assert worker.run(train) == FAILED
    worker.execute(Zero(train.design, train.recipe, 5, runs=train.runs, blocks=("layer9.9",)))
    with monkeypatch.context() as patch:
        patch.setattr("explorer.engine.probes.estimate.measure", surprise)
        worker.execute(Estimate(train.design, train.recipe, 6))
    failed = worker.outbox.all(events.Failed)
    assert [(each.of, each.id) for each in failed] == [("train", 0), ("train", 0), ("zero", 5), ("estimate", 6)]
    assert failed[0].reason == "KeyError: 'surprise'"
    worker.execute(train)
    assert worker.outbox.all(events.Finished)


def test_a_run_in_use_is_named_with_its_process(worker, train):
    (training_run,) = open_runs(train)
    worker.execute(ResumeRun(training_run.folder.path.name, train.runs))
    training_run.folder.close()
    (failed,) = worker.outbox.all(events.Failed)
    assert failed.reason.startswith(f"run: in use by process {os.getpid()} since 20")


def test_a_stop_before_the_first_step_leaves_a_run_to_go_on_with(worker, train, monkeypatch):
    monkeypatch.setattr(worker_module, "_SHOW_EVERY", 60.0)  # however long the images take: it is heard after them
    worker.inbox.put(Stop())
    worker.execute(train)
    (stopped,) = worker.outbox.all(events.Stopped)
    run = list_runs(train.runs)[0]
    assert run.state == "stopped"
    worker.execute(ResumeRun(run.id, train.runs))
    assert worker.outbox.all(events.Finished)[0].step == 6
    assert find_run(run.id, train.runs).state == "finished"
    assert stopped.step <= 3
