"""Numbers as the user of the chosen language types and reads them; an ambiguous text is refused."""

import re
from math import isfinite, nan

from PySide6.QtCore import QLocale

_DECIMAL = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}(?!\d)", re.ASCII)  # a thousand in some languages, one in others


def typed_number(text: str) -> float:
    """Return a number as the language writes it, or with the other decimal separator if that is unambiguous.

    Return nan if the text is no number or is ambiguous: 0.001 is a thousandth in German too, 1.000 might be a thousand.
    """
    bare = text.strip()
    value, understood = _ungrouped().toDouble(bare)
    if not understood:
        is_clear = _DECIMAL.fullmatch(bare) and not _GROUPED.match(bare)
        value = float(bare.replace(",", ".")) if is_clear else nan
    return value if isfinite(value) else nan


def typed_whole(text: str) -> int | None:
    """Return a whole number in digits of any script, or with the separators of the language; None for other texts."""
    bare = text.strip()
    if bare.isdecimal():
        return int(bare)
    locale = QLocale()
    value, understood = locale.toInt(bare)
    return value if understood and locale.toString(value) == bare else None


def number_text(value: float) -> str:
    """Return the fewest digits that give `value` exactly, with the decimal separator of the user's language."""
    return _ungrouped().toString(value, "g", QLocale.FloatingPointPrecisionOption.FloatingPointShortest.value)


def _ungrouped() -> QLocale:
    """Return the language's locale without group separators, which are decimal separators in other languages."""
    locale = QLocale()
    locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator | QLocale.NumberOption.RejectGroupSeparator)
    return locale
