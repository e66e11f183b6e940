import pytest

from explorer.architecture.known import likeness
from explorer.architecture.notation import from_line
from explorer.architecture.presets import preset, preset_files


@pytest.mark.parametrize("name", preset_files())
def test_every_preset_is_a_known_network(name):
    found = likeness(preset(name))
    assert found.network.design == preset(name)
    assert not found.differences


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("cifar-resnet56", {}, "the paper's ResNet-56 (CIFAR)"),
        (
            "cifar-resnet56",
            {"shortcut": "projection"},
            "the paper's ResNet-56 (CIFAR), but shortcut B (1×1 where the shape changes)",
        ),
        ("resnet50", {}, "torchvision's ResNet-50"),
        ("resnet50", {"stride_on": "1x1"}, "the paper's ResNet-50 (v1)"),
        ("resnet34", {"classes": 10}, "torchvision's ResNet-34, but 10 classes"),
        ("d2l-resnet18", {"name": "mine"}, "the chapter's ResNet-18"),
        ("wrn-28-10", {}, "WRN-28-10"),
    ],
)
def test_what_a_design_is(name, changes, words):
    assert likeness(preset(name).change(**changes)).sentence == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "basic:3x32x32:10:16x12,32x12/2,64x12/2:stem=cifar,stem_width=16,shortcut=pad",
            "the paper's ResNet-74 (CIFAR)",
        ),
        ("preact-basic:3x32x32:10:64x3,128x3/2,256x3/2:stem=cifar,stem_width=16", "WRN-22-4"),
        ("preact-bottleneck:3x32x32:10:16x6,32x6/2,64x6/2:stem=cifar,stem_width=16", "pre-activation ResNet-56"),
    ],
)
def test_members_of_a_family_that_are_no_presets(line, words):
    assert likeness(from_line(line)).sentence == words


def test_a_block_more_is_said_and_many_differences_are_counted():
    deeper = preset("resnet18").with_stage(2, blocks=3)
    assert likeness(deeper).sentence == "torchvision's ResNet-18, but stage 3: 1 more block"
    assert likeness(from_line("basic:1x32x32:7:20x1,50x2/2")).sentence.startswith("nearest: ")
