"""`export DESIGN|RUN --to FORMAT -o PATH`: a design or a run, written for other programs. No torch or Qt at first."""

from argparse import Namespace
from pathlib import Path
from typing import assert_never

from explorer.architecture.checks import find_problems
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.presets import find_design
from explorer.cli.columns import grid
from explorer.cli.flags import add_json_flag, add_runs_flag, run_named, runs_of
from explorer.cli.progress_line import ProgressLine
from explorer.cli.summary import problem_lines
from explorer.cli.terminal import BAD_INPUT, DONE, Parser, complain, show
from explorer.runs.destination import Content, check_destination, write_content
from explorer.runs.events import Progress
from explorer.runs.folder.run import Run
from explorer.runs.formats import FORMATS, Format, Maker
from explorer.runs.json_lines import json_line
from explorer.validation import refuse

_DESIGN = "a file, the name of a preset, or one-line text; or a run's id or its folder"


def add_export_flags(parser: Parser) -> None:
    parser.add_argument("source", nargs="?", metavar="DESIGN|RUN", help=_DESIGN)
    parser.add_argument("--to", required=True, choices=(*FORMATS, "help"), help="the format; help lists them")
    what = "file or folder to write; one that exists is replaced"
    parser.add_argument("-o", dest="output", type=Path, metavar="PATH", help=what)
    parser.add_argument(
        "--names",
        choices=tuple(VOCABULARIES),
        default="torchvision",
        help="whose layer names to use (default: torchvision)",
    )
    parser.add_argument(
        "--language", choices=("en", "zh_CN"), default="en", help="language of words for people (default: en)"
    )
    add_runs_flag(parser)
    add_json_flag(parser)


def export(options: Namespace) -> int:
    """Write the file or the folder, or list the formats; return the exit status. Raises Refused."""
    if options.to == "help":
        return show(options.json, _formats_values, _formats_text)
    if options.source is None or options.output is None:
        raise refuse("usage", "export needs a DESIGN or RUN, and -o PATH")
    form = FORMATS[options.to]
    run = run_named(options.source, runs_of(options))
    plan = plan_network(run.design if run else find_design(options.source))
    if plan.obstacles:
        complain(problem_lines(problem for problem in find_problems(plan) if problem.fatal))
        return BAD_INPUT
    if form.needs_run and run is None:
        raise refuse("export", "{format} needs a run, not a design", format=form.name)
    form.check()
    check_destination(options.output, is_folder=not form.suffix)
    write_content(options.output, _content(form, plan, run, options))
    if options.json:
        print(json_line({"format": form.name, "path": str(options.output.absolute())}))
    return DONE


def _content(form: Format, plan: Plan, run: Run | None, options: Namespace) -> Content:
    """Return what the format makes of a plan or a run; what its maker needs is imported now. Raises Refused."""
    match form.maker:
        case Maker.PLAN:
            from explorer.architecture.source.network import WRITERS

            return WRITERS[form.name](plan, options.names)
        case Maker.WORKER:
            from explorer.engine.export.export import exported, warning_of
            from explorer.engine.export.source import Source

            line = ProgressLine(lambda progress: f"{form.name}: {progress.done} of {progress.total} steps")

            def report(done: int, total: int) -> None:
                if total:  # else it is not known yet
                    line.show(Progress("export", done, total))

            try:
                source = Source(plan, options.names, run, options.language)
                content = exported(form, source, report)
            finally:
                line.clear()
            complain(filter(None, [warning_of(form, source)]))
            return content
        case Maker.WINDOW:
            from explorer.gui.app import draw_design

            return draw_design(form.name, plan.design, options.names, options.language)
        case _:
            assert_never(form.maker)


def _needs(form: Format) -> list[str]:
    return [
        *([] if form.maker is Maker.PLAN else [form.maker.value]),
        *([f"--extra {form.extra}"] if form.extra else []),
    ]


def _formats_values() -> list[dict[str, object]]:
    return [
        {
            "name": form.name,
            "of_design": form.of_design or None,
            "of_run": form.of_run or None,
            "suffix": form.suffix or None,
            "needs": _needs(form),
            "missing": str(form.missing) or None,
        }
        for form in FORMATS.values()
    ]


def _formats_text() -> str:
    rows = [("format", "of a design", "of a run", "writes", "needs")]
    for form in FORMATS.values():
        of_run, needs = form.of_run or "its design", ", ".join(_needs(form))
        rows.append((form.name, form.of_design or "–", of_run, form.suffix or "a folder", needs))
    return grid(rows, "<<<<<")
