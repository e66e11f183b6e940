"""Output of `summary`: a table as text, or JSON for a script. No torch, no Qt."""

import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import assert_never

from explorer.architecture.checks import Problem
from explorer.architecture.folded import EqualBlocks, folded_rows
from explorer.architecture.layers import AdaptiveAvgPool2d, Layer, Shape, shape_text
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.notation import design_table, to_line
from explorer.architecture.plan import Plan, Section
from explorer.cli.columns import grid
from explorer.runs.events import Verdict
from explorer.validation import Refused

_HEADING = ("layer", "type", "output", "parameters", "MACs", "receptive field")
_Line = tuple[str, str, str, str, str, str]


def summary_values(plan: Plan, problems: tuple[Problem, ...], verdict: Verdict | None) -> dict[str, object]:
    """Return the summary for JSON; totals, stages and layers cover what can be built."""
    values: dict[str, object] = {
        "design": design_table(plan.design),
        "totals": {
            "params": plan.params,
            "macs": plan.macs,
            "flops": 2 * plan.macs,
            "depth": plan.depth,
            "receptive_field": plan.receptive_field,
            "activation_bytes": plan.activation_bytes,
            "output_shape": plan.output,
        },
        "stages": [{"name": section.name, **_size_values(section)} for section in plan.sections],
        "layers": [{"name": layer.name, "type": layer.type, **_size_values(layer)} for layer in plan.layers()],
        "problems": [_problem_values(problem) for problem in problems],
    }
    return values if verdict is None else {**values, "referee": asdict(verdict)}


def _size_values(part: Section | Layer) -> dict[str, object]:
    return {
        "output_shape": part.output,
        "params": part.params,
        "macs": part.macs,
        "receptive_field": part.receptive_field,
    }


def _problem_values(problem: Problem) -> dict[str, object]:
    return {
        "where": problem.where,
        "what": str(problem.what),
        "repair": str(problem.repair.label),
        "fatal": problem.fatal,
    }


def refusal_values(refused: Refused) -> dict[str, object]:
    """Return the summary for JSON when the design is refused."""
    problems = [{"where": where, "what": what, "repair": None, "fatal": True} for where, what in refused.complaints]
    return {"design": None, "totals": None, "stages": None, "layers": None, "problems": problems}


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    return [f"{spoken_path(problem.where)}: {problem.what} Repair: {problem.repair.label}." for problem in problems]


def spoken_path(where: str) -> str:
    """Return a path in a design as one says it: `stages[2].width`, the key of a file, is `stage 3, width`."""
    return re.sub(r"^stages\[(\d+)\]\.", lambda found: f"stage {int(found[1]) + 1}, ", where)


def summary_text(plan: Plan, verdict: Verdict | None) -> str:
    """Return the layer table with equal blocks collapsed, then the totals."""
    design = plan.design
    lines = [_HEADING, *map(_row_line, folded_rows(plan))]
    parts = [design.name or "Unnamed design", to_line(design), "", grid(lines, "<<>>>>"), "", _totals_text(plan)]
    if verdict is not None:
        parts.append(_verdict_text(verdict))
    return "\n".join(parts)


def _row_line(row: Section | Layer | EqualBlocks) -> _Line:
    match row:
        case Section():
            name, kind = row.name, ""
        case Layer():
            name, kind = f"  {row.name}", row.type
        case EqualBlocks():
            name, kind = f"  {row.first} … {row.last}", f"{row.count} blocks like this:"
        case _:
            assert_never(row)
    return _line(name, kind, row.output, row.params, row.macs, row.receptive_field)


def _line(name: str, kind: str, output: Shape, params: int, macs: int, field: int | None) -> _Line:
    return name, kind, shape_text(output), _count_text(params), _count_text(macs), _count_text(field or 0)


def _count_text(number: int) -> str:
    return f"{number:,}" if number else "–"


def _totals_text(plan: Plan) -> str:
    """Return the totals, each with its convention."""
    rows = [
        ("parameters", f"{plan.params:,}", ""),
        ("MACs", f"{plan.macs:,}", "multiply–accumulates of convolutions and linear layers, per image"),
        ("FLOPs", f"{2 * plan.macs:,}", "2 × MACs"),
        ("depth", f"{plan.depth:,}", "convolutions and linear layers on the main path"),
        ("receptive field", f"{plan.receptive_field:,}", "pixels per side, before the pool"),
        ("activations", f"{plan.activation_bytes:,}", "bytes, output of every row per image in float32"),
    ]
    return grid(rows, "<><")


def view_of(plan: Plan) -> list[tuple[str, Shape]]:
    """Return the chapter's listing: the output shape of each part of its `nn.Sequential` for a batch of one image."""
    name = VOCABULARIES["chapter"]
    rows: list[tuple[str, Shape]] = []
    for section in plan.sections:
        if section.name != "head":
            rows += [(name(plan.design, section.name), section.output)] if section.loose or section.count else []
            continue
        for layer in section.loose:
            if isinstance(layer.kind, AdaptiveAvgPool2d):  # a row of its own flattens what is one row elsewhere
                rows += [(name(plan.design, layer.name), (*layer.output, 1, 1)), ("flatten", layer.output)]
            else:
                rows.append((name(plan.design, layer.name), layer.output))
    return [(part, (1, *shape)) for part, shape in rows]


def view_values(plan: Plan) -> list[dict[str, object]]:
    return [{"name": name, "output_shape": shape} for name, shape in view_of(plan)]


def view_text(plan: Plan) -> str:
    rows = [(name, "output shape:", shape_text(shape)) for name, shape in view_of(plan)]
    return "\n".join([plan.design.name or "Unnamed design", to_line(plan.design), "", grid(rows, "<<<")])


def _verdict_text(verdict: Verdict) -> str:
    judgement = "agrees, layer by layer" if verdict.agrees else "DISAGREES"
    return (
        f"torchinfo {judgement}: {verdict.params:,} parameters; "
        f"{verdict.mult_adds:,} mult-adds, including norms and biases"
    )
