import pytest

from explorer.architecture.blocks import SHORTCUTS, CannotBuild, Join, Wiring, build_block
from explorer.architecture.layers import Signal
from explorer.architecture.notation import from_line
from explorer.architecture.plan import plan_network


def wiring(**changes):
    usual = {"inputs": 64, "width": 64, "stride": 1, "bias": False, "groups": 1, "group_width": 64}
    return Wiring(**{**usual, "stride_on": "3x3", "shortcut": "projection", "shortcut_norm": True, **changes})


def names(block, w):
    built, _ = build_block("layer1.0", block, w, Signal((w.inputs, 8, 8)))
    return [layer.name.removeprefix("layer1.0.") for layer in built.layers]


def test_basic_block_as_torchvision_runs_it():
    assert names("basic", wiring()) == ["conv1", "bn1", "relu", "conv2", "bn2", "relu"]
    changed = ["conv1", "bn1", "relu", "conv2", "bn2", "downsample.0", "downsample.1", "relu"]
    assert names("basic", wiring(stride=2)) == changed
    assert names("basic", wiring(shortcut="projection-all")) == changed


def test_preactivation_runs_the_projection_behind_the_shared_start():
    w = wiring(stride=2, shortcut_norm=False)
    expected = ["bn1", "relu", "downsample.0", "conv1", "bn2", "relu", "conv2", "bn3", "relu", "conv3"]
    assert names("preact-bottleneck", w) == expected


@pytest.mark.parametrize(("stride_on", "strides"), [("3x3", [1, 2, 1]), ("1x1", [2, 1, 1])])
def test_stride_of_a_bottleneck(stride_on, strides):
    block, _ = build_block("b", "bottleneck", wiring(stride=2, stride_on=stride_on), Signal((64, 8, 8)))
    assert [layer.kind.stride for layer in block.branch if layer.type == "Conv2d"] == strides


def test_groups_widen_the_inside_of_a_bottleneck():
    block, _ = build_block("b", "bottleneck", wiring(width=128, groups=32, group_width=4), Signal((64, 8, 8)))
    inner = block.branch[3].kind
    assert (inner.inputs, inner.outputs, inner.groups) == (256, 256, 32)
    assert block.output == (512, 8, 8)


def test_bias_is_on_every_convolution():
    block, _ = build_block("b", "basic", wiring(stride=2, bias=True), Signal((64, 8, 8)))
    assert all(layer.kind.bias for layer in block.layers if layer.type == "Conv2d")


@pytest.mark.parametrize(
    ("kind", "changes", "field"),
    [
        ("basic", {"groups": 2}, "groups"),
        ("preact-basic", {"group_width": 4}, "group_width"),
        ("bottleneck", {"width": 3, "group_width": 21}, "group_width"),
        ("basic", {"shortcut": "pad", "width": 63}, "stage.width"),
    ],
)
def test_names_the_key_to_blame(kind, changes, field):
    with pytest.raises(CannotBuild) as caught:
        build_block("b", kind, wiring(**changes), Signal((64, 8, 8)))
    assert caught.value.field == field


@pytest.mark.parametrize("shortcut", SHORTCUTS)
@pytest.mark.parametrize("stride", [1, 2])
def test_all_that_is_shown_of_a_shortcut_is_said_where_it_is_made(shortcut, stride):
    block, _ = build_block("b", "basic", wiring(shortcut=shortcut, stride=stride), Signal((64, 8, 8)))
    way = block.way
    assert way.words
    assert bool(way.left) == (way.join is not Join.IDENTITY)
    assert bool(way.line) == (way.join is not Join.NONE)
    assert bool(way.note) == (bool(way.line) and not block.shortcut)


def test_a_block_in_the_middle_of_a_stage_is_the_one_that_would_be_built_there():
    stage = plan_network(from_line("bottleneck:3x64x64:10:8x6/2")).stages[0]
    long = [stage.block(index) for index in range(6)]
    grown, signal = [], Signal((64, 16, 16), range(11), 4)
    for index in range(6):
        w = wiring(inputs=signal.shape[0], width=8, stride=1 if index else 2)
        block, signal = build_block(f"layer1.{index}", "bottleneck", w, signal)
        grown.append(block)
    assert long == grown
