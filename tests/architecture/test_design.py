from dataclasses import fields

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, STEMS
from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.fields import fields_of
from tests.designs import ANY, SHALLOW, SMALL, designs


def test_the_name_is_not_part_of_equality():
    design = preset("resnet18")
    assert design.change(name="another") == design
    assert hash(design.change(name="another")) == hash(design)
    assert design.change(classes=10) != design


def test_every_other_key_is_part_of_equality():
    values = {
        "input": (1, 2, 3),
        "classes": 7,
        "stages": (Stage(1, 1),),
        "stem": "cifar",
        "stem_width": 5,
        "stem_norm": True,
        "block": "bottleneck",
        "shortcut": "pad",
        "shortcut_norm": False,
        "conv_bias": True,
        "groups": 2,
        "group_width": 3,
        "stride_on": "1x1",
        "final_norm": False,
        "zero_init": True,
        "init": "xavier",
    }
    assert {each.name for each in fields(Design)} - {"name"} == set(values)
    design = preset("resnet18")
    for key, value in values.items():
        assert design.change(**{key: value}) != design, key


@pytest.mark.parametrize(("key", "kinds"), [("stem", STEMS), ("block", BLOCKS), ("shortcut", SHORTCUTS)])
def test_the_help_names_every_kind(key, kinds):
    field = fields_of(Design)[key]
    assert field.options == tuple(kinds)
    assert field.label.help.splitlines() == [f"{name}: {kind.help}" for name, kind in kinds.items()]


def test_with_stage_changes_one_stage():
    design = preset("resnet18").with_stage(2, blocks=7)
    assert [stage.blocks for stage in design.stages] == [2, 2, 7, 2]
    assert [stage.blocks for stage in preset("resnet18").stages] == [2, 2, 2, 2]
    assert design.with_stage(2, blocks=2) == preset("resnet18")


def test_a_stage_moves_as_it_is():
    design = preset("resnet34")
    a, b, c, d = design.stages
    assert design.with_stage_moved(1, 2).stages == (a, c, b, d)
    assert design.with_stage_moved(3, 0).stages == (d, a, b, c)
    assert design.with_stage_moved(0, 3).stages == (b, c, d, a)


def test_a_stage_between_two_changes_no_shape_of_the_others():
    design = preset("resnet50")
    shapes = [stage.output for stage in plan_network(design).stages]
    for index in range(3):
        plan = plan_network(design.with_stage_after(index))
        assert not plan.obstacles
        assert [stage.output for stage in plan.stages] == [*shapes[: index + 1], *shapes[index:]]
    assert design.with_stage_after(3) == design.with_next_stage()
    assert plan_network(design.with_stage(0, blocks=0).with_stage_after(0)).stages[1].count == 1


def test_one_stage_stays_and_eight_are_enough():
    design = preset("resnet18")
    assert design.without_stage(1).stages == (design.stages[0], *design.stages[2:])
    while design.can_remove_stage:
        design = design.without_stage(0)
    assert design.stages == preset("resnet18").stages[3:]
    while design.can_add_stage:
        design = design.with_stage_after(0)
    assert len(design.stages) == 8


def test_values_are_frozen():
    with pytest.raises(AttributeError):
        preset("resnet18").classes = 10


@pytest.mark.slow
@pytest.mark.parametrize("most", [ANY, SHALLOW, SMALL], ids=["any", "shallow", "small"])
def test_random_designs_are_neither_all_fine_nor_all_broken(most):
    built = []
    for number in range(3):  # within one draw designs resemble one another

        @seed(number)
        @settings(
            max_examples=200,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(designs(most))
        def draw(design):
            built.append(not plan_network(design).obstacles)

        draw()
    assert 0.3 < sum(built) / len(built) < 0.7


def test_random_designs_vary_every_key():
    seen = {each.name: set() for each in fields(Design)}

    @settings(max_examples=300, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(designs())
    def draw(design):
        for key, values in seen.items():
            values.add(getattr(design, key))

    draw()
    assert not [key for key, values in seen.items() if len(values) < 2]
    assert seen["block"] == set(BLOCKS)
    assert seen["shortcut"] == set(SHORTCUTS)
    assert seen["stem"] == set(STEMS)
    assert {1, 1024} <= seen["groups"]
    assert {2, 100_000} <= seen["classes"]
