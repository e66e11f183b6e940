import pytest
from hypothesis import given, settings

from explorer.architecture.design import Design, Stage
from explorer.architecture.identity import deepened, insertion, name_before, zeroing
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from tests.designs import SHALLOW, designs


def rulings(design):
    return {block.name: zeroing(block) for stage in plan_network(design).stages for block in stage.blocks()}


def test_the_chapters_network():
    """Dive into Deep Learning: all but the first blocks of stages 2 to 4, whose shapes change."""
    found = rulings(preset("d2l-resnet18"))
    assert [name for name, verdict in found.items() if not verdict.holds] == ["layer2.0", "layer3.0", "layer4.0"]
    assert "ReLU leaves x ≥ 0" in str(found["layer1.0"].why)
    assert "from 64×24×24 to 128×12×12" in str(found["layer2.0"].why)


@pytest.mark.parametrize(
    ("change", "block", "holds", "why"),
    [
        ({}, "layer1.0", True, "last norm"),
        ({"block": "preact-basic"}, "layer1.0", True, "last convolution"),
        ({"block": "bottleneck"}, "layer1.0", False, "1×1 convolution"),
        ({"block": "bottleneck"}, "layer1.1", True, "last norm"),
        ({"shortcut": "pad"}, "layer2.0", False, "zeros for the new channels"),
        ({"shortcut": "pad"}, "layer2.1", True, "last norm"),
        ({"shortcut": "projection-all"}, "layer1.1", False, "No identity: what is left is what the 1×1"),
        ({"shortcut": "average"}, "layer2.0", False, "average pooling and the 1×1"),
        ({"shortcut": "average", "block": "bottleneck"}, "layer1.0", False, "what the 1×1 convolution"),
        ({"shortcut": "average"}, "layer2.1", True, "last norm"),
        ({"shortcut": "none"}, "layer1.1", False, "no shortcut"),
    ],
)
def test_why_a_block_is_an_identity_and_why_not(change, block, holds, why):
    verdict = rulings(preset("resnet18").change(**change))[block]
    assert verdict.holds is holds
    assert why in str(verdict.why)


@pytest.mark.parametrize(
    ("change", "path", "why"),
    [
        ({}, "layer1.0", "insert after it"),
        ({}, "layer1.3", "No block can be inserted"),
        ({}, "layer9.1", "No block can be inserted"),
        ({}, "layer1", "No block can be inserted"),
        ({}, "layer1.x", "No block can be inserted"),
        ({}, "", "No block can be inserted"),
        ({"shortcut": "none"}, "layer1.1", "no shortcut"),
        ({"shortcut": "projection-all"}, "layer1.1", "1×1 convolution"),
        ({"stages": (Stage(512, 64),)}, "layer1.2", "already has 512 blocks"),
    ],
)
def test_where_no_identity_can_be_put_in(change, path, why):
    verdict = insertion(plan_network(preset("resnet18").change(**change)), path)
    assert not verdict.holds
    assert why in str(verdict.why)


def test_a_stage_of_one_block_can_grow():
    assert insertion(plan_network(preset("mini")), "layer3.1").holds
    assert deepened(preset("mini"), "layer3.1", "layer3.1", "layer1.1").stages == (
        Stage(2, 16),
        Stage(1, 32, 2),
        Stage(3, 64, 2),
    )


@settings(max_examples=40)
@given(designs(SHALLOW))
def test_a_deepened_design_has_the_old_layers_under_their_new_names(design: Design):
    """Wherever an identity may be put in, every old layer keeps its shape, and only the new block has no old name."""
    plan = plan_network(design)
    before = {layer.name: layer.kind for layer in plan.layers()}
    for section in plan.stages:
        for index in range(1, section.count + 1):
            path = f"{section.name}.{index}"
            if plan.obstacles or not insertion(plan, path).holds:
                continue
            after = list(plan_network(deepened(design, path)).layers())
            found = [(name_before(layer.name, [path]), layer) for layer in after]
            assert {name: layer.kind for name, layer in found if name} == before
            assert {layer.name.rpartition(".")[0] for name, layer in found if not name} == {path}


def test_names_through_several_insertions():
    """layer1.1, then another layer1.1 in front of it: the first one is layer1.2 by then."""
    inserted = ["layer1.1", "layer1.1", "layer2.1"]
    assert name_before("layer1.0.conv1.weight", inserted) == "layer1.0.conv1.weight"
    assert name_before("layer1.1.conv1.weight", inserted) is None
    assert name_before("layer1.2.conv1.weight", inserted) is None
    assert name_before("layer1.3.conv1.weight", inserted) == "layer1.1.conv1.weight"
    assert name_before("layer2.1.bn1.bias", inserted) is None
    assert name_before("layer2.2.bn1.bias", inserted) == "layer2.1.bn1.bias"
    assert name_before("fc.weight", inserted) == "fc.weight"
