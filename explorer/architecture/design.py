"""Design: all that the user chooses about a network, as one frozen value. No torch, no Qt.

Bounds, choices and labels are in the annotations; the reader of files, the command line and the form are derived
from them. Two designs are equal when they describe the same network: the name does not count.
"""

from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from annotated_types import Interval, Len

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, STEMS, Wiring
from explorer.fields import Label, OneOf
from explorer.sentences import explained, translatable

MAX_BLOCKS = 512  # per stage
_MAX_WIDTH = 8192
MAX_STAGES = 8


@dataclass(frozen=True, slots=True)
class Stage:
    """Equal blocks one after the other; the first one has the stride. `width` is a bottleneck's inner width."""

    blocks: Annotated[
        int,
        Interval(ge=0, le=MAX_BLOCKS),
        Label(translatable("Blocks"), translatable("Number of residual blocks in this stage.")),
    ]
    width: Annotated[
        int,
        Interval(ge=1, le=_MAX_WIDTH),
        Label(translatable("Width"), translatable("Channels of the blocks; a bottleneck outputs four times as many.")),
    ]
    stride: Annotated[
        int,
        Interval(ge=1, le=8),
        Label(
            translatable("Stride"),
            translatable("Factor by which the first block of the stage reduces height and width."),
        ),
    ] = 1

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Design:
    """A residual network, from the input's (channels, height, width) to the number of classes."""

    input: Annotated[
        tuple[
            Annotated[int, Interval(ge=1, le=16)],
            Annotated[int, Interval(ge=1, le=4096)],
            Annotated[int, Interval(ge=1, le=4096)],
        ],
        Label(translatable("Input"), translatable("Channels × height × width of the images.")),
    ]
    classes: Annotated[
        int,
        Interval(ge=2, le=100_000),
        Label(translatable("Classes"), translatable("Number of classes that the network distinguishes.")),
    ]
    stages: Annotated[tuple[Stage, ...], Len(1, MAX_STAGES)]
    name: Annotated[str, Len(0, 80)] = field(default="", compare=False)
    stem: Annotated[
        str,
        OneOf(tuple(STEMS)),
        Label(translatable("Stem"), explained({name: kind.help for name, kind in STEMS.items()})),
    ] = "imagenet"
    stem_width: Annotated[
        int,
        Interval(ge=1, le=_MAX_WIDTH),
        Label(translatable("Stem width"), translatable("Output channels of the stem."), rare=True),
    ] = 64
    stem_norm: Annotated[
        bool,
        Label(
            translatable("Norm in stem"),
            translatable("Pre-activation networks: norm and ReLU in the stem as well."),
            rare=True,
        ),
    ] = False
    block: Annotated[
        str,
        OneOf(tuple(BLOCKS)),
        Label(translatable("Block"), explained({name: kind.help for name, kind in BLOCKS.items()})),
    ] = "basic"
    shortcut: Annotated[
        str,
        OneOf(tuple(SHORTCUTS)),
        Label(translatable("Shortcut"), explained({name: kind.help for name, kind in SHORTCUTS.items()})),
    ] = "projection"
    shortcut_norm: Annotated[
        bool,
        Label(
            translatable("Norm on shortcut"),
            translatable("Batch norm after the 1×1 convolution of a shortcut."),
            rare=True,
        ),
    ] = True
    conv_bias: Annotated[
        bool,
        Label(
            translatable("Biases"),
            translatable("Convolutions have a bias, as in the chapter; the norm after them cancels it."),
            rare=True,
        ),
    ] = False
    groups: Annotated[
        int,
        Interval(ge=1, le=1024),
        Label(
            translatable("Groups"),
            translatable("Number of groups in a bottleneck's 3×3 convolution (ResNeXt)."),
            rare=True,
        ),
    ] = 1
    group_width: Annotated[
        int,
        Interval(ge=1, le=1024),
        Label(
            translatable("Group width"),
            translatable("Inner width of a bottleneck = width × group width / 64 × groups (wide ResNet: 128)."),
            rare=True,
        ),
    ] = 64
    stride_on: Annotated[
        str,
        OneOf(("3x3", "1x1")),
        Label(
            translatable("Stride on"),
            explained(
                {
                    "3x3": translatable("a bottleneck's 3×3 convolution, as in torchvision (v1.5)."),
                    "1x1": translatable("a bottleneck's first 1×1 convolution, as in the paper (v1)."),
                }
            ),
            rare=True,
        ),
    ] = "3x3"
    final_norm: Annotated[
        bool,
        Label(
            translatable("Final norm"),
            translatable("Pre-activation networks: norm and ReLU before the head."),
            rare=True,
        ),
    ] = True
    zero_init: Annotated[
        bool,
        Label(
            translatable("Start as identity"),
            translatable("The last layer of every residual branch starts at zero."),
            rare=True,
        ),
    ] = False
    init: Annotated[
        str,
        OneOf(("he", "xavier")),
        Label(
            translatable("Initial weights"),
            explained(
                {
                    "he": translatable("normal, by fan out."),
                    "xavier": translatable("uniform, by both fans, as in the chapter."),
                }
            ),
            rare=True,
        ),
    ] = "he"

    __pydantic_config__ = {"extra": "forbid"}

    @property
    def preactivation(self) -> bool:
        return BLOCKS[self.block].preactivation

    @property
    def plain(self) -> bool:
        """Return whether its blocks have no shortcut."""
        return SHORTCUTS[self.shortcut].plain

    def wiring(self, inputs: int, width: int, stride: int) -> Wiring:
        """Return the surroundings of a block of this design with `inputs` input channels."""
        return Wiring(
            inputs=inputs,
            width=width,
            stride=stride,
            bias=self.conv_bias,
            groups=self.groups,
            group_width=self.group_width,
            stride_on=self.stride_on,
            shortcut=self.shortcut,
            shortcut_norm=self.shortcut_norm and not self.preactivation,
        )

    def change(self, **changes: Any) -> "Design":
        """Return a copy with other values; keys as in a design file."""
        return replace(self, **changes)

    def with_stage(self, index: int, **changes: int) -> "Design":
        """Return a copy whose stage `index` (from 0) has other values."""
        stages = list(self.stages)
        stages[index] = replace(stages[index], **changes)
        return replace(self, stages=tuple(stages))

    @property
    def can_add_stage(self) -> bool:
        return len(self.stages) < MAX_STAGES

    @property
    def can_remove_stage(self) -> bool:
        return len(self.stages) > 1

    def without_stage(self, index: int) -> "Design":
        """Return a copy without the stage `index`; it must have another one."""
        return replace(self, stages=(*self.stages[:index], *self.stages[index + 1 :]))

    def with_stage_moved(self, index: int, place: int) -> "Design":
        """Return a copy whose stage `index` has become, as it is, the stage `place`."""
        stages = list(self.stages)
        stages.insert(place, stages.pop(index))
        return replace(self, stages=tuple(stages))

    def with_stage_after(self, index: int) -> "Design":
        """Return a copy with another stage after the stage `index`.

        After the last one it is the next one; between two it repeats the first of them with stride 1, so that every
        shape stays as it is.
        """
        if index == len(self.stages) - 1:
            return self.with_next_stage()
        stage = self.stages[index]
        between = Stage(blocks=max(1, stage.blocks), width=stage.width)
        return replace(self, stages=(*self.stages[: index + 1], between, *self.stages[index + 1 :]))

    def with_next_stage(self) -> "Design":
        """Return a copy with another stage: like the last one, but twice as wide at half the size, as in ResNets."""
        last = self.stages[-1]
        stage = Stage(blocks=max(1, last.blocks), width=min(2 * last.width, _MAX_WIDTH), stride=2)
        return replace(self, stages=(*self.stages, stage))
