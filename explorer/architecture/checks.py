"""Problems of a design: why it cannot be built or is unwise, each with a repaired design. No torch, no Qt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from explorer.architecture.design import Design
from explorer.architecture.plan import Plan, plan_network
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused


@dataclass(frozen=True, slots=True)
class Repair:
    """The repair of a problem, in words and as the repaired design."""

    label: Sentence
    design: Design


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem at `where`, a path in the design like `stages[2].width`; if not `fatal`, the design is only unwise."""

    where: str
    what: Sentence
    repair: Repair
    fatal: bool = True


def _use_single_group(design: Design) -> Repair:
    label = translatable("Use one group of width 64")
    return Repair(Sentence(label), design.change(groups=1, group_width=64))


def _widen_groups(design: Design) -> Repair:
    if "basic" in design.block:
        return _use_single_group(design)
    narrowest = min(stage.width for stage in design.stages if stage.blocks)
    group_width = -(-64 // narrowest)
    label = translatable("Set the group width to {group_width}")
    return Repair(Sentence(label, {"group_width": group_width}), design.change(group_width=group_width))


def _project_shortcuts(design: Design) -> Repair:
    label = translatable("Use projection shortcuts")
    return Repair(Sentence(label), design.change(shortcut="projection"))


def _add_block(design: Design) -> Repair:
    label = translatable("Add a block to stage 1")
    return Repair(Sentence(label), design.with_stage(0, blocks=1))


_REPAIRS: dict[str, Callable[[Design], Repair]] = {
    "groups": _use_single_group,
    "group_width": _widen_groups,
    "width": _project_shortcuts,
    "stages": _add_block,
}


def find_problems(plan: Plan) -> tuple[Problem, ...]:
    """Return every reason why the plan's design cannot be built, one per place, then what is unwise about it."""
    found: dict[str, Problem] = {}
    for where, what in plan.obstacles:
        repair = _REPAIRS[where.rpartition(".")[2]](plan.design)
        found.setdefault(where, Problem(where, what, repair))
    return (*found.values(), *_warnings(plan))


def buildable_plan(design: Design) -> Plan:
    """Return the plan of `design`. Raises Refused with every problem that keeps torch from building the network."""
    plan = plan_network(design)
    if fatal := [problem for problem in find_problems(plan) if problem.fatal]:
        raise Refused(*(Complaint(problem.where, problem.what) for problem in fatal))
    return plan


def _warnings(plan: Plan) -> Iterator[Problem]:
    design = plan.design

    def unwise(where: str, what: Sentence, label: str, repaired: Design) -> Problem:
        return Problem(where, what, Repair(Sentence(label), repaired), fatal=False)

    if design.preactivation and design.shortcut_norm:
        yield unwise(
            "shortcut_norm",
            Sentence(translatable("Pre-activation blocks have no norm on the shortcut; this setting is ignored.")),
            translatable("Turn off the norm on the shortcut"),
            design.change(shortcut_norm=False),
        )
    if design.zero_init and design.plain:
        yield unwise(
            "zero_init",
            Sentence(translatable("Without shortcuts, branches that start at zero let nothing through.")),
            translatable("Start with random weights"),
            design.change(zero_init=False),
        )
    for index, section in enumerate(plan.stages):
        if section.count and section.input[1:] == (1, 1) and design.stages[index].stride > 1:
            what = translatable("Stage {stage} has a stride, but its feature map is already 1×1.")
            label = translatable("Set its stride to 1")
            where = f"stages[{index}].stride"
            yield unwise(where, Sentence(what, {"stage": index + 1}), label, design.with_stage(index, stride=1))
