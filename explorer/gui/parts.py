"""Parts: what table rows and diagram slabs stand for, and finding one by its path.

Paths are the network's own names: `layer3`, `layer3.1`, `layer3.1.conv2`; `layer3.1…` is the run of equal blocks that
begins with `layer3.1`. Kept apart from views, so that table, diagram and totals agree by construction.
"""

from dataclasses import dataclass

from explorer.architecture.blocks import Block
from explorer.architecture.layers import Conv2d, Cost, Costed, Layer, MaxPool2d, Shape
from explorer.architecture.plan import Plan, Section
from explorer.architecture.words import QT_TRANSLATE_NOOP, Sentence
from explorer.gui.language import say

RUN = "…"


@dataclass(frozen=True, slots=True)
class Run(Costed):
    """The equal blocks of a stage from its second on, as one."""

    section: Section

    @property
    def name(self) -> str:
        return f"{self.section.name}.1{RUN}"

    @property
    def block(self) -> Block:
        assert self.section.repeated is not None
        return self.section.repeated

    @property
    def count(self) -> int:
        return self.section.count - 1

    @property
    def output(self) -> Shape:
        return self.block.output

    @property
    def receptive_field(self) -> int | None:
        return self.section.receptive_field

    @property
    def cost(self) -> Cost:  # type: ignore[override]  # derived, where others keep it
        return Cost().plus(self.block.cost, times=self.count)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the network ends because the next stage cannot be built."""

    name: str
    reason: Sentence


Part = Section | Run | Block | Layer | Broken


def top_parts(plan: Plan) -> tuple[Part, ...]:
    """The sections, and what stands in the way of the next one."""
    if not plan.obstacles:
        return plan.sections
    return (*plan.sections, Broken(f"layer{len(plan.sections)}", plan.obstacles[0].reason))


def children(part: Part) -> tuple[Part, ...]:
    """What a row opens into: a stage into its first block and the run of the others, a block into its layers."""
    match part:
        case Section():
            if part.count > 2:
                return part.block(0), Run(part)
            return part.loose or tuple(part.blocks())
        case Run():
            return tuple(part.section.block(index) for index in range(1, part.section.count))
        case Block():
            return part.layers
        case _:
            return ()


def repeats(part: Part) -> str:
    """How many equal blocks stand for one: `×36`, or nothing."""
    return f"  ×{part.count}" if isinstance(part, Section | Run) and part.count > 1 else ""


def type_text(part: Part) -> str:
    """What stands in a row, as torch or the field calls it."""
    match part:
        case Layer(kind=Conv2d(kernel=kernel, stride=stride, groups=groups)):
            text = f"Conv2d {kernel}×{kernel}" + (f" /{stride}" if stride > 1 else "")
            return text + (f" ({groups} groups)" if groups > 1 else "")
        case Layer(kind=MaxPool2d(kernel=kernel, stride=stride)):
            return f"MaxPool2d {kernel}×{kernel} /{stride}"
        case Layer():
            return part.type
        case Section(first=Block(kind=kind)):
            return kind
        case Run():
            return block_text(part.block)
        case Block():
            return block_text(part)
        case _:
            return ""


SHORTCUTS = {
    "identity": QT_TRANSLATE_NOOP("explorer", "identity shortcut"),
    "projection": QT_TRANSLATE_NOOP("explorer", "projection shortcut"),
    "pad": QT_TRANSLATE_NOOP("explorer", "padded shortcut"),
    "none": QT_TRANSLATE_NOOP("explorer", "no shortcut"),
}


def block_text(block: Block) -> str:
    """How a block's input joins its output."""
    return say(SHORTCUTS[block.joins])


def find_part(plan: Plan, path: str) -> Part | None:
    """The part at `path`, or None where the plan has none."""
    name, _, rest = path.partition(".")
    section = next((each for each in plan.sections if each.name == name), None)
    if section is None or not rest:
        return section
    if rest.endswith(RUN):
        return Run(section) if section.count > 2 else None
    if section.loose:
        return next((layer for layer in section.loose if layer.name == rest), None)
    number, _, layer_name = rest.partition(".")
    if not number.isdecimal() or int(number) >= section.count:
        return None
    block = section.block(int(number))
    return next((layer for layer in block.layers if layer.name == path), None) if layer_name else block
