"""Work in another process: what comes back from it, and that it ends with whoever waits for it."""

import os
import sys
import time

import pytest

from explorer.architecture.plan import plan_network
from explorer.engine.data.progress import Cancelled, Report, unreported
from explorer.engine.export.apart import do_apart
from explorer.engine.export.source import Source
from explorer.validation import Refused, refuse
from tests.engine import small

pytestmark = pytest.mark.slow

SOURCE = Source(plan_network(small.DESIGN), language="zh_CN")


def told(source: Source, report: Report) -> bytes:
    print("not an event")
    report(1, 2)
    report(2, 2)
    return f"{os.getpid()} {source == SOURCE}".encode()


def refused(source: Source, report: Report) -> bytes:
    raise refuse("onnx", "{name} is too large", name="it")


def failed(source: Source, report: Report) -> bytes:
    raise ZeroDivisionError("of nothing\nat all")


def killed(source: Source, report: Report) -> bytes:
    os._exit(9)


def endless(source: Source, report: Report) -> bytes:
    report(os.getpid(), 2**40)
    time.sleep(3600)
    return b""


def test_the_result_and_how_far_it_is_come_back_and_nothing_else(capfd):
    reports = []
    process, is_same = do_apart(told, SOURCE, lambda done, total: reports.append((done, total))).split()
    assert (int(process) != os.getpid(), is_same) == (True, b"True")
    assert list(dict.fromkeys(reports)) == [(0, 0), (1, 2), (2, 2)]
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (refused, "onnx: it is too large"),
        (failed, "export: of nothing"),
        (killed, "export: the process that exports has ended; memory may have run out"),
    ],
)
def test_why_there_is_none_is_a_sentence(work, sentence):
    with pytest.raises(Refused) as caught:
        do_apart(work, SOURCE, unreported)
    assert str(caught.value) == sentence


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot ask whether a process is there")
def test_it_ends_when_it_is_cancelled():
    process = 0

    def report(done: int, total: int) -> None:
        nonlocal process
        process = done
        if process:
            raise Cancelled

    with pytest.raises(Cancelled):
        do_apart(endless, SOURCE, report)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
