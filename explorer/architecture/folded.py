"""The layers of a plan in the order of a table in which equal blocks stand once. No torch, no Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.architecture.layers import Layer, Shape
from explorer.architecture.plan import Plan, Section


@dataclass(frozen=True, slots=True)
class EqualBlocks:
    """The blocks of a stage from `first` to `last`, with the figures of all of them; the layers of one follow."""

    first: str
    last: str
    count: int
    output: Shape
    params: int
    macs: int
    receptive_field: int | None


def folded_rows(plan: Plan) -> Iterator[Section | Layer | EqualBlocks]:
    """Yield each section, then its layers; of equal blocks after the first, those of one."""
    for section in plan.sections:
        yield section
        yield from section.loose
        if section.first is not None:
            yield from section.first.layers
        if section.repeated is not None:
            count = section.count - 1
            if count > 1:
                yield EqualBlocks(
                    first=f"{section.name}.1",
                    last=f"{section.name}.{count}",
                    count=count,
                    output=section.output,
                    params=section.params - sum(layer.params for layer in section.block(0).layers),
                    macs=section.macs - sum(layer.macs for layer in section.block(0).layers),
                    receptive_field=section.receptive_field,
                )
            yield from section.repeated.layers
