"""Names of weights in the files of others: torchvision's and timm's are ours, the chapter's and the paper's are not."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from explorer.architecture.names import VOCABULARIES
from explorer.architecture.plan import Plan

_WRAPPERS = re.compile(r"(?:(?:module|model|backbone|encoder|network|net|_orig_mod)\.)+")


def unwrapped(name: str) -> str:
    """Return the name of a tensor without the modules that its network was wrapped in, such as `module.`."""
    return name[found.end() :] if (found := _WRAPPERS.match(name)) else name


class _Style(NamedTuple):
    """How the parts of a network are called: `stem` and `stage` precede the numbers of layers and blocks.

    `head` makes the name of a layer after the stages of its own, and of its number in one `nn.Sequential` of all parts.
    """

    stem: str
    stage: Callable[[int], str]
    head: Callable[[str, int], str]
    vocabulary: str = "chapter"  # of the layers in a block


_STYLES = (
    _Style(
        "0.", lambda stage: f"{stage}.", lambda _, number: str(number)
    ),  # the notebook's nn.Sequential(b1, …, b5, …)
    _Style("0.", lambda stage: f"b{stage + 1}.", lambda *_: "last.2"),  # the class of later editions
    _Style("", lambda stage: f"resnet_block{stage}.", lambda *_: "fc.1"),  # the function for several GPUs
    _Style("conv1.", lambda stage: f"conv{stage + 1}_x.", lambda name, _: name, vocabulary="paper"),  # our own source
)


def vocabularies(plan: Plan) -> Iterator[Mapping[str, str]]:
    """Yield, for each way to name them, the names of the layers of `plan` by their own names."""
    yield {layer.name: layer.name for layer in plan.layers()}
    for style in _STYLES:
        yield dict(_named(plan, style))


def _named(plan: Plan, style: _Style) -> Iterator[tuple[str, str]]:
    stem, *stages, head = plan.sections
    for number, layer in enumerate(stem.loose):
        yield layer.name, f"{style.stem}{number}"
    name = partial(VOCABULARIES[style.vocabulary], plan.design)
    for number, stage in enumerate(stages, 1):
        for index, block in enumerate(stage.blocks()):
            for layer in block.layers:
                inside = name(layer.name).removeprefix(f"{name(block.name)}.")
                yield layer.name, f"{style.stage(number)}{index}.{inside}"
    for number, layer in enumerate(head.loose, len(stages) + 1):
        is_last = layer is head.loose[-1]  # a flattening stands before it
        yield layer.name, style.head(layer.name, number + is_last)
