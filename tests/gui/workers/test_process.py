import os
import signal
import sys
from pathlib import Path

import pytest

from explorer.runs.commands import Pause
from explorer.runs.events import Heartbeat, Said
from explorer.runs.questions.results import NearestImages
from tests.gui.scripted_workers import worker


@pytest.fixture
def collect(qtbot):
    """Starts a worker and gathers the batches it sends until it ends."""

    def run(program: str):
        process = worker(program)
        batches: list[list] = []
        process.received.connect(batches.append)
        with qtbot.waitSignal(process.ended) as ended:
            process.start()
        return process, batches, ended.args[0]

    return run


def test_a_flood_arrives_whole_in_few_batches(collect):
    _, batches, _ = collect("for n in range(20000): say('heartbeat', step=n)")
    assert [said.event.step for batch in batches for said in batch] == list(range(20_000))
    assert len(batches) < 2_000


def test_an_answer_is_handed_on_at_once_after_what_came_before_it(qtbot):
    process = worker(
        "say('heartbeat', step=1); say('nearestimages', id=3, files=[], labels=[], similarities=[]); told()"
    )
    process.timer.setInterval(10**8)
    batches: list[list] = []
    process.received.connect(batches.append)
    process.start()
    qtbot.waitUntil(lambda: bool(batches))
    assert batches == [[Said(Heartbeat(1)), Said(NearestImages(id=3, files=(), labels=(), similarities=()))]]
    assert not process.timer.isActive()
    with qtbot.waitSignal(process.ended):
        process.shut_down(at_once=True)


def test_split_lines_are_joined(collect):
    _, batches, _ = collect(
        "import time\nfor part in ('{\"event\": \"heart', 'beat\", \"step\": 7}', '\\n'):\n"
        "    sys.stdout.write(part); sys.stdout.flush(); time.sleep(0.2)"
    )
    assert batches == [[Said(Heartbeat(7))]]


def test_what_is_no_event_goes_to_the_log(collect):
    process, batches, _ = collect("print('bonjour'); print('{\"event\": \"nonsense\"}'); say('heartbeat', step=1)")
    assert batches == [[Said(Heartbeat(1))]]
    assert list(process.log) == ["bonjour", '{"event": "nonsense"}']


def test_a_line_of_10_mb_is_dropped_and_the_next_is_read(collect):
    _, batches, _ = collect("print('x' * 10_000_000); say('heartbeat', step=1); say('heartbeat', step=2)")
    assert [said.event.step for batch in batches for said in batch] == [1, 2]


def test_a_line_too_long_at_the_end_of_one_process_drops_nothing_of_the_next(qtbot, tmp_path):
    ran = str(tmp_path / "ran")
    process = worker(
        f"import os; first = not os.path.exists({ran!r}); open({ran!r}, 'w').close()\n"
        "print('x' * 2_000_000, end='') if first else say('heartbeat', step=1)"
    )
    batches: list[list] = []
    process.received.connect(batches.append)
    for _ in range(2):
        with qtbot.waitSignal(process.ended):
            process.start()
    assert batches == [[Said(Heartbeat(1))]]


def test_bytes_that_are_no_text_are_dropped_and_the_next_line_is_read(collect):
    process, batches, _ = collect(
        "sys.stdout.buffer.write(b'\\xff\\xfe\\x00' * 1000 + b'\\r\\n' + b'[' * 200_000 + b'\\n'); sys.stdout.flush()\n"
        "say('heartbeat', step=1)"
    )
    assert batches == [[Said(Heartbeat(1))]]
    assert len(process.log) == 2
    assert all(len(line) <= 1000 for line in process.log)


def test_a_killed_worker_is_named_with_its_signal(qtbot):
    process = worker("hello(); time.sleep(60)")
    with qtbot.waitSignal(process.received):
        process.start()
    with qtbot.waitSignal(process.ended) as ended:
        os.kill(process.process.processId(), signal.SIGKILL)
    assert ended.args[0] == "The training process was killed (SIGKILL); memory may have run out."


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("os.kill(os.getpid(), 11)", "crashed (SIGSEGV)"),
        ("os.abort()", "crashed (SIGABRT)"),
        ("os.kill(os.getpid(), 8)", "crashed (SIGFPE)"),
        ("os.kill(os.getpid(), 15)", "was ended from outside (SIGTERM)"),
        ("os.kill(os.getpid(), 1)", "was ended from outside (SIGHUP)"),
        ("sys.exit(143)", "was ended from outside (SIGTERM)"),
        ("sys.exit(137)", "was killed (SIGKILL); memory may have run out"),
        ("sys.exit(1)", "exited unexpectedly (exit status 1)"),
        ("sys.exit(255)", "exited unexpectedly (exit status 255)"),
    ],
)
def test_only_what_may_be_memory_is_called_so(collect, program, reason):
    _, _, said = collect(f"import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); {program}")
    assert said == f"The training process {reason}."


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_what_a_worker_has_written_goes_with_it_however_it_ends(qtbot):
    process = worker("import tempfile; say('warned', reason=tempfile.mkdtemp()); time.sleep(60)")
    with qtbot.waitSignal(process.received) as received:
        process.start()
    folder = Path(received.args[0][0].event.reason)
    assert folder.is_dir()
    with qtbot.waitSignal(process.ended):
        os.kill(process.process.processId(), signal.SIGKILL)
    assert not folder.exists()
    assert not folder.parent.exists()


def test_last_words_are_kept(collect):
    process, _, reason = collect("sys.stderr.write('ImportError: no torch\\n'); sys.exit(1)")
    assert "exit status 1" in reason
    assert "ImportError: no torch" in process.log


def test_shutting_down_ends_the_input(qtbot):
    process = worker("hello(); told(); say('heartbeat', step=5)")
    with qtbot.waitSignal(process.received):
        process.start()
    batches: list[list] = []
    process.received.connect(batches.append)
    with qtbot.waitSignal(process.ended) as ended:
        process.shut_down(at_once=False)
    assert ended.args == [""]
    assert batches == [[Said(Heartbeat(5))]]


def test_commands_arrive_as_lines(qtbot):
    process = worker("hello(); print(told()); time.sleep(0.1)")
    with qtbot.waitSignal(process.received):
        process.start()
    with qtbot.waitSignal(process.ended):
        process.send(Pause())
    assert "pause" in process.log
