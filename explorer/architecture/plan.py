"""Plan: every layer of a design, with shapes and costs; all other packages read it. No torch, no Qt.

A stage is stored as (first block, repeated block, count), and the other blocks are made on demand, so a stage of 500
blocks costs as much as one of two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from explorer.architecture.blocks import BLOCKS, Block, CannotBuild, Steps, build_block, stem_steps
from explorer.architecture.design import Design
from explorer.architecture.layers import (
    AdaptiveAvgPool2d,
    BatchNorm2d,
    Cost,
    Costed,
    Layer,
    Linear,
    ReLU,
    Shape,
    Signal,
    cost_of,
    propagate,
)
from explorer.sentences import Sentence, translatable


class Obstacle(NamedTuple):
    """Why the design cannot be built; `where` is a path in the design such as `stages[2].width`."""

    where: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class Section(Costed):
    """The stem, a stage or the head. Stem and head have `loose` layers, a stage has `count` blocks."""

    name: str
    input: Shape
    output: Shape
    receptive_field: int | None
    cost: Cost
    loose: tuple[Layer, ...] = ()
    first: Block | None = None
    repeated: Block | None = None
    count: int = 0

    def block(self, index: int) -> Block:
        """Return the block `index`, from 0; after the second, each block's receptive field grows by the same amount."""
        assert self.first is not None
        assert 0 <= index < self.count
        if index == 0:
            return self.first
        assert self.repeated is not None
        growth = self.repeated.receptive_field - self.first.receptive_field
        return self.repeated.at(f"{self.name}.{index}", (index - 1) * growth)

    def blocks(self) -> Iterator[Block]:
        return map(self.block, range(self.count))

    def layers(self) -> Iterator[Layer]:
        """Yield every leaf layer in the order of execution."""
        yield from self.loose
        for block in self.blocks():
            yield from block.layers


@dataclass(frozen=True, slots=True)
class Plan(Costed):
    """The layers of a design. If it cannot be built, `sections` end before the first obstacle; `obstacles` say why."""

    design: Design
    sections: tuple[Section, ...]
    obstacles: tuple[Obstacle, ...]
    cost: Cost
    receptive_field: int

    @property
    def output(self) -> Shape:
        return self.sections[-1].output

    @property
    def stages(self) -> tuple[Section, ...]:
        """Return the sections that hold blocks, in the order of the design's stages."""
        return tuple(section for section in self.sections if section.name.startswith("layer"))

    def layers(self) -> Iterator[Layer]:
        """Yield every leaf layer in the order of execution."""
        for section in self.sections:
            yield from section.layers()

    def tensors(self) -> dict[str, Shape]:
        """Return the shape of each entry of the network's state_dict by its name, in the order of execution."""
        return {
            f"{layer.name}.{name}": shape for layer in self.layers() for name, shape in layer.kind.tensors().items()
        }


def _plan_loose(name: str, steps: Steps, signal: Signal) -> tuple[Section, Signal]:
    layers, end = propagate(signal, steps)
    section = Section(
        name=name,
        input=signal.shape,
        output=end.shape,
        receptive_field=end.field,
        cost=cost_of(layers),
        loose=layers,
    )
    return section, end


def _plan_stage(design: Design, index: int, signal: Signal) -> tuple[Section, Signal]:
    """Plan the design's stage `index` for `signal`; return it and the signal after it. Raises CannotBuild."""
    stage = design.stages[index]
    name = f"layer{index + 1}"
    start, cost, blocks = signal, Cost(), []
    for number in range(min(stage.blocks, 2)):
        wiring = design.wiring(signal.shape[0], stage.width, 1 if number else stage.stride)
        block, signal = build_block(f"{name}.{number}", design.block, wiring, signal)
        cost = cost.plus(block.cost, times=stage.blocks - 1 if number else 1)
        blocks.append(block)
    if len(blocks) == 2:  # the blocks between the second and the last see more and more
        growth = blocks[1].receptive_field - blocks[0].receptive_field
        further = (stage.blocks - 2) * growth // 2  # at either end: with stride 1 their kernels are odd
        signal = signal.spread(further, further)
    first, repeated = (*blocks, None, None)[:2]
    section = Section(
        name=name,
        input=start.shape,
        output=signal.shape,
        receptive_field=signal.field,
        cost=cost,
        first=first,
        repeated=repeated,
        count=stage.blocks,
    )
    return section, signal


def plan_network(design: Design) -> Plan:
    """Plan `design`; never raises: what cannot be built is left out and named in `obstacles`."""
    preactivation = design.preactivation
    # The first block of a pre-activation network starts with norm and ReLU itself; its `relu` is the one of the head.
    relu = "relu" if not preactivation else "relu1" if design.stem_norm else ""
    stem = stem_steps(design.stem, design.input[0], design.stem_width, design.conv_bias, relu)
    section, signal = _plan_loose("stem", stem, Signal(design.input))
    sections, obstacles = [section], []
    if not any(stage.blocks for stage in design.stages):
        reason = translatable("The network has no blocks. Add a block to at least one stage.")
        obstacles.append(Obstacle("stages", Sentence(reason)))
    for index, stage in enumerate(design.stages):
        try:
            section, signal = _plan_stage(design, index, signal)
        except CannotBuild as error:
            where = error.field.replace("stage.", f"stages[{index}].")
            obstacles.append(Obstacle(where, error.reason))
            signal = signal._replace(shape=(BLOCKS[design.block].expansion * stage.width, *signal.shape[1:]))
        if not obstacles:
            sections.append(section)
    field = signal.field if not obstacles else sections[-1].receptive_field
    assert field is not None
    if not obstacles:
        features = signal.shape[0]
        norm: Steps = (("norm", BatchNorm2d(features)), ("relu", ReLU())) if preactivation and design.final_norm else ()
        head = (*norm, ("avgpool", AdaptiveAvgPool2d()), ("fc", Linear(features, design.classes)))
        section, _ = _plan_loose("head", head, signal)
        sections.append(section)
    total = Cost()
    for section in sections:
        total = total.plus(section.cost)
    return Plan(design=design, sections=tuple(sections), obstacles=tuple(obstacles), cost=total, receptive_field=field)


def costs_by_blocks(plan: Plan, index: int, counts: Iterable[int]) -> tuple[Cost, ...]:
    """Return what the whole network would cost if its stage `index` had each of `counts` blocks, one at least.

    Every block after the first costs the same, so no network is planned for a stage of two or more. Empty if the
    network cannot be built.
    """
    if plan.design.stages[index].blocks < 2:
        plan = plan_network(plan.design.with_stage(index, blocks=2))
    if plan.obstacles:
        return ()
    stage = plan.stages[index]
    assert stage.repeated is not None
    return tuple(plan.cost.plus(stage.repeated.cost, times=count - stage.count) for count in counts)
