"""Notation of designs: TOML files (schema 1) and one-line text. No torch, no Qt."""

import tomllib
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from explorer.architecture.design import Design, Stage
from explorer.architecture.weights_file import WEIGHTS_SUFFIX, is_weights_file, read_design_text
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, read_value, refuse

_SCHEMA = 1
SUFFIX = ".toml"  # of a design file
OPENED = (SUFFIX, WEIGHTS_SUFFIX)  # what files with a design end with
MAX_BYTES = 64 * 1024  # tomllib's time grows with the square of a long dotted key, so small files only
MAX_COLUMNS = 1024
_ALWAYS = ("input", "classes", "stages")
_OPTIONS = tuple(each for each in fields(Design) if each.name not in (*_ALWAYS, "name", "block"))


def design_table(design: Design) -> dict[str, object]:
    """Return the design as plain values with all keys of a file."""
    table = asdict(design)
    table["input"] = list(design.input)
    table["stages"] = list(table["stages"])
    return {"schema": _SCHEMA, **table}


def read_table(table: dict[str, object]) -> Design:
    """Return the design of a `design_table`; keys with defaults may be missing. Raises Refused."""
    rest = dict(table)
    schema = rest.pop("schema", None)
    if type(schema) is not int or schema < 1:
        raise refuse("schema", translatable("must be {known}"), known=_SCHEMA)
    if schema > _SCHEMA:
        what = translatable("{schema} was made by a newer version; this version reads {known}")
        raise refuse("schema", what, schema=schema, known=_SCHEMA)
    return read_value(Design, rest)


def trusted_design(table: dict[str, Any]) -> Design:
    """Return the design of a `design_table` that comes with the program or was written by it.

    It is not checked: the import of the strict reader would delay the window. Raises LookupError or TypeError if keys
    are missing or unknown.
    """
    stages = tuple(Stage(**stage) for stage in table["stages"])
    rest = {key: value for key, value in table.items() if key not in ("schema", "input", "stages")}
    return Design(input=tuple(table["input"]), stages=stages, **rest)


def to_toml(design: Design) -> str:
    """Return the text of a design file, without the keys that have their default."""
    import tomli_w

    short = {
        key: value
        for key, value in design_table(design).items()
        if key in ("schema", *_ALWAYS) or value != _default_of(key)
    }
    stages = [
        {key: value for key, value in asdict(stage).items() if (key, value) != ("stride", 1)} for stage in design.stages
    ]
    order = sorted(short, key=lambda key: key not in ("schema", "name"))
    head = tomli_w.dumps({key: short[key] for key in order if key not in ("stages", "input")})
    pixels = ", ".join(map(str, design.input))
    return f"{head}input = [{pixels}]\n{tomli_w.dumps({'stages': stages})}"


def _default_of(key: str) -> object:
    return next((each.default for each in fields(Design) if each.name == key), MISSING)


def from_toml(text: str) -> Design:
    """Read a design file's text. Raises Refused."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        what = translatable("is not a design file: larger than {limit} kB")
        raise refuse("file", what, limit=MAX_BYTES // 1024)
    if any(len(line) > MAX_COLUMNS for line in text.splitlines()):
        what = translatable("is not a design file: a line has more than {limit} characters")
        raise refuse("file", what, limit=MAX_COLUMNS)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        what = translatable("is not TOML: {error}")
        raise refuse("file", what, error=str(error) or "nested too deep") from None
    return read_table(table)


def load_design(path: Path) -> Design:
    """Read a design file, or the design in a file of weights. Raises Refused."""
    try:
        if not path.exists():
            raise refuse(str(path), translatable("there is no such file"))
        if not path.is_file():
            raise refuse(str(path), translatable("is not a regular file"))
        if is_weights_file(path):
            return from_toml(read_design_text(path))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig") if len(data) <= MAX_BYTES else " " * len(data)
        return from_toml(text.replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise refuse(str(path), translatable("is not UTF-8 text")) from None
    except OSError as error:
        raise refuse(str(path), error.strerror or translatable("cannot be read")) from None
    except Refused as error:
        raise Refused(
            *(each._replace(where=str(path)) if each.where == "file" else each for each in error.complaints)
        ) from None


def to_line(design: Design) -> str:
    """Write `block:CxHxW:classes:WIDTHxBLOCKS/STRIDE,…[:key=value,…]`, without the name."""
    stages = ",".join(
        f"{stage.width}x{stage.blocks}" + (f"/{stage.stride}" if stage.stride != 1 else "") for stage in design.stages
    )
    head = f"{design.block}:{'x'.join(map(str, design.input))}:{design.classes}:{stages}"
    options = [
        f"{each.name}={str(value).lower() if isinstance(value, bool) else value}"
        for each in _OPTIONS
        if (value := getattr(design, each.name)) != each.default
    ]
    return ":".join([head, ",".join(options)] if options else [head])


def from_line(line: str) -> Design:
    """Read one-line text. Raises Refused."""
    if len(line) > MAX_COLUMNS:
        raise refuse("design", translatable("has more than {limit} characters"), limit=MAX_COLUMNS)
    parts = line.strip().split(":")
    if len(parts) not in (4, 5):
        what = translatable("must be block:CxHxW:classes:WIDTHxBLOCKS/STRIDE,…[:key=value,…]")
        raise refuse("design", what)
    block, pixels, classes, stages, *rest = parts
    complaints: list[Complaint] = []

    def number(where: str, text: str) -> int:
        if text.isascii() and text.isdecimal() and len(text) <= 9:
            return int(text)
        what = translatable("must be a whole number, not {value}")
        complaints.append(Complaint(where, Sentence(what, {"value": repr(text[:20])})))
        return 1

    table: dict[str, object] = {"schema": _SCHEMA, "block": block, "classes": number("classes", classes)}
    table["input"] = [number("input", side) for side in pixels.split("x")]
    entries = []
    for index, entry in enumerate(stages.split(",")):
        shape, slash, stride = entry.partition("/")
        width, _, blocks = shape.partition("x")
        where = f"stages[{index}]"
        entries.append(
            {
                "width": number(f"{where}.width", width),
                "blocks": number(f"{where}.blocks", blocks),
                "stride": number(f"{where}.stride", stride) if slash else 1,
            }
        )
    table["stages"] = entries
    known = {each.name: each.default for each in _OPTIONS}
    for option in rest[0].split(",") if rest else ():
        key, _, value = option.partition("=")
        if key in known and isinstance(known[key], bool) and value in ("true", "false"):
            table[key] = value == "true"
        elif key in known and isinstance(known[key], int) and not isinstance(known[key], bool):
            table[key] = number(key, value)
        else:
            table[key] = value
    if complaints:
        raise Refused(*complaints)
    return read_table(table)
