"""The commands. What costs time to import is imported inside the command that needs it."""

import io
import sys
from argparse import Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from explorer.architecture.design import Design
from explorer.architecture.presets import DEFAULT, design_file, find_design
from explorer.cli.flags import (
    add_design_flags,
    add_json_flag,
    add_recipe_flags,
    add_runs_flag,
    design_of,
    runs_of,
    sizes,
)
from explorer.cli.terminal import (
    BAD_INPUT,
    DISAGREES,
    DONE,
    FAILED,
    INTERRUPTED,
    Parser,
    check_working_directory,
    complain,
    complaint_of,
    show,
)
from explorer.runs.json_lines import json_line
from explorer.streams import open_missing, silence
from explorer.validation import Complaint, Refused, refuse

_LARGEST = 16_384  # pixels per side of a screenshot
_DESIGN = "a file, also one of exported weights, the name of a preset, or one-line text"


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    open_missing()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    word = words[0] if words and words[0] in COMMANDS else ""
    command = COMMANDS.get(word, _WINDOW)
    parser = Parser(
        prog=f"main.py {word}".strip(),
        description=command.help,
        epilog=None if word else _command_list(),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.add_flags(parser)
    try:
        return _run(command, parser, words[1:] if word else words)
    except BrokenPipeError:  # the reader has closed the pipe, as `head` does
        silence(sys.stdout)
        return DONE
    except OSError as error:
        silence(sys.stdout)
        complain([complaint_of(error)])
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(command: "Command", parser: Parser, words: Sequence[str]) -> int:
    """Run a command, to the last line of its output; return the exit status. Raises OSError."""
    try:
        check_working_directory()
        return command.run(parser.parse_args(words, Namespace(words=tuple(words))))
    except Refused as refused:
        complain(map(str, refused.complaints))
        return BAD_INPUT
    finally:
        sys.stdout.flush()


def _command_list() -> str:
    lines = [f"  {word:10}{command.help}" for word, command in COMMANDS.items()]
    return "\n".join(["commands:", *lines, "", f"DESIGN is {_DESIGN}."])


def _window_flags(parser: Parser) -> None:
    parser.add_argument("design", nargs="?", metavar="DESIGN", help="the design that the window opens with")
    parser.add_argument(
        "--screenshot", type=Path, metavar="OUT.png", help="draw the window without a display, and exit"
    )
    parser.add_argument("--size", metavar="WxH", help="size of the screenshot in pixels (default: 1440x900)")
    parser.add_argument(
        "--theme", choices=("light", "dark", "projector"), help="colours of the screenshot (default: light)"
    )
    parser.add_argument(
        "--language", choices=("en", "zh_CN"), help="language of the window, or of the screenshot (default there: en)"
    )
    parser.add_argument("--page", help="page of the screenshot: layers (default), block, curves, runs …")
    parser.add_argument("--new-window", action="store_true", help="open another window beside one that is open")
    parser.add_argument("--version", action="store_true", help="print the version, and exit")


def _window(options: Namespace) -> int:
    if options.version:
        from explorer.runs.versions import PROGRAM, program_version

        print(PROGRAM, program_version())
        return DONE
    design = None if options.design is None else find_design(options.design)
    if options.screenshot is not None:
        return _draw_window(options, design or find_design(DEFAULT))
    if options.size is not None or options.theme or options.page:
        raise refuse("usage", "--size, --theme and --page need --screenshot")
    from explorer.gui.app import open_window

    return open_window(design, options.language, design_file(options.design or ""), options.new_window)


def _draw_window(options: Namespace, design: Design) -> int:
    width, height = sizes("size", "1440x900" if options.size is None else options.size, "WxH")
    if not (0 < width <= _LARGEST and 0 < height <= _LARGEST):
        raise refuse("size", "must be at least 1x1 and at most {limit}x{limit}", limit=_LARGEST)
    if options.screenshot.suffix.lower() != ".png":
        raise refuse("screenshot", "must be a .png file")
    from explorer.gui.app import screenshot
    from explorer.runs.destination import write_content

    look = options.theme or "light", options.language or "en"
    picture = screenshot((width, height), *look, design, options.page or "layers")
    write_content(options.screenshot, picture)
    return DONE


def _presets(options: Namespace) -> int:
    from explorer.cli.listings import presets_text, presets_values

    return show(options.json, presets_values, presets_text)


def _summary_flags(parser: Parser) -> None:
    parser.add_argument("design", metavar="DESIGN", help=_DESIGN)
    add_design_flags(parser)
    add_json_flag(parser)
    parser.add_argument("--verify", action="store_true", help="check every layer against torchinfo")
    parser.add_argument("--view", choices=("chapter",), help="list the output shapes of the chapter's b1 … b5")


def _summary(options: Namespace) -> int:
    from explorer.architecture.checks import find_problems
    from explorer.architecture.plan import plan_network
    from explorer.cli.summary import problem_lines, refusal_values, summary_text, summary_values, view_text, view_values

    try:
        plan = plan_network(design_of(options))
    except Refused as refused:
        if options.json:
            print(json_line(refusal_values(refused)))
        raise
    problems, verdict = find_problems(plan), None
    if options.verify and not plan.obstacles:
        from explorer.engine.referee import referee

        verdict = referee(plan)

    def values() -> dict[str, object]:
        view = {"view": view_values(plan)} if options.view else {}
        return {**summary_values(plan, problems, verdict), **view}

    show(options.json, values, lambda: view_text(plan) if options.view else summary_text(plan, verdict))
    complain(problem_lines(problems))
    if verdict is not None:
        complain(f"referee: {difference}" for difference in verdict.differences)
    if plan.obstacles:
        return BAD_INPUT
    return DONE if verdict is None or verdict.agrees else DISAGREES


def _compare_flags(parser: Parser) -> None:
    from explorer.cli.compare_command import add_compare_flags

    add_compare_flags(parser)


def _compare(options: Namespace) -> int:
    from explorer.cli.compare_command import compare

    return compare(options)


def _data_flags(parser: Parser) -> None:
    from explorer.cli.data.data_command import add_data_flags

    add_data_flags(parser)


def _data(options: Namespace) -> int:
    from explorer.cli.data.data_command import show_data

    return show_data(options)


def _train_flags(parser: Parser) -> None:
    parser.add_argument("design", nargs="?", metavar="DESIGN", help=_DESIGN)
    add_design_flags(parser)
    add_recipe_flags(parser)
    add_runs_flag(parser)
    parser.add_argument(
        *("--weights", "--init-from"),
        dest="weights",
        metavar="SOURCE",
        help="start with known weights: imagenet, imagenet:V1|V2 (torchvision's), a run, or a file",
    )
    parser.add_argument(
        "--grown", metavar="PATHS", help="blocks that DESIGN adds to that run's design, such as layer2.2"
    )
    parser.add_argument("--twin", action="store_true", help="train DESIGN with and without shortcuts, side by side")
    parser.add_argument(
        "--beside",
        action="append",
        metavar="SPEC",
        help="train another network on the same batches: a DESIGN, the design of a RUN, recipe=NAME, or seed=N for "
        "other initial weights; may be given several times",
    )
    parser.add_argument("--seeds", metavar="N", help="train every network with this many seeds for its initial weights")
    parser.add_argument(
        "--resume",
        metavar="RUN",
        help="resume this run; --epochs sets a larger number of epochs, --data where its images have moved to",
    )
    parser.add_argument(
        "--again",
        metavar="RUN",
        help="train again as this run was trained, on its data with what you have decided about images since",
    )
    parser.add_argument("--threads", metavar="auto|N", help="threads of a run on a processor (auto: one per free core)")
    parser.add_argument(
        "--devices",
        metavar="N",
        help="train by N processes that torchrun starts: one per NVIDIA GPU, or all on the processor (Linux)",
    )
    parser.add_argument("--anyway", action="store_true", help="train even if there seems to be too little memory")
    parser.add_argument("--events", action="store_true", help="print a JSON object per line, read commands from stdin")
    parser.add_argument("--detach", action="store_true", help="with --events: keep training when stdin ends")


def _train(options: Namespace) -> int:
    from explorer.cli.train_command import order_of
    from explorer.runs.launch import torchrun_rank

    if torchrun_rank():
        from explorer.engine.runs.follower import follow

        return follow()
    order = order_of(options)  # refuses what it can before torch is imported
    if options.devices is not None:
        from explorer.cli.devices import train_on_devices

        return train_on_devices(options, order)
    from explorer.engine.worker import train

    try:
        return train(order, options.events, options.detach)
    except Refused as refused:
        if refused.complaints[0].where == "memory":
            raise Refused(*refused.complaints, *refuse("memory", "--anyway trains all the same").complaints) from None
        raise


def _study_flags(parser: Parser) -> None:
    from explorer.cli.studies.study_command import add_study_flags

    add_study_flags(parser)


def _study(options: Namespace) -> int:
    from explorer.cli.studies.study_command import study

    return study(options)


def _sweep_flags(parser: Parser) -> None:
    parser.add_argument("design", metavar="DESIGN", help=_DESIGN)
    add_design_flags(parser)
    add_recipe_flags(parser)
    add_json_flag(parser)


def _sweep(options: Namespace) -> int:
    from explorer.cli.train_command import task_of

    design, recipe = task_of(options)  # refuses what it can before torch is imported
    from explorer.cli.listings import sweep_text
    from explorer.engine.probes.lr_range_test import sweep
    from explorer.runs.events import Failed
    from explorer.runs.json_lines import record_table
    from explorer.runs.questions.estimate import Sweep, Swept

    *_, found = sweep(Sweep(design, recipe))
    if isinstance(found, Failed):
        complain(filter(None, (found.reason, found.advice)))
        return FAILED
    assert isinstance(found, Swept)
    return show(options.json, lambda: record_table(found), lambda: sweep_text(found))


def _worker(options: Namespace) -> int:
    from explorer.engine.worker import serve

    return serve(runs_of(options))


def _runs_flags(parser: Parser) -> None:
    parser.add_argument(
        "action", nargs="?", default="list", choices=("list", "show"), help="list (the default) or show"
    )
    parser.add_argument("run", nargs="?", metavar="RUN", help="for show: a run's id or its folder")
    parser.add_argument(
        "--filter",
        metavar="EXPR",
        help='for list: which runs, as in "accuracy > 0.9 and params < 1e6" or "name ~ wide or not star"; fields '
        "are those of recipe and design, and accuracy, params, macs, depth, done, seconds, state, created, tag …",
    )
    add_runs_flag(parser)
    add_json_flag(parser)


def _runs(options: Namespace) -> int:
    from explorer.cli.listings import filtered, run_in_full, run_text, run_values, runs_text
    from explorer.runs.folder.survey import find_run, survey_runs

    if (options.action == "show") != (options.run is not None):
        raise refuse(
            "usage", "runs list takes no RUN" if options.run else "runs show needs a RUN; `runs list` lists them"
        )
    if options.run is not None:
        if options.filter is not None:
            raise refuse("usage", "--filter is for runs list")
        run = find_run(options.run, runs_of(options))
        return show(options.json, lambda: run_in_full(run), lambda: run_text(run))
    found = survey_runs(runs_of(options))
    complaints = [Complaint(str(each.folder), each.reason) for each in found.unreadable]
    if complaints and not found.runs:
        raise Refused(*complaints)
    if options.filter is not None:
        found = filtered(found, options.filter)
    show(options.json, lambda: [run_values(run) for run in found.runs], lambda: runs_text(found))
    complain(map(str, complaints))
    return DONE


def _evaluate_flags(parser: Parser) -> None:
    from explorer.cli.results.evaluate_command import add_evaluate_flags

    add_evaluate_flags(parser)


def _evaluate(options: Namespace) -> int:
    from explorer.cli.results.evaluate_command import evaluate_run

    return evaluate_run(options)


def _predict_flags(parser: Parser) -> None:
    from explorer.cli.results.predict_command import add_predict_flags

    add_predict_flags(parser)


def _predict(options: Namespace) -> int:
    from explorer.cli.results.predict_command import predict

    return predict(options)


def _probe_flags(parser: Parser) -> None:
    from explorer.cli.results.probe_command import add_probe_flags

    add_probe_flags(parser)


def _probe(options: Namespace) -> int:
    from explorer.cli.results.probe_command import probe_run

    return probe_run(options)


def _export_flags(parser: Parser) -> None:
    from explorer.cli.results.export_command import add_export_flags

    add_export_flags(parser)


def _export(options: Namespace) -> int:
    from explorer.cli.results.export_command import export

    return export(options)


def _cache_flags(parser: Parser) -> None:
    from explorer.cli.data.cache_command import add_cache_flags

    add_cache_flags(parser)


def _cache(options: Namespace) -> int:
    from explorer.cli.data.cache_command import run_cache

    return run_cache(options)


def _bench_flags(parser: Parser) -> None:
    from explorer.cli.bench import BENCHES

    what = "an edit, the start, the window, training (against the notebook, beside other work), images, results, or all"
    parser.add_argument("what", choices=(*BENCHES, "all"), help=what)
    parser.add_argument("--turns", metavar="N", help="turns of train or data that are counted (default: 5, 3)")
    parser.add_argument(
        "--budget",
        metavar="SECONDS",
        help="how long train, busy, data or results may take, at least two turns of each (default: some five minutes)",
    )
    add_json_flag(parser)


def _bench(options: Namespace) -> int:
    from explorer.cli.bench import bench_text, limits_of, measure, measure_all

    limits = limits_of(options)
    measured = measure_all() if options.what == "all" else measure(options.what, **limits)
    show(options.json, lambda: measured, lambda: bench_text(measured))
    return DISAGREES if None in measured.values() else DONE


def _check(options: Namespace) -> int:
    from explorer.cli.check import examine, findings_text
    from explorer.runs.json_lines import record_table

    findings = examine()
    return show(options.json, lambda: record_table(findings), lambda: findings_text(findings))


class Command(NamedTuple):
    help: str
    add_flags: Callable[[Parser], None]
    run: Callable[[Namespace], int]


_WINDOW = Command("Design a residual network, see every layer at once, train it and watch.", _window_flags, _window)
COMMANDS = {
    "presets": Command("List the named designs.", add_json_flag, _presets),
    "summary": Command("Show every layer of a design, and the totals.", _summary_flags, _summary),
    "compare": Command("Show designs, runs and networks of torchvision side by side.", _compare_flags, _compare),
    "data": Command("List the data sets, download one, or scan a folder of images.", _data_flags, _data),
    "train": Command("Train a design, or resume a run.", _train_flags, _train),
    "study": Command("Train many variants of a design, and show what they tell together.", _study_flags, _study),
    "sweep": Command("Run a learning-rate range test on a design.", _sweep_flags, _sweep),
    "worker": Command("Execute JSON commands from stdin, as the window's own worker does.", add_runs_flag, _worker),
    "runs": Command("List the runs, or show one.", _runs_flags, _runs),
    "evaluate": Command("Show what a run's network makes of its images, class by class.", _evaluate_flags, _evaluate),
    "predict": Command("Tell which classes images are, by the network of a run.", _predict_flags, _predict),
    "probe": Command("Ask something about the network of a run.", _probe_flags, _probe),
    "export": Command("Write a design, or a run, in a format for other programs.", _export_flags, _export),
    "cache": Command("List the decoded images that are kept on the disk, or remove them.", _cache_flags, _cache),
    "bench": Command("Measure how fast this program is.", _bench_flags, _bench),
    "check": Command(
        "Show what is installed, which devices are available, and what is missing.", add_json_flag, _check
    ),
}
