import copy
import errno
import json
import os
import sys

import pytest

from explorer.sentences import NOTHING, SYSTEM_ERRORS, Sentence, joined, read_sentence, sentence_table, system_words

DISK = Sentence("{size:,} MB are free", {"size": 1234})
LOST = Sentence("{path!r} is lost: {why}", {"path": "a'b", "why": DISK})


def test_a_sentence_is_its_english():
    assert LOST == """"a'b" is lost: 1,234 MB are free"""
    assert json.dumps(LOST) == json.dumps(str(LOST))
    assert not NOTHING


def test_a_text_without_values_keeps_its_braces():
    assert Sentence("{not} a {template") == "{not} a {template"


def test_a_copy_is_whole():
    for sentence in (LOST, NOTHING):
        again = copy.deepcopy(sentence)
        assert (again, again.template, again.values) == (sentence, sentence.template, sentence.values)


def test_several_in_one():
    lines = joined("\n", [DISK, LOST, DISK])
    assert lines == f"{DISK}\n{LOST}\n{DISK}"
    assert list(lines.values.values()) == [DISK, LOST, DISK]
    assert joined("\n", []) == ""


def test_it_comes_back_whole():
    again = read_sentence(str(LOST), json.loads(json.dumps(sentence_table(LOST))))
    assert again == LOST
    assert again.template == LOST.template
    assert again.values["why"].template == DISK.template


@pytest.mark.parametrize(
    "table",
    [
        None,
        7,
        {},
        {"template": "{size", "values": {"size": 1}},
        {"template": "{other}", "values": {"size": 1}},
        {"template": "{size.real.x}", "values": {"size": 1}},
        {"template": "{size:q}", "values": {"size": 1}},
        {"template": 7, "values": {"size": 1}},
        {"template": "{size} MB", "values": [1]},
        {"template": "something else", "values": {}},
    ],
)
def test_what_does_not_make_the_text_leaves_the_text(table):
    again = read_sentence("{1} MB", table)
    assert (str(again), again.template, dict(again.values)) == ("{1} MB", "{1} MB", {})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has words of its own")
@pytest.mark.parametrize("name", ["EEXIST", "ENAMETOOLONG", "EISDIR", "ENOSPC", "ENOENT", "ENOTDIR", "EACCES", "EROFS"])
def test_the_usual_errors_of_the_system_are_known_by_its_words(name):
    number = getattr(errno, name)
    assert system_words(OSError(number, os.strerror(number))) in SYSTEM_ERRORS
