"""Differences between two designs, or two recipes: key by key, and stage by stage. No torch, no Qt."""

from collections.abc import Iterator
from dataclasses import fields
from itertools import zip_longest
from typing import Any

from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.fields import fields_of
from explorer.sentences import Sentence, translatable

_UNSAID = ("name", "stages")


def value_text(value: object) -> str:
    """Return a value as the user would write it: 1×28×28, true, 0.05."""
    if isinstance(value, tuple):
        return shape_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def changed_fields(before: Any, after: Any) -> Iterator[Sentence]:
    """Yield one sentence for each field that differs between two records of one dataclass."""
    text = translatable("{key} {before} → {after}")
    known = fields_of(type(after))  # type: ignore[arg-type]
    for each in fields(after):
        old, new = getattr(before, each.name), getattr(after, each.name)
        if each.name not in _UNSAID and old != new:
            yield Sentence(
                text,
                {"key": Sentence(known[each.name].label.text), "before": value_text(old), "after": value_text(new)},
            )


def design_changes(before: Design, after: Design) -> Iterator[Sentence]:
    """Yield the changes from `before` to `after`, in the order of a design file."""
    yield from changed_fields(before, after)
    for number, (old, new) in enumerate(zip_longest(before.stages, after.stages), 1):
        if old is None:
            yield Sentence(translatable("stage {number} added"), {"number": number})
        elif new is None:
            yield Sentence(translatable("stage {number} removed"), {"number": number})
        else:
            text = translatable("stage {number}: {change}")
            for change in changed_fields(old, new):
                yield Sentence(text, {"number": number, "change": change})
