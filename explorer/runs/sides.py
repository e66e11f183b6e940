"""Sides: networks that are trained on the same batches, what sets them apart, and the words for it. No torch, no Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from explorer.architecture.compare import changed_fields, value_text
from explorer.architecture.design import Design, Stage
from explorer.architecture.differences import differences as design_differences
from explorer.architecture.differences import phrase
from explorer.architecture.layers import shape_text
from explorer.architecture.twins import kind_of, twin_of
from explorer.fields import fields_of
from explorer.runs.recipe import RECIPES, Recipe
from explorer.sentences import NOTHING, Sentence, joined, translatable

MAX_SIDES = 32
MAX_AT_ONCE = 4  # that train side by side; the others wait until one of them has ended
_MAX_NAMES = 6  # parts with tensors of their own that are named
_SHARED = (  # of a recipe: which images come, in which order, how they are scaled and computed with
    *("data", "validation_share", "test_share", "split_seed", "background", "normalise", "balance"),
    *("device", "arithmetic", "epochs", "batch_size", "seed"),
)


@dataclass(frozen=True, slots=True)
class Side:
    """A network to train beside others: `seed` draws its initial weights, the recipe's the order of the images.

    Of sides with one seed, the later ones begin with the first one's tensors, where they have them by name and shape.
    """

    design: Design
    recipe: Recipe
    seed: int

    def with_device(self, device: str) -> "Side":
        return replace(self, recipe=self.recipe.change(device=device))


def twin_side(side: Side) -> Side:
    """Return the same without its shortcuts, or with them if it has none."""
    return replace(side, design=twin_of(side.design))


def with_seeds(sides: Sequence[Side], count: int) -> tuple[Side, ...]:
    """Return each side with `count` seeds, its own and the next ones; those of one seed stand together."""
    return tuple(replace(side, seed=side.seed + number) for number in range(count) for side in sides)


def obstacle(first: Side, other: Side) -> Sentence:
    """Return why `other` cannot be trained beside `first` on the same batches; nothing if it can."""
    if first == other:
        return Sentence(translatable("nothing differs: the same network, recipe and seed"))
    if first.design.input != other.design.input:
        what = translatable("images of {other} instead of {first}: both must see the same ones")
        return Sentence(what, {"other": shape_text(other.design.input), "first": shape_text(first.design.input)})
    if first.design.classes != other.design.classes:
        what = translatable("{other:,} classes instead of {first:,}: both must learn the same ones")
        return Sentence(what, {"other": other.design.classes, "first": first.design.classes})
    what = translatable("{change}: both must see the same images in the same order and compute alike")
    unequal = first.recipe.change(**{name: getattr(other.recipe, name) for name in _SHARED})
    change = next(changed_fields(first.recipe, unequal), NOTHING)
    return Sentence(what, {"change": change}) if change else NOTHING


def on_same_batches(recipe: Recipe, like: Recipe) -> Recipe:
    """Return `recipe` with what `like` shares with all beside it, but its own batch size, which may be refused."""
    return recipe.change(**{name: getattr(like, name) for name in _SHARED if name != "batch_size"})


def differences(sides: Sequence[Side]) -> tuple[Sentence, ...]:
    """Return in words how each side differs from the first one with its seed, or else from the first of all."""
    firsts: dict[int, Side] = {}
    return tuple(
        _difference(sides[0] if firsts.setdefault(side.seed, side) is side else firsts[side.seed], side)
        for side in sides
    )


def _difference(first: Side, other: Side) -> Sentence:
    parts = [each.sentence for each in design_differences(first.design, other.design)]
    if changes := list(changed_fields(first.recipe, other.recipe)):
        parts.append(Sentence(translatable("recipe: {changes}"), {"changes": joined(", ", changes)}))
    if first.seed != other.seed:
        parts.append(Sentence(translatable("other initial weights")))
    return _listed("; ", parts)


def labels(sides: Sequence[Side]) -> tuple[Sentence, ...]:
    """Return a short name for each side that tells it from the others; one alone needs none.

    Twins are residual and plain, other designs and recipes have their names, and where these are equal or missing the
    one value that differs, or else a number.
    """
    designs = _names(list(dict.fromkeys(side.design for side in sides)), _own_design_names, "design")
    recipes = _names(list(dict.fromkeys(side.recipe for side in sides)), _own_recipe_names, "recipe")
    several = len({side.seed for side in sides}) > 1
    seeds = {side.seed: Sentence(translatable("seed {seed}"), {"seed": side.seed}) for side in sides if several}
    return tuple(
        _listed(", ", [designs[side.design], recipes[side.recipe], seeds.get(side.seed, NOTHING)]) for side in sides
    )


def _listed(separator: str, parts: Iterable[Sentence]) -> Sentence:
    """Join those parts that are not empty."""
    said = [part for part in parts if part]
    return said[0] if len(said) == 1 else joined(separator, said)


def _names(records: Sequence[Any], own_names: Any, kind: str) -> dict[Any, Sentence]:
    """Return a name for each of some designs, or of some recipes; an empty one if there is only one."""
    if len(records) == 1:
        return {records[0]: NOTHING}
    for names in (own_names(records), [_value_words(record, records) for record in records]):
        if all(names) and len(set(names)) == len(records):
            return dict(zip(records, names, strict=True))
    number = translatable("design {number}") if kind == "design" else translatable("recipe {number}")
    return {record: Sentence(number, {"number": place}) for place, record in enumerate(records, 1)}


def _own_design_names(designs: Sequence[Design]) -> list[Sentence]:
    if len(designs) == 2 and twin_of(designs[0]) == designs[1]:
        return [Sentence(kind_of(design)) for design in designs]
    return [Sentence(design.name) for design in designs]


def _own_recipe_names(recipes: Sequence[Recipe]) -> list[Sentence]:
    """Return the names of the recipes, whatever the values that all share."""
    names = {
        on_same_batches(known, recipes[0]).change(batch_size=recipes[0].batch_size): name
        for name, known in RECIPES.items()
    }
    return [Sentence(names.get(recipe, "")) for recipe in recipes]


def _value_words(record: Any, records: Sequence[Any]) -> Sentence:
    """Return the value of the one field in which the records differ, with its label; nothing if there are more."""
    names = [each.name for each in fields(record) if each.compare and _differ(records, each.name)]
    if len(names) != 1:
        return NOTHING
    (name,), value = names, getattr(record, names[0])
    if name == "stages":
        return _stage_words(value, [other.stages for other in records])
    if isinstance(record, Design):
        return phrase(name, value)
    kind: type = type(record)
    label = Sentence(fields_of(kind)[name].label.text)
    return Sentence(translatable("{key} {value}"), {"key": label, "value": value_text(value)})


def _differ(records: Iterable[Any], name: str) -> bool:
    return len({getattr(record, name) for record in records}) > 1


def _stage_words(stages: Sequence[Stage], others: Sequence[Sequence[Stage]]) -> Sentence:
    """Return what is different about the one stage in which the designs differ; nothing if there are more."""
    if len({len(each) for each in others}) > 1:
        return NOTHING
    places = [place for place in range(len(stages)) if len({each[place] for each in others}) > 1]
    if len(places) != 1:
        return NOTHING
    words = _value_words(stages[places[0]], [each[places[0]] for each in others])
    values = {"number": places[0] + 1, "change": words}
    return Sentence(translatable("stage {number}: {change}"), values) if words else NOTHING


def weights_in_words(equal: int, tensors: int, own: Sequence[str]) -> Sentence:
    """Return how many of a side's `tensors` begin equal to the first side's; `own` are the parts with others."""
    if not own:
        return Sentence(translatable("all {tensors:,} tensors begin equal"), {"tensors": tensors})
    named = [Sentence(name) for name in own[:_MAX_NAMES]]
    if len(own) > _MAX_NAMES:
        named.append(Sentence(translatable("{count:,} more"), {"count": len(own) - _MAX_NAMES}))
    what = translatable("{equal:,} of {tensors:,} tensors begin equal; its own: {own}")
    return Sentence(what, {"equal": equal, "tensors": tensors, "own": joined(", ", named)})
