"""Nested function classes: whether one network can compute all that another can. No torch, no Qt.

Of a larger class of functions the best is only sure to be as good if the class contains the smaller one. A network
contains another that has fewer blocks, and is like it in all else, where each block more can be an identity. Dive into
Deep Learning, chapter on residual networks.
"""

from collections.abc import Sequence
from dataclasses import replace

from explorer.architecture.design import MAX_BLOCKS, Design
from explorer.architecture.differences import first_difference
from explorer.architecture.identity import IdentityVerdict, zeroing
from explorer.architecture.plan import Plan, plan_network
from explorer.sentences import Sentence, translatable
from explorer.validation import refuse


def containment(larger: Plan, smaller: Plan) -> IdentityVerdict:
    """Return whether `larger` can compute all functions of `smaller`, and why, wherever training starts."""
    if larger.obstacles or smaller.obstacles:
        return IdentityVerdict(False, Sentence(translatable("One of the two cannot be built.")))
    own, other = (plan.design.change(init="he", zero_init=False) for plan in (larger, smaller))
    pairs = list(zip(own.stages, other.stages, strict=False))
    as_deep = (replace(theirs, blocks=mine.blocks) for mine, theirs in pairs)
    aligned = other.change(stages=(*as_deep, *other.stages[len(pairs) :]))
    if difference := first_difference(aligned, own):
        why = translatable("It differs in more than depth: {difference}.")
        return IdentityVerdict(False, Sentence(why, {"difference": difference}))
    for number, (mine, theirs) in enumerate(pairs, 1):
        if mine.blocks < theirs.blocks:
            why = translatable("Stage {number} has fewer blocks: {own} of {other}.")
            values = {"number": number, "own": mine.blocks, "other": theirs.blocks}
            return IdentityVerdict(False, Sentence(why, values))
    for section, before in zip(larger.stages, smaller.stages, strict=True):
        for index in {before.count, section.count - 1} if section.count > before.count else ():
            verdict = zeroing(section.block(index))
            if not verdict.holds:
                return verdict
    if first_difference(other, own) is None:
        return IdentityVerdict(True, Sentence(translatable("The two can compute the same functions.")))
    why = translatable("They differ in depth alone, and each block more can be an identity.")
    return IdentityVerdict(True, Sentence(why))


def nested_design(design: Design, depth: int) -> Design:
    """Return `design` with blocks in its stages so that it has this depth, as `Plan.depth` counts.

    The stages have equally many, or the first of them one more, so that of two depths the larger network is the smaller
    one with further blocks. Stages without blocks stay empty. Raises Refused, with the nearest depths that there are.
    """
    used = [index for index, stage in enumerate(design.stages) if stage.blocks]
    least, most = _filled(design, used, len(used)), _filled(design, used, MAX_BLOCKS * len(used))
    if least == most:  # nothing but a stem and a head
        raise refuse("depth", translatable("the network has no blocks to repeat"))
    step = (most - least) // ((MAX_BLOCKS - 1) * len(used))
    if not least <= depth <= most:
        what = translatable("{depth} cannot be reached: with its blocks the network has from {least} to {most} layers")
        raise refuse("depth", what, depth=depth, least=least, most=most)
    more, rest = divmod(depth - least, step)
    if rest:
        what = translatable("{depth} cannot be reached: near it, with blocks of {step} layers, are {below} and {above}")
        raise refuse("depth", what, depth=depth, step=step, below=depth - rest, above=depth - rest + step)
    return _with_total(design, used, len(used) + more)


def _filled(design: Design, used: Sequence[int], total: int) -> int:
    return plan_network(_with_total(design, used, total)).depth


def _with_total(design: Design, used: Sequence[int], total: int) -> Design:
    """Return `design` with so many blocks in all, in the stages `used`."""
    for place, index in enumerate(used):
        design = design.with_stage(index, blocks=(total + len(used) - 1 - place) // len(used))
    return design


def further_blocks(smaller: Design, larger: Design) -> tuple[str, ...]:
    """Return the paths of the blocks that `larger` has after those of `smaller`, stage by stage."""
    pairs = enumerate(zip(smaller.stages, larger.stages, strict=True), 1)
    return tuple(
        f"layer{number}.{index}" for number, (one, other) in pairs for index in range(one.blocks, other.blocks)
    )
