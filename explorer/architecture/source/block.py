"""The source of a residual block's class. No torch, no Qt.

The layers of a block come from the functions of `blocks.py`, called with symbols for widths and strides: a new block
needs no source of its own, and a kind of layer writes its own constructor.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from explorer.architecture.blocks import BLOCKS, IDENTITY, SHORTCUTS, Blueprint, Join, Steps, Wiring
from explorer.architecture.design import Design
from explorer.architecture.layers import Conv2d
from explorer.architecture.names import branch_convolutions
from explorer.architecture.plan import Plan
from explorer.architecture.source.lines import Lines, chain, indented
from explorer.architecture.source.symbol import Symbol


@dataclass(frozen=True, slots=True)
class Dialect:
    """The identifiers of a vocabulary in the source.

    `block` is the name of the class, or empty to derive it from the design; `shortcut` is the attribute that holds a
    projection's layers, or empty where they are numbered after the branch's: conv3, bn3.
    """

    block: str
    builder: str
    width: str
    out: str
    shortcut: str
    functional: bool

    def call(self, name: str) -> str:
        """Return the expression that calls the block's layer `name`."""
        return "relu" if self.functional and name == "relu" else f"self.{name}"


def sequence(kinds: list[str]) -> str:
    return f"nn.Sequential({', '.join(kinds)})"


def _wiring_of(design: Design, dialect: Dialect) -> Wiring:
    """Return the surroundings of a block in symbols; their values need only be valid."""
    return design.wiring(Symbol(64, "inputs"), Symbol(64, dialect.width), Symbol(2, "stride"))


def _shortcut_joins(plan: Plan) -> set[Join]:
    """Return what the shortcuts of the network add to its branches."""
    return {block.way.join for stage in plan.stages for block in (stage.first, stage.repeated) if block is not None}


class BlockSource:
    """The source of a block's class, in a dialect."""

    def __init__(self, plan: Plan, dialect: Dialect) -> None:
        self.design, self.dialect = plan.design, dialect
        wiring = _wiring_of(plan.design, dialect)
        kind = BLOCKS[plan.design.block]
        self._blueprint: Blueprint = kind.make(wiring)
        self.outputs = kind.expansion * wiring.width
        self._locals = self._name_products()
        chosen = SHORTCUTS[wiring.shortcut]
        changed = chosen.make(wiring, self.outputs)
        self.shortcut = changed if changed.join in _shortcut_joins(plan) else IDENTITY
        self._only_if_changed = not chosen.everywhere

    @property
    def class_name(self) -> str:
        return self.dialect.block or self.design.block.title().replace("-", "") + "Block"

    def _name_products(self) -> dict[str, str]:
        """Return variable names for the widths that are expressions."""
        widths = [str(kind.outputs) for _, kind in self._blueprint.branch if isinstance(kind, Conv2d)]
        names = {width: "mid" for width in widths if not width.isidentifier()}
        if not str(self.outputs).isidentifier():
            names[str(self.outputs)] = "outputs"
        return names

    def name(self, number: int) -> str:
        return self._locals.get(str(number), str(number))

    def write(self, kind: Any) -> str:
        """Write the constructor of a layer with the names of the block's variables."""
        values = {each.name: getattr(kind, each.name) for each in fields(kind)}
        named = {key: Symbol(value, self.name(value)) for key, value in values.items() if str(value) in self._locals}
        source: str = replace(kind, **named).source()
        return source

    def lines(self) -> Lines:
        """Return the whole class."""
        words = self.dialect
        return [
            f"class {self.class_name}(nn.Module):",
            f'    """{self._description()}"""',
            "",
            f"    def __init__(self, inputs: int, {words.width}: int, stride: int = 1) -> None:",
            "        super().__init__()",
            *indented(indented(self.layers())),
            "",
            "    def forward(self, x: Tensor) -> Tensor:",
            *indented(indented(self.way())),
        ]

    def _description(self) -> str:
        kernels = [f"{kind.kernel}×{kind.kernel}" for _, kind in self._blueprint.branch if isinstance(kind, Conv2d)]
        text = f"{', '.join(kernels[:-1])} and {kernels[-1]}" if len(set(kernels)) > 1 else f"{kernels[0]}"
        if self._blueprint.before:
            return f"{text} convolutions, each after its norm and ReLU."
        last = "convolution" if self.shortcut.join is Join.NONE else "sum"
        return f"{text} convolutions, each with its norm; the last ReLU follows the {last}."

    def layers(self) -> Iterator[str]:
        """Yield the statements that make the block's layers, in the order in which the layers run."""
        before, branch, after = self._blueprint
        for product, name in self._locals.items():
            yield f"{name} = {product}"
        written: set[str] = set()
        for steps, joins in ((before, bool(before)), (branch, not before), (after, False)):
            for name, kind in steps:
                if self.dialect.call(name) == f"self.{name}" and name not in written:
                    yield f"self.{name} = {self.write(kind)}"
                written.add(name)
            if joins:
                yield from self._shortcut_layers()

    def _shortcut_layers(self) -> Iterator[str]:
        outputs = self.name(self.outputs)
        if self.shortcut.statements:
            yield from (line.format(outputs=outputs) for line in self.shortcut.statements.constructor)
        made = [f"self.{name} = {value}" for name, value in self._projection().items()]
        if made and self._only_if_changed:
            yield f"{made[0].partition(' ')[0]} = None"
            yield f"if stride != 1 or inputs != {outputs}:"
            made = indented(made)
        yield from made

    def _projection(self) -> dict[str, str]:
        """Return the attributes that hold the shortcut's layers, each with its constructor."""
        kinds = [kind for _, kind in self.shortcut.steps]
        if kinds and self.dialect.shortcut:
            return {self.dialect.shortcut: sequence(list(map(self.write, kinds)))}
        return {f"{kind.short}{branch_convolutions(self.design) + 1}": self.write(kind) for kind in kinds}

    def way(self) -> Iterator[str]:
        """Yield the statements of `forward`."""
        before, branch, after = self._blueprint
        out, start = self.dialect.out, "x"
        if before:
            start = "start"
            yield f"start = {self.run(before, 'x')}"
        *first, last = _groups(branch)
        value = start
        for steps in first:
            yield f"{out} = {self.run(steps, value)}"
            value = out
        value = self.run(last, value)
        if self.shortcut.join is not Join.NONE:
            yield f"{out} = {value}"
            yield from self._shortcut_way(start)
            value = f"{out} + x"
        yield f"return {self.run(after, value)}"

    def _shortcut_way(self, start: str) -> Iterator[str]:
        """Yield the statements that give `x` the shape of the sum."""
        if self.shortcut.statements:
            yield from self.shortcut.statements.forward
        elif names := list(self._projection()):
            change = f"x = {chain((f'self.{name}' for name in names), start)}"
            if self._only_if_changed:
                yield f"if self.{names[0]} is not None:"
                change = indented([change])[0]
            yield change

    def run(self, steps: Steps, value: str) -> str:
        return chain((self.dialect.call(name) for name, _ in steps), value)

    def zeroed(self) -> list[str]:
        """Return the values to zero so that a block starts as the identity; a norm's shift is zero from the start."""
        name, kind = self._blueprint.branch[-1]
        return [f"{name}.weight", f"{name}.bias"] if isinstance(kind, Conv2d) and kind.bias else [f"{name}.weight"]


def _groups(steps: Steps) -> list[Steps]:
    """Group the steps, each convolution with what follows it."""
    found: list[Steps] = []
    for step in steps:
        if isinstance(step[1], Conv2d) or not found:
            found.append(())
        found[-1] += (step,)
    return found
