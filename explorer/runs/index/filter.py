"""Filters by value: `accuracy > 0.9 and params < 1e6`, `name ~ resnet or not star`; plain words are text.

A comparison has a field, one of = != < <= > >= ~ (contains), and a value. Comparisons are joined by and, or, not and
parentheses; `and` may be left out. A word alone is a field that is true or false, or text that is looked for in all
that something is called. Text with blanks stands in quotes. No torch, no Qt.
"""

import operator
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from difflib import get_close_matches
from enum import Enum, auto
from typing import Any, NamedTuple, assert_never
from unicodedata import east_asian_width

from explorer.sentences import Sentence, translatable

TEXT = "text"  # the field that plain words are looked for in, folded to lower case
Value = float | bool | str | tuple[str, ...] | None
Predicate = Callable[[Callable[[str], Value]], bool]  # of what returns the value of a field, None if that is not known


class Kind(Enum):
    NUMBER = auto()
    TEXT = auto()
    TIME = auto()  # as text: the year first
    LIST = auto()  # of texts; a comparison is true if it is for any of them
    SWITCH = auto()


class BadFilter(Exception):
    """A filter that cannot be read, for the `reason` at the character number `place`, from 0, of its `text`."""

    def __init__(self, text: str, place: int, reason: Sentence) -> None:
        super().__init__(reason)
        self.text, self.place, self.reason = text, place, reason

    def pointed(self) -> str:
        """Return the filter in one line, and in another a caret below the character, for a terminal."""
        shown = "".join(character if character.isprintable() else " " for character in self.text)
        before = sum(1 + (east_asian_width(character) in "WF") for character in shown[: self.place])
        return f"{shown}\n{' ' * before}^"


def parse_filter(text: str, kinds: Mapping[str, Kind]) -> Predicate:
    """Return what `text` asks of the fields in `kinds`; an empty text asks nothing. Raises BadFilter."""
    return _Parser(text, kinds).parse()


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


_TOKEN = re.compile(
    r"""(?P<quoted>"[^"]*"|'[^']*')|(?P<sign><=|>=|!=|==|[=<>~≤≥≠])|(?P<bracket>[()])|(?P<word>[^\s()<>=~!"'≤≥≠]+)"""
)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SIGNS = {"==": "=", "≤": "<=", "≥": ">=", "≠": "!="}
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d( \d\d(:\d\d){0,2})?)?)?")
_FIRST = "2000-01-01 00:00:00"  # what a beginning of a date is made whole with
_NUMBER = re.compile(r"([+-]?(?:\d+(?:[_,]\d+)*\.?\d*|\.\d+)(?:e[+-]?\d+)?)([%kmgb]?)", re.IGNORECASE)
_UNITS = {"": 1.0, "%": 0.01, "k": 1e3, "m": 1e6, "g": 1e9, "b": 1e9}
_SWITCHES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_MAX_DEPTH = 50  # of brackets and nots
_MAX_CHARACTERS = 2000


class _Parser:
    """Reads an expression from its first token to its last, by one method per rule of the grammar."""

    def __init__(self, text: str, kinds: Mapping[str, Kind]) -> None:
        self._text, self._kinds, self._depth = text, kinds, 0
        self._tokens = self._split()
        self._next = 0

    def parse(self) -> Predicate:
        if self._seen().kind == "end":
            return lambda values: True
        found = self._any()
        if self._seen().kind != "end":
            raise self._wrong(self._seen(), translatable("this closes no parenthesis"))
        return found

    def _split(self) -> list[_Token]:
        tokens, place = list[_Token](), 0
        if len(self._text) > _MAX_CHARACTERS:
            end = _Token("end", "", _MAX_CHARACTERS)
            raise self._wrong(end, translatable("a filter has at most {n} characters"), n=_MAX_CHARACTERS)
        while place < len(self._text):
            if self._text[place].isspace():
                place += 1
                continue
            match = _TOKEN.match(self._text, place)
            if not match:
                wrong = _Token("", self._text[place], place)
                if wrong.text in "\"'":
                    raise self._wrong(wrong, translatable("this quotation mark is not closed"))
                raise self._wrong(wrong, translatable("{sign!r} means nothing here"), sign=wrong.text)
            tokens.append(_Token(match.lastgroup or "", match.group(), place))
            place = match.end()
        return [*tokens, _Token("end", "", len(self._text))]

    def _wrong(self, token: _Token, template: str, **values: object) -> BadFilter:
        return BadFilter(self._text, token.place, Sentence(template, values))

    def _seen(self) -> _Token:
        return self._tokens[self._next]

    def _read(self) -> _Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _is(self, *words: str) -> bool:
        return self._seen().kind in ("word", "bracket") and self._seen().text.lower() in words

    def _any(self) -> Predicate:
        parts = [self._all()]
        while self._is("or"):
            self._read()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else lambda values: any(part(values) for part in parts)

    def _all(self) -> Predicate:
        parts = [self._one()]
        while self._seen().kind != "end" and not self._is("or", ")"):
            if self._is("and"):
                self._read()
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda values: all(part(values) for part in parts)

    def _one(self) -> Predicate:
        token = self._read()
        if token.kind == "bracket" or (token.kind == "word" and token.text.lower() == "not"):
            return self._nested(token)
        if token.kind in ("end", "sign") or (token.kind == "word" and token.text.lower() in ("and", "or")):
            raise self._wrong(token, translatable("a field or a word is missing here"))
        if token.kind == "word" and self._seen().kind == "sign":
            return self._comparison(token)
        if token.kind == "word" and self._kinds.get(token.text.lower()) is Kind.SWITCH:
            return lambda values: values(token.text.lower()) is True
        words = _plain(token).casefold()
        return lambda values: words in str(values(TEXT))

    def _nested(self, token: _Token) -> Predicate:
        """Read what follows `(` or `not`."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._wrong(token, translatable("too much is nested here"))
        if token.text == ")":
            raise self._wrong(token, translatable("this closes no parenthesis"))
        if token.text != "(":
            inner = self._one()
            self._depth -= 1
            return lambda values: not inner(values)
        inner = self._any()
        if self._read().text != ")":
            raise self._wrong(token, translatable("this parenthesis is not closed"))
        self._depth -= 1
        return inner

    def _comparison(self, token: _Token) -> Predicate:
        field, sign, value = token.text.lower(), self._read(), self._read()
        kind = self._kinds.get(field)
        if kind is None:
            near = get_close_matches(field, self._kinds, 1)
            if near:
                what = translatable("there is no field {field!r}; {near!r} is one")
                raise self._wrong(token, what, field=token.text[:40], near=near[0])
            raise self._wrong(token, translatable("there is no field {field!r}"), field=token.text[:40])
        if value.kind not in ("word", "quoted"):
            raise self._wrong(value, translatable("a value is missing here"))
        order = _SIGNS.get(sign.text, sign.text)
        match kind:
            case Kind.NUMBER:
                return self._numbers(field, order, sign, value)
            case Kind.SWITCH:
                return self._switches(field, order, sign, value)
            case Kind.TIME if order != "~" and not _is_time(_plain(value)):
                raise self._wrong(
                    value, translatable("{field!r} is compared with a date such as 2026-01-31"), field=field
                )
            case Kind.TEXT | Kind.TIME | Kind.LIST:
                return _texts(field, order, _plain(value).casefold())
            case _:
                assert_never(kind)

    def _numbers(self, field: str, order: str, sign: _Token, value: _Token) -> Predicate:
        match = _NUMBER.fullmatch(value.text)
        if order not in _ORDERS:
            raise self._wrong(sign, translatable("~ looks into text, and {field!r} is a number"), field=field)
        if not match:
            raise self._wrong(value, translatable("{field!r} is compared with a number"), field=field)
        number, compare = float(match[1].replace(",", "")) * _UNITS[match[2].lower()], _ORDERS[order]

        def is_met(values: Callable[[str], Value]) -> bool:
            known = values(field)
            return isinstance(known, int | float) and compare(known, number)

        return is_met

    def _switches(self, field: str, order: str, sign: _Token, value: _Token) -> Predicate:
        if order not in ("=", "!="):
            raise self._wrong(sign, translatable("{field!r} is yes or no, which = compares"), field=field)
        if value.text.lower() not in _SWITCHES:
            raise self._wrong(value, translatable("{field!r} is yes or no"), field=field)
        wanted = _SWITCHES[value.text.lower()] is (order == "=")
        return lambda values: values(field) is wanted


def _is_time(text: str) -> bool:
    """Return whether `text` is a date, with or without its time, or begins one."""
    with suppress(ValueError):
        return bool(_TIME.fullmatch(text)) and bool(datetime.fromisoformat(text + _FIRST[len(text) :]))
    return False


def _plain(token: _Token) -> str:
    return token.text[1:-1] if token.kind == "quoted" else token.text


def _texts(field: str, order: str, wanted: str) -> Predicate:
    """Return the comparison of a text, or of any text in a list, whatever its case; != is true if none is equal."""

    def texts(values: Callable[[str], Value]) -> tuple[str, ...]:
        known = values(field)
        return known if isinstance(known, tuple) else () if known is None else (str(known),)

    if order == "~":
        return lambda values: any(wanted in text.casefold() for text in texts(values))
    if order == "!=":
        return lambda values: all(wanted != text.casefold() for text in texts(values))
    compare = _ORDERS[order]
    return lambda values: any(compare(text.casefold(), wanted) for text in texts(values))
