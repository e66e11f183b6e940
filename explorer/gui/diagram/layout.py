"""The slabs and captions that the diagram shows of a plan, and their widths, before they have a place on the screen.

The layout of a network is arithmetic. Equal blocks are shown as one slab ×N until they are unfolded.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import sqrt

from explorer.architecture.blocks import Block, Line
from explorer.architecture.layers import Shape, shape_text
from explorer.architecture.plan import Plan, Section
from explorer.gui.design.outline import Broken, RepeatedBlocks, children, repeats, top_parts
from explorer.gui.widgets.text.language import say
from explorer.sentences import translatable

INPUT = translatable("input")
_GAPS = (44.0, 38.0, 32.0, 28.0, 24.0, 20.0, 16.0)  # pixels between slabs
_MIN_GAP = _GAPS[-1]
_THINNER = (1.0, 0.85, 0.7, 0.55, 0.4, 0.3)  # factors of the thickness, tried in this order


@dataclass(frozen=True, slots=True)
class SlabSpec:
    """One slab: the part of the plan that it stands for and how it looks, before it has a place.

    The slab of repeated blocks, or the first one of unfolded blocks, holds their path in `run` and their number in
    `blocks`.
    """

    path: str
    shape: Shape
    section: int
    line: Line | None = None  # how the shortcut of a block is drawn
    count: int = 1
    run: str = ""
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class Caption:
    """The words below the slabs of one section; `broken` where the section cannot be built."""

    path: str
    lines: tuple[str, str]
    section: int
    slabs: tuple[SlabSpec, ...]
    broken: bool = False


def square(shape: Shape) -> float:
    """Return the side in pixels of a square with the area of the feature map; 1 after flattening."""
    return sqrt(shape[1] * shape[2]) if len(shape) == 3 else 1.0


def section_captions(plan: Plan, opened: set[str], name_of: Callable[[str], str]) -> list[Caption]:
    """Return the captions with their slabs, from the input to the head; `name_of` turns a path into words."""
    source = SlabSpec(path="", shape=plan.design.input, section=0)
    words = (say(INPUT), shape_text(plan.design.input))
    captions = [Caption(path="", lines=words, section=0, slabs=(source,))]
    for number, part in enumerate(top_parts(plan)):
        if isinstance(part, Broken):
            words = (name_of(part.name), "")
            captions.append(Caption(path=part.name, lines=words, section=number, slabs=(), broken=True))
        elif isinstance(part, Section):
            hue = number if part.name.startswith("layer") else 0
            words = (name_of(part.name) + repeats(part), shape_text(part.output))
            slabs = _stage_slabs(part, hue, opened)
            captions.append(Caption(path=part.name, lines=words, section=hue, slabs=slabs))
    return captions


def _stage_slabs(section: Section, hue: int, opened: set[str]) -> tuple[SlabSpec, ...]:
    if section.loose:
        shown = [layer for layer in section.loose if layer.type != "BatchNorm2d" and layer.type != "ReLU"]
        return tuple(SlabSpec(path=f"{section.name}.{layer.name}", shape=layer.output, section=hue) for layer in shown)
    slabs: list[SlabSpec] = []
    for part in children(section):
        if isinstance(part, RepeatedBlocks) and part.name not in opened:
            slabs.append(
                SlabSpec(
                    path=part.name,
                    shape=part.output,
                    section=hue,
                    line=part.block.way.line,
                    count=part.count,
                    run=part.name,
                    blocks=part.count,
                )
            )
        else:
            blocks = children(part) if isinstance(part, RepeatedBlocks) else (part,)
            drawn = [
                SlabSpec(path=block.name, shape=block.output, section=hue, line=block.way.line)
                for block in blocks
                if isinstance(block, Block)
            ]
            if isinstance(part, RepeatedBlocks):
                drawn[0] = replace(drawn[0], run=part.name, blocks=part.count)
            slabs += drawn
    return tuple(slabs)


def fit_width(captions: list[Caption], needed: list[float], width: float) -> tuple[dict[SlabSpec, float], float]:
    """Return the thickness of each slab and the gap between slabs, in pixels.

    All slabs fit into `width` where thinner slabs and smaller gaps suffice; `needed` holds the widths of the captions.
    """
    thickness = {slab: 3.0 + 1.1 * sqrt(slab.shape[0]) for caption in captions for slab in caption.slabs}

    def total(thin: float, gap: float) -> float:
        drawn = (sum(thin * thickness[slab] + gap for slab in caption.slabs) - gap for caption in captions)
        return sum(max(slabs, words) + gap for slabs, words in zip(drawn, needed, strict=True)) - gap

    thin = next((thin for thin in _THINNER if total(thin, _MIN_GAP) <= width), _THINNER[-1])
    gap = next((gap for gap in _GAPS if total(thin, gap) <= width), _MIN_GAP)
    return {slab: thin * thick for slab, thick in thickness.items()}, gap
