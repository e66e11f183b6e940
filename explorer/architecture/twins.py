"""Twins: one design with shortcuts and without, the only difference of a residual network. No torch, no Qt."""

from enum import StrEnum

from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_of
from explorer.sentences import translatable

LONGEST = 80  # characters of a name


class NetworkKind(StrEnum):
    """Which of two twins a network is."""

    RESIDUAL = translatable("residual")
    PLAIN = translatable("plain")


def kind_of(design: Design) -> NetworkKind:
    return NetworkKind.PLAIN if design.plain else NetworkKind.RESIDUAL


def twin_of(design: Design) -> Design:
    """Return the same design without its shortcuts; for a plain one, with padded ones, which add no parameter.

    Where a stage narrows, padding cannot be built and the shortcuts are projections. A plain twin does not start its
    branches at zero, since nothing would pass through them.
    """
    if design.plain:
        padded = design.change(shortcut="pad")
        twin = design.change(shortcut="projection") if plan_network(padded).obstacles else padded
    else:
        twin = design.change(shortcut="none", zero_init=False)
    return twin.change(name=_twin_name(design, twin))


def _twin_name(design: Design, twin: Design) -> str:
    """Return the title of the preset that the twin equals, else the design's name with the twin's kind after it."""
    if known := preset_of(twin):
        return preset(known).name
    own = design.name.removesuffix(f" ({kind_of(design)})")
    kind = f" ({kind_of(twin)})"
    return own[: LONGEST - len(kind)] + kind if own else ""
