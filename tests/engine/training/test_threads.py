"""Threads: as many as cores are free, told from made-up rates, cores and trainings; no clock."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from explorer.engine.data.loader import batch_bounds
from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.run_in_progress import RunInProgress
from explorer.engine.runs.side_by_side import SideBySide
from explorer.engine.training import fit as fit_module
from explorer.engine.training import threads as threads_module
from explorer.engine.training.checkpoint import load_checkpoint, save_checkpoint
from explorer.engine.training.threads import BUSY, FREED, SHARED, Cores, RunThreads, free_cores
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.folder.manifest import MANIFEST
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import list_runs
from explorer.sentences import NOTHING
from tests.engine import small
from tests.engine.shades import shades
from tests.twins import with_twin

FAST, SLOW = 900.0, 10.0  # images per second


class Machine:
    """Cores of which so many are `free`, with `trainings` under way; `tries` are the numbers that were tried."""

    def __init__(self, cores=4):
        self.free, self.trainings, self.tries = cores, 1, []
        nothing = lambda: None  # noqa: E731
        slot = SimpleNamespace(others=lambda: self.trainings - 1, take=nothing, free=nothing)
        self.cores = Cores(cores, slot, self.try_cores)

    def try_cores(self, wanted):
        self.tries.append(wanted)
        return max(1, min(wanted, self.free))


@pytest.fixture
def machine():
    return Machine()


def changes(threads, rate, seconds, each=1.0):
    """Train at `rate` for so many seconds; the numbers of threads that it changed to, and why."""
    found = []
    for _ in range(round(seconds / each)):
        if threads.has_changed(rate, each):
            found.append((threads.count, threads.reason))
    return found


def test_a_run_starts_with_a_thread_per_free_core(machine):
    assert (machine.cores.start().count, machine.cores.start().reason) == (4, NOTHING)
    machine.free = 1
    threads = machine.cores.start()
    assert (threads.count, threads.most, threads.reason) == (1, 4, BUSY)


def test_trainings_have_equal_parts(machine):
    machine.trainings = 2
    threads = machine.cores.start()
    assert (threads.count, threads.reason) == (2, SHARED)
    machine.trainings = 9
    assert machine.cores.start().count == 1


def test_alone_it_never_changes_nor_tries(machine):
    threads = machine.cores.start()
    machine.tries.clear()
    assert changes(threads, FAST, 600) == []
    assert changes(threads, 0.6 * FAST, 600) == []  # slower, but not by half
    assert machine.tries == []


def test_after_five_slow_seconds_it_goes_down_to_what_is_free(machine):
    threads = machine.cores.start()
    changes(threads, FAST, 20)
    machine.free = 3
    assert changes(threads, SLOW, 4) == []
    assert changes(threads, SLOW, 1) == [(3, BUSY)]
    assert changes(threads, FAST, 30) == []


def test_one_slow_step_of_many_seconds_is_enough(machine):
    threads = machine.cores.start()
    changes(threads, FAST, 20)
    machine.free = 1
    assert changes(threads, SLOW, 6, each=6.0) == [(1, BUSY)]


def test_seconds_that_are_not_in_a_row_do_not_count(machine):
    threads = machine.cores.start()
    changes(threads, FAST, 20)
    machine.free = 1
    for _ in range(10):
        assert changes(threads, SLOW, 4) == changes(threads, FAST, 1) == []


def test_slow_for_another_reason_it_keeps_its_threads_and_tries_once_a_minute(machine):
    threads = machine.cores.start()
    changes(threads, FAST, 20)
    machine.tries.clear()
    assert changes(threads, SLOW, 130) == []
    assert machine.tries == [4, 4, 4]


def test_every_minute_it_tries_one_more(machine):
    machine.free = 1
    threads = machine.cores.start()
    machine.tries.clear()
    assert changes(threads, SLOW, 125) == []
    assert machine.tries == [2, 2]
    machine.free = 4
    assert changes(threads, FAST, 175) == [(2, BUSY), (3, BUSY), (4, FREED)]
    machine.tries.clear()
    assert changes(threads, FAST, 300) == []
    assert machine.tries == []


def test_another_training_takes_its_part_at_once_and_gives_it_back(machine):
    threads = machine.cores.start()
    changes(threads, FAST, 20)
    machine.trainings = 2
    assert changes(threads, FAST, 2) == [(2, SHARED)]
    assert changes(threads, FAST, 200) == []
    machine.trainings = 1
    assert changes(threads, FAST, 3) == [(3, BUSY)]
    assert changes(threads, FAST, 62) == [(4, FREED)]


def test_why_it_has_fewer_is_said_again_when_that_changes():
    machine = Machine(2)
    machine.trainings = 2
    threads = machine.cores.start()
    machine.trainings, machine.free = 1, 1
    assert changes(threads, FAST, 3) == [(1, BUSY)]


def test_a_number_fixes_it():
    threads = RunThreads(3)
    assert changes(threads, FAST, 20) + changes(threads, SLOW, 600) == []
    assert (threads.count, threads.most, threads.event(5).reason) == (3, 3, NOTHING)


def test_side_by_side_each_run_has_its_part(machine):
    one = machine.cores.start()
    other = one.copy()
    for each in (one, other):
        each.split(2)
        assert (each.count, each.most) == (2, 2)
        assert changes(each, FAST, 100) == []
    machine.trainings = 2
    assert changes(one, FAST, 2) == [(1, SHARED)]
    assert other.count == 2


def test_resumed_it_has_no_more_than_before_until_it_has_had_others(machine):
    same = machine.cores.start(2, fewer=True)
    assert (same.count, same.most, same.reason) == (2, 2, NOTHING)
    assert changes(same, FAST, 200) == []
    varied = machine.cores.start(2)
    assert (varied.count, varied.most) == (2, 4)
    assert changes(varied, FAST, 130) == [(3, BUSY), (4, FREED)]
    machine.free = 1
    assert (machine.cores.start(2, fewer=True).count, machine.cores.start(2, fewer=True).reason) == (1, BUSY)


def test_an_event_says_how_many_and_why(machine):
    machine.free = 3
    event = machine.cores.start().event(7)
    assert (event.step, event.threads, event.cores, event.reason) == (7, 3, 4, BUSY)


@pytest.mark.parametrize(
    ("shares", "free"),
    [((1.0, 1.0), 2), ((1.0, 0.1), 1), ((0.5, 0.5), 1), ((0.75, 0.75), 1), ((0.9, 0.9), 2), ((0.1, 0.1), 1)],
    ids=["alone", "one core taken", "both on one core", "beside an equal", "a little else", "both taken"],
)
def test_cores_are_free_by_what_threads_get_of_them(monkeypatch, shares, free):
    given = iter(shares)
    monkeypatch.setattr(threads_module, "_share_of_core", lambda: next(given))
    assert free_cores(2) == free


def test_a_single_thread_needs_no_trying(monkeypatch):
    monkeypatch.setattr(threads_module, "_share_of_core", None)
    assert free_cores(1) == 1


def test_a_thread_gets_some_part_of_a_core():
    assert 0 <= threads_module._share_of_core() <= 1.5


def test_a_question_is_answered_with_as_many_threads_as_cores_are_free(machine):
    before = torch.get_num_threads()
    machine.free = 2
    with machine.cores:
        machine.cores.use_free()
        assert torch.get_num_threads() == 2
        machine.trainings = 4
        machine.cores.use_free()
        assert torch.get_num_threads() == 1
    torch.set_num_threads(before)


def test_torch_has_as_many_threads_as_before_when_a_training_is_over():
    before = torch.get_num_threads()
    with Cores(before) as cores:
        torch.set_num_threads(before + 1)
    assert torch.get_num_threads() == before
    assert cores.most == before


# Real runs


@pytest.fixture
def opened(machine, tmp_path):
    """Opens runs on the machine, records their first events as a worker does, and closes them."""
    runs = []

    def open_all(command):
        runs.extend(found := open_runs(command, machine.cores))
        with SideBySide([RunInProgress(run) for run in found]) as side_by_side:
            for each in side_by_side.runs:
                for _ in range(2):
                    each.training_run.record(each.advance())
        for run in found:
            run.folder.close()
        return found

    with machine.cores:
        yield open_all
    for run in runs:
        run.folder.close()


@pytest.fixture
def train(tmp_path, monkeypatch):
    """A command; the steps take a single thread all the same, since cores that are made up are no faster."""
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    return Train(small.DESIGN.change(shortcut="pad"), shades(tmp_path / "data"), tmp_path / "runs")


def known(run):
    """What the run's manifest says of its threads."""
    return json.loads((run.folder.path / MANIFEST).read_text())["threads"]


def test_the_number_is_known_before_the_first_step(opened, train):
    (run,) = opened(train)
    assert known(run) == {"count": 4, "fixed": False, "changes": []}
    assert run.training.counters.step == 0


def test_twins_killed_before_their_first_checkpoint_have_as_many_again(opened, train, monkeypatch):
    monkeypatch.setattr(SideBySide, "room", lambda self: len(self.runs))
    for run in opened(with_twin(train)):
        assert known(run)["count"] == 2
        (again,) = opened(ResumeRun(str(run.folder.path), train.runs))
        assert (again.threads.count, again.threads.most, known(again)["changes"]) == (2, 2, [])


def test_a_number_that_the_user_sets_stays_when_resumed(machine, opened, train):
    (run,) = opened(replace(train, threads=3))
    assert known(run) == {"count": 3, "fixed": True, "changes": []}
    machine.free = 1
    resume = ResumeRun(str(run.folder.path), train.runs)
    assert opened(resume)[0].threads.count == 3
    (other,) = opened(replace(resume, threads=2))
    assert known(other)["changes"] == [{"step": 0, "count": 2, "reason": ""}]
    assert opened(replace(resume, threads=0))[0].threads.count == 1


def drive(training_run, steps):
    """Train and record until so many steps are read back, then stop; the events."""
    run, found = RunInProgress(training_run), []
    while not run.has_ended():
        found.append(run.advance())
        training_run.record(run.event)
        if isinstance(run.event, events.Step) and run.event.step >= steps and not run.controls:
            run.controls.append(Stop())
    training_run.folder.close()
    return found


def test_what_changed_is_in_the_events_and_in_the_manifest(machine, train, every_step, monkeypatch):
    monkeypatch.setattr(threads_module, "_POLL", 0.0)
    with machine.cores:
        (run,) = open_runs(train, machine.cores)
        machine.trainings = 4
        found = drive(run, 5)
    first, second = (event for event in found if isinstance(event, events.Threads))
    assert (first.step, first.threads, second.step, second.threads) == (0, 4, 1, 1)
    assert found.index(second) == 3  # after the first step, before the next
    assert known(run) == {"count": 1, "fixed": False, "changes": [{"step": 1, "count": 1, "reason": SHARED}]}


def test_a_validation_that_gets_slow_counts_too(machine, train, every_step, monkeypatch):
    monkeypatch.setattr(fit_module, "SHOW_EVERY", 0.0)
    monkeypatch.setattr(fit_module, "evaluation_bounds", lambda images, recipe: batch_bounds(images, 2))
    noted = []
    monkeypatch.setattr(RunThreads, "has_changed", lambda self, rate, seconds: noted.append(rate * seconds))
    with machine.cores:
        (run,) = open_runs(train, machine.cores)
        found = drive(run, 40)
    batches = [event for event in found if isinstance(event, events.Step | events.Progress)]
    images = [event.done if isinstance(event, events.Progress) else 0 for event in batches]
    assert sum(isinstance(event, events.Progress) for event in batches) > 4
    for event, before, noted_images in zip(batches, [0, *images], noted, strict=False):
        if isinstance(event, events.Progress):
            assert noted_images == pytest.approx(event.done - before)


def test_resumed_with_other_threads_says_so(machine, train, every_step):
    with machine.cores:
        drive(open_runs(train, machine.cores)[0], 5)
        (run,) = list_runs(train.runs)
        machine.free = 1
        (again,) = open_runs(ResumeRun(run.id, train.runs), machine.cores)
        found = drive(again, 8)
        assert "1 threads instead of 4" in next(event.reason for event in found if isinstance(event, events.Warned))
        step = found[0].step
        assert known(again)["changes"] == [{"step": step, "count": 1, "reason": BUSY}]
        machine.free = 4
        (third,) = open_runs(ResumeRun(run.id, train.runs), machine.cores)
        third.folder.close()
    assert (third.threads.count, third.threads.most) == (1, 4)


def test_the_checkpoint_of_an_older_version_says_how_many(machine, train, every_step):
    with machine.cores:
        (run,) = open_runs(train, machine.cores)
        drive(run, 5)
        folder = RunFolder(run.folder.path)
        state = load_checkpoint(folder.path, folder.manifest["hashes"]).state
        save_checkpoint(folder, {**state, "threads": 2})
        folder.update(threads=None)
        folder.close()
        (again,) = open_runs(ResumeRun(str(folder.path), train.runs), machine.cores)
        again.folder.close()
    assert (again.threads.count, again.threads.most) == (2, 2)
