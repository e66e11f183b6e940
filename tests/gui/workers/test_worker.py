import os
import signal

import pytest
from PySide6.QtCore import QTimer

from explorer.architecture.presets import preset
from explorer.gui.workers import live_run as live_module
from explorer.gui.workers import process as process_module
from explorer.gui.workers import watchdog as pulse_module
from explorer.gui.workers import worker as trainer_module
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.worker import WorkerClient
from explorer.runs.commands import Train
from explorer.runs.events import Started, Step, Verdict
from explorer.runs.recipe import RECIPES
from tests.events import settle
from tests.gui.scripted_workers import worker


@pytest.fixture
def train(qtbot, tmp_path):
    """A client on a worker that runs a program, with a run begun."""
    clients: list[WorkerClient] = []

    def begin(program: str) -> WorkerClient:
        client = WorkerClient(tmp_path, worker(program))
        clients.append(client)
        client.warm_up()
        client.start(Train(preset("mini"), RECIPES["quick"], tmp_path))
        return client

    yield begin
    for client in clients:
        client.watchdog.stop()
        client.process.shut_down(at_once=True)
        qtbot.waitUntil(lambda client=client: not client.process.is_running())


def test_a_run_from_start_to_stop(train, qtbot):
    client = train(
        "hello(); assert told() == 'train'; started(); step(1); step(2, 0.5)\n"
        "assert told() == 'stop'; say('stopped', step=2); told()"
    )
    assert client.state == "starting"
    qtbot.waitUntil(lambda: client.run.step is not None and client.run.step.step == 2)
    assert client.state == "running"
    assert list(client.run.curves.train.column(1)) == [1.0, 0.5]
    with qtbot.waitSignal(client.run_ended):
        client.stop()
        assert client.state == "stopping"
    assert client.state == "idle"


def test_pause_step_and_resume(train, qtbot):
    client = train(
        "hello(); told(); started(); step(1)\n"
        "assert told() == 'pause'; say('paused', step=1)\n"
        "assert told() == 'step'; step(2); say('paused', step=2)\n"
        "assert told() == 'resume'; say('resumed', step=2); told()"
    )
    qtbot.waitUntil(lambda: client.run.step is not None)
    client.pause()
    qtbot.waitUntil(lambda: client.state == "paused")
    client.step_once()
    qtbot.waitUntil(lambda: client.run.step.step == 2)
    assert client.state == "paused"
    client.unpause()
    qtbot.waitUntil(lambda: client.state == "running")


def test_a_killed_worker_leaves_curves_and_another_worker(train, qtbot):
    client = train("hello(); told(); started(); step(1); time.sleep(60)")
    qtbot.waitUntil(lambda: client.run.step is not None)
    with qtbot.waitSignal(client.run_ended):
        os.kill(client.process.process.processId(), signal.SIGKILL)
    assert "killed (SIGKILL)" in client.message
    assert client.run.curves.train.count == 1
    qtbot.waitUntil(lambda: client.hello is not None)
    assert client.state == "idle"


def test_a_start_that_a_dying_worker_did_not_hear_goes_to_the_next(qtbot, tmp_path):
    """Once: what kills a worker at once would kill every next one."""
    deaths = tmp_path / "deaths"
    program = (
        f"path = {str(deaths)!r}; hello(); told(); open(path, 'a').write('x')\n"
        "count = len(open(path).read())\nif count == {quiet}: started(); step(1); told()\nos._exit(9)"
    )
    for quiet, ending in ((2, "running"), (99, "idle")):
        deaths.write_text("")
        client = WorkerClient(tmp_path, worker(program.replace("{quiet}", str(quiet))))
        client.warm_up()
        qtbot.waitUntil(lambda client=client: client.state == "idle")
        client.start(Train(preset("mini"), RECIPES["quick"], tmp_path))
        qtbot.waitUntil(lambda client=client, ending=ending: client.state == ending and len(deaths.read_text()) == 2)
        assert bool(client.message) == (ending == "idle")
        client.watchdog.stop()
        client.process.shut_down(at_once=True)
        qtbot.waitUntil(lambda client=client: not client.process.is_running())


def test_one_that_dies_before_it_speaks_is_not_started_again(train, qtbot):
    client = train("sys.stderr.write('ImportError: no torch'); sys.exit(1)")
    qtbot.waitUntil(lambda: bool(client.message))
    settle()
    assert client.state == "gone"
    assert not client.process.is_running()
    assert "no torch" in client.advice


def test_a_stop_that_is_ignored_ends_by_force(train, qtbot, monkeypatch):
    monkeypatch.setattr(trainer_module, "PATIENCE", 200)
    monkeypatch.setattr(process_module, "LAST_PATIENCE", 200)
    client = train(
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "hello(); told(); started(); step(1)\nwhile True: time.sleep(1)"
    )
    qtbot.waitUntil(lambda: client.run.step is not None)
    with qtbot.waitSignal(client.run_ended):
        client.stop()
    assert client.message == "The training process did not respond and was terminated."


@pytest.mark.parametrize(
    "run",
    ["told(); say('stopped', step=1)", "time.sleep(60)"],
    ids=["one that obeyed", "one that comes after one ended by force"],
)
def test_patience_ends_with_the_run_it_was_for(train, qtbot, monkeypatch, run):
    monkeypatch.setattr(trainer_module, "PATIENCE", 200)
    monkeypatch.setattr(process_module, "LAST_PATIENCE", 200)
    client = train(f"hello(); told(); started(); step(1); {run}; time.sleep(60)")
    qtbot.waitUntil(lambda: client.run.step is not None)
    with qtbot.waitSignal(client.run_ended):
        client.stop()
    qtbot.waitUntil(lambda: client.state == "idle")
    worker = client.process.process.processId()
    assert not any(timer.isActive() for timer in client.findChildren(QTimer) if timer.isSingleShot())
    assert client.process.is_running()
    assert (client.state, client.process.process.processId()) == ("idle", worker)


def test_a_stop_before_the_worker_speaks_begins_nothing(train, qtbot):
    client = train("time.sleep(0.5); hello(); sys.exit(told() == 'train')")
    assert client.state == "starting"
    client.stop()
    assert (client.state, client.live) == ("warming", ())
    qtbot.waitUntil(lambda: client.state == "idle")
    client.process.shut_down(at_once=False)
    qtbot.waitUntil(lambda: client.state == "gone")
    assert client.process.process.exitCode() == 0


def test_silence_and_slowness_are_said_and_not_punished(train, qtbot, monkeypatch):
    client = train("hello(); told(); started(); step(1); time.sleep(60)")
    qtbot.waitUntil(lambda: client.run.step is not None)
    monkeypatch.setattr(pulse_module, "SLOW", 0.0)
    client.watchdog.check()
    assert client.watchdog.trouble.startswith("no step for")
    monkeypatch.setattr(pulse_module, "SILENT", 0.0)
    client.watchdog.check()
    assert client.watchdog.trouble == "not responding"
    assert client.process.is_running()


def test_a_failed_run_says_why(train, qtbot):
    client = train("hello(); told(); started(); say('failed', reason='the loss became nan', advice='smaller'); told()")
    with qtbot.waitSignal(client.run_ended):
        pass
    assert (client.message, client.advice) == ("the loss became nan", "smaller")
    assert client.state == "idle"


def test_a_resume_takes_back_the_steps_that_come_again(train, qtbot):
    client = train("hello(); told(); started(); step(1); step(2); step(3); started(step=1); step(2, 9.0); told()")
    qtbot.waitUntil(lambda: client.run.curves.train.count == 2 and client.run.curves.train.column(1)[-1] == 9.0)
    assert list(client.run.curves.train.column(0)) == [1.0, 2.0]


def test_time_left_is_reckoned_from_the_pace(monkeypatch):
    clock = iter([10.0, 15.0])  # the first step comes at 10 s, the question at 15 s
    monkeypatch.setattr(live_module, "monotonic", lambda: next(clock))
    run = LiveRun(preset("mini"), RECIPES["quick"])
    run.apply_event(Started("r", "", 1, Verdict(True, 1, 1), "cpu", steps_per_epoch=10, epochs=2))
    assert run.seconds_left() is None
    for number in (1, 11):
        run.apply_event(Step(number, 1, 1.0, 1.0, 1.0, 1, 0.5, 0.1, 100.0))
    assert run.seconds_left() == 0.5 * (20 - 11)
