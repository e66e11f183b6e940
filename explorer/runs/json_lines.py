"""Records as lines of JSON, for pipes and files. No torch, no Qt.

A number that is not finite is written as null. A sentence is written in English; one with values has its template and
values beside it, so that the window can translate it.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache, partial
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table, read_table
from explorer.runs.recipe import Recipe, read_recipe, recipe_table
from explorer.sentences import Sentence, read_sentence, sentence_table

MADE_OF = "_made_of"  # suffix of the key with a sentence's template and values
MISREAD = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)  # what a bad line raises

_Record = TypeVar("_Record")
_Reader = Callable[[Any], Any]
_FORMS: dict[type, tuple[Callable[[Any], object], _Reader]] = {  # values with a written form of their own
    Design: (design_table, read_table),
    Recipe: (recipe_table, read_recipe),
    Path: (str, Path),
}


def json_line(value: object) -> str:
    """Return `value` as one line without its end; a path that is no good UTF-8 is escaped."""
    plain = _finite(value)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(plain, allow_nan=False)
    return text


def _finite(value: object) -> object:
    """Return `value` with None for each number in it that is not finite."""
    match value:
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {key: _finite(each) for key, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
        case _:
            return value


def record_table(record: Any) -> dict[str, object]:
    """Return the fields of a dataclass as plain values; a sentence is followed by its template and values."""
    table: dict[str, object] = {}
    for each in fields(record):
        value = getattr(record, each.name)
        table[each.name] = _plain(value)
        if isinstance(value, Sentence) and value.values:
            table[each.name + MADE_OF] = sentence_table(value)
    return table


def _plain(value: object) -> object:
    if isinstance(value, str | int | float | None):
        return value
    for kind, (write, _) in _FORMS.items():
        if isinstance(value, kind):
            return write(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return record_table(value) if is_dataclass(value) else value


def read_record(kind: type[_Record], table: Any, **made: Any) -> _Record:
    """Make a `kind`, a dataclass, of what `table` has for its fields; keys that it does not know are ignored.

    `made` are fields whose values are there already. Raises one of `MISREAD` where a value is not what its field is
    annotated with, or is missing; of these `Refused` is the one that says what is wrong with a design or a recipe.
    """
    values: dict[str, Any] = {**made}
    for name, read in _readers(cast(Any, kind)):
        if name in _check((dict,), table) and name not in made:
            values[name] = read(table[name])
            if isinstance(values[name], Sentence):
                values[name] = read_sentence(values[name], table.get(name + MADE_OF))
    return kind(**values)


@cache
def _readers(kind: Any) -> tuple[tuple[str, _Reader], ...]:
    """Return the reader of each field of a dataclass."""
    return tuple((each.name, _reader(each.type)) for each in fields(kind))


def _reader(kind: Any) -> _Reader:
    """Return what makes a value of the annotation `kind` from a plain value."""
    if kind in _FORMS:
        return _FORMS[kind][1]
    if is_dataclass(kind):
        return partial(read_record, cast(type, kind))
    if (record := get_args(kind)[:1]) and is_dataclass(record[0]) and NoneType in get_args(kind):
        return lambda value: None if value is None else read_record(cast(type, record[0]), value)
    if get_origin(kind) is tuple:
        return partial(_read_tuple, _reader(get_args(kind)[0]))
    if get_origin(kind) is Mapping:
        return partial(_check, (dict,))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    if (optional := [each for each in get_args(kind) if is_dataclass(each)]) and NoneType in get_args(kind):
        read = _reader(optional[0])
        return lambda value: None if value is None else read(value)
    if kind is Sentence:
        return lambda value: Sentence(_check((str,), value))
    allowed = tuple(get_args(kind) or (kind,))
    if float in allowed:
        allowed = (*allowed, int, NoneType)
    return partial(_check, allowed)


def _read_tuple(read: _Reader, values: Any) -> tuple[Any, ...]:
    return tuple(map(read, _check((list,), values)))


def _check(allowed: tuple[type, ...], value: Any) -> Any:
    if type(value) not in allowed:  # a bool is no int here
        raise TypeError(value)
    return value
