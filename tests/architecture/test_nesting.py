"""Nested function classes, as in the chapter's figure."""

import pytest

from explorer.architecture.nesting import containment
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset

SMALL = preset("resnet18")


def contains(larger, smaller):
    return containment(plan_network(larger), plan_network(smaller))


@pytest.mark.parametrize(
    ("larger", "smaller"),
    [
        ("resnet34", "resnet18"),
        ("resnet152", "resnet101"),
        ("resnet101", "resnet50"),
        ("cifar-resnet110", "cifar-resnet20"),
    ],
)
def test_a_deeper_network_of_the_same_kind_contains_the_shallower(larger, smaller):
    assert contains(preset(larger), preset(smaller)).holds
    shallower = contains(preset(smaller), preset(larger))
    assert not shallower.holds
    assert "has fewer blocks" in shallower.why


def test_where_training_starts_does_not_matter():
    assert contains(SMALL.change(zero_init=True, init="xavier", name="x"), SMALL).why == (
        "The two can compute the same functions."
    )


@pytest.mark.parametrize(
    ("larger", "why"),
    [
        (preset("resnet50"), "It differs in more than depth: bottlenecks."),
        (SMALL.with_stage(1, width=256), "It differs in more than depth: stage 2: width 256."),
        (SMALL.with_stage(0, blocks=1), "Stage 1 has fewer blocks: 1 of 2."),
        (SMALL.change(stages=SMALL.stages[:3]), "It differs in more than depth: no stage 4."),
        (SMALL.change(classes=10), "It differs in more than depth: 10 classes."),
        (SMALL.change(groups=2), "One of the two cannot be built."),
    ],
)
def test_why_not(larger, why):
    found = contains(larger, SMALL)
    assert (found.holds, found.why) == (False, why)


def test_a_plain_network_is_in_no_deeper_plain_one():
    """Its further blocks cannot be identities, which is why deeper plain networks may be worse."""
    plain = SMALL.change(shortcut="none")
    found = contains(plain.with_stage(3, blocks=4), plain)
    assert not found.holds
    assert "a plain block has no shortcut" in found.why
    projected = SMALL.change(shortcut="projection-all")
    assert not contains(projected.with_stage(3, blocks=4), projected).holds


def test_a_first_block_that_changes_the_shape_is_no_identity():
    empty = SMALL.with_stage(1, blocks=0)
    assert not contains(SMALL, empty).holds
    same = SMALL.with_stage(0, blocks=0)  # the first stage keeps the shape
    assert contains(SMALL, same).holds
