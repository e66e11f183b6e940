"""Sentences that a person reads, kept as templates so that the window can translate them. No torch, no Qt.

The command line and JSON print them as they are, in English; the window translates the template first and fills in
the values afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Mark `text` for lupdate and return it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template in English with the values of its `{placeholders}`."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)


@dataclass(frozen=True, slots=True)
class Label:
    """What a form calls a field, how it explains it, and whether it stands behind More."""

    text: str
    help: str
    unit: str = ""
    rare: bool = False
