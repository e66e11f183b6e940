"""Depth: a design as deep as is wanted, by as many blocks in every stage. No torch, no Qt."""

from dataclasses import replace

from explorer.architecture.design import MAX_BLOCKS, Design
from explorer.architecture.plan import plan_network
from explorer.sentences import translatable
from explorer.validation import refuse


def with_blocks(design: Design, blocks: int) -> Design:
    """Return `design` with so many blocks in every stage."""
    return design.change(stages=tuple(replace(stage, blocks=blocks) for stage in design.stages))


def at_depth(design: Design, depth: int) -> Design:
    """Return `design` with equally many blocks in all stages, so that it has this depth, as `Plan.depth` counts.

    Raises Refused, with the nearest depths that there are.
    """
    least, next_one = (plan_network(with_blocks(design, blocks)).depth for blocks in (1, 2))
    step = next_one - least
    more, rest = divmod(depth - least, step)
    if more >= MAX_BLOCKS or depth < least:
        what = translatable("must be from {least} to {most} with equally many blocks in all stages, not {depth}")
        raise refuse("depth", what, least=least, most=least + (MAX_BLOCKS - 1) * step, depth=depth)
    if rest:
        what = translatable("no equal number of blocks in all stages makes {depth}; {below} or {above} would do")
        raise refuse("depth", what, depth=depth, below=depth - rest, above=depth - rest + step)
    return with_blocks(design, more + 1)
