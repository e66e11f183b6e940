"""Plan -> standalone PyTorch source, as one would write it for that very design. No torch, no Qt.

Statements are put together one a line; `layout.py` breaks those that are too long.
"""

from collections.abc import Iterator

from explorer.architecture.block_source import BlockSource, Dialect, constructor, sequence
from explorer.architecture.compare import shape_text
from explorer.architecture.design import Design
from explorer.architecture.layers import Layer, Linear
from explorer.architecture.layout import Lines, chain, indented, laid_out
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.notation import to_line
from explorer.architecture.plan import Plan, Section
from explorer.architecture.reading import Complaint, Refused

DIALECTS = {
    "torchvision": Dialect("", "make_layer", "width", "stride", "out", "downsample", functional=False),
    "chapter": Dialect("Residual", "resnet_block", "channels", "strides", "y", "", functional=True),
    "paper": Dialect("", "make_stage", "width", "stride", "out", "projection", functional=False),
}
Part = tuple[str, str]  # an attribute or variable, and the expression that makes it


def python_source(plan: Plan, vocabulary: str = "torchvision") -> str:
    """A module that needs torch alone and defines `build() -> nn.Module`.

    In torchvision's vocabulary the parameters have the names of `engine/model.py`, in the others the same order. Raises
    Refused, a ValueError, for a plan with obstacles.
    """
    if plan.obstacles:
        raise Refused(*(Complaint(where, str(reason)) for where, reason in plan.obstacles))
    dialect = DIALECTS[vocabulary]
    block = BlockSource(plan, dialect)
    weights = initial_weights(plan.design, block)
    body = [block.lines(), builder(plan.design, dialect)]
    if vocabulary == "chapter":
        body.append(build("net", list(sequential_network(plan)), weights))
    else:
        body += [network_class(plan, vocabulary), build("model", ["model = ResNet()"], weights)]
    lines = imports(block)
    for each in body:
        lines += ["", "", *laid_out(each)]
    return "\n".join([*heading(plan), "", *lines, ""])


def heading(plan: Plan) -> Lines:
    """The module's docstring."""
    size = shape_text(plan.design.input)
    return [
        f'"""{title(plan.design)}',
        "",
        to_line(plan.design),
        "",
        f"{plan.params:,} parameters; {plan.macs:,} multiply–accumulates for an image of {size}.",
        '"""',
    ]


def title(design: Design) -> str:
    """The design's name, without what would end or upset a docstring."""
    letters = design.name.replace('"', "'").replace("\\", "/")
    return " ".join("".join(each if each.isprintable() else " " for each in letters).split()) or "A residual network."


def imports(block: BlockSource) -> Lines:
    functions = [
        name
        for name, used in (("pad", block.shortcut.kind == "pad"), ("relu", block.dialect.functional))
        if used
    ]
    rest = [f"from torch.nn.functional import {', '.join(functions)}"] if functions else []
    return ["from torch import Tensor, nn", *rest]


def builder(design: Design, dialect: Dialect) -> Lines:
    """A function that makes a stage."""
    block = dialect.block_of(design)
    width, stride = dialect.width, dialect.stride
    outputs = BlockSource_outputs
    return [
        f"def {dialect.builder}(inputs: int, {width}: int, blocks: int, {stride}: int = 1) -> nn.Module:",
        f'    """A stage: blocks of one width, of which the first may change the shape."""',
        f"    first = {block}(inputs, {width}, {stride})",
        f"    rest = ({block}({outputs}, {width}) for _ in range(blocks - 1))",
        "    return nn.Sequential(first, *rest)",
    ]
