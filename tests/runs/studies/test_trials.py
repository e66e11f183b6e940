"""What a study plans, and what it refuses before anything is trained."""

from dataclasses import fields

import pytest

from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.fields import fields_of
from explorer.runs.recipe import Recipe
from explorer.runs.studies.knobs import knob_fields, read_knob_value
from explorer.runs.studies.trials import MAX_RUNS, check_study, count_runs, planned, point_side
from explorer.validation import Refused
from tests.runs.studies.made_study import grid


def refusal(*knobs, **changes):
    with pytest.raises(Refused) as refused:
        check_study(grid(*knobs, **changes))
    return str(refused.value).splitlines()


def test_every_combination_has_its_first_seed_before_any_has_its_second():
    trials = check_study(grid("stage3.blocks=1,2,4,8", "shortcut=pad,none", seeds=3))
    assert [trial.number for trial in trials] == list(range(24))
    assert trials[:3] != trials[8:11]
    assert [trial.values for trial in trials[:8]] == [(b, s) for b in "1248" for s in ("pad", "none")]
    for number, trial in enumerate(trials):
        seed = number // 8
        assert (trial.side.seed, trial.side.recipe.seed) == (seed, seed)
        assert trial.side.design == trials[number % 8].side.design
    last = trials[-1].side.design
    assert [stage.blocks for stage in last.stages] == [1, 1, 8]
    assert last.name == "Mini (stage3.blocks=8 shortcut=none)"


def test_more_seeds_leave_the_numbers_of_the_others_as_they_are():
    few, many = (planned(grid("shortcut=pad,none", seeds=seeds)) for seeds in (2, 3))
    assert many[:4] == few


def test_plain_networks_are_twins():
    start = preset("mini").change(shortcut="pad", zero_init=True)
    residual, plain = planned(grid("shortcut=pad,none", shortcut="pad", zero_init=True))
    assert residual.side.design == start
    assert plain.side.design == twin_of(start)


@pytest.mark.parametrize("depth", [8, 14, 20, 32, 44])
def test_depth_is_what_the_plan_counts(depth):
    side = point_side(grid("depth=8"), [str(depth)])
    assert plan_network(side.design).depth == depth


@pytest.mark.parametrize(
    ("knob", "values"),
    [
        ("input=1x28x28,1x32x32", [(1, 28, 28), (1, 32, 32)]),
        ("stages.width=8,16", [(8, 8, 8), (16, 16, 16)]),
        ("conv_bias=true,no", [True, False]),
        ("lr=0.1,1e-2", [0.1, 0.01]),
        ("epochs=1,2", [1, 2]),
        ("optimizer=sgd,adamw", ["sgd", "adamw"]),
    ],
)
def test_fields_of_every_kind_can_be_varied(knob, values):
    key = knob.partition("=")[0]
    sides = [trial.side for trial in check_study(grid(knob))]
    if key == "stages.width":
        assert [tuple(stage.width for stage in side.design.stages) for side in sides] == values
    else:
        record = "design" if key in fields_of(Design) else "recipe"
        assert [getattr(getattr(side, record), key) for side in sides] == values


def test_no_key_means_two_things():
    names = [each.name for record in (Design, Recipe) for each in fields(record)]
    assert len(names) == len(set(names))
    assert {"stage1.blocks", "stage3.width", "stages.stride", "depth", "lr"} <= knob_fields(preset("mini")).keys()


def test_everything_wrong_with_the_values_is_told_at_once():
    assert refusal("stage3.blocks=1,1000,x", "shortcuts=pad", "lr=fast", "device=cpu", "conv_bias=2") == [
        "stage3.blocks=1000: must be at most 512, not 1000",
        'stage3.blocks=x: must be a whole number, not "x"',
        "shortcuts: is no field of the design, of its 3 stages (stage1.blocks …) or of the recipe; "
        "did you mean shortcut?",
        'lr=fast: must be a number, not "fast"',
        "device: is no field of the design, of its 3 stages (stage1.blocks …) or of the recipe",
        'conv_bias=2: must be true or false, not "2"',
    ]
    assert refusal("stage4.blocks=1")[0].startswith("stage4.blocks: is no field")
    assert [line.partition(":")[0] for line in refusal("lr=inf,nan,1")] == ["lr=inf", "lr=nan"]


def test_problems_are_told_point_by_point():
    assert refusal("stage3.width=8,16", "shortcut=pad,projection") == [
        f"stage3.width={width} shortcut=pad: A padded shortcut can add channels but not remove them: "
        f"32 in, {width} out."
        for width in (8, 16)
    ]
    told = [line.partition(": ")[0] for line in refusal("depth=8,9", "block=basic,bottleneck")]
    assert told == ["depth=8 block=bottleneck", "depth=9 block=basic", "depth=9 block=bottleneck"]


def test_networks_that_do_not_fit_the_images_are_refused():
    assert refusal("classes=10,20") == ["classes=20: Fashion-MNIST 12k (bundled subset) has 10 classes, not 20"]
    assert "have 1 channels, not 3" in refusal("input=3x28x28")[0]
    assert refusal("data=fashion-mnist-12k,/nowhere")[0].startswith("data:")


@pytest.mark.parametrize("knobs", [["stage3.blocks=1,1"], ["shortcut_norm=true,false", "shortcut=pad"]])
def test_a_network_that_would_be_trained_twice_is_refused(knobs):
    assert "would train the same as" in refusal(*knobs)[0]


def test_a_key_is_varied_once():
    assert refusal("lr=0.1", "lr=0.2") == ["lr: is varied twice"]


def test_too_many_runs_are_counted_and_not_planned():
    knobs = [f"{key}={','.join(map(str, range(1, 401)))}" for key in ("stage1.blocks", "stage2.blocks", "stage3.width")]
    assert count_runs(grid(*knobs, seeds=5)) == 400**3 * 5
    assert (
        refusal(*knobs, seeds=5)[-1]
        == f"study: would be 320,000,000 runs, more than the {MAX_RUNS:,} that a study may have"
    )


def test_a_study_may_vary_the_seed_alone():
    assert [trial.side.seed for trial in check_study(grid(seeds=3))] == [0, 1, 2]
    assert read_knob_value(preset("mini"), Recipe(), "seed", "7") == 7
