"""One line of JSON, as it goes through a pipe or into a file. No torch, no Qt."""

import json
import math
from collections.abc import Mapping


def json_line(table: Mapping[str, object]) -> str:
    """Without its end. A number that is not finite is null; a path that is no good UTF-8 is escaped."""
    plain = finite(table)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(plain, allow_nan=False)
    return text


def finite(value: object) -> object:
    """`value` with None for each number in it that is not finite."""
    match value:
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {key: finite(each) for key, each in value.items()}
        case list() | tuple():
            return [finite(each) for each in value]
        case _:
            return value
