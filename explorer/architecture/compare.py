"""What differs between two designs, or two recipes: key by key, and stage by stage. No torch, no Qt."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import zip_longest
from typing import Any, get_args, get_type_hints

from explorer.architecture.design import Design
from explorer.architecture.layers import Shape
from explorer.architecture.words import QT_TRANSLATE_NOOP, Label, Sentence

UNSAID = ("name", "stages")


def value_text(value: object) -> str:
    """A value as a person would write it: 1×28×28, true, 0.05."""
    if isinstance(value, tuple):
        return shape_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def shape_text(shape: Shape) -> str:
    """(64, 48, 48) as 64×48×48."""
    return "×".join(map(str, shape))


@cache
def labels_of(kind: type) -> dict[str, Sentence]:
    """What a person calls the fields of the dataclass `kind`."""
    hints = get_type_hints(kind, include_extras=True).items()
    found = {name: next((note for note in get_args(hint)[1:] if isinstance(note, Label)), None) for name, hint in hints}
    return {name: Sentence(label.text if label else name) for name, label in found.items()}


def changed_fields(before: Any, after: Any) -> Iterator[Sentence]:
    """One sentence for each field that differs between two records of one dataclass."""
    text = QT_TRANSLATE_NOOP("explorer", "{key} {before} → {after}")
    labels = labels_of(type(after))  # type: ignore[arg-type]
    for each in fields(after):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if each.name not in UNSAID and old != new:
            yield Sentence(text, {"key": labels[each.name], "before": value_text(old), "after": value_text(new)})


def design_changes(before: Design, after: Design) -> Iterator[Sentence]:
    """What was done to `before` to arrive at `after`, in the order of a design file."""
    yield from changed_fields(before, after)
    for number, (old, new) in enumerate(zip_longest(before.stages, after.stages), 1):
        if old is None:
            yield Sentence(QT_TRANSLATE_NOOP("explorer", "stage {number} added"), {"number": number})
        elif new is None:
            yield Sentence(QT_TRANSLATE_NOOP("explorer", "stage {number} removed"), {"number": number})
        else:
            text = QT_TRANSLATE_NOOP("explorer", "stage {number}: {change}")
            for change in changed_fields(old, new):
                yield Sentence(text, {"number": number, "change": change})
