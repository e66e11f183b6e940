"""A long question to a worker: what comes meanwhile, who goes first, and how it is given up."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.engine import worker as worker_module
from explorer.engine.probe_process import ProbeProcess
from explorer.engine.runs.side_by_side import SideBySide
from explorer.engine.worker import Worker
from explorer.runs import events
from explorer.runs.commands import Pause, Stop, Train, Unpause, Withdraw
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Failed, Progress
from explorer.runs.questions.data import Scan, Scanned
from explorer.runs.questions.estimate import Estimate, Sweep
from explorer.runs.questions.pictures import Maps
from explorer.runs.questions.results import Evidence, Neighbours
from tests.engine.listener import Listener
from tests.engine.shades import shades
from tests.engine.small import DESIGN
from tests.patience import patience

FOUND = Scanned(data="x", layout="classes", classes=(), split=Split(SplitKind.FOUND), problems=(), skipped=0, bytes=0)


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "data").change(epochs=1)


@pytest.fixture
def asked(recipe) -> Scan:
    return Scan(DESIGN, recipe, 5)


@pytest.fixture
def ended(monkeypatch) -> list[int]:
    """Scans are played: three reports, then the answer; the numbers of those that have ended, in whatever way."""
    numbers: list[int] = []

    def played(question: Scan) -> Iterator[events.Event]:
        try:
            for done in range(3):
                yield Progress("scan", done, 3, question.id)
            yield replace(FOUND, id=question.id)
        finally:
            numbers.append(question.id)

    monkeypatch.setitem(worker_module.LONG, Scan, played)
    return numbers


def said(listener: Listener) -> list[str]:
    return [f"{type(event).__name__} {getattr(event, 'id', '')}".strip() for _, event in listener.said]


def served(listener: Listener, *commands: object) -> list[str]:
    """Let a worker without a run handle commands until none is left; return what it says."""
    for command in commands:
        listener.inbox.put(command)
    worker = Worker(listener, listener.inbox)
    while worker._postponed or not listener.inbox.empty():
        command = worker._next_command()
        if command is None:
            break
        worker.execute(command)
    return said(listener)


def test_short_questions_are_answered_meanwhile_and_long_ones_afterwards(asked, ended, recipe, tmp_path):
    maps = Maps(DESIGN, recipe, runs=tmp_path / "runs", id=6)
    listener = Listener(progress_2=(maps, replace(asked, id=8), Estimate(DESIGN, recipe, 7)))
    assert served(listener, asked) == [
        *("Progress 5", "Progress 5", "FeatureMaps 6", "Estimated 7", "Progress 5", "Scanned 5"),
        *("Progress 8", "Progress 8", "Progress 8", "Scanned 8"),
    ]


@pytest.mark.parametrize("command", [Stop(), Withdraw(5)])
def test_it_ends_at_a_stop_or_when_it_is_withdrawn(asked, ended, command):
    listener = Listener(progress_2=(command,))
    assert served(listener, asked) == ["Progress 5", "Progress 5", "Failed 5"]
    assert listener.said[-1][1] == Failed(listener.said[-1][1].reason, of="scan", id=5)
    assert ended == [5]


def test_one_that_waits_is_withdrawn_and_another_goes_on(asked, ended):
    listener = Listener(progress_1=(replace(asked, id=8), replace(asked, id=9), Withdraw(8), Withdraw(3)))
    assert served(listener, asked) == [*("Progress 5",) * 3, "Scanned 5", *("Progress 9",) * 3, "Scanned 9"]


def test_the_end_of_input_ends_it(asked, ended):
    listener = Listener(progress_2=(None,))
    assert served(listener, asked, asked) == ["Progress 5", "Progress 5", "Failed 5"]


class Aside:
    """A second process that only notes what it is asked."""

    def __init__(self, outbox):
        self.got = []
        outbox.asides.append(self)

    def ask(self, question, weights=None, step=None):
        self.got.append(question)
        return True

    def withdraw(self, withdrawal):
        self.got.append(withdrawal)

    def close(self):
        self.got.append("close")


@pytest.fixture
def beside(monkeypatch):
    monkeypatch.setattr(worker_module, "ProbeProcess", Aside)
    monkeypatch.setattr(worker_module, "Outbox", Listener)
    monkeypatch.setattr(worker_module, "HeartbeatThread", lambda outbox: worker_module.nullcontext())


def listening(**orders: object) -> Listener:
    listener = Listener(**orders)
    listener.asides = []
    return listener


def test_a_run_that_is_started_meanwhile_goes_first_and_the_scan_goes_on_beside_it(
    asked, ended, recipe, tmp_path, beside
):
    listener = listening(progress_2=(Train(DESIGN, recipe, tmp_path / "runs"),))
    found = served(listener, asked)
    assert found[:2] == ["Progress 5", "Progress 5"]
    assert found[2].startswith("Started")
    assert not any("Failed" in each for each in found)
    (aside,) = listener.asides
    assert aside.got == [asked, "close"]
    assert ended == [5]


def test_while_a_run_reads_its_images_a_scan_waits(asked, beside):
    listener = listening()
    worker = Worker(listener, listener.inbox)
    worker._aside = Aside(listener)
    listener.inbox.put(asked)
    assert worker._next_control(wait=False) is None
    assert worker._next_control(wait=False) is None
    assert worker._aside.got == []
    assert worker._next_command() == asked


def test_during_a_run_another_process_scans_and_is_told_who_gave_up(asked, ended, recipe, tmp_path, beside):
    listener = listening(
        step_2=(Pause(),), paused_1=(asked, Sweep(DESIGN, recipe, 6), Withdraw(5), Unpause()), finished_1=(Withdraw(7),)
    )
    found = served(listener, Train(DESIGN, recipe, tmp_path / "runs"))
    (aside,) = listener.asides
    assert aside.got == [asked, Withdraw(5), "close", Withdraw(7)]  # also about one that has outlived the run
    assert "Failed 6" in found
    assert any(each.startswith("Finished") for each in found)


def test_during_a_run_another_process_is_asked_about_a_runs_network_before_the_step_ends(asked, recipe, tmp_path):
    listener = listening()
    worker = Worker(listener, listener.inbox)
    evidence = Evidence(DESIGN, recipe, 6, runs=tmp_path, run="a-run", file="")
    neighbours = Neighbours(DESIGN, recipe, 7, runs=tmp_path, run="a-run", file="")
    assert not worker._takes_at_once(evidence)  # without a run, this process answers
    worker._aside = Aside(listener)
    assert not worker._takes_at_once(evidence)  # the one of the last run ends
    worker._runs = SideBySide([])
    assert worker._takes_at_once(evidence)
    assert worker._takes_at_once(neighbours)
    assert worker._takes_at_once(asked)
    for other in (Maps(DESIGN, recipe, runs=tmp_path), Stop(), None):  # each has its own way
        assert not worker._takes_at_once(other)
    assert worker._aside.got == [evidence, neighbours, asked]


def test_a_process_that_is_to_end_takes_no_more_questions(recipe):
    process = ProbeProcess(Listener())
    process.close()
    assert not process.ask(Scan(DESIGN, recipe, 1))
    assert process._process is None


@pytest.mark.slow
def test_the_other_process_tells_how_far_it_is_and_answers_after_the_run_has_ended(recipe):
    heard = queue.SimpleQueue()

    class Heard:
        def send(self, event, run=""):
            heard.put(event)

    process = ProbeProcess(Heard())
    process.ask(Scan(DESIGN, recipe, 1))
    process.ask(Scan(DESIGN, recipe, 2))
    process.withdraw(Withdraw(2))
    process.withdraw(Withdraw(3))
    process.close()
    found = [heard.get(timeout=patience())]
    while not isinstance(found[-1], Scanned):
        found.append(heard.get(timeout=patience()))
    assert {type(each) for each in found[:-1]} == {Progress}
    assert {each.id for each in found} == {1}
    assert [each.name for each in found[-1].classes] == ["0", "1", "2"]
    for thread in threading.enumerate():
        if thread.name == "answers":
            thread.join(patience())
            assert not thread.is_alive()  # the process has ended


def test_what_takes_a_moment_is_answered_without_a_look_for_free_cores(recipe, tmp_path, monkeypatch):
    looked = []
    monkeypatch.setattr(worker_module.Cores, "use_free", lambda cores: looked.append(cores))
    listener = Listener()
    evidence = Evidence(DESIGN, recipe, 6, runs=tmp_path, run="none", file="")
    assert served(listener, evidence) == ["Failed 6"]
    assert not looked
    assert served(listener, replace(evidence, design=preset("resnet50"))) == ["Failed 6", "Failed 6"]
    assert len(looked) == 1
