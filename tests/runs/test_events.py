"""Events as lines: English for readers of JSON, templates for the translated window."""

import json
import math

import pytest

from explorer.runs.events import (
    Device,
    Failed,
    Gradients,
    Hello,
    Paused,
    Said,
    Started,
    Verdict,
    Warned,
    event_line,
    read_line,
)
from explorer.sentences import NOTHING, Sentence

FAILED = Failed(
    Sentence("out of memory at {n}: {needed}", {"n": 64, "needed": Sentence("{size} more", {"size": "2 GiB"})}),
    of="estimate",
    advice=Sentence("Make it smaller."),
    id=3,
)


def test_a_line_says_it_in_english():
    table = json.loads(event_line(FAILED))
    assert (table["event"], table["of"], table["id"]) == ("failed", "estimate", 3)
    assert (table["reason"], table["advice"]) == ("out of memory at 64: 2 GiB more", "Make it smaller.")


def test_a_sentence_comes_back_as_it_was():
    event = read_line(event_line(FAILED, "a-run"))
    assert event == Said(FAILED, "a-run")
    reason = event.event.reason
    assert reason.template == "out of memory at {n}: {needed}"
    assert reason.values["needed"].template == "{size} more"
    assert event.event.advice.template == "Make it smaller."


def test_english_is_enough():
    said = read_line('{"event": "warned", "reason": "{0} and {", "run": "a-run"}')
    assert said == Said(Warned(Sentence("{0} and {")), "a-run")
    assert said.event.reason.template == "{0} and {"
    assert read_line('{"event": "failed", "reason": "no"}').event.advice is NOTHING


def test_parts_of_events_come_back_too():
    note = Sentence("wants CUDA {cuda}", {"cuda": "13.0"})
    hello = Hello(1, {"torch": "2"}, (Device("cpu", "a chip", 8), Device("cuda", "NVIDIA", 0, note)))
    again = read_line(event_line(hello)).event
    assert again == hello
    assert again.devices[1].note.template == "wants CUDA {cuda}"
    started = Started("a-run", "/a-run", 5, Verdict(False, 5, 9, ("a", "b")), "cpu", 3, 2)
    assert read_line(event_line(started)).event == started


def test_numbers_that_are_none_travel_as_null():
    line = event_line(Gradients(1, ("stem", "fc"), (math.inf, math.nan)))
    assert json.loads(line)["norms"] == [None, None]


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "paused", "step": "1"}',
        '{"event": "paused", "step": true}',
        '{"event": "paused", "step": 1e999}',
        '{"event": "paused"}',
        '{"event": "answer", "id": 1}',
        '{"event": ["paused"], "step": 1}',
        '{"event": "gradients", "step": 1, "names": "ab", "norms": [1, 2]}',
        '{"event": "gradients", "step": 1, "names": ["a"], "norms": [[1]]}',
        '{"event": "hello", "protocol": 1, "versions": {}, "devices": [3]}',
        '{"event": "hello", "protocol": 1, "versions": [], "devices": []}',
        '{"event": "warned", "reason": null}',
        '{"event": "torchinfotime", "milliseconds": 1, "id": null}',
        "[1]",
        "null",
    ],
)
def test_what_is_not_as_it_is_annotated_is_no_event(line):
    assert read_line(line) is None
    assert read_line('{"event": "paused", "step": 1, "since": "another version"}') == Said(Paused(1))
