"""Parts: what table rows and diagram slabs stand for, and finding one by its path.

Paths are the network's own names: `layer3`, `layer3.1`, `layer3.1.conv2`; `layer3.1…` is the run of equal blocks that
begins with `layer3.1`. Kept apart from views, so that table, diagram and totals agree by construction.
"""

from dataclasses import dataclass
from typing import ClassVar

from explorer.architecture.blocks import Block
from explorer.architecture.layers import Cost, Costed, Layer, Shape
from explorer.architecture.plan import Plan, Section
from explorer.gui.widgets.language import say
from explorer.sentences import Sentence

RUN = "…"


@dataclass(frozen=True, slots=True)
class RepeatedBlocks(Costed):
    """The equal blocks of a stage from its second on, or from a later one, as one."""

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
    def cost(self) -> Cost:  # type: ignore[override]  # derived, where others keep it
        return Cost().plus(self.block.cost, times=self.count)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the network ends because the next stage cannot be built."""

    name: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Gone(Costed):
    """Where the baseline has a part and the design has none: nothing, so that differences add up."""

    was: "Part"
    cost = Cost()
    output: ClassVar[Shape] = ()
    receptive_field: ClassVar[int | None] = None

    @property
    def name(self) -> str:
        return self.was.name


Part = Section | RepeatedBlocks | Block | Layer | Broken | Gone
Pair = tuple[Part, Part | None]  # a part and the baseline's in its place


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
                return part.block(0), RepeatedBlocks(part)
            return part.loose or tuple(part.blocks())
        case RepeatedBlocks():
            return tuple(part.section.block(index) for index in range(part.start, part.section.count))
        case Block():
            return part.layers
        case _:
            return ()


def top_pairs(plan: Plan, base: Plan) -> tuple[Pair, ...]:
    """The `top_parts` beside the baseline's; what it has beyond a stage that cannot be built may be there again."""
    parts = _pair_up(top_parts(plan), base.sections)
    kept, gone = parts[: len(plan.sections)], parts[len(plan.sections) :]
    return parts[: len(plan.sections) + 1] if plan.obstacles else (*kept[:-1], *gone, kept[-1])


def pairs(part: Part, before: Part | None) -> tuple[Pair, ...]:
    """The `children` of a part beside those of `before`, the baseline's part in its place.

    What `before` has more of comes last, so that the differences of the children add up to that of the part.
    """
    parts = children(part)
    return _pair_up(parts, _folded_alike(part, before)) if parts else ()


def _pair_up(parts: tuple[Part, ...], before: tuple[Part, ...]) -> tuple[Pair, ...]:
    """Parts beside those of the same name in the baseline, and then what only the baseline has.

    A name may come again, as that of a block's ReLU does: the first stands beside the first.
    """
    left, both = list(before), list[Pair]()
    for part in parts:
        stood = next((each for each in left if each.name == part.name), None)
        both.append((part, stood))
        if stood:
            left.remove(stood)
    return *both, *((Gone(each), each) for each in left)


def _folded_alike(part: Part, before: Part | None) -> tuple[Part, ...]:
    """The children of `before`, its blocks folded where those of `part` are: at the same block, however many follow."""
    match part, before:
        case Section(count=count), Section(first=Block()):
            alone = 1 if count > 2 else count
            return _split_run(before, 0, alone)
        case RepeatedBlocks(section=section), RepeatedBlocks():
            return _split_run(before.section, 1, section.count)
        case _:
            return children(before) if before else ()


def _split_run(section: Section, start: int, end: int) -> tuple[Part, ...]:
    """The blocks of a stage from `start` to before `end`, each by itself, and all that follow as one."""
    alone = tuple(section.block(index) for index in range(start, min(end, section.count)))
    return (*alone, RepeatedBlocks(section, end)) if section.count > end else alone


def repeats(part: Part) -> str:
    """How many equal blocks stand for one: `×36`, or nothing."""
    if isinstance(part, Gone):
        return repeats(part.was)
    return f"  ×{part.count}" if isinstance(part, Section | RepeatedBlocks) and part.count > 1 else ""


def type_text(part: Part) -> str:
    """What stands in a row, as torch or the field calls it."""
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
    """How a block's input joins its output."""
    return say(block.way.words)


def find_part(plan: Plan, path: str) -> Part | None:
    """The part at `path`, or None where the plan has none."""
    name, _, rest = path.partition(".")
    section = next((each for each in plan.sections if each.name == name), None)
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
