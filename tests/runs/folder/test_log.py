"""The log of events: a line that found no room does not spoil the next."""

import sys
from math import nan

import pytest

from explorer.runs.events import Checkpoint, Epoch, Failed, Heartbeat, Step, Stopped
from explorer.runs.folder.log import EVENTS, EventLog, Steps, read_curves, read_events
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


def test_what_curves_are_made_of_is_read_many_steps_at_once(tmp_path):
    steps = [Step(number, 1, 2.5 / number, 0.1, 3.0, 1, 0.25 * number, 1e-05, 100.0) for number in range(1, 4)]
    unknown = Step(4, 1, nan, nan, nan, 1, 0.5, 0.1, 100.0)
    epoch = Epoch(1, 4, 1.0, 0.6, 0.5, 0.8, 8.0)
    log = EventLog(tmp_path)
    for event in (*steps, epoch, unknown, steps[0]):
        log.append(event)
    log.close()
    first, *rest = read_curves(tmp_path)
    assert isinstance(first, Steps)
    assert [tuple(map(float, row)) for row in first.rows] == [(each.step, each.loss, each.accuracy) for each in steps]
    assert rest[0] == epoch
    assert [each.step for each in rest[1:]] == [4, 1]  # one by one, for the loss of one is not known
