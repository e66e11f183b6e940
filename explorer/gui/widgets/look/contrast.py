"""Contrast of colours as WCAG 2 defines it, and the palest form of a colour that can still be seen."""

from functools import lru_cache

from PySide6.QtGui import QColor

SEEN = 3.0  # least contrast of what is not text and carries meaning


def luminance(colour: QColor) -> float:
    """Return the relative luminance of a colour, from 0 for black to 1 for white (WCAG 2.2)."""
    shares = (colour.redF(), colour.greenF(), colour.blueF())
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def contrast(one: QColor, other: QColor) -> float:
    """Return the contrast ratio of two opaque colours, from 1 to 21."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def mixed(colour: QColor, ground: QColor, share: float) -> QColor:
    """Return `colour` mixed with the ground behind it; opaque, for transparent pens are slow."""
    parts = ((colour.red(), ground.red()), (colour.green(), ground.green()), (colour.blue(), ground.blue()))
    return QColor(*(round(share * part + (1 - share) * behind) for part, behind in parts))


@lru_cache(maxsize=64)
def palest(colour: str, ground: str) -> QColor:
    """Return `colour` mixed with as much of the ground as leaves it seen; colours are given as #rrggbb."""
    mixtures = (mixed(QColor(colour), QColor(ground), percent / 100) for percent in range(100))
    return next((found for found in mixtures if contrast(found, QColor(ground)) >= SEEN), QColor(colour))
