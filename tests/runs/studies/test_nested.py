"""The study of nested classes: which networks it trains, for how long, from which weights, and what it says."""

from itertools import pairwise

import pytest

from explorer.architecture.nesting import containment, nested_design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.runs.recipe import Recipe
from explorer.runs.spread import Spread
from explorer.runs.studies.nested import nested_knobs, nested_trials, nested_words
from explorer.runs.studies.study import Measure, Study, StudyKind
from explorer.validation import Refused

CIFAR = preset("cifar-resnet20")


def study(depths="8,14,20", design=CIFAR, **changes):
    known = {"recipe": Recipe(epochs=2, seed=5), "measure": Measure.TRAINING_LOSS, **changes}
    return Study(StudyKind.NESTED, design, knobs=nested_knobs(depths), **known)


def test_networks_are_trained_as_long_as_the_chain_that_leads_to_them():
    trials = list(nested_trials(study()))
    assert [trial.values for trial in trials] == [
        *(("8", "from scratch"), ("8", "plain")),
        *(("14", "from scratch"), ("14", "grown"), ("14", "plain")),
        *(("20", "from scratch"), ("20", "grown"), ("20", "plain")),
    ]
    assert [trial.side.recipe.epochs for trial in trials] == [2, 2, 4, 2, 4, 6, 2, 6]
    assert [trial.after for trial in trials] == [None, None, None, 0, None, None, 3, None]
    assert trials[3].grown == ("layer1.1", "layer2.1", "layer3.1")
    assert [plan_network(trial.side.design).depth for trial in trials] == [8, 8, 14, 14, 14, 20, 20, 20]
    assert [trial.side.design.plain for trial in trials] == [trial.values[1] == "plain" for trial in trials]
    assert trials[7].side.design == twin_of(trials[5].side.design)
    assert trials[6].side.design.name == f"{CIFAR.name} (20, grown)"


def test_each_seed_has_a_chain_of_its_own():
    trials = list(nested_trials(study("8,14,20,26", seeds=2)))
    assert len(trials) == 22
    one, other = trials[:11], trials[11:]
    assert {trial.side.seed for trial in one} == {5}
    assert {trial.side.seed for trial in other} == {trial.side.recipe.seed for trial in other} == {6}
    for trial in (*one, *other):
        if trial.after is not None:
            before = trials[trial.after]
            assert before.side.seed == trial.side.seed
            assert before.values[1] == ("from scratch" if before.values[0] == "8" else "grown")
    assert [trial.after for trial in other if trial.after is not None] == [11, 14, 17]


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "cifar-resnet20", "preact-resnet18", "mini"])
def test_every_depth_is_the_one_before_and_further_identities(name):
    design = preset(name)
    least = plan_network(design.change(stages=tuple(type(each)(1, each.width, each.stride) for each in design.stages)))
    step = 3 if "50" in name else 2
    designs = [nested_design(design, least.depth + step * more) for more in range(7)]
    plans = [plan_network(each) for each in designs]
    assert [plan.depth for plan in plans] == [least.depth + step * more for more in range(7)]
    for smaller, larger in pairwise(plans):
        assert containment(larger, smaller).holds
    assert all(
        max(blocks) - min(blocks) <= 1 for blocks in [[each.blocks for each in plan.design.stages] for plan in plans]
    )


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"depths": "8,15"}, "depth: 15 cannot be reached: near it, with blocks of 2 layers, are 14 and 16"),
        ({"depths": "6,14"}, "depth: 6 cannot be reached: with its blocks the network has from 8 to 3074 layers"),
        ({"depths": "8"}, "depth: at least two depths"),
        ({"depths": "14,8"}, "depth: every depth must be larger than the one before: 8 follows 14"),
        ({"depths": "8,8"}, "8 follows 8"),
        ({"depths": "8,,x"}, "depth: must be whole numbers, as in 8,14,20, not ''\ndepth: must be whole"),
        ({"design": CIFAR.change(shortcut="none")}, "design: is plain"),
        ({"design": CIFAR.change(shortcut="projection-all")}, "design: No identity"),
        ({"recipe": Recipe(early_stop=3)}, "early_stop: must be 0"),
        ({"recipe": Recipe(grow="stage1@1")}, "grow: must be empty"),
    ],
)
def test_what_cannot_grow_is_refused(changes, why):
    with pytest.raises(Refused) as refused:
        list(nested_trials(study(**changes)))
    assert why in str(refused.value)


def spreads(*means):
    return [None if mean is None else Spread.of([mean]) for mean in means]


def test_it_says_what_is_seen():
    series = {
        "grown": spreads(1.0, 0.8, 0.8),
        "from scratch": spreads(1.0, 0.7, 0.9),
        "plain": spreads(1.0, 1.1, None),
    }
    *compared, seen = nested_words(study(), series)
    assert seen == (
        "Each larger network is at least as good as the one before it: grown 2 of 2, from scratch 1 of 2, plain 0 of 1."
    )
    assert "on the same 5,000 training images" in compared[0]
    assert compared[1].endswith("for as many in all as the grown ones up to it: 2, 4, 6.")
    *compared, seen = nested_words(study(measure=Measure.ACCURACY), series)
    assert "grown 1 of 2, from scratch 1 of 2, plain 1 of 1." in seen
    assert len(nested_words(study(), {})) == 2
