"""Standard streams that are closed, full, or read by nobody: one line at most, and nothing lost."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.runs.folder.survey import list_runs
from tests.engine.shades import shades
from tests.patience import patience

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")]
ROOT = Path(__file__).parent.parent
LINE = "basic:1x6x6:3:4x1:stem=cifar,stem_width=4"


def shell(words: str) -> subprocess.CompletedProcess:
    """Run a line of a shell in which `main` is this program."""
    line = f"set -o pipefail; main() {{ '{sys.executable}' '{ROOT / 'main.py'}' \"$@\"; }}; {words}"
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=patience())


@pytest.fixture
def train(tmp_path: Path) -> str:
    """The command of a training that outlasts any test."""
    recipe = shades(tmp_path / "data")
    return f"main train {LINE} --data {recipe.data} --device cpu --epochs 100000 --runs {tmp_path / 'runs'}"


@pytest.mark.parametrize("command", ["presets", "summary mini --json", "--version", "runs --runs /nowhere"])
def test_a_full_output_is_one_line(command):
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("this system has no /dev/full")
    done = shell(f"main {command} > /dev/full")
    assert (done.returncode, done.stderr) == (2, "output: No space left on device\n")


@pytest.mark.parametrize("closed", ["<&- >&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(closed, tmp_path):
    done = shell(f"main export mini --to python -o {tmp_path / 'mini.py'} {closed}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "class" in (tmp_path / "mini.py").read_text()
    assert shell(f"main summary mini {closed}").returncode == 0


@pytest.mark.parametrize("how", ["", "--events < /dev/null"])
def test_a_run_that_nobody_reads_any_more_stops_as_if_told_to(train, tmp_path, how):
    done = shell(f"{train} {how} | head -n 1")
    assert (done.returncode, done.stderr) == (0, "")
    (run,) = list_runs(tmp_path / "runs")
    assert run.state == "stopped"
    assert (run.folder / "checkpoint.pt").is_file()


def test_a_run_whose_output_finds_no_room_goes_on(train, tmp_path):
    if not os.path.exists("/dev/full"):  # noqa: PTH110
        pytest.skip("this system has no /dev/full")
    done = shell(f"{train.replace('100000', '2')} > /dev/full")
    assert (done.returncode, done.stderr) == (0, "output: No space left on device\n")
    assert list_runs(tmp_path / "runs")[0].state == "finished"


def test_a_terminal_that_is_closed_stops_a_run_but_not_under_nohup(train, tmp_path):
    words = [sys.executable, str(ROOT / "main.py"), *train.split()[1:]]
    for before, epochs, status, state in (([], "100000", 129, "stopped"), (["nohup"], "30", 0, "finished")):
        command = [*before, *words[: words.index("--epochs") + 1], epochs, *words[words.index("--epochs") + 2 :]]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            process.send_signal(signal.SIGHUP)
            process.stdout.read()
            assert process.wait(patience()) == status
        run = list_runs(tmp_path / "runs")[0]
        assert run.state == state
        assert (run.folder / "checkpoint.pt").is_file()
