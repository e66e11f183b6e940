"""The log of events: a line that found no room does not spoil the next."""

import sys

import pytest

from explorer.runs.events import Checkpoint, Failed, Heartbeat, Stopped
from explorer.runs.folder.log import EVENTS, EventLog, read_events
from explorer.sentences import Sentence


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not limit the size of files")
@pytest.mark.parametrize("room", [0, 1, 30, 45])
def test_a_line_for_which_there_is_room_in_part(tmp_path, room):
    import resource

    log = EventLog(tmp_path)
    log.append(Checkpoint(1, 1))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / EVENTS).stat().st_size + room, limits[1]))
    try:
        for step in (2, 3):
            with pytest.raises(OSError, match="File too large"):
                log.append(Checkpoint(step, 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    log.append(Stopped(4))
    log.close()
    assert list(read_events(tmp_path)) == [Checkpoint(1, 1), Stopped(4)]


def test_a_torn_line_is_not_gone_on_with(tmp_path):
    for torn in (b'{"event": "checkpoint", "st', b"", b"\xff\xfe"):
        log = EventLog(tmp_path)
        log.append(Heartbeat(1))
        log.file.write(torn)
        log.close()
    log = EventLog(tmp_path)
    log.append(Stopped(2))
    log.close()
    assert list(read_events(tmp_path)) == [Heartbeat(1)] * 3 + [Stopped(2)]


def test_cut_at_any_byte_it_has_every_line_before_and_takes_the_next(tmp_path):
    written = [Checkpoint(1, 1), Failed(Sentence("{a} 中文", {"a": "…"})), Stopped(4)]
    log = EventLog(tmp_path)
    for event in written:
        log.append(event)
    log.close()
    whole = (tmp_path / EVENTS).read_bytes()
    ends = [number + 1 for number, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(len(whole) + 1):
        (tmp_path / EVENTS).write_bytes(whole[:cut])
        kept = [event for event, end in zip(written, ends, strict=True) if cut >= end - 1]  # but for the end of line
        assert list(read_events(tmp_path)) == kept
        log = EventLog(tmp_path)
        log.append(Stopped(9))
        log.close()
        assert list(read_events(tmp_path)) == [*kept, Stopped(9)]
