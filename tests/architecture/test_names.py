import pytest
from hypothesis import given, settings

from explorer.architecture.names import VOCABULARIES
from explorer.architecture.notation import from_line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_files
from explorer.architecture.source.network import DIALECTS
from tests.designs import SHALLOW, designs


def paths(plan):
    """Every section, block, run and layer once; a ReLU that a block calls twice has one path."""
    found = {}
    for section in plan.sections:
        found |= dict.fromkeys([section.name, *(layer.name for layer in section.loose)])
        if section.count > 2:
            found[f"{section.name}.1…"] = None
        for number in {0, 1, section.count - 1} & set(range(section.count)):
            block = section.block(number)
            found |= dict.fromkeys([block.name, *(layer.name for layer in block.layers)])
    return list(found)


def names(line, vocabulary, *wanted):
    design = from_line(line)
    return [VOCABULARIES[vocabulary](design, path) for path in wanted]


def assert_distinct(design):
    known = paths(plan_network(design))
    for vocabulary, name in VOCABULARIES.items():
        named = [name(design, path) for path in known]
        assert all(named), vocabulary
        assert len(set(named)) == len(known), vocabulary
        if vocabulary == "torchvision":
            assert named == known


@pytest.mark.parametrize("name", preset_files())
def test_every_part_of_a_preset_has_a_name_of_its_own(name):
    assert_distinct(preset(name))


@settings(max_examples=100)
@given(designs(SHALLOW))
def test_every_part_of_any_design_has_a_name_of_its_own(design):
    assert_distinct(design)


def test_the_chapter():
    plan = plan_network(preset("d2l-resnet18"))
    name = VOCABULARIES["chapter"]
    assert [name(plan.design, section.name) for section in plan.sections] == ["b1", "b2", "b3", "b4", "b5", "head"]
    block = plan.stages[1].block(0)
    assert [name(plan.design, layer.name) for layer in block.layers] == [
        f"b3.0.{layer}" for layer in ("conv1", "bn1", "relu", "conv2", "bn2", "conv3", "relu")
    ]
    assert [name(plan.design, path) for path in ("avgpool", "fc", "layer4.1…")] == ["pool", "linear", "b5.1…"]


def test_a_shortcut_goes_on_counting_where_a_branch_of_three_ends():
    shortcut = ("layer2.0.downsample.0", "layer2.0.downsample.1")
    assert names("bottleneck:3x32x32:10:8x1,8x1/2", "chapter", *shortcut) == ["b3.0.conv4", "b3.0.bn4"]
    assert names("basic:3x32x32:10:8x1,8x1/2", "chapter", *shortcut) == ["b3.0.conv3", "b3.0.bn3"]


def test_a_pool_on_the_shortcut_has_a_name_too():
    shortcut = [f"layer2.0.downsample.{number}" for number in range(3)]
    line = "basic:3x32x32:10:8x1,8x1/2:shortcut=average"
    assert names(line, "chapter", *shortcut) == ["b3.0.pool3", "b3.0.conv3", "b3.0.bn3"]
    assert names(line, "paper", *shortcut) == [f"conv3_1.projection.{number}" for number in range(3)]


def test_the_paper_counts_blocks_from_one():
    """Its table 1 says that conv3_1, conv4_1 and conv5_1 stride."""
    wanted = ("stem", "layer1", "layer2.0", "layer4.0.conv1", "layer3.1…", "layer2.0.downsample.0", "fc")
    assert names("basic:3x32x32:10:8x3,8x3/2,8x3/2,8x3/2", "paper", *wanted) == [
        "conv1",
        "conv2_x",
        "conv3_1",
        "conv5_1.conv1",
        "conv4_2…",
        "conv3_1.projection.0",
        "fc",
    ]


def test_a_deep_stem_is_a_sequence_of_its_own():
    wanted = ("conv1.0", "conv1.6", "bn1", "maxpool")
    line = "basic:3x32x32:10:8x1:stem=deep"
    assert names(line, "torchvision", *wanted) == list(wanted)
    assert names(line, "chapter", *wanted) == [f"b1.{name}" for name in wanted]
    assert names(line, "paper", *wanted) == [f"conv1.{name}" for name in wanted]


def test_the_relu_of_a_preactivation_network_is_in_its_head():
    assert names("preact-basic:3x32x32:10:8x1", "chapter", "relu", "norm", "conv1") == ["relu", "norm", "b1.conv1"]
    assert names("basic:3x32x32:10:8x1", "chapter", "relu") == ["b1.relu"]


def test_the_relu_of_a_preactivation_stem_is_not_that_of_the_head():
    line = "preact-basic:3x32x32:10:8x1:stem_norm=true"
    assert names(line, "torchvision", "relu1", "relu") == ["relu1", "relu"]
    assert names(line, "chapter", "relu1", "relu") == ["b1.relu1", "relu"]


def test_a_layer_may_be_named_with_its_section():
    for name in VOCABULARIES.values():
        design = preset("resnet18")
        assert name(design, "stem.conv1") == name(design, "conv1")
        assert name(design, "head.fc") == name(design, "fc")


def test_source_is_written_in_every_vocabulary():
    assert list(DIALECTS) == list(VOCABULARIES)
