"""The cases in which a block is compared, and the expected block in each of them. No Qt."""

from contextlib import suppress
from dataclasses import dataclass, replace

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, Block, CannotBuild, Join, build_block
from explorer.architecture.design import Design
from explorer.architecture.layers import Signal
from explorer.engine.model import ResidualBlock
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused

_SIDES = (8, 6)  # height and width of the maps
_WIDTHS = (6, 64)  # channels of a block; the second where the groups of a design ask for more


@dataclass(frozen=True)
class Case:
    """Arguments of a block, and the block of the plan that they stand for; `brief` leaves out those with a default."""

    block: Block
    width: int
    projected: bool
    brief: bool

    @property
    def inputs(self) -> int:
        return self.block.input[0]

    @property
    def stride(self) -> int:
        return self.block.stride

    @property
    def follows_shape(self) -> bool:
        """Return whether there is a 1×1 convolution just where the block changes the shape."""
        return self.projected == (self.block.input != self.block.output)

    def make(self) -> ResidualBlock:
        return ResidualBlock(self.block)

    @property
    def words(self) -> Sentence:
        if self.projected:
            what = translatable("with the 1×1 convolution, {inputs} → {outputs} channels, stride {stride}")
        else:
            what = translatable("without the 1×1 convolution, {inputs} → {outputs} channels, stride {stride}")
        return Sentence(what, {"inputs": self.inputs, "outputs": self.block.output[0], "stride": self.stride})


def cases_of(design: Design) -> tuple[Case, ...]:
    """Return the cases of a design's kind of block: every shortcut and stride that it has. Raises Refused."""
    small, large = _WIDTHS
    with suppress(CannotBuild):
        return _cases(design, small)
    try:
        return _cases(design, large)
    except CannotBuild as error:
        raise Refused(Complaint(error.field, error.reason)) from None


def _cases(design: Design, width: int) -> tuple[Case, ...]:
    outputs = BLOCKS[design.block].expansion * width
    half = BLOCKS[design.block].expansion * width // 2
    asked = (
        (outputs, width, False, 1, True),
        (half, width // 2, False, 1, False),
        (half, width, True, 2, False),
        (half, width, True, 1, False),
        (outputs, width, True, 1, False),
        (outputs, width, True, 2, False),
    )
    found = []
    for inputs, own_width, projected, stride, brief in asked:
        block = _block(design, inputs, own_width, projected, stride)
        is_identity = block.way.join is Join.IDENTITY
        if projected is not is_identity or block.way.join is Join.NONE:
            found.append(Case(block, own_width, projected, brief))
    return tuple(found)


def _block(design: Design, inputs: int, width: int, projected: bool, stride: int) -> Block:
    wiring = design.wiring(inputs, width, stride)
    wiring = replace(wiring, shortcut=_shortcut(wiring.shortcut, everywhere=projected))
    block, _ = build_block("block", design.block, wiring, Signal((inputs, *_SIDES)))
    return block


def _shortcut(name: str, everywhere: bool) -> str:
    """Return the kind of shortcut with the layers of `name` that is used everywhere or not, `name` if there is none."""
    make = SHORTCUTS[name].make
    alike = (other for other, kind in SHORTCUTS.items() if kind.make is make and kind.everywhere is everywhere)
    return next(alike, name)
