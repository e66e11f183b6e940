"""The command `study`: plan many runs, train what is left of them, and show what they tell. No torch, no Qt."""

import sys
from argparse import Namespace
from pathlib import Path

from explorer.architecture.twins import LONGEST
from explorer.cli.flags import (
    add_design_flags,
    add_json_flag,
    add_recipe_flags,
    add_runs_flag,
    given_fields,
    runs_of,
    whole_number,
)
from explorer.cli.studies.search_command import add_search_flags, is_search, search_study
from explorer.cli.studies.study_queue import StudyQueue
from explorer.cli.studies.study_result import Result, check_plot_path, studies_text, studies_values
from explorer.cli.terminal import DONE, FAILED, SIGNALLED, Parser, complain, show
from explorer.cli.train_command import task_of
from explorer.paths import storable
from explorer.runs.data.catalogue import CATALOGUE, describe_data
from explorer.runs.folder.survey import check_runs_folder
from explorer.runs.recipe import read_recipe
from explorer.runs.studies.folder import StudyFolder, create_study, find_study, list_studies
from explorer.runs.studies.knobs import read_knob
from explorer.runs.studies.nested import nested_knobs
from explorer.runs.studies.plot import write_plot
from explorer.runs.studies.study import Knob, Measure, Study, StudyKind
from explorer.runs.studies.trials import MAX_RUNS, check_study
from explorer.validation import Complaint, Refused, refuse

_MEASURES = {measure.name.lower().replace("_", "-"): measure for measure in Measure}
_OF_DESIGN = ("design", "input", "classes", "recipe", "vary", "nested", "seeds", "measure", "name", "prepare")


def add_study_flags(parser: Parser) -> None:
    what = "a file, the name of a preset, or one-line text"
    parser.add_argument("design", nargs="?", metavar="DESIGN", help=what)
    parser.add_argument(
        "--vary",
        action="append",
        metavar="KEY=V1,V2",
        help="train every combination of these values: a field of the design or of the recipe, stage3.blocks and so "
        "on, stages.blocks for all stages, or depth; may be given several times. If any combination cannot be built, "
        "nothing is trained",
    )
    parser.add_argument(
        "--nested",
        metavar="D1,D2",
        help="train networks of these depths, each from scratch, grown from the one before by identities, and plain",
    )
    parser.add_argument("--seeds", metavar="N", help="train each with this many seeds, the recipe's and the next ones")
    what = "what is compared (default: accuracy; training-loss for --nested)"
    parser.add_argument("--measure", choices=tuple(_MEASURES), help=what)
    parser.add_argument("--name", metavar="NAME", help="what the study is called in its plot and in lists")
    parser.add_argument("--prepare", action="store_true", help="write the study and print its id, but train nothing")
    parser.add_argument("--resume", metavar="ID", help="train what is left of a study, and what failed, and show it")
    parser.add_argument(
        "--show", nargs="?", const="", metavar="ID", help="show a study, or list all, and train nothing"
    )
    parser.add_argument("-o", dest="output", type=Path, metavar="OUT.svg|.png", help="write the plot here as well")
    add_design_flags(parser)
    add_recipe_flags(parser)
    add_runs_flag(parser)
    add_json_flag(parser)
    add_search_flags(parser)


def study(options: Namespace) -> int:
    """Train a study, or show one; return the exit status. Raises Refused."""
    check_plot_path(options.output)
    if is_search(options):
        return search_study(options, _name_of(options), _knobs_of(options))
    given = [name for name in ("design", "resume", "show") if getattr(options, name) is not None]
    if len(given) != 1:
        raise refuse("usage", "study needs a DESIGN, or --resume ID, or --show [ID]")
    if options.show == "":
        return _list(options)
    if options.show is not None:
        _check_flags(options, ())
        return _show(Result(find_study(options.show, runs_of(options))), options)
    if options.resume is not None:
        device = _check_flags(options, ("device",)).get("device", "")
        found = find_study(options.resume, runs_of(options))
        check_study(found.study)
        return _train(found, options, str(device), failed_too=True)
    found = create_study(runs_of(options), _planned_study(options))
    if options.prepare:
        print(found.id)
        return DONE
    return _train(found, options, "", failed_too=False)


def _planned_study(options: Namespace) -> Study:
    """Return the study that the flags describe, every run of which can be trained. Raises Refused."""
    if options.nested is not None and options.vary:
        raise refuse("usage", "a study of nested classes varies nothing else; leave out --nested or --vary")
    design, recipe = task_of(options)
    nested = options.nested is not None
    planned = Study(
        kind=StudyKind.NESTED if nested else StudyKind.GRID,
        design=design,
        recipe=recipe,
        knobs=nested_knobs(options.nested) if nested else _knobs_of(options),
        seeds=1 if options.seeds is None else whole_number("seeds", options.seeds, 1, MAX_RUNS),
        measure=_MEASURES[options.measure or ("training-loss" if nested else "accuracy")],
        name=_name_of(options),
    )
    check_study(planned)
    check_runs_folder(runs_of(options))
    return planned


def _name_of(options: Namespace) -> str:
    """Return the name that is given, empty if there is none. Raises Refused."""
    name = " ".join((options.name or "").split())
    if len(name) > LONGEST:
        raise refuse("name", "must have at most {limit} characters", limit=LONGEST)
    return name


def _knobs_of(options: Namespace) -> tuple[Knob, ...]:
    """Return the knobs of --vary; a folder of images is named so that it is found from anywhere. Raises Refused."""
    knobs, complaints = list[Knob](), list[Complaint]()
    for text in options.vary or ():
        try:
            knob = read_knob(text)
            values = map(_data_from_anywhere, knob.values) if knob.key == "data" else knob.values
            knobs.append(Knob(knob.key, tuple(values)))
        except Refused as refused:
            complaints += refused.complaints
    if complaints:
        raise Refused(*complaints)
    return tuple(knobs)


def _data_from_anywhere(name: str) -> str:
    return name if name in CATALOGUE else storable(str(describe_data(name).path.resolve()))


def _check_flags(options: Namespace, fields: tuple[str, ...]) -> dict[str, object]:
    """Return the fields of a recipe that are given; raise Refused where one is that a study keeps as it was planned."""
    given = given_fields(options)
    others = [name for name in given if name not in fields]
    others += [name for name in _OF_DESIGN if getattr(options, name)]
    if others:
        what = "a study keeps its design, recipe and values; leave out {flags}"
        raise refuse("usage", what, flags=", ".join(name.replace("_", "-") for name in others))
    read_recipe(given)
    return given


def _train(found: StudyFolder, options: Namespace, device: str, failed_too: bool) -> int:
    """Train what is left, then show the result. Raises Refused."""
    print(f"study {found.id}; `study --resume {found.id}` goes on from wherever it ends", file=sys.stderr, flush=True)
    line = StudyQueue(found, device or found.study.recipe.device, failed_too)
    line.run()
    result = Result(found, line.failures)
    _show(result, options)
    write_plot(found, result.outcome)
    if line.signal:
        return SIGNALLED + line.signal
    return FAILED if result.failure_lines() else DONE


def _show(result: Result, options: Namespace) -> int:
    show(options.json, result.values, result.text)
    complain(result.failure_lines())
    if options.output is not None:
        result.write_plot(options.output)
    return DONE


def _list(options: Namespace) -> int:
    """List the studies; what cannot be read is said."""
    _check_flags(options, ())
    found = list_studies(runs_of(options))
    show(options.json, lambda: studies_values(found), lambda: studies_text(found))
    complain(str(Complaint(str(each.folder), each.reason)) for each in found.unreadable)
    return DONE
