"""Beside: any networks on the same batches, with equal weights where they can have them; each resumes exactly."""

import queue
from dataclasses import replace

import pytest
import torch

from explorer.architecture.design import Design, Stage
from explorer.architecture.twins import twin_of
from explorer.engine.console import Console
from explorer.engine.runs import side_by_side as side_by_side_module
from explorer.engine.runs.opening import open_runs
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.worker import DONE, Worker
from explorer.runs import events
from explorer.runs.commands import Pause, ResumeRun, Stop, Train, Unpause
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
from explorer.runs.sides import Side, with_seeds
from tests.engine.listener import Listener
from tests.engine.shades import shades
from tests.engine.small import DESIGN

pytestmark = pytest.mark.usefixtures("every_step")

NARROW = Design(
    (1, 6, 6), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4, block="bottleneck", shortcut="projection"
)

PAIRS = {  # the second design of each pair, and how many of its parts are its own
    "plain and residual": (DESIGN, twin_of(DESIGN), ()),
    "A and B": (DESIGN.change(shortcut="pad"), DESIGN, ("layer2.0.downsample.0", "layer2.0.downsample.1")),
    "D and B": (DESIGN.change(shortcut="average"), DESIGN, ("layer2.0.downsample.0", "layer2.0.downsample.1")),
    "v1 and v1.5": (NARROW.change(stride_on="1x1"), NARROW, ()),
}


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "data").change(epochs=2, schedule="one-cycle", lr=0.05)


@pytest.fixture
def order(recipe, tmp_path):
    """Makes the command for some sides; the first one's are the design and the recipe."""

    def make(*sides: Side) -> Train:
        first, *beside = sides
        return Train(first.design, first.recipe, tmp_path / "runs", beside=tuple(beside))

    return make


def opened(order):
    runs = open_runs(order)
    for run in runs:
        run.folder.close()
    return runs


def trained(order, **orders):
    """Train, and return what was heard and the runs in the order of their sides."""
    listener = Listener(**orders)
    assert listener.run(order) == DONE
    started = sorted((e for _, e in listener.said if isinstance(e, events.Started)), key=lambda event: event.side)
    return listener, [read_run(order.runs / event.run) for event in started]


def weights(run):
    return load_checkpoint(run.folder, read_hashes(run.folder)).state["model"]


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(("one", "another", "own"), PAIRS.values(), ids=PAIRS)
def test_two_designs_begin_equal_where_they_can_and_see_the_same_batches(order, recipe, one, another, own):
    command = order(Side(one, recipe, 0), Side(another, recipe, 0))
    first, second = (run.training.network.state_dict() for run in opened(command))
    shared = [name for name in second if name.rpartition(".")[0] not in own]
    assert all(torch.equal(second[name], first[name]) for name in shared)
    listener, runs = trained(command)
    assert runs[0].batches == runs[1].batches != ""
    assert [run.beside for run in runs] == [(runs[1].id,), (runs[0].id,)]
    begins = listener.of(runs[1].id, events.Started)[0].begins
    assert begins.endswith(f"its own: {', '.join(own)}") if own else begins.startswith("all ")
    assert listener.of(runs[0].id, events.Started)[0].begins == ""


def test_what_is_its_own_is_in_run_json(order, recipe):
    runs = opened(order(Side(DESIGN.change(shortcut="pad"), recipe, 0), Side(DESIGN, recipe, 0)))
    own = [f"layer2.0.downsample.{name}" for name in ("0.weight", "1.weight", "1.bias")]
    assert [run.folder.manifest["own"] for run in runs] == [[], own]
    assert runs[1].folder.manifest["label"] == "shortcut B (1×1 where the shape changes)"


@pytest.mark.parametrize(("change", "own"), [({"init": "xavier"}, True), ({"zero_init": True}, True), ({}, False)])
def test_how_weights_begin_is_not_undone_where_it_is_compared(order, recipe, change, own):
    other = DESIGN.change(shortcut="average", **change)
    alone = opened(order(Side(other, recipe, 0)))[0].training.network.state_dict()
    _, second = opened(order(Side(DESIGN, recipe, 0), Side(other, recipe, 0)))
    name = "layer1.0.bn2.weight" if "zero_init" in change else "layer1.0.conv2.weight"
    found = second.training.network.state_dict()[name]
    assert (name in second.folder.manifest["own"]) is own
    assert torch.equal(found, alone[name]) or not own


def test_two_recipes_begin_with_the_same_weights_on_the_same_batches(order, recipe):
    slow = recipe.change(lr=0.001, optimizer="adamw", precision="fp32")
    command = order(Side(DESIGN, recipe, 0), Side(DESIGN, slow, 0))
    first, second = opened(command)
    assert equal(first.training.network.state_dict(), second.training.network.state_dict())
    _, runs = trained(command)
    assert runs[0].batches == runs[1].batches
    assert [run.recipe.lr for run in runs] == [0.05, 0.001]
    assert runs[1].difference.startswith("recipe: Learning rate 0.05 → 0.001, Optimizer sgd → adamw")
    assert not equal(weights(runs[0]), weights(runs[1]))


def test_another_seed_has_other_weights_and_the_same_batches(order, recipe):
    command = order(*with_seeds([Side(DESIGN, recipe, 0)], 3))
    found = [run.training.network.state_dict()["conv1.weight"] for run in opened(command)]
    assert not any(torch.equal(found[one], found[other]) for one, other in ((0, 1), (0, 2), (1, 2)))
    listener, runs = trained(command)
    assert len({run.batches for run in runs}) == 1
    assert [run.seed for run in runs] == [0, 1, 2]
    assert [run.label for run in runs] == ["seed 0", "seed 1", "seed 2"]
    assert [listener.of(run.id, events.Started)[0].begins for run in runs] == ["", "", ""]


def test_of_several_seeds_each_pair_begins_equal(order, recipe):
    sides = with_seeds([Side(DESIGN, recipe, 0), Side(DESIGN.change(shortcut="pad"), recipe, 0)], 2)
    found = [run.training.network.state_dict()["conv1.weight"] for run in opened(order(*sides))]
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[2], found[3])
    assert not torch.equal(found[0], found[2])


def test_with_the_weights_of_a_run_the_first_has_all_and_the_others_what_they_share(order, recipe, tmp_path):
    _, (parent,) = trained(order(Side(DESIGN, recipe, 0)))
    command = replace(order(Side(DESIGN, recipe, 0), Side(twin_of(DESIGN), recipe, 0)), weights=parent.id)
    first, second = (run.training.network.state_dict() for run in opened(command))
    assert all(torch.equal(first[name], values) for name, values in second.items())


# Stopping and resuming


def resumed(run):
    assert Listener().run(ResumeRun(run.id, run.folder.parent)) == DONE
    return read_run(run.folder)


@pytest.mark.parametrize(("one", "another", "own"), PAIRS.values(), ids=PAIRS)
def test_stopped_and_resumed_each_side_ends_as_it_would_have(order, recipe, one, another, own):
    command = order(Side(one, recipe, 0), Side(another, recipe.change(lr=0.02), 0))
    _, whole = trained(command)
    _, stopped = trained(command, step_5=[Stop()])
    for run, expected in zip(stopped, whole, strict=True):
        assert (run.state, resumed(run).state) == ("stopped", "finished")
        assert equal(weights(run), weights(expected))
        assert read_run(run.folder).batches == expected.batches


def test_one_killed_before_its_first_step_resumes_with_the_weights_it_shares(order, recipe):
    command = order(Side(DESIGN.change(shortcut="pad"), recipe, 0), Side(DESIGN, recipe, 0))
    _, (_, expected) = trained(command)
    _, killed = opened(command)
    run = read_run(killed.folder.path)
    assert run.state == "interrupted"
    assert resumed(run).state == "finished"
    assert equal(weights(run), weights(expected))


@pytest.fixture
def two_at_once(monkeypatch):
    monkeypatch.setattr(side_by_side_module, "MAX_AT_ONCE", 2)


def test_those_that_wait_begin_when_one_has_ended(order, recipe, two_at_once):
    listener, runs = trained(order(*with_seeds([Side(DESIGN, recipe, 0)], 4)))
    assert [run.state for run in runs] == ["finished"] * 4
    going, most = set(), 0
    for run, event in listener.said:
        going = going | {run} if isinstance(event, events.Started) else going
        going = going - {run} if isinstance(event, events.Finished) else going
        most = max(most, len(going))
    assert most == 2


def test_one_that_waits_when_all_are_stopped_never_begins_and_resumes_exactly(order, recipe, two_at_once):
    command = order(*with_seeds([Side(DESIGN, recipe, 0)], 3))
    _, (*_, expected) = trained(command)
    listener, runs = trained(command, step_2=[Stop()])
    assert [run.state for run in runs] == ["stopped"] * 3
    assert listener.of(runs[2].id, events.Step) == []
    assert resumed(runs[2]).seed == 2
    assert equal(weights(runs[2]), weights(expected))


def test_a_pause_while_some_wait_pauses_those_that_go(order, recipe, two_at_once):
    command = order(*with_seeds([Side(DESIGN, recipe, 0)], 3))
    listener, runs = trained(command, step_2=[Pause()], paused_2=[Unpause()])
    assert [run.state for run in runs] == ["finished"] * 3
    assert [len(listener.of(run.id, events.Paused)) for run in runs] == [1, 1, 0]


# The terminal


def test_the_console_says_which_is_which_what_differs_and_how_it_ended(order, recipe, capsys):
    sides = with_seeds([Side(DESIGN, recipe, 0), Side(DESIGN.change(shortcut="pad"), recipe, 0)], 2)
    console = Console()
    Worker(console, queue.SimpleQueue()).run(order(*sides))
    console.compare(sides)
    lines = capsys.readouterr().out.splitlines()
    first_name, name = "shortcut B (1×1 where the shape changes)", "shortcut A (zeros for new channels)"
    assert sum(line.startswith(f"{name}, seed 1  ") and "finished after" in line for line in lines) == 1
    assert any(line.startswith(f"{name}, seed 1  ") and f"instead of {first_name}: −" in line for line in lines)
    assert any(line.endswith(" tensors begin equal") for line in lines)
    same, first, second, gap = lines[-4:]
    assert same.startswith("the same batches for all, sha256 ")
    assert first.startswith(f"{first_name}: ")
    assert second.startswith(f"{name}: ")
    assert second.endswith(" over 2 seeds")
    assert gap.startswith(f"{name} against {first_name}: ")
