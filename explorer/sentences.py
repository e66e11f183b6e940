"""Sentences that the user reads, kept as templates so that the window can translate them. No torch, no Qt.

The command line and JSON print them in English; the window first translates the template and then fills in the values.
"""

from collections.abc import Iterable, Mapping
from typing import Any

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}  # by their own names; the source is in the first
_NO_VALUES: Mapping[str, object] = {}


def translatable(text: str) -> str:
    """Mark `text` for lupdate, which resources/translations/update.py tells of this name, and return it unchanged."""
    return text


class Sentence(str):
    """An English sentence with its template and the values filled in, which may be sentences too.

    Without values the template is the text itself, braces and all.
    """

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object] = _NO_VALUES) -> "Sentence":
        sentence = super().__new__(cls, template.format(**values) if values else template)
        sentence.template, sentence.values = template, values
        return sentence


NOTHING = Sentence("")
SYSTEM_ERRORS = (  # the most frequent texts of an OSError; others are not translated
    translatable("File exists"),
    translatable("File name too long"),
    translatable("Input/output error"),
    translatable("Is a directory"),
    translatable("No space left on device"),
    translatable("No such file or directory"),
    translatable("Not a directory"),
    translatable("Permission denied"),
    translatable("Read-only file system"),
)


def system_words(error: OSError) -> Sentence:
    """Return the system's text of an error."""
    return Sentence(error.strerror or str(error))


def joined(separator: str, sentences: Iterable[Sentence]) -> Sentence:
    """Join several sentences into one."""
    values = {f"part{number}": sentence for number, sentence in enumerate(sentences)}
    return Sentence(separator.join(f"{{{name}}}" for name in values), values)


def explained(meanings: Mapping[str, str]) -> Sentence:
    """Explain each value in a line of its own: `pad: zeros for new channels (A).`"""
    line = translatable("{value}: {meaning}")
    lines = (Sentence(line, {"value": value, "meaning": Sentence(text)}) for value, text in meanings.items())
    return joined("\n", lines)


def meanings_of(text: str) -> dict[str, str]:
    """Return the meaning of each value in what `explained` has made; empty for any other text."""
    parts = text.values.values() if isinstance(text, Sentence) else ()
    lines = [part.values for part in parts if isinstance(part, Sentence)]
    return {str(line["value"]): str(line["meaning"]) for line in lines if line.keys() == {"value", "meaning"}}


def sentence_table(sentence: Sentence) -> dict[str, object]:
    """Return template and values of a sentence as plain values."""
    values = {
        key: sentence_table(value) if isinstance(value, Sentence) else value for key, value in sentence.values.items()
    }
    return {"template": sentence.template, "values": values}


def read_sentence(text: str, table: object = None) -> Sentence:
    """Return the sentence of a `sentence_table`; if that does not read `text`, one without values."""
    try:
        sentence = _made_sentence(table)
    except (LookupError, TypeError, AttributeError, ValueError):
        return Sentence(text)
    return sentence if sentence == text else Sentence(text)


def _made_sentence(table: Any) -> Sentence:
    values = {
        key: _made_sentence(value) if isinstance(value, dict) else value for key, value in table["values"].items()
    }
    return Sentence(table["template"], values)
