"""Validation of input: it becomes a checked value, or raises every complaint at once. No torch, no Qt.

Importing pydantic takes a fifth of a second, so it is imported at the first read.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from explorer.fields import fields_of
from explorer.sentences import Sentence, joined, translatable

_Value = TypeVar("_Value")
_LIMITS = ("ge", "gt", "le", "lt", "max_length", "min_length")  # as pydantic calls them


class Complaint(NamedTuple):
    """One complaint; `where` is a path in a file or a design, or the name of what is wrong."""

    where: str
    what: Sentence

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> Sentence:
        return Sentence(translatable("{where}: {what}"), {"where": self.where, "what": self.what})


class Refused(ValueError):
    """Input is refused, with every complaint about it; the text is one line per complaint."""

    def __init__(self, *complaints: Complaint) -> None:
        self.complaints = complaints
        self.sentence = joined("\n", (complaint.sentence for complaint in complaints))
        super().__init__(self.sentence)

    def __reduce__(self) -> tuple[Any, ...]:
        return Refused, self.complaints  # from one process to another


def refuse(where: str, what: str, /, **values: object) -> Refused:
    """Return a Refused with one complaint; `what` is a template, marked for translation if the window may show it."""
    return Refused(Complaint(where, Sentence(what, values)))


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def read_value(kind: type[_Value], table: Mapping[str, object]) -> _Value:
    """Make a `kind`, a dataclass with annotated bounds, from `table`, strict about types. Raises Refused."""
    from pydantic import ValidationError

    validator = _adapter(kind)  # type: ignore[arg-type]
    try:  # JSON's strictness is the one wanted: a list may become a tuple, "5" and true never an int
        value: _Value = validator.validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        paths = {each["loc"][:depth] for each in errors for depth in range(len(each["loc"]))}
        # a list with a bad entry is also too short for pydantic, but only the entry is to blame
        blamed = [each for each in errors if each["loc"] not in paths]
        raise Refused(*(Complaint(_path_text(each["loc"]), _complaint_text(kind, each)) for each in blamed)) from None
    return value


def _path_text(path: tuple[int | str, ...]) -> str:
    """Write ('stages', 2, 'width') as `stages[2].width`; a key that is no identifier is quoted and shortened."""

    def step(part: int | str) -> str:
        if isinstance(part, int):
            return f"[{part}]"
        return f".{part if part.isidentifier() and len(part) <= 40 else _shown(part)}"

    return "".join(map(step, path)).removeprefix(".")


def _complaint_text(kind: type, error: Mapping[str, Any]) -> Sentence:
    """Return pydantic's error as a sentence of this program."""
    context, path = error.get("ctx", {}), error["loc"]
    field = fields_of(kind).get(str(path[-1])) if path else None
    match error["type"]:
        case "missing":
            what = translatable("is required")
        case "unexpected_keyword_argument" | "extra_forbidden":
            what = translatable("is not a known key")
        case "predicate_failed":
            what = translatable("must be one of {options}")
        case "greater_than_equal":
            what = translatable("must be at least {limit}, not {value}")
        case "greater_than":
            what = translatable("must be more than {limit}, not {value}")
        case "less_than_equal":
            what = translatable("must be at most {limit}, not {value}")
        case "less_than":
            what = translatable("must be less than {limit}, not {value}")
        case "int_type" | "int_from_float" | "int_parsing_size":
            what = translatable("must be a whole number, not {value}")
        case "float_type" | "finite_number":
            what = translatable("must be a number, not {value}")
        case "bool_type":
            what = translatable("must be true or false, not {value}")
        case "string_type":
            what = translatable("must be text, not {value}")
        case "tuple_type" | "dataclass_type":
            what = translatable("must be a list or a table of values, not {value}")
        case "too_long" | "string_too_long":
            what = translatable("must have at most {limit} entries or characters")
        case "too_short" | "string_too_short":
            what = translatable("must have at least {limit} entries or characters")
        case _:
            return Sentence(str(error["msg"]))
    limit = next((context[key] for key in _LIMITS if key in context), None)
    limit = int(limit) if isinstance(limit, float) and limit.is_integer() else limit  # 0, not 0.0
    return Sentence(
        what, {"value": _shown(error["input"]), "limit": limit, "options": ", ".join(field.options if field else ())}
    )


def _shown(value: object) -> str:
    """Return a value as a file would show it, shortened."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "…"
