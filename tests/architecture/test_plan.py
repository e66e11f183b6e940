"""Published numbers; MACs and parameters marked (c) in the project's facts come from arithmetic independent of this."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.architecture.design import Design, Stage
from explorer.architecture.notation import from_line
from explorer.architecture.plan import Cost, costs_by_blocks, plan_network
from explorer.architecture.presets import preset
from tests.designs import SMALL, designs, whole

SIZES = [  # preset, parameters, MACs
    ("d2l-resnet18", 11_178_378, 318_657_536),
    ("resnet18", 11_689_512, 1_814_073_344),
    ("resnet34", 21_797_672, 3_663_761_408),
    ("resnet50", 25_557_032, 4_089_184_256),
    ("resnet101", 44_549_160, 7_801_405_440),
    ("resnet152", 60_192_808, 11_513_626_624),
    ("resnext50_32x4d", 25_028_904, 4_230_479_872),
    ("resnext101_32x8d", 88_791_336, 16_414_015_488),
    ("cifar-resnet20", 269_722, 40_551_040),
    ("cifar-resnet32", 464_154, 68_862_592),
    ("cifar-resnet56", 853_018, 125_485_696),
    ("cifar-resnet110", 1_727_962, 252_887_680),
    ("cifar-resnet1202", 19_421_274, 2_829_238_912),
    ("cifar-resnet18", 11_173_962, 555_422_720),
    ("wrn-28-10", 36_479_194, 5_243_328_768),
]
PUBLISHED = [  # preset, changes, parameters as timm and osmr's imgclsmob publish them
    ("resnet26", {}, 15_995_176),
    ("resnet18d", {}, 11_708_744),
    ("resnet18d", {"stages": preset("resnet34").stages}, 21_816_904),
    ("resnet50d", {"stages": preset("resnet26").stages}, 16_014_408),
    ("resnet50d", {}, 25_576_264),
    ("resnet101d", {}, 44_568_392),
    ("resnet50d", {"stages": preset("resnet152").stages}, 60_212_040),
    ("preact-resnet50", {}, 25_549_480),
    ("preact-resnet50", {"block": "preact-basic", "stages": preset("resnet18").stages}, 11_687_848),
]
OPTION_B = [
    ("cifar-resnet20", 272_474),
    ("cifar-resnet32", 466_906),
    ("cifar-resnet56", 855_770),
    ("cifar-resnet110", 1_730_714),
    ("cifar-resnet1202", 19_424_026),
]
TORCHVISION_SIZES = ["resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"]
DEPTHS = [
    *(("resnet18", 18), ("resnet34", 34), ("resnet50", 50), ("resnet101", 101), ("resnet152", 152)),
    *((f"cifar-resnet{depth}", depth) for depth in (20, 32, 44, 56, 110, 1202)),
    *(("d2l-resnet18", 18), ("deep-plain-56", 56), ("deep-residual-56", 56)),
    *(("wrn-28-10", 26), ("wrn-40-4", 38), ("wrn-16-8", 14)),
]


@pytest.mark.parametrize(("name", "params", "macs"), SIZES)
def test_parameters_and_macs(name, params, macs):
    plan = plan_network(preset(name))
    assert (plan.params, plan.macs) == (params, macs)


@pytest.mark.parametrize(
    ("name", "params"),
    [("wrn-40-4", 8_949_210), ("preact-resnet1001", 10_327_706), ("preact-resnet18", 11_172_170), ("mini", 77_754)],
)
def test_parameters(name, params):
    assert plan_network(preset(name)).params == params


@pytest.mark.parametrize(("name", "changes", "params"), PUBLISHED)
def test_parameters_as_published(name, changes, params):
    assert plan_network(preset(name).change(**changes)).params == params


def test_preactivation_without_its_final_norm():
    assert plan_network(preset("preact-resnet18").change(final_norm=False)).params == 11_171_146


@pytest.mark.parametrize(("name", "params"), OPTION_B)
def test_parameters_with_projections_instead_of_padding(name, params):
    design = preset(name).change(shortcut="projection")
    assert plan_network(design).params == params


@pytest.mark.parametrize("name", TORCHVISION_SIZES)
def test_as_torchvision_publishes(name):
    import torchvision

    meta = torchvision.models.get_model_weights(name).DEFAULT.meta
    plan = plan_network(preset(name))
    assert plan.params == meta["num_params"]
    assert plan.macs / 1e9 == pytest.approx(meta["_ops"], abs=0.0006)


def test_paper_version_of_resnet50():
    assert plan_network(preset("resnet50").change(stride_on="1x1")).macs == 3_857_973_248


@pytest.mark.parametrize(("name", "billions"), [("resnet50", 3.8), ("resnet101", 7.6), ("resnet152", 11.3)])
def test_flops_of_the_paper(name, billions):
    assert plan_network(preset(name).change(stride_on="1x1")).macs / 1e9 == pytest.approx(billions, abs=0.06)


@pytest.mark.parametrize(("name", "depth"), DEPTHS)
def test_depth(name, depth):
    assert plan_network(preset(name)).depth == depth


@pytest.mark.parametrize(
    ("side", "macs", "sides"), [(224, 1_734_890_496, (56, 56, 28, 14, 7)), (96, 318_657_536, (24, 24, 12, 6, 3))]
)
def test_shapes_of_the_chapter(side, macs, sides):
    plan = plan_network(preset("d2l-resnet18").change(input=(1, side, side)))
    widths = (64, 64, 128, 256, 512)
    assert [section.output for section in plan.sections] == [
        *((width, size, size) for width, size in zip(widths, sides, strict=True)),
        (10,),
    ]
    assert plan.macs == macs
    assert plan.params == 11_178_378
    assert [layer.output for layer in plan.sections[-1].layers()] == [(512,), (10,)]


@pytest.mark.parametrize(("line", "output"), [("3x1", (3, 6, 6)), ("6x1/2", (6, 3, 3))])
def test_blocks_of_the_chapter(line, output):
    plan = plan_network(from_line(f"basic:3x6x6:10:{line}:stem=cifar,stem_width=3"))
    assert plan.stages[0].output == output


@pytest.mark.parametrize(
    ("name", "field"),
    # by hand: the stem's, then two 3×3 kernels a block, each adding twice the distance of its inputs in pixels
    [("resnet18", 11 + 4 * 8 + (8 + 3 * 16) + (16 + 3 * 32) + (32 + 3 * 64)), ("cifar-resnet20", 3 + 12 + 22 + 44)],
)
def test_receptive_field(name, field):
    assert plan_network(preset(name)).receptive_field == field


def test_receptive_field_ends_at_the_pool():
    layers = {layer.name: layer for layer in plan_network(preset("resnet18")).layers()}
    assert layers["conv1"].receptive_field == 7
    assert layers["maxpool"].receptive_field == 11
    assert layers["layer4.1.relu"].receptive_field == 435
    assert layers["avgpool"].receptive_field is None
    assert layers["fc"].receptive_field is None


def test_activation_bytes_are_those_of_every_row():
    plan = plan_network(from_line("basic:1x4x4:2:3x1:stem=cifar,stem_width=3"))
    maps = 3 + 6  # conv1 bn1 relu, then conv bn relu conv bn relu
    assert plan.activation_bytes == 4 * (maps * 3 * 4 * 4 + 3 + 2)


def test_one_relu_per_block_has_a_row_per_call():
    names = [layer.name for layer in plan_network(preset("resnet50")).layers()]
    assert names.count("layer1.0.relu") == 3
    assert names[-2:] == ["avgpool", "fc"]


def test_preactivation_projects_the_activated_input():
    names = [layer.name for layer in plan_network(preset("preact-resnet18")).stages[1].block(0).layers]
    expected = ("bn1", "relu", "downsample.0", "conv1", "bn2", "relu", "conv2")
    assert names == [f"layer2.0.{name}" for name in expected]


def test_a_norm_in_the_stem_is_for_preactivation_networks():
    for name, more in (("preact-resnet18", 128), ("resnet18", 0)):
        assert plan_network(preset(name).change(stem_norm=True)).params == plan_network(preset(name)).params + more


@pytest.mark.parametrize("stem", ["imagenet", "deep"])
def test_a_preactivation_stem_has_norm_and_relu_before_its_pool_if_it_has_them(stem):
    design = preset("preact-resnet18").change(stem=stem)
    without, having = (
        [layer.name for layer in plan_network(design.change(stem_norm=on)).sections[0].loose] for on in (False, True)
    )
    assert without[-1] == having[-1] == "maxpool"
    assert having == [*without[:-1], "bn1", "relu1", "maxpool"]


@pytest.mark.parametrize(("width", "widths"), [(64, (32, 32, 64)), (7, (3, 3, 7)), (1, (1, 1, 1))])
def test_a_deep_stem_is_half_as_wide_at_first(width, widths):
    stem = plan_network(preset("resnet18").change(stem="deep", stem_width=width)).sections[0]
    assert tuple(layer.output[0] for layer in stem.loose if layer.type == "Conv2d") == widths
    assert [layer.receptive_field for layer in stem.loose if layer.type == "Conv2d"] == [3, 7, 11]


def test_pad_and_none_have_no_layer():
    for name in ("deep-residual-56", "deep-plain-56"):
        plan = plan_network(preset(name))
        assert not [layer.name for layer in plan.layers() if "downsample" in layer.name]
        assert plan.params == plan_network(preset("deep-plain-56")).params


@given(designs(SMALL))
def test_totals_are_the_sums_of_sections_and_of_layers(design):
    plan = plan_network(design)
    layers = list(plan.layers())
    for key in ("params", "macs", "activation_bytes"):
        total = getattr(plan, key)
        assert total == sum(getattr(section, key) for section in plan.sections)
        assert total == sum(getattr(layer, key) for layer in layers)


@given(designs(SMALL))
def test_layers_fit_one_another(design):
    plan = plan_network(design)
    shape = design.input
    for section in plan.sections:
        assert section.input == shape
        for block in section.blocks():
            assert block.input == shape
            shape = block.output
        shape = section.output
        if not section.count and section.name.startswith("layer"):
            assert section.input == section.output
    if not plan.obstacles:
        assert plan.output == (design.classes,)


def test_what_cannot_be_built_is_planned_up_to_the_first_bad_place():
    plan = plan_network(from_line("basic:3x32x32:10:64x1,32x1/2,128x1,64x1:shortcut=pad"))
    assert [section.name for section in plan.sections] == ["stem", "layer1"]
    assert [where for where, _ in plan.obstacles] == ["stages[1].width", "stages[3].width"]
    assert plan.params == plan_network(from_line("basic:3x32x32:10:64x1")).params - 650


def test_a_design_without_any_block_is_planned_as_its_stem():
    plan = plan_network(Design((3, 32, 32), 10, (Stage(0, 64),)))
    assert [section.name for section in plan.sections] == ["stem"]
    assert [where for where, _ in plan.obstacles] == ["stages"]


def test_cost_adds_up():
    assert Cost(1, 2, 3, 4).plus(Cost(10, 20, 30, 40), times=2) == Cost(21, 42, 63, 84)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("resnet18", [11, 43, 99, 211, 435]),
        ("resnet34", [11, 59, 179, 547, 899]),
        ("resnet50", [11, 35, 91, 267, 427]),
        ("resnet101", [11, 35, 91, 811, 971]),
    ],
)
def test_receptive_field_at_the_end_of_each_stage(name, fields):
    sections = plan_network(preset(name)).sections
    assert [section.receptive_field for section in sections[:-1]] == fields
    assert [list(section.layers())[-1].receptive_field for section in sections[:-1]] == fields


@given(designs(), whole(0, 7), st.lists(whole(1, 512), min_size=1, max_size=4))
def test_costs_by_blocks_are_those_of_the_networks_with_so_many(design, index, counts):
    index %= len(design.stages)
    costs = costs_by_blocks(plan_network(design), index, counts)
    plans = [plan_network(design.with_stage(index, blocks=count)) for count in counts]
    if costs:
        assert [plan.obstacles for plan in plans] == [()] * len(counts)
        assert list(costs) == [plan.cost for plan in plans]
    else:
        assert plan_network(design.with_stage(index, blocks=2)).obstacles
