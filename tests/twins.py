"""Orders of twins, as many tests want them."""

from dataclasses import replace

from explorer.runs.commands import Train
from explorer.runs.sides import twin_side


def with_twin(order: Train) -> Train:
    """Return the order with the design's twin beside it."""
    return replace(order, beside=(twin_side(order.sides[0]),))
