"""Pipes: after any bad line the next good one is understood; every output is JSON."""

import os

import pytest

from explorer.engine import pipes
from explorer.engine.pipes import END, Inbox
from explorer.runs.commands import Pause, Stop
from explorer.runs.events import MAX_CHARACTERS, Failed
from tests.patience import patience

DESIGN = b'"design": {"schema": 1, "input": [1, 8, 8], "classes": 2, "stages": [{"blocks": 1, "width": 4}]}'
ESTIMATE = b'{"command": "estimate", ' + DESIGN + b', "id": %s}'
TRAIN = b'{"command": "train", "design": %s}'
GROWN = b'{"command": "train", ' + DESIGN + b', "grown": %s}'
ZERO = b'{"command": "zero", ' + DESIGN + b', "id": 3, "blocks": %s}'


@pytest.fixture
def received(monkeypatch, tmp_path):
    """What an inbox makes of bytes on standard input."""

    def read(content):
        (tmp_path / "in").write_bytes(content)
        monkeypatch.setattr(pipes.os, "dup", lambda _: os.open(tmp_path / "in", os.O_RDONLY))
        inbox, found = Inbox(tmp_path), []
        while not found or found[-1] is not END:
            found.append(inbox.get(timeout=patience()))
        inbox.stream.close()
        return found[:-1]

    return read


@pytest.mark.parametrize("length", [MAX_CHARACTERS, MAX_CHARACTERS + 1, 2 * MAX_CHARACTERS, 10_000_000])
def test_a_line_too_long_is_answered_once_and_dropped(received, length):
    failed, pause = received(b"x" * length + b'\n{"command": "pause"}\n')
    assert (failed.of, failed.reason) == ("command", "ignored a line of more than 1,000,000 characters")
    assert pause == Pause()


def test_a_line_too_long_without_an_end(received):
    (failed,) = received(b"x" * 3_000_000)
    assert failed.of == "command"


@pytest.mark.parametrize(
    "garbage",
    [
        *(b"\xff\xfe\x00\x01", b"{", b"[" * 100_000, b'"stop"', b"NaN", b"null", b"[]", b"9" * 5_000, b'{"\xff": 1}'),
        *(b'{"command": ["stop"]}', b'{"command": 1e999}', b'{"command": null}', b'{"command": "\\ud800"}'),
        *(ESTIMATE % wrong for wrong in (b'"abc"', b"1e999", b"true", b"1.5", b"[1]", b"{}", b"9" * 5_000)),
        *(TRAIN % wrong for wrong in (b'"mini"', b"7", b"[]", b"[[[[]]]]", b'{"schema": 1e999}', b'{"schema": "1"}')),
        *(TRAIN % (b'{"schema": 1, "input": %s}' % wrong) for wrong in (b"NaN", b"1e999", b'"\\ud800"', b"[" * 5_000)),
        *(b'{"command": "continue", "run": %s}' % wrong for wrong in (b"5", b'["a"]', b'"a", "epochs": "2"', b"null")),
        *(b'{"command": "continue", "run": "a", "runs": %s}' % wrong for wrong in (b"5", b"[1]", b"{}", b"true")),
        *(GROWN % wrong for wrong in (b'"layer1.1"', b"[1]", b'{"a": 1}', b"[[]]", b"-0.0", b"false")),
        *(ZERO % wrong for wrong in (b'"layer1.0"', b"[null]", b'{"layer1.0": 1}', b"0", b"null")),
    ],
)
def test_garbage_is_answered_and_the_next_line_understood(received, garbage):
    failed, stop = received(garbage + b"\r\n\n  \n" + b'{"command": "stop"}')
    assert isinstance(failed, Failed)
    assert failed.of
    assert failed.reason
    assert len(failed.reason) < 1000
    assert stop == Stop()


@pytest.mark.parametrize(
    ("line", "addressee"),
    [(ESTIMATE % b'"abc"', ("estimate", 0)), (TRAIN % b'"mini"', ("train", 0)), (ZERO % b"0", ("zero", 3))],
)
def test_a_line_of_which_only_the_beginning_makes_sense_is_not_understood(received, line, addressee):
    (failed,) = received(line)
    assert failed.reason.startswith("command: is not understood: {")
    assert (failed.of, failed.id) == addressee


def test_the_end_is_heard_whatever_happens_to_the_one_who_reads(received, monkeypatch):
    def fail(*_):
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(pipes, "read_command", fail)
    monkeypatch.setattr(pipes.threading, "excepthook", lambda _: None)
    assert received(b'{"command": "stop"}\n') == []


def test_a_flood_of_lines_is_read_whole(received):
    assert received(b'{"command": "pause"}\n' * 20_000) == [Pause()] * 20_000
