"""The worker's command of `train`, read from its flags. No torch, no Qt."""

import sys
from argparse import Namespace

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import plan_network
from explorer.cli.flags import design_of, given_fields, recipe_of, runs_of
from explorer.cli.summary import spoken_path
from explorer.runs.catalogue import DataSet, describe_data
from explorer.runs.commands import ResumeRun, Train, read_threads
from explorer.runs.folder import read_paths
from explorer.runs.recipe import Recipe, read_recipe
from explorer.validation import Complaint, Refused, refuse

_WITH_RESUME = ("epochs", "device")
_WITH_DESIGN = ("design", "input", "classes", "recipe", "init_from", "grown", "twin")


def order_of(options: Namespace) -> Train | ResumeRun:
    """Return the command for a new run of DESIGN, or for more of the run of --resume. Raises Refused."""
    if options.resume is not None:
        return _continuation(options)
    if options.design is None:
        raise refuse("usage", "train needs a DESIGN, or --resume RUN")
    if options.grown and not options.init_from:
        raise refuse("usage", "--grown needs --init-from, the run whose design was grown")
    if options.init_from == "":
        raise refuse("init-from", "must be a run, not ''")
    design, recipe = task_of(options)
    return Train(
        design=design,
        recipe=recipe,
        runs=runs_of(options),
        init_from=options.init_from,
        twin=options.twin,
        grown=read_paths(options.grown or ""),
        threads=read_threads(options.threads or "auto"),
        anyway=options.anyway,
    )


def task_of(options: Namespace) -> tuple[Design, Recipe]:
    """Return the design to train, fitted to its data, and the recipe. Raises Refused."""
    recipe = recipe_of(options)
    data = describe_data(recipe.data)
    if data.shape is None:  # a folder must be found from anywhere when the run is resumed
        recipe = recipe.change(data=str(data.path.resolve()))
    design = _fitted(design_of(options), data)
    if fatal := [problem for problem in find_problems(plan_network(design)) if problem.fatal]:
        raise Refused(*(Complaint(spoken_path(problem.where), problem.what) for problem in fatal))
    return design, recipe


def _continuation(options: Namespace) -> ResumeRun:
    """Return the command to resume a run, whose design and recipe are fixed: few flags are allowed. Raises Refused."""
    given = given_fields(options)
    others = [name for name in given if name not in _WITH_RESUME]
    others += [name for name in _WITH_DESIGN if getattr(options, name)]
    if others:
        flags = ", ".join(name.replace("_", "-") for name in others)
        raise refuse("usage", "a resumed run keeps its design and recipe; leave out {flags}", flags=flags)
    checked = read_recipe(given)
    epochs, device = ("epochs" in given and checked.epochs) or None, ("device" in given and checked.device) or None
    return ResumeRun(
        run=options.resume,
        runs=runs_of(options),
        epochs=epochs,
        device=device,
        threads=None if options.threads is None else read_threads(options.threads),
        anyway=options.anyway,
    )


def _fitted(design: Design, data: DataSet) -> Design:
    """Return `design` with the data's channels and classes, and print what changed; images are resized to its size."""
    fit = data.fit(design, own_size=True)
    changes = []
    if fit.input != design.input:
        changes.append(f"input {shape_text(fit.input)} instead of {shape_text(design.input)}")
    if fit.classes != design.classes:
        changes.append(f"{fit.classes} classes instead of {design.classes}")
    if changes:
        print(f"design: fitted to {data.label}: {', '.join(changes)}", file=sys.stderr)
    return fit
