"""Nested function classes: whether one network can compute all that another can. No torch, no Qt.

Of a larger class of functions the best is only sure to be as good if the class contains the smaller one. A network
contains another that has fewer blocks, and is like it in all else, where each block more can be an identity. Dive into
Deep Learning, chapter on residual networks.
"""

from dataclasses import replace

from explorer.architecture.differences import first_difference
from explorer.architecture.identity import IdentityVerdict, zeroing
from explorer.architecture.plan import Plan
from explorer.sentences import Sentence, translatable


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
