"""What the diagram shows and how wide: slabs and captions of a plan, before they have a place on the screen.

A network's layout is arithmetic. Runs of equal blocks stand as one slab ×N until they are opened.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

from explorer.architecture.blocks import Block, Line
from explorer.architecture.layers import Shape, shape_text
from explorer.architecture.plan import Plan, Section
from explorer.gui.design.outline import Broken, RepeatedBlocks, children, repeats, top_parts
from explorer.gui.widgets.language import say
from explorer.sentences import QT_TRANSLATE_NOOP

INPUT = QT_TRANSLATE_NOOP("explorer", "input")
_GAPS = (44.0, 38.0, 32.0, 28.0, 24.0, 20.0, 16.0)  # pixels between slabs
_MIN_GAP = _GAPS[-1]
_THINNER = (1.0, 0.85, 0.7, 0.55, 0.4, 0.3)


@dataclass(frozen=True, slots=True)
class SlabSpec:
    """One slab: what it stands for and how it looks, before it has a place.

    The slab of a run, or the first one of an opened run, names the `run` and how many `blocks` that has.
    """

    path: str
    shape: Shape
    section: int
    line: Line | None = None  # of a block's shortcut
    count: int = 1
    run: str = ""
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class Caption:
    """The words below the slabs of one section; `run` is the path that its badge opens or closes."""

    path: str
    lines: tuple[str, str]
    section: int
    slabs: tuple[SlabSpec, ...]
    broken: bool = False


def square(shape: Shape) -> float:
    """The root of a map's area; 1 after flattening."""
    return sqrt(shape[1] * shape[2]) if len(shape) == 3 else 1.0


def section_captions(plan: Plan, opened: set[str], name_of: Callable[[str], str]) -> list[Caption]:
    """What to draw, from the input to the head; `name_of` turns a path into words."""
    source = SlabSpec("", plan.design.input, 0)
    captions = [Caption("", (say(INPUT), shape_text(plan.design.input)), 0, (source,))]
    for number, part in enumerate(top_parts(plan)):
        if isinstance(part, Broken):
            captions.append(Caption(part.name, (name_of(part.name), ""), number, (), broken=True))
        elif isinstance(part, Section):
            hue = number if part.name.startswith("layer") else 0
            words = (name_of(part.name) + repeats(part), shape_text(part.output))
            captions.append(Caption(part.name, words, hue, _stage_slabs(part, hue, opened)))
    return captions


def _stage_slabs(section: Section, hue: int, opened: set[str]) -> tuple[SlabSpec, ...]:
    if section.loose:
        shown = [layer for layer in section.loose if layer.type != "BatchNorm2d" and layer.type != "ReLU"]
        return tuple(SlabSpec(f"{section.name}.{layer.name}", layer.output, hue) for layer in shown)
    slabs: list[SlabSpec] = []
    for part in children(section):
        if isinstance(part, RepeatedBlocks) and part.name not in opened:
            slabs.append(SlabSpec(part.name, part.output, hue, part.block.way.line, part.count, part.name, part.count))
        else:
            blocks = children(part) if isinstance(part, RepeatedBlocks) else (part,)
            drawn = [SlabSpec(each.name, each.output, hue, each.way.line) for each in blocks if isinstance(each, Block)]
            if isinstance(part, RepeatedBlocks):
                drawn[0] = replace(drawn[0], run=part.name, blocks=part.count)
            slabs += drawn
    return tuple(slabs)


def fit_width(captions: list[Caption], needed: list[float], width: float) -> tuple[dict[SlabSpec, float], float]:
    """Each slab's thickness and the gap between slabs, so that all fits into `width` if thinner slabs can make it."""
    thickness = {slab: 3.0 + 1.1 * sqrt(slab.shape[0]) for caption in captions for slab in caption.slabs}

    def total(thin: float, gap: float) -> float:
        own = (sum(thin * thickness[slab] + gap for slab in caption.slabs) - gap for caption in captions)
        return sum(max(part, words) + gap for part, words in zip(own, needed, strict=True)) - gap

    thin = next((thin for thin in _THINNER if total(thin, _MIN_GAP) <= width), _THINNER[-1])
    gap = next((gap for gap in _GAPS if total(thin, gap) <= width), _MIN_GAP)
    return {slab: thin * thick for slab, thick in thickness.items()}, gap
