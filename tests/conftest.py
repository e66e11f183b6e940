"""What every test needs: one thread, no display, settings of its own, and nothing left behind."""

import gc
import os

# Before torch and numpy are imported, here and in every process that a test starts: two threads in each of several
# test processes starve one another, and a step of so small a network takes longer with two than with one.
os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"
os.environ["QT_QPA_PLATFORM"] = os.environ.get("EXPLORER_TEST_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from explorer.architecture.design import Design
from explorer.architecture.presets import preset
from explorer.gui.app import make_application
from explorer.gui.session import Session
from explorer.gui.workers.process import WorkerProcess
from tests.events import settle
from tests.patience import patience

# How fast a machine is, or how rare what is drawn, is not what is tested.
SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much)
settings.register_profile("patient", deadline=None, suppress_health_check=SLOW)
settings.load_profile("patient")
COLLECT_EVERY, ENDED = 50, count(1)  # tests
ENGINE = Path(__file__).parent / "engine"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All are `quick` but those that train, open the whole window, or say how long they take."""
    for item in items:
        matrix = item.get_closest_marker("matrix")
        if matrix and any(item.callspec.indices[name] for name in matrix.args):
            item.add_marker("slow")
        takes_long = {"slow", "uses"} & {marker.name for marker in item.iter_markers()}
        if not (takes_long or ENGINE in item.path.parents or "open_session" in item.fixturenames):
            item.add_marker("quick")


def pytest_collection_finish() -> None:
    """What was imported stays, and need not be looked over whenever Python looks for garbage."""
    gc.collect()
    gc.freeze()
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Look for garbage between tests alone: a thread that found Qt's objects would delete them under the main one."""
    gc.disable()
    if next(ENDED) % COLLECT_EVERY == 0:
        gc.collect()


def pytest_sessionfinish() -> None:
    gc.unfreeze()  # or extensions complain that it was left behind


def keep_settings_in(folder: Path) -> None:
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder))


@pytest.fixture(scope="session")
def qapp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[QApplication]:
    keep_settings_in(tmp_path_factory.mktemp("settings"))  # not those of whoever runs the tests
    yield make_application()
    gc.collect()  # what is left of the windows must go while the application is whole, not when pytest ends
    QApplication.clipboard().clear()  # what the offscreen platform still holds at exit, it frees too late


class PatientBot(QtBot):
    """pytest-qt's, which fails what has not happened after five seconds; a slow machine needs more."""

    def waitUntil(self, callback, *, timeout=None):
        super().waitUntil(callback, timeout=int(1000 * patience()) if timeout is None else timeout)

    def waitSignal(self, signal, *, timeout=None, **options):
        return super().waitSignal(signal, timeout=int(1000 * patience()) if timeout is None else timeout, **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[QtBot]:
    yield PatientBot(request)
    if QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:  # the double-clicked widget went first
        QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """QSettings of a test and its sessions go into its own folder."""
    monkeypatch.setattr("explorer.gui.saved_session.state_folder", lambda: tmp_path / "state")
    keep_settings_in(tmp_path / "settings")


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests keep of images, and what they decide about them, is not the user's."""
    for kind in ("CACHE", "CONFIG", "DATA"):
        os.environ[f"XDG_{kind}_HOME"] = str(tmp_path_factory.mktemp(kind.lower()))


@pytest.fixture(scope="session", autouse=True)
def own_trainings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Trainings of these tests find each other, and nobody else's."""
    os.environ["XDG_RUNTIME_DIR"] = str(tmp_path_factory.mktemp("runtime"))


@pytest.fixture
def open_session(qtbot, tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Opens a complete window on a design, by default without a worker; fails a test that leaves something behind."""
    opened: list[Session] = []

    def open_one(
        design: Design | str = "d2l-resnet18", warm: bool = False, process: WorkerProcess | None = None
    ) -> Session:
        chosen = preset(design) if isinstance(design, str) else design
        session = Session(chosen, tmp_path / "runs", warm=warm, process=process)
        opened.append(session)
        session.window.show()
        qtbot.waitUntil(lambda: session.complete)
        return session

    yield open_one
    for session in opened:
        session.end()
        session.window.hide()
        qtbot.waitUntil(lambda session=session: not session.pool.is_running())
        assert not any(client.watchdog.isActive() for client in session.pool.workers)
        session.window.deleteLater()
        session.deleteLater()
    settle()
    assert not [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    assert not [timer for timer in QApplication.instance().findChildren(QTimer) if timer.isActive()]


@pytest.fixture
def session(open_session: Callable[..., Session]) -> Session:
    return open_session()
