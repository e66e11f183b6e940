"""Outside networks: what torchinfo says of torchvision's classifiers, part by part. No Qt."""

import difflib
import inspect
from collections.abc import Iterator
from itertools import groupby, takewhile
from math import prod
from typing import Any, NamedTuple

import torch
import torchinfo
from torch import nn

from explorer.architecture.design import Design
from explorer.architecture.layers import Shape
from explorer.engine.training.failure import answered
from explorer.runs.events import Failed
from explorer.runs.questions.networks import Outside, OutsideNetwork, OutsidePart
from explorer.runs.questions.question import Answer
from explorer.sentences import translatable
from explorer.validation import refuse

_OWN_INPUT = (3, 224, 224)
_DEEPEST = 9  # levels of modules that torchinfo may look into
_QUIET = {"aux_logits": False, "init_weights": False}  # of GoogLeNet and Inception, which are told apart by them
_POOLS = (nn.MaxPool2d, nn.AvgPool2d)
_CONVOLUTIONS, _NORMS = nn.Conv2d, nn.BatchNorm2d


def outside_network(question: Outside) -> Answer | Failed:
    """Answer what torchinfo says of a network of torchvision."""
    return answered(question, lambda: summarise(question.network, question.design))


def summarise(name: str, beside: Design | None) -> OutsideNetwork:
    """Summarise the network with the input and classes of `beside`, or where that is too small with its own input.

    Raises Refused for a name that torchvision does not know.
    """
    classes = beside.classes if beside else 1000
    for shape in [beside.input, _OWN_INPUT] if beside else [_OWN_INPUT]:
        network = build_outside(name, shape, classes, "meta")
        if any("Attention" in type(each).__name__ for each in network.modules()):
            raise refuse("network", translatable("{name} has attention, which torchinfo does not count"), name=name)
        try:
            rows = _rows_of(network, shape)
        except (RuntimeError, ValueError):
            continue
        return _summary(name, shape, classes, rows)
    raise refuse("network", translatable("{name} does not take images of 3×224×224"), name=name)


def build_outside(name: str, shape: Shape, classes: int, device: str) -> nn.Module:
    """Build torchvision's network with random weights; its first convolution takes the channels of `shape`.

    Raises Refused for a name that torchvision does not know.
    """
    from torchvision import models  # takes longer to import than all else that a worker needs

    known = models.list_models(module=models)
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else "its list_models() names them"
        raise refuse(
            "network", translatable("torchvision has no classifier {name!r}; {hint}"), name=name[:80], hint=hint
        )
    builder: Any = models.get_model_builder(name)
    options = _QUIET if name in ("googlenet", "inception_v3") else {}
    try:
        with torch.device(device):
            network: nn.Module = builder(weights=None, num_classes=classes, **options)
    except NotImplementedError:  # some compute their widths by tensors, which have no values on the meta device
        network = builder(weights=None, num_classes=classes, **options)
    _take_channels(network, shape[0])
    return network.to(device)


def _take_channels(network: nn.Module, channels: int) -> None:
    """Put a convolution of so many channels in the place of the first one, unless it has them."""
    path, first = next((path, each) for path, each in network.named_modules() if isinstance(each, nn.Conv2d))
    if first.in_channels == channels:
        return
    arguments = {key: getattr(first, key) for key in inspect.signature(nn.Conv2d).parameters if hasattr(first, key)}
    arguments |= {"in_channels": channels, "bias": first.bias is not None}
    parent, _, own = path.rpartition(".")
    setattr(network.get_submodule(parent), own, nn.Conv2d(**arguments))


def _rows_of(network: nn.Module, shape: Shape) -> list[torchinfo.layer_info.LayerInfo]:
    image = torch.zeros(1, *shape, device="meta")
    found = torchinfo.summary(network, input_data=image, device="meta", depth=_DEEPEST, mode="eval", verbose=0)
    rows: list[torchinfo.layer_info.LayerInfo] = found.summary_list
    return rows


def _summary(name: str, shape: Shape, classes: int, rows: list[torchinfo.layer_info.LayerInfo]) -> OutsideNetwork:
    leaves = [row for row in rows if row.is_leaf_layer]
    return OutsideNetwork(
        network=name,
        input=shape,
        classes=classes,
        params=sum(each.numel() for each in rows[0].module.parameters()),
        macs=sum(map(_macs_of, leaves)),
        mult_adds=sum(row.macs for row in leaves),
        activation_bytes=sum(4 * prod(row.output_size[1:]) for row in leaves),
        convolutions=sum(isinstance(row.module, _CONVOLUTIONS) for row in leaves),
        norms=sum(isinstance(row.module, _NORMS) for row in leaves),
        parts=tuple(_parts(_units(rows), shape)),
    )


def _macs_of(row: torchinfo.layer_info.LayerInfo) -> int:
    """Return the MACs of a convolution or a linear layer without its biases, 0 for any other layer."""
    match row.module:
        case nn.Conv2d():
            positions = prod(row.output_size[2:])
        case nn.Linear():
            positions = prod(row.output_size[1:-1])  # torchinfo counts one, also where there are more
        case _:
            return 0
    return int(positions * row.module.weight.numel())


class _Unit(NamedTuple):
    """One of the modules that a network is a row of, with all that is in it."""

    name: str
    module: nn.Module
    output: Shape
    params: int
    macs: int

    @property
    def pools(self) -> bool:
        return isinstance(self.module, _POOLS)

    @property
    def ends(self) -> bool:
        """Whether the head begins with it: global pooling, or features instead of maps."""
        return isinstance(self.module, nn.AdaptiveAvgPool2d) or len(self.output) == 1


def _units(rows: list[torchinfo.layer_info.LayerInfo]) -> Iterator[_Unit]:
    """Yield the network's modules in the order of execution; of a sequence that it begins with, the modules in it."""
    first = next((row for row in rows if row.depth == 1), None)
    opened = first.var_name if first and type(first.module) is nn.Sequential else ""
    for number, row in enumerate(rows):
        parent = row.parent_info.var_name if row.depth == 2 and row.parent_info else ""
        if not (row.depth == 1 and row.var_name != opened) and not (opened and parent == opened):
            continue
        yield _Unit(
            name=f"{opened}.{row.var_name}" if parent else row.var_name,
            module=row.module,
            output=tuple(row.output_size[1:]),
            params=sum(each.numel() for each in row.module.parameters()),
            macs=sum(_macs_of(each) for each in (row, *_below(row, rows[number + 1 :])) if each.is_leaf_layer),
        )


def _below(
    row: torchinfo.layer_info.LayerInfo, later: list[torchinfo.layer_info.LayerInfo]
) -> Iterator[torchinfo.layer_info.LayerInfo]:
    return takewhile(lambda other: other.depth > row.depth, later)


def _parts(units: Iterator[_Unit], shape: Shape) -> Iterator[OutsidePart]:
    """Put units together: a part ends with a pooling layer, or before maps get smaller; the head is the last."""
    part: list[_Unit] = []
    size, in_head = shape[1:], False
    for unit in units:
        starts_head = unit.ends and not in_head
        shrinks = not unit.pools and unit.output[1:] != size and len(unit.output) == 3
        if part and not in_head and (starts_head or part[-1].pools or (shrinks and len(part[-1].output) == 3)):
            yield _part(part)
            part = []
        in_head |= unit.ends
        part.append(unit)
        size = unit.output[1:]
    if part:
        yield _part(part)


def _part(units: list[_Unit]) -> OutsidePart:
    first, last = units[0].name, units[-1].name
    kinds = ((kind, len(list(same))) for kind, same in groupby(type(each.module).__name__ for each in units))
    return OutsidePart(
        name=first if first == last else f"{first} … {last}",
        holds=", ".join(kind if count == 1 else f"{count} {kind}" for kind, count in kinds),
        output=units[-1].output,
        params=sum(each.params for each in units),
        macs=sum(each.macs for each in units),
    )
