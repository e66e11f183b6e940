"""Columns of a comparison: the figures of a design, of a run, or of a network that is no design. No torch, no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from explorer.architecture.conventions import CONVENTIONS, convolutions, counts
from explorer.architecture.design import Design
from explorer.architecture.differences import differences, signed_count
from explorer.architecture.identity import IdentityVerdict
from explorer.architecture.known import likeness
from explorer.architecture.layers import Shape
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.nesting import containment
from explorer.architecture.plan import Plan, Section
from explorer.runs.folder.run import Run
from explorer.runs.questions.networks import OutsideNetwork
from explorer.sentences import Sentence, translatable

OUTSIDE = {  # torchvision's classifiers without attention, one or two of each family: it has others
    "googlenet": "GoogLeNet",
    "inception_v3": "Inception v3",
    "alexnet": "AlexNet",
    "vgg11": "VGG-11",
    "vgg16": "VGG-16",
    "vgg16_bn": "VGG-16 (norms)",
    "squeezenet1_1": "SqueezeNet 1.1",
    "densenet121": "DenseNet-121",
    "mobilenet_v2": "MobileNet v2",
    "mobilenet_v3_small": "MobileNet v3 small",
    "shufflenet_v2_x1_0": "ShuffleNet v2",
    "mnasnet1_0": "MNASNet",
    "efficientnet_b0": "EfficientNet-B0",
    "regnet_y_400mf": "RegNetY-400MF",
    "convnext_tiny": "ConvNeXt tiny",
}


@dataclass(frozen=True, slots=True)
class Part:
    """The stem, one of the modules, or the head: its own name, and the chapter's where the chapter has one."""

    name: str
    chapter: str
    holds: str
    output: Shape
    params: int
    macs: int


@dataclass(frozen=True, slots=True)
class Column:
    """One network of a comparison; `known` says what it is, `macs` are by convention, None where one does not apply.

    `plan` is there for a design, which alone has a field and a depth; `accuracy` is that of a run.
    """

    name: str
    known: Sentence
    input: Shape
    classes: int
    params: int
    macs: Mapping[str, int | None]
    activation_bytes: int
    receptive_field: int | None
    depth: int | None
    convolutions: int
    parts: tuple[Part, ...]
    accuracy: float | None = None
    plan: Plan | None = None
    note: Sentence | None = None


def column_of_plan(name: str, plan: Plan, accuracy: float | None = None) -> Column:
    """Return the column of a design, or of a run of it with its best accuracy."""
    return Column(
        name=name,
        known=likeness(plan.design).sentence,
        input=plan.design.input,
        classes=plan.design.classes,
        params=plan.params,
        macs=counts(plan),
        activation_bytes=plan.activation_bytes,
        receptive_field=plan.receptive_field,
        depth=plan.depth,
        convolutions=convolutions(plan),
        parts=tuple(_part_of(plan.design, section) for section in plan.sections),
        accuracy=accuracy,
        plan=plan,
    )


def _part_of(design: Design, section: Section) -> Part:
    layers = ", ".join(layer.type for layer in section.loose)
    return Part(
        name=section.name,
        chapter="" if section.name == "head" else VOCABULARIES["chapter"](design, section.name),
        holds=layers or f"{section.count} {design.block}",
        output=section.output,
        params=section.params,
        macs=section.macs,
    )


def column_of_run(run: Run, plan: Plan) -> Column:
    return column_of_plan(run.name or run.id, plan, run.best_accuracy)


def column_of_outside(name: str, network: OutsideNetwork) -> Column:
    """Return the column of a network of torchvision."""
    given = {"macs": network.macs, "torchinfo": network.mult_adds, "flops": 2 * network.macs}
    is_googlenet = network.network == "googlenet"
    last = len(network.parts) - 1
    return Column(
        name=name,
        known=Sentence(translatable("torchvision's {name}"), {"name": OUTSIDE.get(network.network, network.network)}),
        input=network.input,
        classes=network.classes,
        params=network.params,
        macs={key: given.get(key) for key in CONVENTIONS},
        activation_bytes=network.activation_bytes,
        receptive_field=None,
        depth=None,
        convolutions=network.convolutions,
        parts=tuple(
            Part(
                name=part.name,
                chapter=f"b{number + 1}" if is_googlenet and number < last else "",
                holds=part.holds,
                output=part.output,
                params=part.params,
                macs=part.macs,
            )
            for number, part in enumerate(network.parts)
        ),
        note=_GOOGLENET if is_googlenet and network.norms else None,
    )


_GOOGLENET = Sentence(
    translatable(
        "torchvision's GoogLeNet has a norm after each convolution, the chapter's has none. Like the chapter's ResNet "
        "it has b1, a 7×7 convolution and max pooling, then four modules, global pooling and a linear layer."
    )
)


def column_differences(first: Column, other: Column) -> tuple[Sentence, ...]:
    """Return what is different in `other`, each with its cost; for what is no design only how much larger it is."""
    if first.plan and other.plan:
        return tuple(each.sentence for each in differences(first.plan.design, other.plan.design))
    text = translatable("another kind of network: {params} parameters, {macs} MACs")
    macs = (other.macs["macs"] or 0) - (first.macs["macs"] or 0)
    size = Sentence(text, {"params": signed_count(other.params - first.params), "macs": signed_count(macs)})
    return (size, *filter(None, (other.note or first.note,)))


def column_containment(larger: Column, smaller: Column) -> IdentityVerdict:
    """Return whether one network can compute all that the other can, and the reason."""
    if larger.plan and smaller.plan:
        return containment(larger.plan, smaller.plan)
    return IdentityVerdict(False, Sentence(translatable("Only designs of this program are compared in this way.")))


def aligned_parts(columns: Sequence[Column]) -> list[tuple[Part | None, ...]]:
    """Return a row for the stem, for each module, and for the head, with each column's part or None."""
    modules = max((len(column.parts) - 2 for column in columns), default=0)

    def part(column: Column, row: int) -> Part | None:
        *front, head = column.parts if _is_whole(column) else (*column.parts, None)
        if row > modules:
            return head
        return front[row] if row < len(front) else None

    return [tuple(part(column, row) for column in columns) for row in range(modules + 2)]


def _is_whole(column: Column) -> bool:
    """Return whether the column's last part is a head: a design that cannot be built ends before its own."""
    return column.plan is None or not column.plan.obstacles
