"""Numbers as a person of the chosen language types and reads them: what is typed is read as it is meant, or refused."""

import re
from math import isfinite, nan

from PySide6.QtCore import QLocale

_DECIMAL = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}(?!\d)", re.ASCII)  # a thousand to some, one to others


def typed_number(text: str) -> float:
    """A number as the language writes it, or with the other decimal separator if that can mean one thing only.

    nan if it is none, or might be another: 0.001 is a thousandth in German too, 1.000 might be a thousand.
    """
    bare = text.strip()
    value, understood = _ungrouped().toDouble(bare)
    if not understood:
        is_clear = _DECIMAL.fullmatch(bare) and not _GROUPED.match(bare)
        value = float(bare.replace(",", ".")) if is_clear else nan
    return value if isfinite(value) else nan


def typed_whole(text: str) -> int | None:
    """A whole number in digits of any script, or with separators just as the language writes it; None if it is none."""
    bare = text.strip()
    if bare.isdecimal():
        return int(bare)
    locale = QLocale()
    value, understood = locale.toInt(bare)
    return value if understood and locale.toString(value) == bare else None


def number_text(value: float) -> str:
    """As few digits as say it exactly, in the manner of the person's language."""
    return _ungrouped().toString(value, "g", QLocale.FloatingPointPrecisionOption.FloatingPointShortest.value)


def _ungrouped() -> QLocale:
    """The language's manner without separators of thousands, which are decimal points elsewhere."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator)
    return locale
