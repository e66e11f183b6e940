"""Twins: two runs in one process, on the same batches, each of them whole."""

import json
import math
import queue

import pytest
import torch
from PIL import Image

from explorer.architecture.twins import twin_of
from explorer.engine.console import Console
from explorer.engine.runs import side_by_side as side_by_side_module
from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.side_by_side import LEAD
from explorer.engine.training.state import Training
from explorer.engine.worker import DONE, FAILED, Worker
from explorer.runs import events
from explorer.runs.commands import Pause, ResumeRun, StepOnce, Stop, Train, Unpause
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import read_run
from explorer.runs.folder.survey import list_runs
from tests.engine.listener import Listener
from tests.engine.shades import shades
from tests.engine.small import DESIGN
from tests.twins import with_twin

pytestmark = pytest.mark.usefixtures("every_step")

PADDED = DESIGN.change(shortcut="pad")
STEPS = 3  # an epoch: 25 images in eights are 8, 8 and 9


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "data").change(epochs=3, schedule="one-cycle")


@pytest.fixture
def train(recipe, tmp_path):
    """Trains twins; the listener, the status, and the two runs, the design's own first."""

    def run(design=PADDED, recipe=recipe, **orders):
        listener = Listener(**orders)
        status = listener.run(with_twin(Train(design, recipe, tmp_path / "runs")))
        started = [event for _, event in listener.said if isinstance(event, events.Started)]
        return listener, status, *(read_run(tmp_path / "runs" / event.run) for event in started)

    return run


def losses(listener, run):
    return [event.loss for event in listener.of(run.id, events.Step)]


def test_both_are_whole_runs_that_name_each_other(train):
    listener, status, own, twin = train()
    assert status == DONE
    assert (own.design, twin.design) == (PADDED, twin_of(PADDED))
    assert (own.beside, twin.beside) == ((twin.id,), (own.id,))
    assert own.params == twin.params
    for run in (own, twin):
        assert (run.state, run.epochs_done) == ("finished", 3)
        assert (run.folder / "best.safetensors").is_file()
        kept = [event for event in read_events(run.folder) if not isinstance(event, events.Warned)]
        assert kept == listener.of(run.id, tuple(map(type, kept)))
        assert [event.step for event in kept if isinstance(event, events.Step)] == list(range(1, 3 * STEPS + 1))
    assert [event.label for _, event in listener.said if isinstance(event, events.Started)] == ["residual", "plain"]


def test_the_one_that_is_behind_goes_on(train):
    listener, _, own, twin = train()
    done = {own.id: 0, twin.id: 0}
    for run, event in listener.said:
        if isinstance(event, events.Step):
            done[run] = event.step
            assert abs(done[own.id] - done[twin.id]) <= LEAD + 1


def test_beside_its_twin_a_run_learns_as_it_does_alone(train, recipe, tmp_path):
    listener, _, own, twin = train()
    assert losses(listener, own) != losses(listener, twin)
    for run in (own, twin):
        alone = Listener()
        alone.run(Train(run.design, recipe, tmp_path / "alone"))
        assert [event.loss for _, event in alone.said if isinstance(event, events.Step)] == losses(listener, run)
        assert list_runs(tmp_path / "alone")[0].batches == run.batches
    assert own.batches == twin.batches


def test_the_hash_is_of_images_order_and_batches(train, recipe):
    hashes = {train()[2].batches}
    hashes.add(train(recipe=recipe.change(epochs=2))[2].batches)
    hashes.add(train(recipe=recipe.change(seed=1))[2].batches)
    hashes.add(train(recipe=recipe.change(batch_size=5))[2].batches)
    for number in range(10):  # whichever are trained on
        Image.new("L", (6, 6), 77 + number).save(f"{recipe.data}/0/{number}.png")
    hashes.add(train()[2].batches)
    assert len(hashes) == 5
    assert all(len(each) == 64 for each in hashes)


def test_pause_step_resume_and_stop_are_for_both(train):
    listener, status, own, twin = train(
        step_4=[Pause()], paused_2=[StepOnce()], paused_4=[Unpause()], resumed_2=[Stop()]
    )
    assert status == DONE
    for run in (own, twin):
        first, second = listener.of(run.id, events.Paused)
        assert second.step == first.step + 1
        assert [event.step for event in listener.of(run.id, events.Resumed)] == [second.step]
        stopped = listener.of(run.id, events.Stopped)[0].step
        assert second.step < stopped < 3 * STEPS
        assert run.state == "stopped"
        assert (run.folder / "checkpoint.pt").is_file()


def test_each_of_two_stopped_twins_goes_on_alone(train, recipe, tmp_path):
    whole, _, *expected = train()
    _, _, *stopped = train(step_5=[Stop()])
    for run, same in zip(stopped, expected, strict=True):
        assert run.state == "stopped"
        listener = Listener()
        assert listener.run(ResumeRun(run.id, tmp_path / "runs")) == DONE
        rest = losses(listener, run)
        assert 0 < len(rest) < 3 * STEPS
        assert rest == losses(whole, same)[-len(rest) :]
        again = read_run(run.folder)
        assert (again.batches, again.beside, again.state) == (same.batches, run.beside, "finished")


def test_one_that_goes_on_alone_shares_a_step_among_as_many_threads_as_before(train, tmp_path, monkeypatch):
    monkeypatch.setattr(side_by_side_module.SideBySide, "room", lambda self: len(self.runs))
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        _, _, own, _ = train(step_4=[Stop()])
        (resumed,) = open_runs(ResumeRun(own.id, tmp_path / "runs"))
    finally:
        torch.set_num_threads(before)
    resumed.folder.close()
    assert resumed.threads.count == 1


def test_one_that_diverges_does_not_end_the_other(train, monkeypatch):
    real = Training.learn

    def learn(self, *batch, **how):
        loss, hits = real(self, *batch, **how)
        spoilt = self.plan.design.shortcut == "none" and self.counters.step == 5
        return (loss * math.nan if spoilt else loss), hits

    monkeypatch.setattr(Training, "learn", learn)
    listener, status, own, twin = train()
    assert status == FAILED
    assert "nan at step 5" in listener.of(twin.id, events.Failed)[0].reason
    assert (own.state, own.epochs_done, twin.state) == ("finished", 3, "failed")


def test_one_without_memory_does_not_end_the_other(train, monkeypatch):
    real = Training.learn

    def learn(self, *batch, **how):
        if self.plan.design.shortcut == "pad" and self.counters.step == 2:
            raise RuntimeError("can't allocate memory: you tried to allocate 4194304 bytes")
        return real(self, *batch, **how)

    monkeypatch.setattr(Training, "learn", learn)
    listener, _, own, twin = train()
    assert "4 MiB more needed" in listener.of(own.id, events.Failed)[0].reason
    assert (own.state, twin.state) == ("failed", "finished")


def test_what_one_cannot_do_begins_neither(recipe, tmp_path):
    listener = Listener()
    listener.run(Train(DESIGN, recipe.change(epochs=1), tmp_path / "runs"))
    parent = list_runs(tmp_path / "runs")[0]
    other = Train(DESIGN.change(stem_width=6), recipe, tmp_path / "runs", weights=parent.id, grown=("layer1.1",))
    with pytest.raises(ValueError, match="grown"):
        listener.run(with_twin(other))
    assert len(list_runs(tmp_path / "runs")) == 1


def test_lines_say_which_run_they_are_of(train):
    listener, _, own, twin = train()
    lines = [events.event_line(event, run) for run, event in listener.said]
    assert {json.loads(line).get("run", "") for line in lines} == {own.id, twin.id}
    read = [events.read_line(line) for line in lines]
    assert read == [events.Said(event, run) for run, event in listener.said]


def test_lines_for_a_person_begin_with_the_kind(recipe, tmp_path, capsys):
    order = with_twin(Train(PADDED, recipe.change(epochs=1), tmp_path / "runs"))
    Worker(Console(), queue.SimpleQueue()).run(order)
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("residual  epoch 1 of 1  train loss") for line in lines) == 1
    assert sum(line.startswith("plain     finished after") for line in lines) == 1


def test_a_single_runs_lines_do_not(recipe, tmp_path, capsys):
    Worker(Console(), queue.SimpleQueue()).run(Train(PADDED, recipe.change(epochs=1), tmp_path / "runs"))
    assert [line.partition("  ")[0] for line in capsys.readouterr().out.splitlines()[2:3]] == ["epoch 1 of 1"]
