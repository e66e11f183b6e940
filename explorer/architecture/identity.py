"""Identities: which blocks are f(x) = x with a zeroed branch, and where one may be inserted. No torch, no Qt.

With the last layer of its branch at zero a block adds 0 to the output of its shortcut; whether that is x itself depends
on shapes and shortcuts, not on weights. Dive into Deep Learning, chapter on residual networks; He et al. 2016
(arXiv 1603.05027).
"""

from collections.abc import Sequence
from typing import NamedTuple

from explorer.architecture.blocks import Block, Join
from explorer.architecture.design import MAX_BLOCKS, Design
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import Plan, plan_network
from explorer.sentences import Sentence, translatable


class IdentityVerdict(NamedTuple):
    """Whether a block is or may be an identity, and the reason."""

    holds: bool
    why: Sentence


def zeroing(block: Block) -> IdentityVerdict:
    """Return whether `block` is exactly the identity when the last layer of its branch is zero."""
    if block.way.join is Join.IDENTITY:
        if block.after:  # x comes out of a ReLU: of the block before, or of the stem
            why = translatable(
                "The last norm outputs 0, so the sum is x, and ReLU leaves x ≥ 0 unchanged: f(x) = x exactly."
            )
        else:
            why = translatable(
                "The last convolution outputs 0, so the sum is x, and nothing follows it: f(x) = x exactly."
            )
        return IdentityVerdict(True, Sentence(why))
    if block.input == block.output:
        why = translatable("No identity: {left}.")
    else:
        why = translatable("No identity: the shape changes from {input} to {output}; {left}.")
    shapes = {"input": shape_text(block.input), "output": shape_text(block.output)}
    return IdentityVerdict(False, Sentence(why, {**shapes, "left": Sentence(block.way.left)}))


def insertion(plan: Plan, path: str) -> IdentityVerdict:
    """Return whether an identity block may be inserted into `plan` as `path`; later blocks of its stage move by one."""
    name, _, index = path.partition(".")
    section = next((each for each in plan.stages if each.name == name), None)
    if section is None or not index.isdecimal() or int(index) > section.count:
        why = translatable("No block can be inserted at {path}: blocks must follow one another without a gap.")
    elif int(index) == 0:
        why = translatable("The first block of a stage sets its width and stride: insert after it.")
    elif section.count == MAX_BLOCKS:
        why = translatable("{name} already has {count} blocks, the maximum.")
    else:
        deeper = plan_network(deepened(plan.design, path)).stages[_stage_of(path)]
        return zeroing(deeper.block(int(index)))
    return IdentityVerdict(False, Sentence(why, {"path": path, "name": name, "count": section.count if section else 0}))


def _stage_of(path: str) -> int:
    """Return the index, from 0, of the stage of the block `path`."""
    return int(path.partition(".")[0].removeprefix("layer")) - 1


def deepened(design: Design, *paths: str, by: int = 1) -> Design:
    """Return `design` with one more block in the stage of each of `paths`, or with `by` more."""
    for path in paths:
        design = design.with_stage(_stage_of(path), blocks=design.stages[_stage_of(path)].blocks + by)
    return design


def name_before(name: str, inserted: Sequence[str]) -> str | None:
    """Return the name of a part before blocks were `inserted` one after the other; None for a part of those."""
    parts = name.split(".")
    for path in reversed(inserted):
        stage, _, place = path.partition(".")
        if parts[0] != stage or int(parts[1]) < int(place):
            continue
        if parts[1] == place:
            return None
        parts[1] = str(int(parts[1]) - 1)
    return ".".join(parts)
