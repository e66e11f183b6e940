"""Several trainers: one run a device, who is in front, and what begins by itself."""

import pytest

from explorer.architecture.presets import preset
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import Crew, meanings
from explorer.runs.answers import Estimate
from explorer.runs.commands import Train
from explorer.runs.events import Device, Hello
from explorer.runs.recipe import RECIPES
from tests.gui.scripted_workers import CARDS, end, obedient, worker

QUICK = RECIPES["quick"]


@pytest.fixture
def gather(qtbot, tmp_path):
    """A crew whose workers do as they are told, on a machine with certain devices."""
    crews: list[Crew] = []

    def make(*devices: str, process=None) -> Crew:
        crew = Crew(tmp_path, process or obedient(tmp_path, devices))
        crews.append(crew)
        crew.front.warm_up()
        qtbot.waitUntil(lambda: crew.hello is not None or crew.front.state == "gone")
        return crew

    yield make
    for crew in crews:
        crew.shut_down()
        qtbot.waitUntil(lambda crew=crew: not crew.is_running())
    qtbot.wait(1)


@pytest.fixture
def order(tmp_path):
    """An order by the name of its run, and the device that it wants."""
    return lambda name, device="auto": Train(
        preset("mini").change(name=name), QUICK.change(device=device), tmp_path
    )  # fmt: skip


def going(crew: Crew) -> dict[str, str]:
    """The runs that have begun and go on, with their devices as the worker was told."""
    return {run.id: run.started.device for run in crew.live if run.started and not run.outcome}


def names(crew: Crew) -> list[str]:
    return [each.design.name for each in crew.queue.orders]


def test_on_one_device_they_begin_in_turn(gather, order, qtbot, tmp_path):
    crew = gather("cpu")
    heard = []
    crew.run_ended.connect(lambda: heard.append((crew.front.run.id, crew.front.run.outcome is not None)))
    for name in "abc":
        crew.start(order(name))
    qtbot.waitUntil(lambda: "a" in going(crew))
    assert names(crew) == ["b", "c"]
    crew.queue.move(1, -1)
    end(tmp_path, "a")
    qtbot.waitUntil(lambda: "c" in going(crew))
    crew.start(order("d"))
    end(tmp_path, "c")
    qtbot.waitUntil(lambda: "b" in going(crew))
    assert names(crew) == ["d"]
    assert len(crew.trainers) == 1
    assert heard == [("a", True), ("c", True)]  # before the next took their place


def test_four_variants_on_four_cards_are_four_runs_at_once(gather, order, qtbot, tmp_path):
    crew = gather(*CARDS)
    for name in "abcde":
        crew.start(order(name))
    qtbot.waitUntil(lambda: len(going(crew)) == 4)
    # auto is cuda:0 to every worker, so the others are told which card is theirs
    assert going(crew) == {"a": "auto", "b": "cuda:1", "c": "cuda:2", "d": "cuda:3"}
    assert len({each.process.process.processId() for each in crew.trainers}) == 4
    assert names(crew) == ["e"]
    end(tmp_path, "c")
    qtbot.waitUntil(lambda: going(crew).get("e") == "cuda:2")
    assert len(crew.trainers) == 4


def test_an_order_waits_for_its_own_device_and_keeps_no_other_back(gather, order, qtbot, tmp_path):
    crew = gather("cuda:0", "cuda:1", "cpu")
    for name, device in (("a", "cuda:1"), ("b", "cuda:1"), ("c", "auto"), ("d", "cuda"), ("e", "cpu")):
        crew.start(order(name, device))
    qtbot.waitUntil(lambda: going(crew) == {"a": "cuda:1", "c": "auto", "e": "cpu"})
    assert names(crew) == ["b", "d"]
    end(tmp_path, "c")
    qtbot.waitUntil(lambda: going(crew).get("d") == "cuda")
    assert names(crew) == ["b"]


@pytest.mark.parametrize(("how", "why"), [("failed", "the loss became nan"), ("killed", "exit status 9")])
def test_a_failure_does_not_keep_the_next_from_beginning(gather, order, qtbot, tmp_path, how, why):
    crew = gather("cpu")
    for name in "ab":
        crew.start(order(name))
    end(tmp_path, "a", how)
    qtbot.waitUntil(lambda: "b" in going(crew))
    assert crew.front.message == ""
    (mishap,) = crew.mishaps
    assert mishap.startswith("a: ")
    assert why in mishap
    crew.start(order("c"))
    assert crew.mishaps == ()


def test_after_a_stop_nothing_begins_until_it_is_told_to(gather, order, qtbot):
    crew = gather("cpu")
    for name in "ab":
        crew.start(order(name))
    qtbot.waitUntil(lambda: "a" in going(crew))
    with qtbot.waitSignal(crew.run_ended):
        crew.stop()
    qtbot.wait(50)
    assert (crew.busy, names(crew), crew.queue.held) == ([], ["b"], True)
    crew.start(order("c"))  # a person's own start does not wait for the queue
    qtbot.waitUntil(lambda: "c" in going(crew))
    assert (names(crew), crew.queue.held) == (["b"], True)
    with qtbot.waitSignal(crew.run_ended):
        crew.stop()
    crew.go_on()
    qtbot.waitUntil(lambda: "b" in going(crew))


def test_a_worker_that_cannot_even_speak_is_not_given_the_whole_queue(gather, order, qtbot, tmp_path):
    """The first to speak is this test's; every other dies."""
    once = tmp_path / "once"
    crew = gather(process=worker(
        f"import pathlib; once = pathlib.Path({str(once)!r})\n"
        "if once.exists(): sys.exit(1)\n"
        "once.touch(); hello(); told(); os._exit(2)"
    ))  # fmt: skip
    for name in "abcd":
        crew.start(order(name))
    qtbot.waitUntil(lambda: crew.queue.held)
    assert names(crew) == ["c", "d"]
    assert crew.front.state == "gone"
    assert "exit status 1" in crew.front.message
    assert "exit status 2" in crew.mishaps[0]


def test_the_one_in_front_is_the_one_that_is_controlled(gather, order, qtbot):
    crew = gather("cuda:0", "cuda:1")
    for name in "ab":
        crew.start(order(name))
    qtbot.waitUntil(lambda: len(going(crew)) == 2)
    assert crew.front.run.id == "b"
    crew.bring_forward(crew.trainers[0])
    crew.pause()
    qtbot.waitUntil(lambda: crew.front.state == "paused")
    assert crew.trainers[1].state == "running"
    with qtbot.waitSignal(crew.run_ended):
        crew.stop()
    assert going(crew) == {"b": "cuda:1"}
    assert crew.front.run.id == "a"  # its ending is there to be read


def test_who_is_not_needed_goes(gather, order, qtbot, tmp_path):
    crew = gather("cuda:0", "cuda:1")
    for name in "ab":
        crew.start(order(name))
    qtbot.waitUntil(lambda: len(going(crew)) == 2)
    first, second = crew.trainers
    end(tmp_path, "b", "failed")
    qtbot.waitUntil(lambda: second.state == "idle")
    qtbot.wait(50)
    assert crew.trainers == [first, second]  # in front: its words are there to be read
    crew.bring_forward(first)
    qtbot.waitUntil(lambda: not second.process.is_running())
    assert crew.trainers == [first]
    assert crew.leaving == []


def test_a_failure_that_is_not_in_front_is_told(gather, order, qtbot, tmp_path):
    crew = gather("cuda:0", "cuda:1")
    for name in "ab":
        crew.start(order(name))
    qtbot.waitUntil(lambda: len(going(crew)) == 2)
    with qtbot.waitSignal(crew.run_ended):
        end(tmp_path, "a", "failed")
    assert crew.mishaps == ("a: the loss became nan",)


def test_questions_go_to_who_has_time_on_a_card_that_has_no_run(gather, order, qtbot, tmp_path):
    crew = gather("cuda:0", "cuda:1")
    crew.start(order("a", "cuda:1"))
    inquiry = Inquiry(crew, Estimate(preset("mini"), QUICK))
    assert inquiry.state is InquiryState.WAITING
    assert "under way" in crew.deafness()
    crew.start(order("b"))
    qtbot.waitUntil(lambda: going(crew) == {"a": "cuda:1", "b": "auto"})
    with qtbot.waitSignal(inquiry.answered) as answered:
        end(tmp_path, "a")
    assert crew.deafness() == ""
    process = crew.trainers[0].process.process.processId()
    assert (answered.args[0].device, answered.args[0].memory_bytes) == ("cuda:1", process)


def test_the_end_of_the_window_is_the_end_of_the_queue(gather, order, qtbot):
    crew = gather("cuda:0", "cuda:1")
    for name in "abc":
        crew.start(order(name))
    qtbot.waitUntil(lambda: len(going(crew)) == 2)
    with qtbot.waitSignal(crew.emptied):
        crew.shut_down()
    qtbot.wait(50)
    assert not crew.is_running()
    assert names(crew) == ["c"]


@pytest.mark.parametrize(
    ("device", "there", "expected"),
    [
        ("auto", ("cuda:0", "cuda:1", "cpu"), ["cuda:0", "cuda:1"]),
        ("auto", ("mps", "cpu"), ["mps"]),
        ("auto", ("cpu",), ["cpu"]),
        ("cuda", ("cuda:0", "cpu"), ["cuda:0"]),
        ("cpu", ("cuda:0", "cpu"), ["cpu"]),
    ],
)
def test_what_a_device_may_mean(device, there, expected):
    assert meanings(device, Hello(1, {}, tuple(Device(each, each, 1) for each in there))) == expected


def test_a_card_that_torch_cannot_use_is_none():
    hello = Hello(1, {}, (Device("cuda", "NVIDIA", 0, "no driver"), Device("cpu", "a processor", 1)))
    assert meanings("auto", hello) == ["cpu"]
