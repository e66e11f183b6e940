"""Work in a thread that is followed, and cancelled by whoever follows it."""

import threading

import pytest

from explorer.engine.data import progress
from explorer.engine.data.progress import Cancelled, followed
from tests.patience import patience


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(progress, "_LOOK_EVERY", 0.001)


def test_it_tells_how_far_the_work_is():
    seen, go_on = [], threading.Event()

    def work(report):
        report(3, 10)
        assert go_on.wait(patience())

    for each in followed(work):
        seen.append(each)
        if each == (3, 10):
            go_on.set()
    assert (3, 10) in seen


def test_what_the_work_raises_comes_out():
    def work(report):
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(followed(work))


def test_to_close_it_ends_the_work():
    ended = []

    def work(report):
        try:
            while True:
                report(1, 2)
        except Cancelled:
            ended.append(True)
            raise

    following = followed(work)
    next(following)
    following.close()
    assert ended == [True]
