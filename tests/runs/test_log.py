"""The log of events: a line that found no room does not spoil the next."""

import sys

import pytest

from explorer.runs.events import Checkpoint, Heartbeat, Stopped
from explorer.runs.log import EVENTS, EventLog, read_events


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
