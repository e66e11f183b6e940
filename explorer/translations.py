"""Translations: the program's texts in another language, for what is written without Qt. No torch, no Qt.

They are those that the window shows, in resources/translations; in the source the texts are English.
"""

from collections.abc import Callable, Mapping
from functools import cache
from xml.etree import ElementTree

from explorer.resources import resource
from explorer.sentences import Sentence

_SOURCE = "en"
Say = Callable[[str], str]  # writes a sentence, or a marked text without values, in a language


@cache
def speaker(language: str) -> Say:
    """Return what writes texts in `language`, one of `LANGUAGES`; a text without a translation stays English."""
    known = {} if language == _SOURCE else _translations(language)

    def say(text: str) -> str:
        if not isinstance(text, Sentence):
            return known.get(text, text)
        values = {key: say(value) if isinstance(value, Sentence) else value for key, value in text.values.items()}
        return Sentence(known.get(text.template, text.template), values)

    return say


def user_text(text: str) -> Sentence:
    """Return a text of the user's, which no language changes, without what is no visible character."""
    return Sentence("{text}", {"text": "".join(each if each.isprintable() else "�" for each in text)})


def _translations(language: str) -> Mapping[str, str]:
    """Return the translations of the texts that are marked outside the window, by the English."""
    root = ElementTree.parse(resource("translations", f"{language}.ts")).getroot()
    return {
        message.findtext("source", ""): found
        for context in root.iter("context")
        if not context.findtext("name")
        for message in context.iter("message")
        if (found := message.findtext("translation"))
    }
