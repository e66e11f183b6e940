"""How a notebook shows designs, plans and runs: as tables. Without one, nothing here is used. No torch, no Qt."""

import sys
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import Plan, plan_network
from explorer.library.library import SavedRuns


def register() -> None:
    """Let the notebook that runs this program show its records, if there is one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        shown = shell.display_formatter.formatters["text/html"]
        for kind, form in _FORMS.items():
            shown.for_type(kind, form)


def plan_html(plan: Plan) -> str:
    """Return the sections of a plan as a table with their shapes and costs, and what cannot be built below it."""
    rows = [
        (section.name, shape_text(section.output), f"{section.params:,}", f"{section.macs:,}")
        for section in plan.sections
    ]
    total = ("total", shape_text(plan.output) if plan.sections else "", f"{plan.params:,}", f"{plan.macs:,}")
    table = _table(("section", "output", "parameters", "MACs"), [*rows, total])
    return table + "".join(f"<p>{escape(f'{where}: {reason}')}</p>" for where, reason in plan.obstacles)


def design_html(design: Design) -> str:
    """Return a design's name above the table of its plan."""
    return f"<p>{escape(design.name)}</p>{plan_html(plan_network(design))}"


def runs_html(runs: SavedRuns) -> str:
    """Return a table of runs."""
    rows = [
        (
            run.name or run.id,
            str(run.state),
            f"{run.epochs_done}/{run.recipe.epochs}",
            "–" if run.best_accuracy is None else f"{run.best_accuracy:.4f}",
            f"{run.params:,}",
        )
        for run in runs
    ]
    return _table(("run", "state", "epochs", "best accuracy", "parameters"), rows)


_FORMS: dict[type, Callable[[Any], str]] = {Plan: plan_html, Design: design_html, SavedRuns: runs_html}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"

    return f"<table>{line(head, 'th')}{''.join(line(row, 'td') for row in rows)}</table>"
