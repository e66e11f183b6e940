"""Several clients: one run a device, who is in front, and what begins by itself."""

import pytest

from explorer.architecture.presets import preset
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.questions.estimate import Estimate
from explorer.runs.recipe import RECIPES
from tests.events import settle
from tests.gui.scripted_workers import CARDS, end, obedient, worker

QUICK = RECIPES["quick"]


@pytest.fixture
def gather(qtbot, tmp_path):
    """A pool whose workers do as they are told, on a machine with certain devices."""
    pools: list[WorkerPool] = []

    def make(*devices: str, process=None) -> WorkerPool:
        pool = WorkerPool(tmp_path, process or obedient(tmp_path, devices))
        pools.append(pool)
        pool.shown.warm_up()
        qtbot.waitUntil(lambda: pool.hello is not None or pool.shown.state == "gone")
        return pool

    yield make
    for pool in pools:
        pool.shut_down()
        qtbot.waitUntil(lambda pool=pool: not pool.is_running())
    settle()


@pytest.fixture
def order(tmp_path):
    """An order by the name of its run, and the device that it wants."""
    return lambda name, device="auto": Train(
        preset("mini").change(name=name), QUICK.change(device=device), tmp_path
    )  # fmt: skip


def going(pool: WorkerPool) -> dict[str, str]:
    """The runs that have begun and go on, with their devices as the worker was told."""
    return {run.id: run.started.device for run in pool.live if run.started and not run.outcome}


def names(pool: WorkerPool) -> list[str]:
    return [each.design.name for each in pool.queue.orders]


def test_on_one_device_they_begin_in_turn(gather, order, qtbot, tmp_path):
    pool = gather("cpu")
    heard = []
    pool.run_ended.connect(lambda: heard.append((pool.shown.run.id, pool.shown.run.outcome is not None)))
    for name in "abc":
        pool.start(order(name))
    qtbot.waitUntil(lambda: "a" in going(pool))
    assert names(pool) == ["b", "c"]
    pool.queue.move(1, -1)
    end(tmp_path, "a")
    qtbot.waitUntil(lambda: "c" in going(pool))
    pool.start(order("d"))
    end(tmp_path, "c")
    qtbot.waitUntil(lambda: "b" in going(pool))
    assert names(pool) == ["d"]
    assert len(pool.workers) == 1
    assert heard == [("a", True), ("c", True)]  # before the next took their place


def test_four_variants_on_four_cards_are_four_runs_at_once(gather, order, qtbot, tmp_path):
    pool = gather(*CARDS)
    for name in "abcde":
        pool.start(order(name))
    qtbot.waitUntil(lambda: len(going(pool)) == 4)
    # auto is cuda:0 to every worker, so the others are told which card is theirs
    assert going(pool) == {"a": "auto", "b": "cuda:1", "c": "cuda:2", "d": "cuda:3"}
    assert len({each.process.process.processId() for each in pool.workers}) == 4
    assert names(pool) == ["e"]
    end(tmp_path, "c")
    qtbot.waitUntil(lambda: going(pool).get("e") == "cuda:2")
    assert len(pool.workers) == 4


def test_an_order_waits_for_its_own_device_and_keeps_no_other_back(gather, order, qtbot, tmp_path):
    pool = gather("cuda:0", "cuda:1", "cpu")
    for name, device in (("a", "cuda:1"), ("b", "cuda:1"), ("c", "auto"), ("d", "cuda"), ("e", "cpu")):
        pool.start(order(name, device))
    qtbot.waitUntil(lambda: going(pool) == {"a": "cuda:1", "c": "auto", "e": "cpu"})
    assert names(pool) == ["b", "d"]
    end(tmp_path, "c")
    qtbot.waitUntil(lambda: going(pool).get("d") == "cuda")
    assert names(pool) == ["b"]


@pytest.mark.parametrize(("how", "why"), [("failed", "the loss became nan"), ("killed", "exit status 9")])
def test_a_failure_does_not_keep_the_next_from_beginning(gather, order, qtbot, tmp_path, how, why):
    pool = gather("cpu")
    for name in "ab":
        pool.start(order(name))
    end(tmp_path, "a", how)
    qtbot.waitUntil(lambda: "b" in going(pool))
    assert pool.shown.message == ""
    (failure,) = pool.failures
    assert failure.startswith("a: ")
    assert why in failure
    pool.start(order("c"))
    assert pool.failures == ()


def test_after_a_stop_nothing_begins_until_it_is_told_to(gather, order, qtbot):
    pool = gather("cpu")
    for name in "ab":
        pool.start(order(name))
    qtbot.waitUntil(lambda: "a" in going(pool))
    with qtbot.waitSignal(pool.run_ended):
        pool.stop()
    settle()
    assert (pool.busy, names(pool), pool.queue.held) == ([], ["b"], True)
    pool.start(order("c"))  # a person's own start does not wait for the queue
    qtbot.waitUntil(lambda: "c" in going(pool))
    assert (names(pool), pool.queue.held) == (["b"], True)
    with qtbot.waitSignal(pool.run_ended):
        pool.stop()
    pool.release_queue()
    qtbot.waitUntil(lambda: "b" in going(pool))


def test_a_worker_that_cannot_even_speak_is_not_given_the_whole_queue(gather, order, qtbot, tmp_path):
    """The first to speak is this test's; every other dies."""
    once = tmp_path / "once"
    pool = gather(process=worker(
        f"import pathlib; once = pathlib.Path({str(once)!r})\n"
        "if once.exists(): sys.exit(1)\n"
        "once.touch(); hello(); told(); started(); os._exit(2)"
    ))  # fmt: skip
    for name in "abcd":
        pool.start(order(name))
    qtbot.waitUntil(lambda: pool.queue.held)
    assert names(pool) == ["c", "d"]
    assert pool.shown.state == "gone"
    assert "exit status 1" in pool.shown.message
    assert "exit status 2" in pool.failures[0]


def test_the_one_in_front_is_the_one_that_is_controlled(gather, order, qtbot):
    pool = gather("cuda:0", "cuda:1")
    for name in "ab":
        pool.start(order(name))
    qtbot.waitUntil(lambda: len(going(pool)) == 2)
    assert pool.shown.run.id == "b"
    pool.show_worker(pool.workers[0])
    pool.pause()
    qtbot.waitUntil(lambda: pool.shown.state == "paused")
    assert pool.workers[1].state == "running"
    with qtbot.waitSignal(pool.run_ended):
        pool.stop()
    assert going(pool) == {"b": "cuda:1"}
    assert pool.shown.run.id == "a"  # its ending is there to be read


def test_who_is_not_needed_goes(gather, order, qtbot, tmp_path):
    pool = gather("cuda:0", "cuda:1")
    for name in "ab":
        pool.start(order(name))
    qtbot.waitUntil(lambda: len(going(pool)) == 2)
    first, second = pool.workers
    end(tmp_path, "b", "failed")
    qtbot.waitUntil(lambda: second.state == "idle")
    settle()
    assert pool.workers == [first, second]  # in front: its words are there to be read
    pool.show_worker(first)
    qtbot.waitUntil(lambda: not second.process.is_running())
    assert pool.workers == [first]
    assert pool._leaving == []


def test_a_failure_that_is_not_in_front_is_told(gather, order, qtbot, tmp_path):
    pool = gather("cuda:0", "cuda:1")
    for name in "ab":
        pool.start(order(name))
    qtbot.waitUntil(lambda: len(going(pool)) == 2)
    with qtbot.waitSignal(pool.run_ended):
        end(tmp_path, "a", "failed")
    assert pool.failures == ("a: the loss became nan",)


def test_questions_go_to_who_has_time_on_a_card_that_has_no_run(gather, order, qtbot, tmp_path):
    pool = gather("cuda:0", "cuda:1")
    pool.start(order("a", "cuda:1"))
    inquiry = Inquiry(pool, Estimate(preset("mini"), QUICK))
    assert inquiry.state is InquiryState.WAITING
    assert "A run is being started" in pool.busy_reason()
    pool.start(order("b"))
    qtbot.waitUntil(lambda: going(pool) == {"a": "cuda:1", "b": "auto"})
    assert "A run uses this device" in pool.busy_reason()
    assert pool.probe_obstacle() == ""
    with qtbot.waitSignal(inquiry.answered) as answered:
        end(tmp_path, "a")
    assert pool.busy_reason() == ""
    process = pool.workers[0].process.process.processId()
    assert (answered.args[0].device, answered.args[0].memory.total) == ("cuda:1", process)


def test_the_end_of_the_window_is_the_end_of_the_queue(gather, order, qtbot):
    pool = gather("cuda:0", "cuda:1")
    for name in "abc":
        pool.start(order(name))
    qtbot.waitUntil(lambda: len(going(pool)) == 2)
    with qtbot.waitSignal(pool.emptied):
        pool.shut_down()
        pool.workers[1].state = WorkerState.IDLE
        assert Inquiry(pool, Estimate(preset("mini"), QUICK)).state is InquiryState.WAITING
    settle()
    assert not pool.is_running()
    assert names(pool) == ["c"]
