"""Work on many images by all cores: by threads and by processes alike, whatever goes wrong."""

import os
import signal
import sys
from functools import partial
from multiprocessing import active_children

import pytest

from explorer.engine.data import parallel
from explorer.engine.data.parallel import in_parallel, returned
from explorer.engine.data.progress import Cancelled
from explorer.validation import Refused, refuse

BAD = 7
not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no named pipes")


@pytest.fixture(params=["threads", "processes"])
def many(request, monkeypatch) -> str:
    monkeypatch.setattr(parallel, "_MANY", 10**6 if request.param == "threads" else 0)
    monkeypatch.setattr(parallel, "usable_cores", lambda: 2)
    return request.param


def squares(numbers):
    return [number**2 for number in numbers]


def refusing(numbers):
    if BAD in numbers:
        raise refuse("data", "{number} is bad", number=BAD)
    return list(numbers)


def killed(numbers):
    if BAD in numbers:
        os.kill(os.getpid(), signal.SIGKILL)


def endless(gate, numbers):
    with gate.open("rb") as file:  # a named pipe that nobody writes to
        file.read()


def noted(folder, numbers):
    (folder / str(numbers[0])).write_text(str(os.getpid()))


def test_results_come_in_order(many):
    for count in (0, 1, 100):
        results = [number for piece in in_parallel(squares, returned, range(count), 3) for number in piece]
        assert results == squares(range(count))
    assert not active_children()


def test_what_is_raised_comes_here_after_the_results_before_it(many):
    results = in_parallel(refusing, returned, range(20), 2)
    assert [next(results) for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]
    with pytest.raises(Refused, match="7 is bad") as raised:
        next(results)
    assert raised.value.complaints[0].what.values == {"number": BAD}
    assert not active_children()


@not_on_windows
def test_a_stop_waits_for_nothing(many, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        list(in_parallel(partial(endless, gate), returned, range(20), 2, stop))
    assert not active_children()
    if many == "threads":  # which are let go on, else this process could not end
        os.close(os.open(gate, os.O_WRONLY))


def test_results_are_kept_where_they_are_made_unless_that_is_a_thread(many, tmp_path):
    list(in_parallel(returned, partial(noted, tmp_path), range(10), 1))
    by = {int(file.read_text()) for file in tmp_path.iterdir()}
    assert len(by) == (1 if many == "threads" else 2)
    assert (os.getpid() in by) == (many == "threads")


@not_on_windows
def test_a_process_that_is_killed_is_said(monkeypatch):
    monkeypatch.setattr(parallel, "_MANY", 0)
    with pytest.raises(Refused, match="a process that reads images was killed"):
        list(in_parallel(killed, returned, range(200), 2))
    assert not active_children()
