"""Lines of JSON that every reader takes: no bare NaN anywhere, no half of a character."""

import json
import math
import os
from dataclasses import fields

import pytest

from explorer.runs.commands import ResumeRun, command_line
from explorer.runs.events import KINDS, Failed, Step, Verdict, event_line, read_line
from explorer.runs.json_lines import json_line
from explorer.runs.questions.pictures import ImageOrigin
from explorer.sentences import Sentence

WORST = {
    int: 2**70,
    float: math.nan,
    bool: True,
    str: os.fsdecode(b"\xff") + " 中文\n\x00",
    Sentence: Sentence("{a:g} {b}", {"a": math.inf, "b": Sentence("{c}", {"c": math.nan})}),
}


def strict(line):
    """JSON as the standard has it: Python's own reader would take NaN."""

    def refuse(name):
        raise AssertionError(name)

    assert "\n" not in line
    line.encode()
    return json.loads(line, parse_constant=refuse)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_null_however_deep(number):
    table = {"a": number, "b": [1.5, (number, {"c": number})], "d": "NaN"}
    assert strict(json_line(table)) == {"a": None, "b": [1.5, [None, {"c": None}]], "d": "NaN"}


def test_a_path_that_is_no_utf_8_comes_back():
    path = os.fsdecode("深度 ".encode() + b"\xff")
    assert strict(json_line({"path": path})) == {"path": path}
    assert strict(command_line(ResumeRun(path, path)))["run"] == path
    assert "深度" in json_line({"name": "深度"})


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
def test_no_event_has_a_bare_nan(kind):
    values = {each.name: WORST.get(each.type, ()) for each in fields(kind)}
    values |= {"referee": Verdict(True, 1, 1)} if "referee" in values else {}
    values |= {"rates": (math.nan, math.inf)} if "rates" in values else {}
    values |= {"origin": ImageOrigin(1, 1, WORST[str])} if "origin" in values else {}
    assert strict(event_line(kind(**values)))["event"] == kind.__name__.lower()


def test_a_step_without_a_loss_is_still_an_event():
    said = read_line(event_line(Step(1, 1, math.nan, math.inf, -math.inf, 1, 0.5, 0.1, 9.0)))
    assert (said.event.loss, said.event.accuracy) == (None, 0.5)


def test_a_sentence_with_such_a_number_is_still_read():
    reason = Sentence("rate {rate:g}", {"rate": math.nan})
    assert read_line(event_line(Failed(reason))).event.reason == "rate nan"
