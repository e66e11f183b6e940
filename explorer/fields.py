"""Fields: label, help, choices and bounds in the annotations of a frozen dataclass. No torch, no Qt.

Readers of files, flags of the command line, forms and comparisons are derived from them, so a new field of a design or
a recipe needs no line anywhere else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from annotated_types import BaseMetadata, GroupedMetadata, Interval, Predicate

from explorer.sentences import meanings_of


@dataclass(frozen=True, slots=True)
class OneOf(GroupedMetadata):
    """The value is one of `options`."""

    options: tuple[str, ...]

    def __iter__(self) -> Iterator[BaseMetadata]:
        yield Predicate(self.options.__contains__)


@dataclass(frozen=True, slots=True)
class Label:
    """A field's name and explanation in a form; a `rare` one is shown only under More.

    A `heading` stands above the first of several rare fields that belong together.
    """

    text: str
    help: str
    unit: str = ""
    rare: bool = False
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One labelled field of a dataclass; `parts` are the bounds of a tuple's entries."""

    name: str
    kind: type
    label: Label
    options: tuple[str, ...]
    bounds: Interval
    parts: tuple[Interval, ...]

    @property
    def meanings(self) -> dict[str, str]:
        """What each option means, where the help explains them one by one."""
        return meanings_of(self.label.help)


@cache
def fields_of(record: type) -> dict[str, Field]:
    """Return the labelled fields of the dataclass `record`, in order, by name."""
    hints = get_type_hints(record, include_extras=True)
    found = {}
    for each in fields(record):
        inner, *notes = get_args(hints[each.name]) or (hints[each.name],)
        label = next((note for note in notes if isinstance(note, Label)), None)
        if label is None:
            continue
        options = next((note.options for note in notes if isinstance(note, OneOf)), ())
        is_tuple = get_origin(inner) is tuple
        parts = tuple(map(_interval_of, get_args(inner))) if is_tuple else ()
        kind = tuple if is_tuple else inner
        found[each.name] = Field(
            name=each.name,
            kind=kind,
            label=label,
            options=options,
            bounds=_interval_of(hints[each.name]),
            parts=parts,
        )
    return found


def _interval_of(hint: Any) -> Interval:
    return next((each for each in get_args(hint)[1:] if isinstance(each, Interval)), Interval())
