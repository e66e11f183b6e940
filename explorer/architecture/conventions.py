"""Conventions of counting MACs: several numbers for one network, each with its source. No torch, no Qt.

In our own, a multiply–accumulate is one of a convolution or a linear layer, for one image; biases and norms do not
count. torchvision publishes the same as "GFLOPS", for its own placement of the stride.
"""

from collections.abc import Callable, Iterator
from math import prod
from typing import NamedTuple

from explorer.architecture.design import Design
from explorer.architecture.layers import Conv2d, Layer
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.presets import preset
from explorer.sentences import translatable

_PAPER = {  # He et al. 2015, arXiv 1512.03385, table 1
    "resnet18": 1_800_000_000,
    "resnet34": 3_600_000_000,
    "resnet50": 3_800_000_000,
    "resnet101": 7_600_000_000,
    "resnet152": 11_300_000_000,
}


class Convention(NamedTuple):
    """A way of counting; `source` says who counts so, `macs` returns None where it does not apply to a network."""

    label: str
    source: str
    macs: Callable[[Plan], int | None]


def _with_stride_on(place: str) -> Callable[[Plan], int | None]:
    def count(plan: Plan) -> int | None:
        moved = plan if plan.design.stride_on == place else plan_network(plan.design.change(stride_on=place))
        return moved.macs

    return count


def mult_adds(plan: Plan) -> int:
    """Return what torchinfo prints as total mult-adds: each parameter once per position, those of a norm once."""
    return sum(times * layer.params * _positions(layer) for layer, times in _counted_layers(plan))


def _positions(layer: Layer) -> int:
    return prod(layer.output[1:]) if isinstance(layer.kind, Conv2d) else 1


def _counted_layers(plan: Plan) -> Iterator[tuple[Layer, int]]:
    """Yield layers with how many times each is there, as `Plan.layers` but equal blocks once."""
    for section in plan.sections:
        yield from ((layer, 1) for layer in section.loose)
        for block, times in ((section.first, 1), (section.repeated, section.count - 1)):
            yield from ((layer, times) for layer in (block.layers if block else ()))


def _in_paper(plan: Plan) -> int | None:
    """Return the number in the paper's table, for the networks in it."""
    return next((macs for name, macs in _PAPER.items() if _is_in_paper(plan.design, name)), None)


def _is_in_paper(design: Design, name: str) -> bool:
    return preset(name) == design.change(stride_on="3x3")


CONVENTIONS = {
    "macs": Convention(
        translatable("MACs"),
        translatable("Convolutions and linear layers of the network as it is; biases and norms do not count."),
        lambda plan: plan.macs,
    ),
    "v1.5": Convention(
        translatable("MACs, v1.5"),
        translatable("With the stride of a bottleneck on its 3×3: torchvision, which calls them GFLOPS."),
        _with_stride_on("3x3"),
    ),
    "v1": Convention(
        translatable("MACs, v1"),
        translatable("With the stride of a bottleneck on its first 1×1: He et al. 2015, arXiv 1512.03385."),
        _with_stride_on("1x1"),
    ),
    "torchinfo": Convention(
        translatable("Mult-adds of torchinfo"),
        translatable("With biases, and each parameter of a norm once: what torchinfo prints as total mult-adds."),
        mult_adds,
    ),
    "paper": Convention(
        translatable("FLOPs in the paper"),
        translatable("As printed in table 1 of He et al. 2015, where a multiply–accumulate is one FLOP."),
        _in_paper,
    ),
    "flops": Convention(
        translatable("FLOPs"),
        translatable("2 × MACs: a multiplication and an addition are two operations."),
        lambda plan: 2 * plan.macs,
    ),
}


def counts(plan: Plan) -> dict[str, int | None]:
    """Return the number by each convention."""
    return {name: convention.macs(plan) for name, convention in CONVENTIONS.items()}


def convolutions(plan: Plan) -> int:
    """Return the number of convolutions, those on shortcuts too, after which wide networks are called: WRN-28-10."""
    return sum(times for layer, times in _counted_layers(plan) if isinstance(layer.kind, Conv2d))
