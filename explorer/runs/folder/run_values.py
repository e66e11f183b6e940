"""The values of a run by the names that a filter has for them. No torch, no Qt."""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.architecture.notation import to_line
from explorer.architecture.plan import plan_network
from explorer.architecture.twins import kind_of
from explorer.fields import Field, fields_of
from explorer.runs.folder.run import Run
from explorer.runs.index.filter import TEXT, Kind, Predicate, Value, parse_filter
from explorer.runs.recipe import Recipe

_MAX_STAGES = 8


class _RunField(NamedTuple):
    kind: Kind
    value: Callable[[Run], Value]


@lru_cache(maxsize=8192)
def size_of(design: Design) -> tuple[int, int]:
    """Return MACs and depth of a design."""
    plan = plan_network(design)
    return plan.macs, plan.depth


@lru_cache(maxsize=8192)
def line_of(design: Design) -> str:
    """Return a design as one line of text."""
    return to_line(design)


def _text_of(run: Run) -> str:
    words = (run.id, run.name, run.design.name, run.note, *run.tags, line_of(run.design), run.recipe.data, run.state)
    return "\n".join(words).casefold()


def _of_field(owner: str, field: Field) -> _RunField:
    kind = Kind.SWITCH if field.kind is bool else Kind.NUMBER if field.kind in (int, float) else Kind.TEXT
    return _RunField(kind, attrgetter(f"{owner}.{field.name}"))


def _of_stage(number: int, name: str) -> _RunField:
    def value(run: Run) -> Value:
        stages = run.design.stages
        return getattr(stages[number], name) if number < len(stages) else None

    return _RunField(Kind.NUMBER, value)


_FIELDS: dict[str, _RunField] = {
    **{name: _of_field("recipe", field) for name, field in fields_of(Recipe).items()},
    **{name: _of_field("design", field) for name, field in fields_of(Design).items() if field.kind is not tuple},
    **{
        f"stage{number + 1}.{name}": _of_stage(number, name)
        for number in range(_MAX_STAGES)
        for name in ("blocks", "width", "stride")
    },
    "input": _RunField(Kind.TEXT, lambda run: shape_text(run.design.input)),
    "stages": _RunField(Kind.NUMBER, lambda run: len(run.design.stages)),
    "blocks": _RunField(Kind.NUMBER, lambda run: sum(stage.blocks for stage in run.design.stages)),
    "network": _RunField(Kind.TEXT, lambda run: kind_of(run.design)),
    "design": _RunField(Kind.TEXT, lambda run: line_of(run.design)),
    "params": _RunField(Kind.NUMBER, lambda run: run.params),
    "macs": _RunField(Kind.NUMBER, lambda run: size_of(run.design)[0]),
    "depth": _RunField(Kind.NUMBER, lambda run: size_of(run.design)[1]),
    "accuracy": _RunField(Kind.NUMBER, lambda run: run.best_accuracy),
    "done": _RunField(Kind.NUMBER, lambda run: run.epochs_done),
    "seconds": _RunField(Kind.NUMBER, lambda run: run.seconds or None),
    "seed": _RunField(Kind.NUMBER, lambda run: run.seed),
    "state": _RunField(Kind.TEXT, lambda run: run.state),
    "device": _RunField(Kind.TEXT, lambda run: run.device or run.recipe.device),
    "created": _RunField(Kind.TIME, lambda run: f"{run.created:%Y-%m-%d %H:%M:%S}"),
    "id": _RunField(Kind.TEXT, lambda run: run.id),
    "name": _RunField(Kind.TEXT, lambda run: run.name or run.design.name),
    "note": _RunField(Kind.TEXT, lambda run: run.note),
    "tag": _RunField(Kind.LIST, lambda run: run.tags),
    "star": _RunField(Kind.SWITCH, lambda run: run.starred),
    "hidden": _RunField(Kind.SWITCH, lambda run: run.hidden),
    "colour": _RunField(Kind.NUMBER, lambda run: run.colour),
    "study": _RunField(Kind.TEXT, lambda run: run.trial.study if run.trial else None),
    "trial": _RunField(Kind.NUMBER, lambda run: run.trial.number if run.trial else None),
    TEXT: _RunField(Kind.TEXT, _text_of),
}
_KINDS = {name: field.kind for name, field in _FIELDS.items()}


def run_filter(text: str) -> Predicate:
    """Return what `text` asks of the values of a run. Raises BadFilter."""
    return parse_filter(text, _KINDS)


def run_value(run: Run, name: str) -> Value:
    """Return one of the values that a filter may ask for."""
    return _FIELDS[name].value(run)
