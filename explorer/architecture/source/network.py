"""Plan -> standalone PyTorch source, as written by hand for that design. No torch, no Qt.

Statements are written one per line; `lines.py` breaks those that are too long.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from explorer.architecture.blocks import Join
from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.architecture.names import VOCABULARIES, Name
from explorer.architecture.notation import to_line
from explorer.architecture.plan import Plan
from explorer.architecture.source.block import BlockSource, Dialect, sequence
from explorer.architecture.source.lines import Lines, chain, indented, laid_out
from explorer.validation import Complaint, Refused

_INITS = {
    "he": ("nn.Conv2d", 'nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")'),
    "xavier": ("nn.Conv2d | nn.Linear", "nn.init.xavier_uniform_(module.weight)"),
}
DIALECTS = {
    "torchvision": Dialect(
        block="", builder="make_layer", width="width", out="out", shortcut="downsample", functional=False
    ),
    "chapter": Dialect(
        block="Residual", builder="resnet_block", width="channels", out="y", shortcut="", functional=True
    ),
    "paper": Dialect(block="", builder="make_stage", width="width", out="out", shortcut="projection", functional=False),
}
_Part = tuple[str, str]  # an attribute or a variable, and the expression that makes it


def python_source(plan: Plan, vocabulary: str = "torchvision") -> str:
    """Return a module that needs only torch and defines `build() -> nn.Module`.

    In torchvision's vocabulary the parameters have the names of `engine/model.py`, in the others only the same order.
    Raises Refused, a ValueError, for a plan with obstacles.
    """
    if plan.obstacles:
        raise Refused(*(Complaint(where, reason) for where, reason in plan.obstacles))
    block = BlockSource(plan, DIALECTS[vocabulary])
    body = [block.lines(), _builder(block)]
    if vocabulary == "chapter":
        body.append(_build(block, "net", _sequential_network(plan, block)))
    else:
        body.append(_network_class(plan, block, VOCABULARIES[vocabulary]))
        body.append(_build(block, "model", ["model = ResNet()"]))
    lines = _heading(plan) + _imports(block)
    for definition in body:
        lines += ["", "", *laid_out(definition)]
    return "\n".join([*lines, ""])


WRITERS: dict[str, Callable[[Plan, str], str]] = {"python": python_source}  # by the name of an export format


def block_source(plan: Plan, vocabulary: str = "torchvision") -> str:
    """Return the class of the plan's blocks alone."""
    return "\n".join(laid_out(BlockSource(plan, DIALECTS[vocabulary]).lines()))


def _heading(plan: Plan) -> Lines:
    """Return the module's docstring."""
    size = shape_text(plan.design.input)
    return [
        f'"""{_title(plan.design)}',
        "",
        to_line(plan.design),
        f"{plan.params:,} parameters, {plan.macs:,} MACs per image of {size}.",
        '"""',
        "",
    ]


def _title(design: Design) -> str:
    """Return the design's name without characters that would end or break a docstring."""
    letters = design.name.replace('"', "'").replace("\\", "/")
    return " ".join("".join(each if each.isprintable() else " " for each in letters).split()) or "A residual network"


def _imports(block: BlockSource) -> Lines:
    functions = list(block.shortcut.statements.functions) if block.shortcut.statements else []
    functions += ["relu"] if block.dialect.functional else []
    rest = [f"from torch.nn.functional import {', '.join(functions)}"] if functions else []
    return ["from torch import Tensor, nn", *rest]


def _builder(block: BlockSource) -> Lines:
    """Return the function that makes a stage."""
    words = block.dialect
    return [
        f"def {words.builder}(inputs: int, {words.width}: int, blocks: int, stride: int = 1) -> nn.Module:",
        '    """Blocks of one width, the first of which may change the shape."""',
        f"    first = {block.class_name}(inputs, {words.width}, stride)",
        f"    rest = ({block.class_name}({block.outputs}, {words.width}) for _ in range(blocks - 1))",
        "    return nn.Sequential(first, *rest)",
    ]


def _stem_parts(plan: Plan, name_of: Name) -> Iterator[_Part]:
    """Yield the stem's parts; layers whose names share a prefix are one sequence."""
    named = ((*name_of(plan.design, layer.name).partition("."), layer) for layer in plan.sections[0].loose)
    for part, layers in groupby(named, key=itemgetter(0)):
        rests, made = zip(*((rest, layer.kind.source()) for _, _, rest, layer in layers), strict=True)
        yield part, sequence(list(made)) if any(rests) else made[0]


def _stage_parts(plan: Plan, block: BlockSource, name_of: Name) -> Iterator[_Part]:
    """Yield a call of the builder for each stage that has blocks."""
    for stage, section in zip(plan.design.stages, plan.stages, strict=True):
        if section.count:
            stride = f", stride={stage.stride}" if stage.stride != 1 else ""
            call = f"{block.dialect.builder}({section.input[0]}, {stage.width}, blocks={section.count}{stride})"
            yield name_of(plan.design, section.name), call


def _head_parts(plan: Plan, name_of: Name) -> Iterator[_Part]:
    for layer in plan.sections[-1].loose:
        yield name_of(plan.design, layer.name), layer.kind.source()


def _network_class(plan: Plan, block: BlockSource, name_of: Name) -> Lines:
    """Return a class whose parts are attributes."""
    stem, head = list(_stem_parts(plan, name_of)), list(_head_parts(plan, name_of))
    stages = list(_stage_parts(plan, block, name_of))
    *activation, pool, classifier = [f"self.{name}" for name, _ in head]
    way = [[f"self.{name}" for name, _ in stem], *([f"self.{name}"] for name, _ in stages), activation]
    return [
        "class ResNet(nn.Module):",
        '    """A stem, stages of residual blocks, and a head."""',
        "",
        "    def __init__(self) -> None:",
        "        super().__init__()",
        *(f"        self.{name} = {made}" for name, made in (*stem, *stages, *head)),
        "",
        "    def forward(self, x: Tensor) -> Tensor:",
        *(f"        x = {chain(calls, 'x')}" for calls in way if calls),
        f"        return {classifier}({pool}(x).flatten(1))",
    ]


def _sequential_network(plan: Plan, block: BlockSource) -> Iterator[str]:
    """Yield the chapter's network: its parts in variables, then in one sequence."""
    name_of = VOCABULARIES["chapter"]
    stages = list(_stage_parts(plan, block, name_of))
    first = next(section.first for section in plan.stages if section.first)
    variables = [*_stem_parts(plan, name_of), *stages]
    for name, made in variables:
        if name == stages[0][0] and first.way.join is Join.PROJECTION:
            yield "# Unlike the chapter's, this first stage begins with a 1×1 on its shortcut."
        yield f"{name} = {made}"
    head = [made for _, made in _head_parts(plan, name_of)]
    yield f"net = {sequence([*(name for name, _ in variables), *head[:-1], 'nn.Flatten()', head[-1]])}"


def _build(block: BlockSource, variable: str, network: Iterable[str]) -> Lines:
    """Return the function `build`; the statements of `network` assign `variable`."""
    return [
        "def build() -> nn.Module:",
        '    """The network with its initial weights."""',
        *indented((*network, *_initial_weights(block, variable), f"return {variable}")),
    ]


def _initial_weights(block: BlockSource, variable: str) -> Iterator[str]:
    kinds, draw = _INITS[block.design.init]
    yield f"for module in {variable}.modules():"
    yield f"    if isinstance(module, {kinds}):"
    yield f"        {draw}"
    if block.design.zero_init:
        yield f"for module in {variable}.modules():"
        yield f"    if isinstance(module, {block.class_name}):  # its branch starts at zero"
        yield from (f"        nn.init.zeros_(module.{name})" for name in block.zeroed())
