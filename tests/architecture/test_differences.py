from dataclasses import fields

import pytest
from hypothesis import given

from explorer.architecture.design import Design, Stage
from explorer.architecture.differences import _PHRASES, brief_differences, count_differences, differences, effective
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from tests.designs import designs

CHAPTER = preset("d2l-resnet18")


def test_a_difference_says_what_it_costs():
    (found,) = differences(CHAPTER, CHAPTER.change(shortcut="projection-all"))
    # 1×1 with biases and without norms: two of 64 → 64, and one of each 128, 256 and 512 in the later stages
    assert found.params == 2 * (64**2 + 64) + sum(width**2 + width for width in (128, 256, 512)) == 353_280
    words = "shortcut C (1×1 everywhere) instead of shortcut B (1×1 where the shape changes): +353,280 parameters"
    assert found.sentence == words


def test_what_costs_no_parameters_says_so():
    (moved,) = differences(preset("resnet50"), preset("resnet50").change(stride_on="1x1"))
    assert moved.sentence.endswith(": −231,211,008 MACs, same parameters")  # FACTS: 4,089,184,256 and 3,857,973,248
    (start,) = differences(CHAPTER, CHAPTER.change(zero_init=True))
    assert start.sentence == (
        "blocks that start as identities instead of blocks that start at random: same parameters and MACs"
    )


def test_numbers_have_separators():
    (found,) = differences(CHAPTER, CHAPTER.change(classes=1000))
    assert found.sentence == "1,000 classes instead of 10 classes: +507,870 parameters"


def test_stages_are_told_apart():
    deeper = CHAPTER.with_stage(2, blocks=4).with_stage(0, blocks=1)
    found = [each.sentence.partition(": ")[2] for each in differences(CHAPTER, deeper)]
    assert found == ["1 block fewer: −74,112 parameters", "2 more blocks: +2,362,368 parameters"]
    longer = preset("mini").with_next_stage()
    assert [each.words for each in differences(preset("mini"), longer)] == [
        "a stage 4: 1 × width 128, stride 2",
    ]
    assert [each.words for each in differences(longer, preset("mini"))] == ["no stage 4"]


def test_the_paper_network_with_another_shortcut():
    paper = preset("cifar-resnet56")
    (found,) = differences(paper, paper.change(shortcut="projection"))
    assert found.params == 855_770 - 853_018  # FACTS


@given(designs(), designs())
def test_costs_add_up_to_the_whole_and_each_difference_is_counted(before, after):
    found = differences(before, after)
    assert len(found) == len(brief_differences(before, after)) == count_differences(before, after)
    assert bool(found) == (effective(before) != effective(after))
    if found and all(each.params is not None for each in found):
        assert sum(each.params for each in found) == plan_network(after).params - plan_network(before).params
        assert sum(each.macs for each in found) == plan_network(after).macs - plan_network(before).macs


@pytest.mark.parametrize("record", [Design, Stage])
def test_every_field_has_a_phrase(record):
    assert {each.name for each in fields(record)} - {"name", "stages", "blocks"} <= set(_PHRASES)


@pytest.mark.slow
@given(designs())
def test_what_has_no_effect_is_no_difference(design):
    plan, other = plan_network(design), plan_network(effective(design))
    assert [(layer.name, layer.kind) for layer in plan.layers()] == [(each.name, each.kind) for each in other.layers()]
    assert plan.cost == other.cost
