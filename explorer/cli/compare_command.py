"""The command `compare`: designs, runs and networks of torchvision side by side. torch is imported for the last."""

from argparse import Namespace
from collections.abc import Sequence

from explorer.architecture.checks import find_problems
from explorer.architecture.conventions import CONVENTIONS
from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import find_design
from explorer.cli.columns import grid
from explorer.cli.flags import add_json_flag, add_runs_flag, run_named, runs_of
from explorer.cli.summary import problem_lines
from explorer.cli.terminal import BAD_INPUT, DONE, Parser, complain, show
from explorer.runs.columns import (
    Column,
    Part,
    aligned_parts,
    column_containment,
    column_differences,
    column_of_outside,
    column_of_plan,
    column_of_run,
)
from explorer.runs.folder.run import Run
from explorer.runs.questions.networks import TORCHVISION

_NONE = "–"


def add_compare_flags(parser: Parser) -> None:
    what = f"a file, the name of a preset, one-line text, a run, or {TORCHVISION}NAME, one of torchvision's classifiers"
    parser.add_argument("networks", nargs="+", metavar="DESIGN|RUN|torchvision:NAME", help=what)
    add_runs_flag(parser)
    add_json_flag(parser)


def compare(options: Namespace) -> int:
    """Print the columns; a design that cannot be built is shown as far as it can. Raises Refused."""
    found = [(name, _run_or_design(name, options)) for name in options.networks]
    beside = next((_design_of(each) for _, each in found if each), None)
    columns = [_column(name, each, beside) for name, each in found]
    show(options.json, lambda: [_values(column, columns) for column in columns], lambda: _text(columns))
    plans = [column.plan for column in columns if column.plan]
    problems = [problem for plan in plans for problem in find_problems(plan) if problem.fatal]
    complain(problem_lines(problems))
    return BAD_INPUT if problems else DONE


def _run_or_design(name: str, options: Namespace) -> Run | Design | None:
    """Return the run or the design that is named; None for a network of torchvision."""
    if name.startswith(TORCHVISION):
        return None
    return run_named(name, runs_of(options)) or find_design(name)


def _design_of(found: Run | Design) -> Design:
    return found.design if isinstance(found, Run) else found


def _column(name: str, found: Run | Design | None, beside: Design | None) -> Column:
    match found:
        case None:
            from explorer.engine.probes.outside import summarise

            return column_of_outside(name, summarise(name.removeprefix(TORCHVISION), beside))
        case Run():
            return column_of_run(found, plan_network(found.design))
        case Design():
            return column_of_plan(name, plan_network(found))


def _values(column: Column, columns: Sequence[Column]) -> dict[str, object]:
    """Return a column for JSON."""
    return {
        "name": column.name,
        "known_as": column.known,
        "input": column.input,
        "classes": column.classes,
        "params": column.params,
        "macs": {name: count for name, count in column.macs.items() if name != "flops"},
        "flops": column.macs["flops"],
        "activation_bytes": column.activation_bytes,
        "receptive_field": column.receptive_field,
        "depth": column.depth,
        "convolutions": column.convolutions,
        "accuracy": column.accuracy,
        "stages": [_part_values(part) for part in column.parts],
        "differences": column_differences(columns[0], column) if column is not columns[0] else (),
        "contains": [
            other.name for other in columns if other is not column and column_containment(column, other).holds
        ],
    }


def _part_values(part: Part) -> dict[str, object]:
    return {
        "name": part.name,
        "chapter": part.chapter,
        "holds": part.holds,
        "output_shape": part.output,
        "params": part.params,
        "macs": part.macs,
    }


def _text(columns: Sequence[Column]) -> str:
    """Return the columns side by side, then words: what each is, how it differs from the first, what it contains."""
    sides = "<" + ">" * len(columns)
    figures = [("", *(column.name for column in columns)), *_figures(columns)]
    parts = [
        (_part_label(number, len(rows)), *(_part_text(part) for part in row))
        for rows in [aligned_parts(columns)]
        for number, row in enumerate(rows)
    ]
    return "\n".join([grid([*figures, ("", *([""] * len(columns))), *parts], sides), *_words(columns)])


def _figures(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    def row(label: str, values: Sequence[int | None]) -> tuple[str, ...]:
        return label, *(_NONE if value is None else f"{value:,}" for value in values)

    macs = [row(each.label, [column.macs[name] for column in columns]) for name, each in CONVENTIONS.items()]
    return [
        ("input", *(shape_text(column.input) for column in columns)),
        row("classes", [column.classes for column in columns]),
        row("parameters", [column.params for column in columns]),
        *macs,
        row("activations, bytes", [column.activation_bytes for column in columns]),
        row("receptive field", [column.receptive_field for column in columns]),
        row("layers", [column.depth for column in columns]),
        row("convolutions, shortcuts included", [column.convolutions for column in columns]),
        *_accuracies(columns),
    ]


def _accuracies(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    found = [column.accuracy for column in columns]
    if not any(found):
        return []
    return [("best accuracy", *(_NONE if value is None else f"{value:.4f}" for value in found))]


def _part_label(number: int, rows: int) -> str:
    return "stem" if number == 0 else "head" if number == rows - 1 else f"module {number}"


def _part_text(part: Part | None) -> str:
    return _NONE if part is None else f"{shape_text(part.output)} {part.params:,}"


def _words(columns: Sequence[Column]) -> list[str]:
    lines = []
    for column in columns:
        lines += ["", f"{column.name}: {column.known}"]
        if column is not columns[0]:
            lines += [f"  {words}" for words in column_differences(columns[0], column)]
        for other in columns:
            if other is not column and column.plan and other.plan:
                verdict = column_containment(column, other)
                lines.append(f"  {'contains' if verdict.holds else 'does not contain'} {other.name}: {verdict.why}")
    return lines
