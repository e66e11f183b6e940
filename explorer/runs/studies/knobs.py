"""Knobs: what a study may vary, and a network with one of its values. No torch, no Qt.

A key is a field of a design (`shortcut`) or of a recipe (`lr`), a field of one stage counted from 1 (`stage3.blocks`)
or of all of them (`stages.blocks`), or `depth`, which spreads blocks evenly over the stages.
"""

import difflib
from dataclasses import replace

from annotated_types import Interval

from explorer.architecture.blocks import SHORTCUTS
from explorer.architecture.design import Design, Stage
from explorer.architecture.nesting import nested_design
from explorer.architecture.notation import design_table, read_table
from explorer.fields import Field, Label, fields_of
from explorer.runs.recipe import Recipe, read_recipe, recipe_table
from explorer.runs.sides import Side
from explorer.runs.studies.study import Knob
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, refuse

DEPTH = "depth"
Value = bool | int | float | str | tuple[int, ...]
_ALL = "stages"
_NOT_VARIED = ("device",)  # where a run is trained changes nothing that a study compares
_DEPTH_FIELD = Field(
    name=DEPTH,
    kind=int,
    label=Label(
        translatable("Depth"),
        translatable("Convolutions and linear layers on the main path, with blocks spread evenly over the stages."),
    ),
    options=(),
    bounds=Interval(ge=1),
    parts=(),
)
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}


def knob_fields(design: Design) -> dict[str, Field]:
    """Return the field of every key that a study of `design` may vary: its stages' and its own, then the recipe's."""
    places = [_ALL, *(f"stage{number}" for number in range(1, len(design.stages) + 1))]
    stages = {f"{place}.{name}": field for place in places for name, field in fields_of(Stage).items()}
    recipe = {name: field for name, field in fields_of(Recipe).items() if name not in _NOT_VARIED}
    return {DEPTH: _DEPTH_FIELD, **stages, **fields_of(Design), **recipe}


def read_knob(text: str) -> Knob:
    """Return the knob of `KEY=VALUE,VALUE …`, whose values are not checked. Raises Refused."""
    key, _, values = (part.strip() for part in text.partition("="))
    if not key or not values:
        raise refuse("vary", translatable("must be KEY=VALUE,VALUE …, not {text!r}"), text=text[:80])
    return Knob(key, tuple(value.strip() for value in values.split(",")))


def read_knob_value(design: Design, recipe: Recipe, key: str, text: str) -> Value:
    """Return the value that `text` means for the knob `key`, checked by itself. Raises Refused."""
    known = knob_fields(design)
    if key not in known:
        near = difflib.get_close_matches(key, known, 1)
        what = translatable("is no field of the design, of its {count} stages (stage1.blocks …) or of the recipe{hint}")
        hint = Sentence(translatable("; did you mean {near}?"), {"near": near[0]}) if near else Sentence("")
        raise refuse(key[:80], what, count=len(design.stages), hint=hint)
    value = _typed(known[key], text)
    try:
        _checked(design, recipe, key, value)
    except Refused as refused:
        where = f"{key}={text[:40]}"
        raise Refused(*(Complaint(where, each.what) for each in refused.complaints)) from None
    return value


def _typed(field: Field, text: str) -> Value:
    """Return the value in `text`; else the text itself, for a reader to refuse."""
    try:
        if field.kind is bool:
            return _FLAGS.get(text.lower(), text)
        if field.kind is tuple:
            return tuple(map(int, text.replace("×", "x").split("x")))
        return int(text) if field.kind is int else float(text) if field.kind is float else text
    except ValueError:
        return text


def _checked(design: Design, recipe: Recipe, key: str, value: Value) -> None:
    """Raise Refused for a value of a wrong type, or out of range."""
    place, _, name = key.rpartition(".")
    if key == DEPTH:
        if not isinstance(value, int):
            raise refuse(key, translatable("must be a whole number, not {value}"), value=value)
    elif place:
        table = design_table(design)
        read_table({**table, "stages": [{"blocks": 1, "width": 1, name: value}]})
    elif name in fields_of(Design):
        read_table({**design_table(design), name: value})
    else:
        read_recipe({**recipe_table(recipe), name: value})


def with_knob(side: Side, key: str, value: Value) -> Side:
    """Return a network with this value of a knob, one that `read_knob_value` has returned.

    Plain ones do not start their branches at zero, as a plain twin does not. Raises Refused for a depth that the
    network cannot have.
    """
    place, _, name = key.rpartition(".")
    design, recipe = side.design, side.recipe
    if key == DEPTH:
        assert isinstance(value, int)
        return replace(side, design=nested_design(design, value))
    if place:
        chosen = range(len(design.stages)) if place == _ALL else [int(place.removeprefix("stage")) - 1]
        assert isinstance(value, int)
        stages = (replace(each, **{name: value}) if at in chosen else each for at, each in enumerate(design.stages))
        return replace(side, design=design.change(stages=tuple(stages)))
    if name in fields_of(Design):
        rest = {"zero_init": False} if name == "shortcut" and SHORTCUTS[str(value)].plain else {}
        return replace(side, design=design.change(**{name: value}, **rest))
    changed = recipe.change(**{name: value})
    return replace(side, recipe=changed, seed=changed.seed)
