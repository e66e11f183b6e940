"""The wire: whatever comes down it, the next good line is understood; what goes out is always JSON."""

import os

import pytest

from explorer.engine import wire
from explorer.engine.wire import END, Inbox
from explorer.runs.commands import Pause, Stop
from explorer.runs.events import MOST_CHARACTERS, Failed
from tests.patience import PATIENCE


@pytest.fixture
def told(monkeypatch, tmp_path):
    """What an inbox makes of bytes on standard input."""

    def read(content):
        (tmp_path / "in").write_bytes(content)
        monkeypatch.setattr(wire.os, "dup", lambda _: os.open(tmp_path / "in", os.O_RDONLY))
        inbox, found = Inbox(tmp_path), []
        while not found or found[-1] is not END:
            found.append(inbox.get(timeout=PATIENCE))
        inbox.stream.close()
        return found[:-1]

    return read


@pytest.mark.parametrize("length", [MOST_CHARACTERS, MOST_CHARACTERS + 1, 2 * MOST_CHARACTERS, 10_000_000])
def test_a_line_too_long_is_answered_once_and_dropped(told, length):
    failed, pause = told(b"x" * length + b'\n{"command": "pause"}\n')
    assert (failed.of, failed.reason) == ("command", "a line of more than 1,000,000 characters is not read")
    assert pause == Pause()


def test_a_line_too_long_without_an_end(told):
    (failed,) = told(b"x" * 3_000_000)
    assert failed.of == "command"


@pytest.mark.parametrize(
    "garbage",
    [b"\xff\xfe\x00\x01", b"{", b"[" * 100_000, b'{"command": ["stop"]}', b'"stop"', b"NaN", b'{"command": 1e999}'],
)
def test_garbage_is_answered_and_the_next_line_understood(told, garbage):
    failed, stop = told(garbage + b"\r\n\n  \n" + b'{"command": "stop"}')
    assert isinstance(failed, Failed)
    assert failed.of
    assert stop == Stop()


def test_a_flood_of_lines_is_read_whole(told):
    assert told(b'{"command": "pause"}\n' * 20_000) == [Pause()] * 20_000
