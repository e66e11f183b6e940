"""Trials: the runs that a study plans, and all that is wrong with them, before any is trained. No torch, no Qt."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import assert_never

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.differences import effective
from explorer.architecture.plan import plan_network
from explorer.architecture.twins import LONGEST
from explorer.runs.data.catalogue import describe_data
from explorer.runs.late_blocks import late_blocks
from explorer.runs.sides import Side
from explorer.runs.studies.knobs import DEPTH, Value, read_knob_value, with_knob
from explorer.runs.studies.nested import nested_trials
from explorer.runs.studies.study import Knob, Study, StudyKind
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused

MAX_RUNS = 1000


@dataclass(frozen=True, slots=True)
class PlannedTrial:
    """A run that a study plans: its `number`, from 0, and the `values` of the study's knobs, as written.

    It waits until the trial `after` is finished and starts with the weights of that; `grown` as in `Train`.
    """

    number: int
    values: tuple[str, ...]
    side: Side
    after: int | None = None
    grown: tuple[str, ...] = ()


def planned(study: Study) -> tuple[PlannedTrial, ...]:
    """Return every run of a study, by its number. Raises Refused for values that are out of range.

    All points have their first seed before any has its second. A search plans none: its next one depends on the others.
    """
    match study.kind:
        case StudyKind.GRID:
            return tuple(_grid(study))
        case StudyKind.NESTED:
            if complaints := tuple(_knob_complaints(study)):
                raise Refused(*complaints)
            return tuple(PlannedTrial(number, *trial) for number, trial in enumerate(nested_trials(study)))
        case StudyKind.SEARCH:
            return ()
        case _:
            assert_never(study.kind)


def _grid(study: Study) -> Iterator[PlannedTrial]:
    points = _sides(study)
    for number in range(len(points) * study.seeds):
        values, side = points[number % len(points)]
        yield PlannedTrial(number, values, with_later_seed(side, number // len(points)))


def with_later_seed(side: Side, later: int) -> Side:
    """Return the same with a seed so many later, for the initial weights and for the order of the images."""
    seed = side.recipe.seed + later
    return replace(side, recipe=side.recipe.change(seed=seed), seed=seed)


def _sides(study: Study) -> list[tuple[tuple[str, ...], Side]]:
    """Return every combination of the values, as written, with its network. Raises Refused, with all that is wrong."""
    complaints, read = list(_knob_complaints(study)), [list[tuple[str, Value]]() for _ in study.knobs]
    for knob, values in zip(study.knobs, read, strict=True):
        for text in knob.values:
            try:
                values.append((text, read_knob_value(study.design, study.recipe, knob.key, text)))
            except Refused as refused:
                complaints += refused.complaints
    if complaints:
        raise Refused(*dict.fromkeys(complaints))
    sides = []
    for point in product(*read):
        try:
            sides.append((tuple(text for text, _ in point), _side(study, point)))
        except Refused as refused:
            complaints += refused.complaints
    if complaints:
        raise Refused(*complaints)
    return sides


def point_side(study: Study, values: Sequence[str]) -> Side:
    """Return the network of a point, a value for each knob as written, with the first seed. Raises Refused."""
    knobs = zip(study.knobs, values, strict=True)
    read = [(text, read_knob_value(study.design, study.recipe, knob.key, text)) for knob, text in knobs]
    return _side(study, read)


def _side(study: Study, point: Sequence[tuple[str, Value]]) -> Side:
    """Return the network of a point, whose values are given as written and as they are meant. Raises Refused."""
    name = point_text(study.knobs, [text for text, _ in point])
    side = Side(study.design, study.recipe, study.recipe.seed)
    try:
        knobs = zip(study.knobs, point, strict=True)
        for knob, (_, value) in sorted(knobs, key=lambda each: each[0].key == DEPTH):  # that of all the rest
            side = with_knob(side, knob.key, value)
    except Refused as refused:
        raise Refused(*(Complaint(name, each.what) for each in refused.complaints)) from None
    return replace(side, design=named_after(side.design, name))


def _knob_complaints(study: Study) -> Iterator[Complaint]:
    keys = [knob.key for knob in study.knobs]
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        yield Complaint(key[:80], Sentence(translatable("is varied twice")))
    if study.seeds < 1:
        what = translatable("must be a whole number from {least} to {most}")
        yield Complaint("seeds", Sentence(what, {"least": 1, "most": MAX_RUNS}))
    if (runs := count_runs(study)) > MAX_RUNS:
        what = translatable("would be {runs:,} runs, more than the {most:,} that a study may have")
        yield Complaint("study", Sentence(what, {"runs": runs, "most": MAX_RUNS}))


def count_runs(study: Study) -> int:
    """Return of how many runs a grid is, without planning them."""
    return prod(len(knob.values) for knob in study.knobs) * study.seeds


def point_text(knobs: Sequence[Knob], values: Sequence[str]) -> str:
    """Return the values of knobs in one line: `stage3.blocks=4 shortcut=none`."""
    return " ".join(f"{knob.key}={value}" for knob, value in zip(knobs, values, strict=False))


def trial_text(knobs: Sequence[Knob], trial: PlannedTrial) -> str:
    """Return what a trial is in one line: `stage3.blocks=4 shortcut=none seed=1`."""
    return f"{point_text(knobs, trial.values)} seed={trial.side.seed}".strip()


def named_after(design: Design, point: str) -> Design:
    """Return `design` with a name that says which point of a study it is."""
    if not point:
        return design
    end = f" ({point})"[-LONGEST:] if design.name else point[:LONGEST]
    return design.change(name=design.name[: LONGEST - len(end)] + end)


def check_study(study: Study) -> tuple[PlannedTrial, ...]:
    """Return every run of a study, each of which can be built and fits its data. Raises Refused, point by point."""
    trials = planned(study)
    complaints = [*_repeated(study, trials), *_problems(study, trials)]
    if complaints:
        raise Refused(*dict.fromkeys(complaints))
    return trials


def _repeated(study: Study, trials: Sequence[PlannedTrial]) -> Iterator[Complaint]:
    """Yield a complaint for each trial that would train the same as an earlier one."""
    first: dict[tuple[object, ...], PlannedTrial] = {}
    for trial in trials:
        same = effective(trial.side.design), trial.side.recipe, trial.after, trial.grown
        earlier = first.setdefault(same, trial)
        if earlier is not trial:
            what = translatable("would train the same as {earlier}")
            values = {"earlier": point_text(study.knobs, earlier.values)}
            yield Complaint(point_text(study.knobs, trial.values), Sentence(what, values))


def _problems(study: Study, trials: Sequence[PlannedTrial]) -> Iterator[Complaint]:
    """Yield what keeps trials from being built or from fitting their data; the seeds of a point are alike."""
    firsts: dict[tuple[str, ...], PlannedTrial] = {}
    for trial in trials:
        firsts.setdefault(trial.values, trial)
    for trial in firsts.values():
        yield from side_problems(point_text(study.knobs, trial.values) or "design", trial.side)


def side_problems(where: str, side: Side) -> Iterator[Complaint]:
    """Yield every reason why a network cannot be built or does not fit its data; `where` names it."""
    design, recipe = side.design, side.recipe
    plan = plan_network(design)
    for problem in find_problems(plan):
        if problem.fatal:
            yield Complaint(where, problem.what)
    try:
        late_blocks(plan, recipe)
    except Refused as refused:
        yield from (Complaint(where, each.what) for each in refused.complaints)
    try:
        data = describe_data(recipe.data, recipe)
    except Refused as refused:
        yield from refused.complaints
        return
    fit = data.fit(design, own_size=True)
    if fit.input[0] != design.input[0]:
        what = translatable("the images of {data} have {own} channels, not {wanted}")
        values = {"data": Sentence(data.label), "own": fit.input[0], "wanted": design.input[0]}
        yield Complaint(where, Sentence(what, values))
    if fit.classes != design.classes:
        what = translatable("{data} has {own:,} classes, not {wanted:,}")
        values = {"data": Sentence(data.label), "own": fit.classes, "wanted": design.classes}
        yield Complaint(where, Sentence(what, values))
