"""How the program starts: without torch in the window, without a display, on the PySide6 that would kill it."""

import os
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QImage

from explorer.architecture.presets import preset
from explorer.gui import display
from explorer.gui.app import make_application
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe
from explorer.validation import Refused
from tests.patience import patience

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent

OPEN = """
import sys
from pathlib import Path
from explorer.gui.app import make_application
make_application()
from explorer.architecture.presets import preset
from explorer.bench.window.measuring import wait
from explorer.gui.session import Session
session = Session(preset("d2l-resnet18"), Path(sys.argv[1]), warm=False)
session.window.show()
wait(lambda: session.complete)
def loaded():
    return [name for name in ("torch", "torchvision", "torchinfo", "pydantic") if name in sys.modules]
assert "pyqtgraph" not in sys.modules
session.window.pages.show_page("curves")
session.window.pages.show_page("runs")
assert "pyqtgraph" in sys.modules
session.end()
print("loaded:", *loaded())
"""

TEN_WINDOWS = """
import sys
from pathlib import Path
from explorer.gui.app import make_application
app = make_application()
from PySide6.QtCore import QTimer
from explorer.architecture.presets import preset
from explorer.bench.window.measuring import wait
from explorer.gui.session import Session
for _ in range(10):
    session = Session(preset("mini"), Path(sys.argv[1]), warm=False)
    session.window.show()
    wait(lambda: session.complete)
    session.window.close()
    session.window.deleteLater()
    session.deleteLater()
    del session
    app.processEvents()
wait(lambda: not [each for each in app.topLevelWidgets() if each.isVisible()])
print(len([each for each in app.topLevelWidgets() if each.isVisible()]), "windows,",
      len([each for each in app.findChildren(QTimer) if each.isActive()]), "timers")
"""

MANY_CALLS = """
from PySide6.QtCore import QCoreApplication, QObject, Signal
class Speaker(QObject):
    said = Signal(bool)
app = QCoreApplication([])
speaker = Speaker()
speaker.said.connect(lambda value: None)
for number in range(20_000):
    speaker.setObjectName("x")
    speaker.said.emit(True)
print("alive")
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=patience(),
    )


def test_no_torch_in_the_windows_process(tmp_path):
    done = run("-c", OPEN, str(tmp_path), QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["loaded:"]


def test_ten_windows_leave_nothing(tmp_path):
    done = run("-c", TEN_WINDOWS, str(tmp_path), QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stdout.strip()) == (0, "0 windows, 0 timers"), done.stderr


def test_pyside_survives_many_calls():
    done = run("-c", MANY_CALLS)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr


@pytest.mark.parametrize(
    ("pyside", "python", "broken"),
    [("6.12.0", (3, 11), True), ("6.11.3", (3, 11), False), ("6.12.0", (3, 12), False), ("6.13.1", (3, 11), True)],
)
def test_the_pyside_that_kills_is_known(monkeypatch, pyside, python, broken):
    monkeypatch.setattr(PySide6, "__version__", pyside)
    monkeypatch.setattr(display.sys, "version_info", python)
    assert display.broken_pyside() is broken
    if broken:
        with pytest.raises(Refused, match="kills the process"):
            display.check_start()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
def test_without_a_display_one_line_says_what_to_do():
    environment = {key: value for key, value in os.environ.items() if "DISPLAY" not in key and key != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        [sys.executable, "main.py"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=patience()
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "xvfb-run" in done.stderr
    assert "summary, export, train, sweep, runs and check work without a window" in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
@pytest.mark.parametrize(
    ("environment", "where"),
    [
        ({"DISPLAY": "localhost:10.0"}, "display: 'localhost:10.0', the value of DISPLAY, does not answer"),
        ({"WAYLAND_DISPLAY": "stale"}, "display: "),
        ({"QT_QPA_PLATFORM": "nonsense"}, "QT_QPA_PLATFORM: 'nonsense' is not one of "),
        ({"QT_QPA_PLATFORM": "xcb"}, "display: not found"),
    ],
)
def test_a_display_that_would_make_qt_abort_is_one_line(monkeypatch, environment, where):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        display.check_start()
    (complaint,) = refused.value.complaints
    assert str(complaint).startswith(where) or "is missing: on Debian" in complaint.what


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems always have a display")
@pytest.mark.parametrize("platform", ["vnc", "vnc:size=800x600", "offscreen", "minimal", "wayland;offscreen"])
def test_a_platform_that_needs_no_display_is_allowed(monkeypatch, platform):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    display.check_start()


def screenshot(path: Path, home: Path, size: str = "1280x720", **environment: str) -> QImage:
    """What `--screenshot` draws without a display for a person whose settings and runs are in `home`."""
    given = {key: value for key, value in os.environ.items() if "DISPLAY" not in key and key != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        [sys.executable, "main.py", "--screenshot", str(path), "--size", size, "--theme", "dark", "resnet50"],
        cwd=ROOT,
        env={**given, "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home), **environment},
        capture_output=True,
        text=True,
        timeout=patience(),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return QImage(str(path))


def test_a_screenshot_has_exactly_the_size_that_was_asked_for(tmp_path):
    image = screenshot(tmp_path / "small.png", tmp_path, "700x400", QT_SCALE_FACTOR="1.5", QT_FONT_DPI="200")
    assert (image.width(), image.height()) == (700, 400)
    assert image == screenshot(tmp_path / "again.png", tmp_path, "700x400")


CRASH = """
import sys
from explorer.gui.main_window.window import Window
def fail(self):
    raise KeyError("nobody foresaw this")
Window.add_controls = fail
from explorer.cli import main
sys.exit(main(["--screenshot", sys.argv[1], "mini"]))
"""


def test_a_screenshot_of_a_window_that_fails_is_one_line(tmp_path):
    done = run("-c", CRASH, str(tmp_path / "window.png"))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "window: KeyError: 'nobody foresaw this'\n")


def test_a_screenshot_shows_the_page_that_was_asked_for(tmp_path):
    arguments = ("--screenshot", str(tmp_path / "a.png"), "--size", "700x500", "mini", "--page")
    pictures = []
    for page in ("layers", "runs"):
        done = run("main.py", *arguments, page)
        assert (done.returncode, done.stderr) == (0, "")
        pictures.append(QImage(str(tmp_path / "a.png")))
    assert pictures[0] != pictures[1]
    done = run("main.py", *arguments, "nonsense")
    assert done.returncode == 2
    assert done.stderr.startswith("page: 'nonsense' is not one of layers, block, data, curves, ")


def test_damaged_settings_are_kept_aside(qapp, tmp_path):
    path = Path(QSettings().fileName())
    path.parent.mkdir(parents=True)
    path.write_bytes(b"[General\n\x00theme")
    make_application()
    QSettings().setValue("page", "layers")
    QSettings().sync()
    assert path.with_name(path.name + ".damaged").read_bytes() == b"[General\n\x00theme"
    path.with_name(path.name + ".damaged").unlink()
    make_application()
    assert [each.name for each in path.parent.iterdir() if "damaged" in each.name] == []


def test_a_screenshot_needs_no_display(tmp_path):
    image = screenshot(tmp_path / "window.png", tmp_path)
    assert (image.width(), image.height()) == (1280, 720)
    assert image.pixelColor(4, 400).lightness() < 80


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep settings elsewhere")
def test_a_screenshot_takes_nothing_from_a_person_and_changes_nothing(tmp_path):
    home = tmp_path / "home"
    settings = home / "resnet-explorer" / "ResNet Explorer.conf"
    settings.parent.mkdir(parents=True)
    settings.write_text("[General]\ngeometry=@ByteArray(mine)\nlayout=@ByteArray(mine)\ntext_size=6\n")
    before = settings.read_bytes()
    RunFolder.create(home / "resnet-explorer" / "runs", preset("mini"), Recipe(), params=1).close()
    assert screenshot(tmp_path / "mine.png", home) == screenshot(tmp_path / "plain.png", tmp_path / "nobody")
    assert settings.read_bytes() == before
