"""The worker's command of `train`, read from its flags. No torch, no Qt."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import design_file, find_design
from explorer.architecture.weights_file import is_weights_file
from explorer.cli.flags import design_of, given_fields, recipe_of, run_named, runs_of, whole_number, with_flags
from explorer.cli.summary import spoken_path
from explorer.paths import storable
from explorer.runs.again import repeat
from explorer.runs.commands import ResumeRun, Train, read_threads
from explorer.runs.data.catalogue import DataSet, describe_data
from explorer.runs.folder.manifest import read_paths
from explorer.runs.folder.survey import find_run
from explorer.runs.recipe import Recipe, read_recipe
from explorer.runs.sides import MAX_SIDES, Side, on_same_batches, twin_side, with_seeds
from explorer.validation import Complaint, Refused, refuse

_WITH_RESUME = ("epochs", "device", "data")
_WITH_DESIGN = ("design", "input", "classes", "recipe", "weights", "grown", "twin", "beside", "seeds")


def order_of(options: Namespace) -> Train | ResumeRun:
    """Return the command for a new run of DESIGN, one like that of --again, or more of that of --resume.

    Raises Refused.
    """
    if options.resume is not None and options.again is not None:
        raise refuse("usage", "a run is either resumed or repeated; leave out --resume or --again")
    if options.resume is not None:
        return _continuation(options)
    if options.again is not None:
        return _repetition(options)
    if options.design is None:
        raise refuse("usage", "train needs a DESIGN, --resume RUN or --again RUN")
    if options.grown and not options.weights:
        raise refuse("usage", "--grown needs --weights, the run whose design was grown")
    if options.weights == "":
        raise refuse("weights", "must be imagenet, a run or a file, not ''")
    design, recipe = task_of(options)
    _, *beside = _sides_of(options, Side(design, recipe, recipe.seed))
    return Train(
        design=design,
        recipe=recipe,
        runs=runs_of(options),
        weights=_weights_of(options),
        beside=tuple(beside),
        grown=read_paths(options.grown or ""),
        threads=read_threads(options.threads or "auto"),
        anyway=options.anyway,
    )


def _weights_of(options: Namespace) -> str | None:
    """Return the source of the weights to start with: that of --weights, or DESIGN if it is a file of weights."""
    path = design_file(options.design)
    return options.weights or (str(path) if path and is_weights_file(path) else None)


def _sides_of(options: Namespace, first: Side) -> tuple[Side, ...]:
    """Return every network to train on the same batches, `first` and those that the flags add. Raises Refused."""
    sides = [first, *([twin_side(first)] if options.twin else [])]
    sides += [_side_of(spec, options, first) for spec in options.beside or ()]
    count = 1 if options.seeds is None else whole_number("seeds", options.seeds, 1, MAX_SIDES)
    return with_seeds(sides, count)


def _side_of(spec: str, options: Namespace, first: Side) -> Side:
    """Return the side that a SPEC of --beside means. Raises Refused."""
    kind, _, value = spec.partition("=")
    if kind == "seed":
        return replace(first, seed=whole_number("beside", value, 0, 2**32 - 1))
    if kind == "recipe":
        return replace(first, recipe=on_same_batches(recipe_of(options, value), first.recipe))
    try:
        run = run_named(spec, runs_of(options)) if spec else None
        design = run.design if run else find_design(spec)
    except Refused as refused:
        raise Refused(*(Complaint("beside", each.what) for each in refused.complaints)) from None
    return replace(
        first, design=_buildable(_fitted(with_flags(design, options), describe_data(first.recipe.data), "beside"))
    )


def task_of(options: Namespace) -> tuple[Design, Recipe]:
    """Return the design to train, fitted to its data, and the recipe. Raises Refused."""
    recipe = recipe_of(options)
    data = describe_data(recipe.data, recipe)
    if data.shape is None:  # a folder must be found from anywhere when the run is resumed
        recipe = recipe.change(data=storable(str(data.path.resolve())))
    return _buildable(_fitted(design_of(options), data)), recipe


def _buildable(design: Design) -> Design:
    """Return `design`. Raises Refused with every problem that keeps it from being built."""
    if fatal := [problem for problem in find_problems(plan_network(design)) if problem.fatal]:
        raise Refused(*(Complaint(spoken_path(problem.where), problem.what) for problem in fatal))
    return design


def _continuation(options: Namespace) -> ResumeRun:
    """Return the command to resume a run, whose design and recipe are fixed: few flags are allowed. Raises Refused."""
    given = _given_with(options, _WITH_RESUME, "a resumed run keeps its design and recipe; leave out {flags}")
    checked = read_recipe(given)
    epochs, device = ("epochs" in given and checked.epochs) or None, ("device" in given and checked.device) or None
    return ResumeRun(
        run=options.resume,
        runs=runs_of(options),
        epochs=epochs,
        device=device,
        threads=None if options.threads is None else read_threads(options.threads),
        anyway=options.anyway,
        data=checked.data if "data" in given else None,
    )


def _repetition(options: Namespace) -> Train:
    """Return the command to repeat a run with its data as they are now. Raises Refused."""
    given = _given_with(options, ("device",), "a repeated run keeps its design and recipe; leave out {flags}")
    order = repeat(find_run(options.again, runs_of(options)), runs_of(options))
    threads = read_threads(options.threads or "auto")
    order = replace(order, threads=threads, anyway=order.anyway or options.anyway)
    return order.on_device(read_recipe(given).device) if given else order


def _given_with(options: Namespace, fields: Sequence[str], what: str) -> dict[str, object]:
    """Return the fields of a recipe that were given; raise Refused with `what` for those that are not of `fields`.

    The same holds for what names a design or weights.
    """
    given = given_fields(options)
    others = [name for name in given if name not in fields]
    others += [name for name in _WITH_DESIGN if getattr(options, name)]
    if others:
        raise refuse("usage", what, flags=", ".join(name.replace("_", "-") for name in others))
    return given


def _fitted(design: Design, data: DataSet, where: str = "design") -> Design:
    """Return `design` with the data's channels and classes, and print what changed; images are resized to its size."""
    fit = data.fit(design, own_size=True)
    changes = []
    if fit.input != design.input:
        changes.append(f"input {shape_text(fit.input)} instead of {shape_text(design.input)}")
    if fit.classes != design.classes:
        changes.append(f"{fit.classes} classes instead of {design.classes}")
    if changes:
        print(f"{where}: fitted to {data.label}: {', '.join(changes)}", file=sys.stderr)
    return fit
