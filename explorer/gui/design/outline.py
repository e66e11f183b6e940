"""The outline of a plan: the parts that table rows and diagram slabs stand for, and finding a part by its path.

Paths are the network's own names: `layer3`, `layer3.1`, `layer3.1.conv2`; `layer3.1…` are the repeated blocks from
`layer3.1` on. The outline is kept apart from the views, so that table, diagram and totals agree by construction.
"""

from dataclasses import dataclass
from typing import ClassVar

from explorer.architecture.blocks import Block
from explorer.architecture.layers import Cost, Costed, Layer, Shape
from explorer.architecture.plan import Plan, Section
from explorer.gui.widgets.text.language import say
from explorer.sentences import Sentence

RUN = "…"


@dataclass(frozen=True, slots=True)
class RepeatedBlocks(Costed):
    """The equal blocks of a stage, from the block with the index `start` to the last, as one part."""

    section: Section
    start: int = 1

    @property
    def name(self) -> str:
        return f"{self.section.name}.{self.start}{RUN}"

    @property
    def block(self) -> Block:
        assert self.section.repeated is not None
        return self.section.repeated

    @property
    def count(self) -> int:
        return self.section.count - self.start

    @property
    def output(self) -> Shape:
        return self.block.output

    @property
    def receptive_field(self) -> int | None:
        return self.section.receptive_field

    @property
    def cost(self) -> Cost:  # type: ignore[override]  # computed here, a field in other parts
        return Cost().plus(self.block.cost, times=self.count)


@dataclass(frozen=True, slots=True)
class Broken:
    """The end of a network whose next stage cannot be built, and the reason."""

    name: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Gone(Costed):
    """A part that the baseline has and the design has not. Its cost is zero, so that differences add up."""

    was: "Part"
    cost = Cost()
    output: ClassVar[Shape] = ()
    receptive_field: ClassVar[int | None] = None

    @property
    def name(self) -> str:
        return self.was.name


Part = Section | RepeatedBlocks | Block | Layer | Broken | Gone
Pair = tuple[Part, Part | None]  # a part of the design and the part of the baseline in its place


def top_parts(plan: Plan) -> tuple[Part, ...]:
    """Return the sections of a plan, followed by a Broken part if the next one cannot be built."""
    if not plan.obstacles:
        return plan.sections
    return (*plan.sections, Broken(f"layer{len(plan.sections)}", plan.obstacles[0].reason))


def children(part: Part) -> tuple[Part, ...]:
    """Return what `part` consists of: a stage of its first block and the repeated others, a block of its layers."""
    match part:
        case Section():
            if part.count > 2:
                return part.block(0), RepeatedBlocks(part)
            return part.loose or tuple(part.blocks())
        case RepeatedBlocks():
            return tuple(part.section.block(index) for index in range(part.start, part.section.count))
        case Block():
            return part.layers
        case _:
            return ()


def top_pairs(plan: Plan, base: Plan) -> tuple[Pair, ...]:
    """Return the `top_parts` of `plan`, each with the part of the same name in the baseline `base`.

    Sections that only the baseline has stand before the head. They are left out while a stage cannot be built, as the
    design may have them again once it can.
    """
    parts = _pair_up(top_parts(plan), base.sections)
    kept, gone = parts[: len(plan.sections)], parts[len(plan.sections) :]
    return parts[: len(plan.sections) + 1] if plan.obstacles else (*kept[:-1], *gone, kept[-1])


def pairs(part: Part, before: Part | None) -> tuple[Pair, ...]:
    """Return the `children` of `part`, each with the one in its place in `before`, the baseline's part.

    Children that only `before` has come last, so that the differences of the children add up to that of the part.
    """
    parts = children(part)
    if before is None or not parts:
        return tuple((child, None) for child in parts)
    return _pair_up(parts, _folded_alike(part, before))


def _pair_up(parts: tuple[Part, ...], before: tuple[Part, ...]) -> tuple[Pair, ...]:
    """Pair `parts` with those of the same name in the baseline, then add the parts that only the baseline has.

    If a name occurs more than once, as that of a block's ReLU does, the first pairs with the first, and so on.
    """
    unpaired, paired = list(before), list[Pair]()
    for part in parts:
        partner = next((old for old in unpaired if old.name == part.name), None)
        paired.append((part, partner))
        if partner:
            unpaired.remove(partner)
    return *paired, *((Gone(old), old) for old in unpaired)


def _folded_alike(part: Part, before: Part) -> tuple[Part, ...]:
    """Return the children of `before`, its blocks folded from the same index on as those of `part`."""
    match part, before:
        case Section(count=count), Section(first=Block()):
            alone = 1 if count > 2 else count
            return _split_run(before, 0, alone)
        case RepeatedBlocks(section=section), RepeatedBlocks():
            return _split_run(before.section, 1, section.count)
        case _:
            return children(before)


def _split_run(section: Section, start: int, end: int) -> tuple[Part, ...]:
    """Return the blocks of a stage from `start` to before `end`, each by itself, and all later ones as one part."""
    alone = tuple(section.block(index) for index in range(start, min(end, section.count)))
    return (*alone, RepeatedBlocks(section, end)) if section.count > end else alone


def repeats(part: Part) -> str:
    """Return how many equal blocks `part` stands for, such as `×36` after two spaces, or an empty text for one."""
    if isinstance(part, Gone):
        return repeats(part.was)
    return f"  ×{part.count}" if isinstance(part, Section | RepeatedBlocks) and part.count > 1 else ""


def type_text(part: Part) -> str:
    """Return the type of `part` as torch or the field calls it."""
    match part:
        case Layer():
            return part.kind.text
        case Section(first=Block(kind=kind)):
            return kind
        case RepeatedBlocks():
            return block_text(part.block)
        case Block():
            return block_text(part)
        case Gone(was=was):
            return type_text(was)
        case _:
            return ""


def block_text(block: Block) -> str:
    """Return the words for how a block's input joins its output."""
    return say(block.way.words)


def find_part(plan: Plan, path: str) -> Part | None:
    """Return the part at `path`, or None if the plan has none."""
    name, _, rest = path.partition(".")
    section = next((section for section in plan.sections if section.name == name), None)
    if section is None or not rest:
        return section
    if rest.endswith(RUN):
        return RepeatedBlocks(section) if section.count > 2 else None
    if section.loose:
        return next((layer for layer in section.loose if layer.name == rest), None)
    number, _, layer_name = rest.partition(".")
    if not number.isdecimal() or int(number) >= section.count:
        return None
    block = section.block(int(number))
    return next((layer for layer in block.layers if layer.name == path), None) if layer_name else block
