"""Late blocks: those of a design that join a run after some of its epochs, as identities. No torch, no Qt."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from explorer.architecture.identity import zeroing
from explorer.architecture.plan import Plan
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, refuse

_PART = re.compile(r"stage(\d{1,3})@(\d{1,6}(?:,\d{1,6})*)")


class LateBlock(NamedTuple):
    """A block that joins when so many epochs are done."""

    epoch: int
    path: str


def late_blocks(plan: Plan, recipe: Recipe) -> tuple[LateBlock, ...]:
    """Return the blocks that `grow` of the recipe leaves out at first, in the order in which they join.

    They are the last ones of their stages. Raises Refused with all that does not fit.
    """
    found: list[LateBlock] = []
    complaints: list[Complaint] = []
    for number, epochs in _parts(recipe.grow):
        if why := _obstacle(plan, recipe, number, epochs):
            complaints.append(Complaint("grow", why))
        else:
            first = plan.design.stages[number - 1].blocks - len(epochs)
            found += (LateBlock(epoch, f"layer{number}.{first + place}") for place, epoch in enumerate(epochs))
    if complaints:
        raise Refused(*complaints)
    return tuple(sorted(found))


def _parts(text: str) -> Iterator[tuple[int, list[int]]]:
    """Yield the number of each stage, from 1, and after which epochs a block joins it. Raises Refused."""
    seen = set[int]()
    for part in filter(None, text.replace(" ", "").split(";")):
        match = _PART.fullmatch(part)
        if not match:
            what = translatable("must be like stage3@5,10,15, with ; between stages, not {text!r}")
            raise refuse("grow", what, text=part[:40])
        number = int(match[1])
        if number in seen:
            raise refuse("grow", translatable("names stage {number} twice"), number=number)
        seen.add(number)
        yield number, sorted(map(int, match[2].split(",")))


def _obstacle(plan: Plan, recipe: Recipe, number: int, epochs: list[int]) -> Sentence | None:
    """Return why a block cannot join the stage `number` after each of these epochs; None if it can."""
    stages = plan.design.stages
    if not 1 <= number <= len(stages):
        what = translatable("there is no stage {number}: the design has {count}")
        return Sentence(what, {"number": number, "count": len(stages)})
    blocks = stages[number - 1].blocks
    if len(epochs) >= blocks:
        what = translatable(
            "stage {number}: {count} of {blocks} cannot join later; the first block sets width and stride"
        )
        return Sentence(what, {"count": len(epochs), "number": number, "blocks": blocks})
    if not 1 <= epochs[0] <= epochs[-1] < recipe.epochs:
        what = translatable("blocks join after epoch 1 to {last}, not after epoch {epoch}")
        return Sentence(what, {"last": recipe.epochs - 1, "epoch": epochs[0] if epochs[0] < 1 else epochs[-1]})
    if plan.obstacles:  # which are told elsewhere
        return None
    verdict = zeroing(plan.stages[number - 1].block(blocks - 1))
    return None if verdict.holds else verdict.why
