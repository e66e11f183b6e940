"""Texts are translated without Qt as the window translates them."""

from xml.etree import ElementTree

import pytest

from explorer.gui.widgets.text.language import apply_language, say
from explorer.resources import resource
from explorer.sentences import LANGUAGES, Sentence
from explorer.translations import speaker, user_text


@pytest.fixture
def english_again(qapp):
    yield
    apply_language("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_the_window_says(english_again, language):
    apply_language(language)
    root = ElementTree.parse(resource("translations", "zh_CN.ts")).getroot()
    sources = [message.findtext("source", "") for message in root.iter("message")]
    speak = speaker(language)
    assert len(sources) > 1000
    assert [text for text in sources if speak(text) != say(text)] == []


def test_sentences_in_sentences_are_translated_and_the_users_texts_are_not():
    speak = speaker("zh_CN")
    known = Sentence("seed {seed}", {"seed": 7})
    assert known == "seed 7"
    assert speak(Sentence("{network}, but {changes}", {"network": user_text("Bag"), "changes": known})) == (
        speak("{network}, but {changes}").format(network="Bag", changes="随机种子 7")
    )
    assert speak("Bag") != "Bag"
    assert speaker("en")(known) == "seed 7"


def test_of_the_users_texts_only_what_can_be_seen_is_kept():
    assert user_text("a\x00b\u202ec 猫 {d}") == "a�b�c 猫 {d}"
