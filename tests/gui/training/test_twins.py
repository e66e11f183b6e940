"""Twins in the window: two runs behind one button, told apart by their lines."""

from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.worker import WorkerClient
from explorer.runs.commands import Train
from explorer.runs.events import Epoch, Gradients
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.questions.estimate import Estimate, Estimated
from explorer.runs.recipe import RECIPES
from explorer.sentences import Sentence
from tests.clicks import click_choice, curves, run_button
from tests.gui.paths import measure
from tests.gui.scripted_workers import Played, worker
from tests.needs import needs
from tests.twins import with_twin

RESIDUAL, PLAIN = preset("deep-residual-56"), preset("deep-plain-56")
TWINS = """
def of(run, event, **values):
    print(json.dumps({"event": event, "run": run, **values}), flush=True)
def begin(run, side):
    of(run, "started", folder="", params=1, referee={"agrees": True, "params": 1, "mult_adds": 1}, device="cpu",
        steps_per_epoch=10, epochs=1, step=0, side=side)
def learn(run, n, loss):
    of(run, "step", step=n, epoch=1, loss=loss, loss_min=loss, loss_max=loss, steps=1, accuracy=0.5,
        learning_rate=0.1, examples_per_second=100.0)
def validate(run, accuracy):
    of(run, "epoch", epoch=1, step=10, train_loss=1.0, train_accuracy=0.5, validation_loss=1.0,
        validation_accuracy=accuracy, seconds=1.0)
hello()
order = json.loads(sys.stdin.readline())
assert order["command"] == "train" and len(order["beside"]) == 1, order
begin("other", 1); begin("own", 0); learn("own", 1, 2.0); learn("other", 1, 3.0)
"""


@pytest.fixture
def train(qtbot, tmp_path):
    """A client on a worker that has begun twins, goes on with a program, and then waits."""
    clients: list[WorkerClient] = []

    def begin(program: str = "") -> WorkerClient:
        client = WorkerClient(tmp_path, worker(f"{TWINS}{program}\ntold()"))
        clients.append(client)
        client.warm_up()
        client.start(with_twin(Train(RESIDUAL, RECIPES["degradation"], tmp_path)))
        return client

    yield begin
    for client in clients:
        client.watchdog.stop()
        client.process.shut_down(at_once=True)
        qtbot.waitUntil(lambda client=client: not client.process.is_running())


def test_events_find_their_run(train, qtbot):
    client = train("learn('own', 2, 1.0); learn('other', 2, 2.5); validate('other', 0.25)")
    qtbot.waitUntil(lambda: len(client.live) == 2 and client.live[1].epoch is not None)
    own, other = client.live
    assert (own.id, own.name, list(own.curves.train.column(1))) == ("own", "residual", [2.0, 1.0])
    assert (other.id, other.name, list(other.curves.train.column(1))) == ("other", "plain", [3.0, 2.5])
    assert other.design == PLAIN
    assert own.epoch is None
    assert client.run is own


def test_it_is_paused_when_both_are_and_done_when_both_are(train, qtbot):
    client = train(
        "assert told() == 'pause'; of('own', 'paused', step=1); told()\n"
        "of('other', 'paused', step=1); assert told() == 'resume'; of('own', 'resumed', step=1)\n"
        "of('own', 'finished', step=10, best_epoch=1, best_accuracy=0.5, seconds=1.0); told()\n"
        "of('other', 'stopped', step=9)"
    )
    own, other = client.live
    qtbot.waitUntil(lambda: other.step is not None)
    client.pause()
    qtbot.waitUntil(lambda: own.paused)
    assert client.state == "running"
    client.pause()
    qtbot.waitUntil(lambda: client.state == "paused")
    client.unpause()
    qtbot.waitUntil(lambda: own.outcome is not None)
    assert client.state == "running"
    with qtbot.waitSignal(client.run_ended):
        client.stop()
    assert client.state == "idle"


def test_one_that_fails_is_named_and_the_other_goes_on(train, qtbot):
    client = train(
        "of('other', 'failed', reason='the loss became nan', advice='smaller'); learn('own', 2, 1.0); told()\n"
        "of('own', 'stopped', step=2)"
    )
    qtbot.waitUntil(lambda: client.live[0].done == 2)
    assert client.state == "running"
    assert client.message == "plain: the loss became nan"
    with qtbot.waitSignal(client.run_ended):
        client.stop()
    assert client.state == "idle"


def test_a_refusal_ends_both(train, qtbot):
    client = train("say('failed', reason='no')")
    with qtbot.waitSignal(client.run_ended):
        pass
    assert (client.state, client.message) == ("idle", "no")


@pytest.fixture
def session(open_session):
    return open_session(RESIDUAL)


@pytest.fixture
def panel(session):
    return session.window.training


def test_the_arrow_beside_start_offers_it(session, panel, qtbot, monkeypatch):
    started = []
    monkeypatch.setattr(session.pool.shown, "start", started.append)
    assert session.window.orders.starts.twin.text() == "Start with its plain twin"
    click_choice(session, qtbot, "twin")
    assert started == [with_twin(Train(RESIDUAL, session.workspace.choice.recipe, session.pool.runs))]
    session.document.propose(PLAIN, "")
    assert session.window.orders.starts.twin.text() == "Start with its residual twin"


def test_it_fits_the_design_as_start_does(session, monkeypatch):
    started = []
    monkeypatch.setattr(session.pool.shown, "start", started.append)
    session.document.propose(preset("resnet34"), "")
    session.window.orders.starts.twin.trigger()
    assert started[0].design.input == (1, 28, 28)
    session.document.undo_stack.undo()
    assert session.document.design == preset("resnet34")


def test_memory_for_one_may_be_too_little_for_both(session, panel, monkeypatch):
    started = []
    monkeypatch.setattr(session.pool.shown, "start", lambda order: started.append(len(order.sides)))
    played = Played(session.pool.shown, monkeypatch)
    measure(session)
    found = Estimated(device="cpu", memory=needs(6 * 2**30), available_bytes=8 * 2**30, seconds_per_epoch=1.0)
    played.answer(played.asked(Estimate)[0], found)
    session.window.orders.starts.twin.trigger()
    assert (started, panel.start.text()) == ([], "Train both anyway")
    panel.start.click()
    assert (started, panel.start.text()) == ([2], "Start")
    panel.start.click()
    assert started == [2, 1]


def test_both_train_on_the_same_images_in_memory():
    found = Estimated(device="cpu", memory=needs(2, data=4), available_bytes=8)
    assert [found.memory.of(networks) for networks in (1, 2)] == [6, 8]


def test_the_status_compares_them(open_session, train, qtbot):
    session = open_session(RESIDUAL)
    client = train("validate('own', 0.75); validate('other', 0.25); told()\n"
                    "[of(run, 'stopped', step=9) for run in ('own', 'other')]")  # fmt: skip
    qtbot.waitUntil(lambda: client.live[1].epoch is not None)
    progress = session.window.training.progress
    session.pool.shown = client
    progress.show_runs()
    assert progress.status.text().endswith("validation: residual 75.0 %, plain 25.0 %")
    assert (progress.bar.maximum(), progress.bar.value()) == (20, 2)
    with qtbot.waitSignals([client.run_ended, client.run_ended]):
        client.stop()
    progress.show_runs()
    assert progress.status.text() == "stopped · validation: residual 75.0 %, plain 25.0 %"


def test_what_differs_is_said_in_words(open_session, train, qtbot):
    session = open_session(RESIDUAL)
    client = train("learn('other', 2, 2.5)")
    qtbot.waitUntil(lambda: client.live[1].done == 2)
    client.live[1].started = replace(client.live[1].started, begins=Sentence("all 167 tensors begin equal"))
    session.pool.shown = client
    progress = session.window.training.progress
    progress.show_runs()
    assert progress.sides.text() == (
        "plain: no shortcuts instead of shortcut A (zeros for new channels): same parameters and MACs; "
        "all 167 tensors begin equal"
    )
    client.live[1].label = Sentence("no shortcuts")
    progress.show_runs()
    assert progress.sides.text().startswith("no shortcuts instead of ")


def test_that_all_saw_the_same_batches_is_shown_with_their_hash(open_session, train, qtbot):
    client = train("[of(run, 'checkpoint', step=9, epoch=1, batches='0f' * 32) for run in ('own', 'other')]\n"
                   "[of(run, 'stopped', step=9) for run in ('own', 'other')]")  # fmt: skip
    qtbot.waitUntil(lambda: all(run.outcome for run in client.live))
    session = open_session(RESIDUAL)
    session.pool.shown = client
    progress = session.window.training.progress
    progress.show_runs()
    assert progress.sides.text().endswith("\nthe same batches for all: 0f0f0f0f0f0f")
    client.live[0].batches = "1f" * 32
    progress.show_runs()
    assert progress.sides.text().endswith("\nnot the same batches: some ended earlier")


def test_those_that_wait_neither_keep_the_others_from_pausing_nor_end_the_bar_early(open_session, train, qtbot):
    client = train("assert told() == 'pause'; of('own', 'paused', step=1); of('other', 'paused', step=1)")
    qtbot.waitUntil(lambda: client.live[1].step is not None)
    client.live = (*client.live, LiveRun(RESIDUAL, RECIPES["degradation"], label=Sentence("seed 1")))
    client.pause()
    qtbot.waitUntil(lambda: client.state == "paused")
    session = open_session(RESIDUAL)
    session.pool.shown = client
    session.window.training.progress.show_runs()
    assert session.window.training.progress.bar.maximum() == 30


@pytest.fixture
def pair(tmp_path):
    """Finished twins in the list, with a newer run of another design."""
    folders = [
        RunFolder.create(tmp_path / "runs", each, RECIPES["quick"], 1) for each in (RESIDUAL, PLAIN, preset("mini"))
    ]
    for number, folder in enumerate(folders):
        folder.log(Epoch(1, 79, 1.0, 0.6, 0.5, 0.8, 8.0))
        folder.log(Gradients(1, ("stem", "layer1.0", "head"), (0.5, 0.5, 0.5)))
        folder.update(state="finished", created=f"2026-01-01T00:00:0{number}+00:00")
    for one, other in (folders[:2], folders[1::-1]):
        one.update(twin=other.path.name)
    for folder in folders:
        folder.close()


def test_choosing_a_twin_shows_both(pair, open_session, qtbot):
    session = open_session(RESIDUAL)
    history, plots = session.workspace.run_history, curves(session)
    qtbot.waitUntil(lambda: len(plots.lines) == 3)
    history.choose([history.runs[2].id])
    assert [(line.name, line.live) for line in plots.lines] == [
        ("residual", True), ("plain", True), ("Mini", False),
    ]  # fmt: skip
    history.choose([history.runs[0].id])
    assert [(line.name, line.live) for line in plots.lines] == [
        (RESIDUAL.name, False), (PLAIN.name, False), ("Mini", True),
    ]  # fmt: skip


@pytest.mark.slow
def test_the_real_worker_trains_both(open_session, qtbot):
    session = open_session(preset("mini").change(shortcut="pad"), warm=True)
    client = session.pool.workers[0]
    click_choice(session, qtbot, "twin")
    qtbot.waitUntil(lambda: len(client.live) == 2 and all(run.curves.gradients for run in client.live))
    qtbot.waitUntil(lambda: len(session.workspace.run_history.runs) == 2)
    lines = curves(session).lines
    assert [line.name for line in lines] == ["residual", "plain"]
    assert len({line.colour.name() for line in lines}) == 2
    run_button(session, "stop").click()
    qtbot.waitUntil(lambda: client.state == "idle")
    own, twin = (next(run for run in session.workspace.run_history.runs if run.id == live.id) for live in client.live)
    assert (own.beside, twin.beside) == ((twin.id,), (own.id,))
    assert twin.design == twin_of(own.design)
    assert own.batches == twin.batches != ""
    assert {own.state, twin.state} == {"stopped"}
