"""Numbers for one network, as published: FACTS, torchvision, the paper."""

import pytest

from explorer.architecture.conventions import CONVENTIONS, convolutions, counts
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset


def counted(name: str, **changes) -> dict[str, int | None]:
    return counts(plan_network(preset(name).change(**changes)))


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("d2l-resnet18", 318_657_536),
        ("resnet18", 1_814_073_344),
        ("resnet34", 3_663_761_408),
        ("resnet50", 4_089_184_256),
        ("resnet101", 7_801_405_440),
        ("resnet152", 11_513_626_624),
        ("resnext50_32x4d", 4_230_479_872),
        ("resnext101_32x8d", 16_414_015_488),
        ("cifar-resnet18", 555_422_720),
        ("cifar-resnet20", 40_551_040),
        ("cifar-resnet56", 125_485_696),
        ("cifar-resnet1202", 2_829_238_912),
        ("wrn-28-10", 5_243_328_768),
    ],
)
def test_macs_as_torchvision_and_the_papers_count(name, macs):
    found = counted(name)
    assert (found["macs"], found["v1.5"], found["flops"]) == (macs, macs, 2 * macs)


def test_the_stride_makes_two_numbers_of_one_bottleneck_network():
    torchvisions, papers = counted("resnet50"), counted("resnet50", stride_on="1x1")
    assert torchvisions["v1"] == papers["v1"] == papers["macs"] == 3_857_973_248
    assert torchvisions["v1.5"] == papers["v1.5"] == torchvisions["macs"] == 4_089_184_256


def test_torchinfo_counts_norms_and_biases():
    assert counted("resnet18")["torchinfo"] == 1_814_083_944


@pytest.mark.parametrize(
    ("name", "printed"),
    [("resnet18", 1.8e9), ("resnet34", 3.6e9), ("resnet50", 3.8e9), ("resnet101", 7.6e9), ("resnet152", 11.3e9)],
)
def test_what_the_paper_prints_is_its_own_placement_of_the_stride(name, printed):
    found = counted(name)
    assert found["paper"] == counted(name, stride_on="1x1")["paper"] == printed
    assert found["v1"] == pytest.approx(printed, rel=0.02)
    assert counted(name, classes=10)["paper"] is None


@pytest.mark.parametrize(("name", "called"), [("wrn-28-10", 28), ("wrn-40-4", 40), ("wrn-16-8", 16)])
def test_wide_networks_are_called_after_all_their_convolutions(name, called):
    plan = plan_network(preset(name))
    assert convolutions(plan) == called
    assert plan.depth == called - 2  # three more on shortcuts, but the linear layer counts


def test_every_convention_says_whose_it_is():
    assert all(each.label and each.source for each in CONVENTIONS.values())
