"""SideBySide: runs go at the same time where there is room, by turns where there is not, and never far apart."""

import threading
from types import SimpleNamespace

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.engine.runs import side_by_side as side_by_side_module
from explorer.engine.runs.side_by_side import LEAD, SideBySide
from explorer.engine.training.memory import memory_needed
from explorer.engine.training.threads import RunThreads
from explorer.runs import events
from explorer.runs.commands import Pause, Unpause
from tests.engine import small
from tests.patience import patience

CUDA = SimpleNamespace(type="cuda")


class Runner:
    """A run of so many steps; while `gate` is shut it stays in mid-step."""

    def __init__(self, steps=20, device=small.CPU):
        training = SimpleNamespace(plan=plan_network(small.DESIGN), recipe=small.RECIPE, device=device)
        self.training_run = SimpleNamespace(training=training, threads=RunThreads(4))
        self.steps, self.step, self.event, self.controls = steps, 0, None, []
        self.gate = threading.Event()
        self.gate.set()
        self.threads = set()

    def has_ended(self):
        return isinstance(self.event, events.Finished)

    def waits(self):
        return isinstance(self.event, events.Paused) and not self.controls

    def advance(self):
        assert self.gate.wait(patience())
        self.threads.add(threading.current_thread())
        if self.controls and isinstance(self.controls.pop(0), Pause):
            self.event = events.Paused(self.step)
        else:
            self.step += 1
            self.event = (
                events.Finished(self.step, 1, 0.5, 1.0) if self.step == self.steps else events.Resumed(self.step)
            )
        return self.event


@pytest.fixture
def cores(monkeypatch):
    monkeypatch.setattr(side_by_side_module.torch, "get_num_threads", lambda: 4)
    monkeypatch.setattr(side_by_side_module.torch, "set_num_threads", lambda threads: None)


def test_every_event_of_each_is_reported_in_threads_of_their_own(cores):
    runners = [Runner(), Runner(30)]
    reported = []
    with SideBySide(runners) as runs:
        while runs.going:
            run = runs.next()
            reported.append((run, run.event))
    for runner in runners:
        assert [event.step for run, event in reported if run is runner] == list(range(1, runner.steps + 1))
        assert threading.main_thread() not in runner.threads
        assert runner.training_run.threads.count == 2


def test_one_that_is_held_up_holds_up_the_other(cores):
    slow, fast = runners = Runner(), Runner()
    slow.gate.clear()
    with SideBySide(runners) as runs:
        while fast.step <= LEAD:
            assert runs.next() is fast
        runs.pool.submit(slow.gate.set)
        assert runs.next() is slow
        while runs.going:
            runs.next()
            assert fast.step - slow.step <= LEAD + 1


def test_one_that_is_paused_does_not_keep_the_other_from_pausing(cores):
    first, second = runners = Runner(), Runner()
    second.step = LEAD + 1
    for each in runners:
        each.controls.append(Pause())
    with SideBySide(runners) as runs:
        assert [runs.next(), runs.next(), runs.next()] == [first, second, None]
        for each in runners:
            each.controls.append(Unpause())
        assert runs.next() is not None
        while runs.going:
            runs.next()


@pytest.mark.parametrize(
    ("threads", "device", "free"),
    [(1, small.CPU, None), (4, CUDA, None), (4, small.CPU, 1)],
    ids=["core", "card", "memory"],
)
def test_without_room_they_take_turns_in_this_thread(cores, monkeypatch, threads, device, free):
    monkeypatch.setattr(side_by_side_module.torch, "get_num_threads", lambda: threads)
    monkeypatch.setattr(side_by_side_module, "available_memory", lambda device: free)
    runners = [Runner(device=device), Runner(device=device)]
    with SideBySide(runners) as runs:
        while runs.going:
            runs.next()
            assert abs(runners[0].step - runners[1].step) <= 1
    assert all(runner.threads == {threading.main_thread()} for runner in runners)


def test_the_number_of_threads_is_what_it_was_before():
    before = torch.get_num_threads()
    with SideBySide([Runner(), Runner()]):
        torch.set_num_threads(before + 1)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(("fits", "at_once"), [(9, 4), (2, 2)], ids=["four at most", "memory for two"])
def test_more_than_have_room_wait_until_one_has_ended(cores, monkeypatch, fits, at_once):
    runners = [Runner() for _ in range(6)]
    training = runners[0].training_run.training
    one = memory_needed(training.plan, training.recipe, training.recipe.batch_size).total
    monkeypatch.setattr(side_by_side_module, "available_memory", lambda device: fits * one + 1)
    most = 0
    with SideBySide(runners) as runs:
        while runs.going:
            runs.next()
            most = max(most, sum(0 < runner.step < runner.steps for runner in runners))
    assert most == at_once
    assert [runner.step for runner in runners] == [20] * 6


def test_those_that_wait_hear_the_last_control_alone(cores):
    runners = [Runner() for _ in range(6)]
    for runner in runners[:4]:
        runner.event = events.Resumed(1)
    with SideBySide(runners) as runs:
        for control in (Pause(), Unpause()):
            runs.send(control)
    assert [runner.controls for runner in runners] == [[Pause(), Unpause()]] * 4 + [[Unpause()]] * 2
