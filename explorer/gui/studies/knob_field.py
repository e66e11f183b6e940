"""KnobField: a value that a study may vary: its key, what it is called, and how its values are typed. No widgets."""

import re
from dataclasses import dataclass, replace
from math import isnan

from explorer.architecture.compare import value_text
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.fields import Field
from explorer.gui.widgets.input.numbers import number_text, typed_number
from explorer.gui.widgets.text.language import say
from explorer.runs.recipe import PLACE, Recipe
from explorer.runs.studies.knobs import DEPTH, knob_fields
from explorer.sentences import Sentence, translatable

SWITCH = ("false", "true")
_SKIPPED = ("input", "classes", *PLACE)  # what the data determine, and where a run is trained
_SEPARATORS = re.compile(r"[;；]")
_USUAL_SEPARATORS = re.compile(r"[,，、\s]+")


@dataclass(frozen=True, slots=True)
class KnobField:
    """The field with this `key` in a study; `usual` are the values that a study of it begins with."""

    key: str
    title: Sentence
    field: Field
    now: object
    usual: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """The values that it may have, if they can be listed."""
        return SWITCH if self.field.kind is bool else self.field.options

    def written(self, number: float) -> str:
        """Return a number as a study keeps it."""
        return str(round(number)) if self.field.kind is int else value_text(float(number))

    def typed(self, text: str) -> tuple[str, ...]:
        """Return the values in `text` as a study keeps them; what is no number stays as it is, for a reader to refuse.

        `1, 2, 4` and `1 2 4` are three values. With a semicolon between them they may have decimal commas.
        """
        pieces = (_SEPARATORS if _SEPARATORS.search(text) else _USUAL_SEPARATORS).split(text)
        return tuple(dict.fromkeys(self._read(piece.strip()) for piece in pieces if piece.strip()))

    def _read(self, piece: str) -> str:
        number = typed_number(piece)
        is_refused = isnan(number) or (self.field.kind is int and number != int(number))
        return piece if is_refused else self.written(number)

    def shown(self, values: tuple[str, ...]) -> str:
        """Return values as the user types them."""
        texts = [number_text(float(value)) for value in values]
        return ("; " if any("," in text for text in texts) else ", ").join(texts)


def varied_fields(design: Design, recipe: Recipe) -> dict[str, KnobField]:
    """Return what the window offers to vary in a study of `design` with `recipe`, by key."""
    found = {}
    for key, field in knob_fields(design).items():
        if (field.kind in (int, float, bool) or field.options) and key not in _SKIPPED:
            found[key] = _with_usual(KnobField(key, _title(key, field), field, _now(key, design, recipe)), design)
    return found


def _title(key: str, field: Field) -> Sentence:
    """Return what a key is called: `stage 3: Blocks`."""
    place, _, _ = key.rpartition(".")
    label, number = Sentence(field.label.text), place.removeprefix("stage")
    if not place:
        return label
    if not number.isdecimal():
        return Sentence(translatable("all stages: {field}"), {"field": label})
    return Sentence(translatable("stage {number}: {change}"), {"number": int(number), "change": label})


def _now(key: str, design: Design, recipe: Recipe) -> object:
    """Return the value that a key has in the design or the recipe, of all stages the first one's."""
    place, _, name = key.rpartition(".")
    number = place.removeprefix("stage")
    if key == DEPTH:
        return plan_network(design).depth
    if place:
        return getattr(design.stages[int(number) - 1 if number.isdecimal() else 0], name)
    return getattr(design if hasattr(design, name) else recipe, name)


def _with_usual(knob: KnobField, design: Design) -> KnobField:
    """Return the knob with its usual values: every option, or half of what it is now, that, and twice that."""
    if knob.options:
        return replace(knob, usual=knob.options)
    now = float(str(knob.now))
    wanted = [now / 2, now, 2 * now] if now else [0.0, 1.0, 2.0]
    if knob.field.kind is int and now:
        wanted = [now // 2, now, 2 * now] if now > 1 else [1.0, 2.0, 4.0]
    if knob.key == DEPTH:
        deeper = ([replace(stage, blocks=blocks) for stage in design.stages] for blocks in range(1, 6))
        wanted = [float(plan_network(design.change(stages=tuple(stages))).depth) for stages in deeper]
    bounds = knob.field.bounds
    least, most, below = (float(str(each)) for each in (bounds.ge or 0, bounds.le or "inf", bounds.lt or "inf"))
    values = [knob.written(number) for number in wanted if least <= number <= most and number < below]
    return replace(knob, usual=tuple(dict.fromkeys(values)))


def title_of_key(key: str, design: Design) -> str:
    """Return what the window calls the key of a knob of `design`; one that this version does not know is the key."""
    field = knob_fields(design).get(key)
    return say(_title(key, field)) if field else key
