"""Tuning: a rewrite that is slower than doing without is left out, one that is not stays, and the answer is kept."""

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.devices import multiplies_bf16_fast
from explorer.engine.kernels.rewrites import Rewrites, make_network, promised
from explorer.engine.runs import preparation
from explorer.engine.runs.opening import open_runs
from explorer.engine.training import tuning
from explorer.engine.training.state import Training
from explorer.engine.training.tuning import fastest, tuned
from explorer.runs.commands import Train
from tests.engine import small
from tests.engine.shades import shades

HOPED = Rewrites(channels_last=True, cropped=True, bf16=True)


def steps(costs: dict[str, float], base: float = 0.03):
    """Steps said to take `base` seconds and what the rewrites that are on add."""
    return lambda rewrites: lambda: base + sum(costs.get(name, 0.0) for name in rewrites.names)


def test_what_is_slower_is_left_out():
    assert fastest(HOPED, (), steps({"bf16": 0.06, "cropped": -0.01})).names == ("channels_last", "cropped")


def test_what_makes_no_difference_stays():
    assert fastest(HOPED, (), steps({})) == HOPED


def test_what_is_slower_only_now_and_then_stays():
    def stepper(rewrites):
        spikes = iter([0.0, 0.0, 0.3, 0.3] if rewrites == HOPED else [])  # in the first two rounds
        return lambda: 0.03 + next(spikes, 0.0)

    assert fastest(HOPED, (), stepper) == HOPED


def test_what_a_person_wants_stays():
    assert fastest(HOPED, ("bf16",), steps({"bf16": 0.06})) == HOPED


@pytest.mark.parametrize("base", [0.0, 0.7])
def test_nothing_is_tried_where_it_pays_too_little_or_takes_too_long(base):
    assert fastest(HOPED, (), steps({"bf16": 0.005} if not base else {"bf16": 0.6}, base)) == HOPED


@pytest.mark.parametrize(
    ("name", "size", "images"), [("d2l-resnet18", 28, 64), ("d2l-resnet18", 96, 16), ("resnet152", 224, 2)]
)
def test_it_is_tried_with_a_batch_that_is_affordable(name, size, images):
    design = preset(name)
    plan = plan_network(design.change(input=(design.input[0], size, size)))
    assert tuning.trial_batch(plan, small.RECIPE.change(batch_size=64), tuning.AFFORDABLE) == images


def test_what_is_promised_depends_on_network_hardware_and_recipe():
    chapter, recipe = preset("d2l-resnet18"), small.RECIPE.change(precision="auto")
    at_28 = plan_network(chapter.change(input=(1, 28, 28)))
    names = ["channels_last", "cropped", "dense", "folded"]
    assert promised(at_28, recipe.change(precision="bf16"), small.CPU).names == (*names, "bf16")
    names.insert(3, "winograd")
    assert promised(at_28, recipe.change(precision="fp32"), small.CPU).names == tuple(names)
    fast = multiplies_bf16_fast(small.CPU)
    assert promised(at_28, recipe, small.CPU) == promised(
        at_28, recipe.change(precision="bf16" if fast else "fp32"), small.CPU
    )
    plain = plan_network(small.DESIGN.change(input=(1, 16, 16)))
    assert promised(plain, recipe.change(precision="fp32"), small.CPU).names == ("channels_last",)


def test_a_run_is_computed_as_the_tuner_says(tmp_path, monkeypatch):
    monkeypatch.setattr(preparation, "tuned", lambda *_: Rewrites(cropped=True))
    (made,) = open_runs(Train(small.DESIGN, shades(tmp_path / "data"), tmp_path / "runs"))
    made.folder.close()
    assert made.training.rewrites.names == ("cropped",)


def test_the_answer_is_kept(monkeypatch):
    monkeypatch.setattr(tuning, "known", {})
    asked = []
    monkeypatch.setattr(tuning, "fastest", lambda hoped, *_: asked.append(hoped) or hoped)
    plan = plan_network(small.DESIGN)
    first = tuned(plan, small.RECIPE, small.CPU)
    assert tuned(plan, small.RECIPE.change(lr=1.0, epochs=9), small.CPU) is first
    tuned(plan, small.RECIPE.change(batch_size=4), small.CPU)
    tuned(plan, small.RECIPE.change(frozen_stages=1), small.CPU)
    assert len(asked) == 3


def test_a_trial_is_a_step_in_which_all_layers_learn(monkeypatch):
    seen = []
    real = Training.learn
    monkeypatch.setattr(Training, "learn", lambda self, *batch: seen.append(self) or real(self, *batch))
    plan = plan_network(small.DESIGN)
    tuning.trial(plan, small.RECIPE.change(head_epochs=2), small.CPU, promised(plan, small.RECIPE, small.CPU))()
    assert all(values.grad is not None for values in seen[0].network.parameters())


@pytest.mark.parametrize("name", ["channels_last", "cropped", "dense", "winograd", "folded"])
def test_each_rewrite_learns_the_same_from_the_same_state_dict(name):
    plan = plan_network(preset("d2l-resnet18").change(input=(1, 24, 24)))
    recipe, losses = small.RECIPE.change(lr=0.01, momentum=0.0, nesterov=False), []
    for rewrites in (Rewrites(), Rewrites(**{name: True})):
        work = Training(plan, recipe, small.CPU, 9, rewrites)
        batch = torch.rand(6, 1, 24, 24, generator=torch.Generator().manual_seed(0)), torch.arange(6)
        losses.append([float(work.learn(*batch)[0]) for _ in range(3)])
    assert losses[1] == pytest.approx(losses[0], rel=1e-3)
    plain, other = (make_network(plan, small.CPU, each) for each in (Rewrites(), Rewrites(**{name: True})))
    assert list(plain.state_dict()) == list(other.state_dict())
