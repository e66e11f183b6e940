"""Referee: compares the plan with torchinfo's summary of the network, layer by layer. No Qt."""

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
_CHEAP = 10**9  # multiply–accumulates that a processor does in some milliseconds
_DEEPEST = 9  # levels of modules that torchinfo may look into; these networks have four


class _LayerRow(NamedTuple):
    """One call of one layer; `output` is without the batch, `macs` counts multiplications by a weight only."""

    name: str
    type: str
    output: tuple[int, ...]
    params: int
    macs: int


def referee(plan: Plan) -> Verdict:
    """Build the network of `plan`, send one image through it, and compare torchinfo's rows with the plan's.

    A large network is built without memory for its weights.

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
        return Verdict(
            False, sum(each.numel() for each in model.parameters()), 0, (f"torch cannot run the network: {error}",)
        )
    seen = [_seen_row(info) for info in summary.summary_list if _is_layer(info)]
    differences = []
    if summary.total_params != plan.params:
        differences.append(f"total: {plan.params:,} parameters in the plan, {summary.total_params:,} in torchinfo")
    differences += _compare(list(map(_planned_row, plan.layers())), seen)
    return Verdict(
        not differences, summary.total_params, summary.total_mult_adds, tuple(differences[:_MAX_DIFFERENCES])
    )


def _is_layer(info: torchinfo.layer_info.LayerInfo) -> bool:
    """Return whether `info` is a layer that ran; torchinfo lists a stage without blocks, an empty container, as one."""
    return info.is_leaf_layer and not isinstance(info.module, nn.Sequential)


def _planned_row(layer: Layer) -> _LayerRow:
    return _LayerRow(name=layer.name, type=layer.type, output=layer.output, params=layer.params, macs=layer.macs)


def _seen_row(info: torchinfo.layer_info.LayerInfo) -> _LayerRow:
    """Return torchinfo's row in the plan's terms: without the batch, and without the MACs of norms and biases."""
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
    return _LayerRow(
        name=".".join(reversed(names)), type=info.class_name, output=output, params=info.num_params, macs=macs
    )


def _compare(planned: list[_LayerRow], seen: list[_LayerRow]) -> Iterator[str]:
    """Describe each difference, up to the first row of another layer: from there on no row would match."""
    for plan_row, info_row in zip_longest(planned, seen):
        if plan_row is None or info_row is None or plan_row.name != info_row.name:
            names = ["the end" if row is None else row.name for row in (plan_row, info_row)]
            yield f"order: {names[0]} in the plan, {names[1]} in torchinfo"
            return
        for field, wanted, found in zip(_LayerRow._fields, plan_row, info_row, strict=True):
            if wanted != found:
                yield f"{plan_row.name}: {field} is {_shown(wanted)} in the plan, {_shown(found)} in torchinfo"


def _shown(value: str | int | tuple[int, ...]) -> str:
    match value:
        case str():
            return value
        case int():
            return f"{value:,}"
        case _:
            return "×".join(map(str, value))
