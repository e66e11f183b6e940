"""torchinfo against the plan, layer by layer. No Qt."""

from collections.abc import Iterator
from itertools import zip_longest
from math import prod
from typing import NamedTuple

import torch
import torchinfo
from torch import nn

from explorer.architecture.layers import Layer
from explorer.architecture.plan import Plan
from explorer.engine.model import build_model
from explorer.runs.events import Verdict

_MAX_DIFFERENCES = 20
_CHEAP = 10**9  # multiply–accumulates that a processor does in no time
_DEEPEST = 9  # levels of modules that torchinfo may look into; ours has four


class _LayerRow(NamedTuple):
    """One call of one layer; `output` without the batch, `macs` of multiplications by a weight only."""

    name: str
    type: str
    output: tuple[int, ...]
    params: int
    macs: int


def referee(plan: Plan) -> Verdict:
    """Build the network, a large one without memory for its weights, send one image through, and compare.

    Raises ValueError for a plan with obstacles.
    """
    # The meta device computes nothing, but its first convolution makes torch import its compiler, for some seconds.
    device = "cpu" if plan.macs <= _CHEAP else "meta"
    with torch.random.fork_rng(devices=[]), torch.device(device):
        model = build_model(plan)
        image = torch.zeros(1, *plan.design.input)
    try:
        summary = torchinfo.summary(model, input_data=image, device=device, depth=_DEEPEST, mode="eval", verbose=0)
    except RuntimeError as error:
        return Verdict(False, sum(each.numel() for each in model.parameters()), 0, (f"torch cannot run it: {error}",))
    seen = [_seen_row(info) for info in summary.summary_list if _is_layer(info)]
    differences = []
    if summary.total_params != plan.params:
        differences.append(f"total: {plan.params:,} parameters in the plan, {summary.total_params:,} in torchinfo")
    differences += _compare(list(map(_planned_row, plan.layers())), seen)
    return Verdict(
        not differences, summary.total_params, summary.total_mult_adds, tuple(differences[:_MAX_DIFFERENCES])
    )


def _is_layer(info: torchinfo.layer_info.LayerInfo) -> bool:
    """Whether it is a layer that ran; a stage without blocks is an empty container, which torchinfo takes for one."""
    return info.is_leaf_layer and not isinstance(info.module, nn.Sequential)


def _planned_row(layer: Layer) -> _LayerRow:
    return _LayerRow(layer.name, layer.type, layer.output, layer.params, layer.macs)


def _seen_row(info: torchinfo.layer_info.LayerInfo) -> _LayerRow:
    """torchinfo's row in the plan's terms: without the batch, and without the terms of norms and biases."""
    names, parent = [info.var_name], info.parent_info
    while parent is not None and parent.depth:
        names.append(parent.var_name)
        parent = parent.parent_info
    output = tuple(info.output_size[1:])
    macs = info.macs
    if isinstance(info.module, nn.BatchNorm2d):
        macs -= info.num_params
    elif (bias := getattr(info.module, "bias", None)) is not None:
        macs -= bias.numel() * prod(output[1:])
    if isinstance(info.module, nn.AdaptiveAvgPool2d):  # the plan counts its 1×1 maps as flat
        output = output[:1]
    return _LayerRow(".".join(reversed(names)), info.class_name, output, info.num_params, macs)


def _compare(planned: list[_LayerRow], seen: list[_LayerRow]) -> Iterator[str]:
    """A sentence for each difference, up to the first row that is another layer's: from there on nothing would fit."""
    for mine, theirs in zip_longest(planned, seen):
        if mine is None or theirs is None or mine.name != theirs.name:
            names = ["the end" if row is None else row.name for row in (mine, theirs)]
            yield f"order: {names[0]} in the plan, {names[1]} in torchinfo"
            return
        for field, wanted, found in zip(_LayerRow._fields, mine, theirs, strict=True):
            if wanted != found:
                yield f"{mine.name}: {field} is {_shown(wanted)} in the plan, {_shown(found)} in torchinfo"


def _shown(value: str | int | tuple[int, ...]) -> str:
    match value:
        case str():
            return value
        case int():
            return f"{value:,}"
        case _:
            return "×".join(map(str, value))
