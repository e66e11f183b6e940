"""Reading what someone else wrote: text becomes a checked value, or every complaint at once. No torch, no Qt.

pydantic costs a fifth of a second to import, so only a reader at work imports it.
"""

import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

from explorer.architecture.design import OneOf

Value = TypeVar("Value")


class Complaint(NamedTuple):
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class Refused(ValueError):
    """Input that is not taken, with every complaint about it; its text is one line per complaint."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("\n".join(map(str, complaints)))
        self.complaints = complaints


def refuse(where: str, what: str) -> Refused:
    return Refused(Complaint(where, what))


@cache
def adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def read_value(kind: type[Value], table: Mapping[str, object]) -> Value:
    """Make a `kind`, a dataclass with annotated bounds, of `table`; strict about types. Raises Refused."""
    from pydantic import ValidationError

    validator = adapter(kind)  # type: ignore[arg-type]
    try:  # JSON's strictness is the one wanted: a list may become a tuple, "5" and true never an int
        value: Value = validator.validate_json(json.dumps(table, default=str), strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        paths = {each["loc"][:depth] for each in errors for depth in range(len(each["loc"]))}
        # a list with a bad entry is also too short for pydantic, but only the entry is to blame
        blamed = [each for each in errors if each["loc"] not in paths]
        raise Refused(*(Complaint(path_text(each["loc"]), complaint_text(kind, each)) for each in blamed)) from None
    return value


def path_text(path: tuple[int | str, ...]) -> str:
    """('stages', 2, 'width') as `stages[2].width`; a key that could not be one of ours is quoted and shortened."""

    def step(part: int | str) -> str:
        if isinstance(part, int):
            return f"[{part}]"
        return f".{part if part.isidentifier() and len(part) <= 40 else shown(part)}"

    return "".join(map(step, path)).removeprefix(".")


def complaint_text(kind: type, error: Mapping[str, Any]) -> str:
    """pydantic's error in the words of this program."""
    context, path = error.get("ctx", {}), error["loc"]
    match error["type"]:
        case "missing":
            return "is required"
        case "unexpected_keyword_argument" | "extra_forbidden":
            return "is not a key of this file"
        case "predicate_failed":
            options = options_of(kind, str(path[-1]))
            return f"must be one of {', '.join(options)}" if options else "needs at least one block"
        case "greater_than_equal" | "greater_than":
            return f"must be at least {context.get('ge', context.get('gt'))}, not {shown(error['input'])}"
        case "less_than_equal" | "less_than":
            return f"must be at most {context.get('le', context.get('lt'))}, not {shown(error['input'])}"
        case "int_type" | "int_from_float" | "int_parsing_size":
            return f"must be a whole number, not {shown(error['input'])}"
        case "float_type" | "finite_number":
            return f"must be a number, not {shown(error['input'])}"
        case "bool_type":
            return f"must be true or false, not {shown(error['input'])}"
        case "string_type":
            return f"must be a text, not {shown(error['input'])}"
        case "tuple_type" | "dataclass_type":
            return f"must be a list or table of values, not {shown(error['input'])}"
        case "too_long" | "too_short" | "string_too_long":
            limit = context.get("max_length", context.get("min_length"))
            return f"must have {'at most' if 'max_length' in context else 'at least'} {limit} entries or letters"
        case _:
            return str(error["msg"])


def options_of(kind: type, key: str) -> tuple[str, ...]:
    """What `key` of the dataclass `kind` may be, if it is a choice."""
    hint = get_type_hints(kind, include_extras=True).get(key)
    return next((each.options for each in get_args(hint) if isinstance(each, OneOf)), ())


def shown(value: object) -> str:
    """A value as a file would show it, shortened."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "…"
