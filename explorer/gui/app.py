"""The application: the checks before Qt starts, then the window or a screenshot of it."""

import ctypes
import gc
import importlib.util
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.architecture.design import Design
from explorer.architecture.presets import DEFAULT, preset
from explorer.validation import refuse

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from explorer.gui.session import Session

COMMANDS = "summary, export, train, sweep, runs and check work without a window"


def check_start() -> None:
    """Raise Refused for what would make Qt abort without a message."""
    if broken_pyside():
        raise refuse(
            "PySide6", "6.12 on Python 3.11 kills the process: install 'PySide6-Essentials<6.12' or Python 3.12"
        )
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal"):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        what = "not found: use a desktop session, ssh -X or xvfb-run; {commands}"
        raise refuse("display", what, commands=COMMANDS)
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        raise refuse("PySide6", "is not installed; {commands}", commands=COMMANDS)
    try:
        ctypes.CDLL(str(Path(spec.origin).parent / "Qt/plugins/platforms/libqxcb.so"))
    except OSError as error:
        library = str(error).partition(":")[0]
        what = "{library} is missing: on Debian, apt-get install libxcb-cursor0 libegl1; {commands}"
        raise refuse("display", what, library=library, commands=COMMANDS) from None


def broken_pyside() -> bool:
    """Return whether this PySide6 is broken: 6.12 on Python 3.11 loses a reference to None with every void call."""
    import PySide6

    major, minor = map(int, PySide6.__version__.split(".")[:2])
    return (major, minor) >= (6, 12) and sys.version_info < (3, 12)


def make_application(language: str | None = None, text_size: int | None = None) -> "QApplication":
    """Return the QApplication, made unless a test has one, with its name, theme, language and text size.

    `language` None and `text_size` None are those last chosen; `text_size` is in steps from the usual size.
    """
    from PySide6.QtWidgets import QApplication

    from explorer.gui.widgets import theme
    from explorer.gui.widgets.language import apply_language, saved_language
    from explorer.gui.widgets.text_size import apply_size, saved_size

    os.environ.setdefault("QT_QPA_UPDATE_IDLE_TIME", "0")  # paint at once; Qt would wait 5 ms for more to come
    app = QApplication.instance() or QApplication(["resnet-explorer"])
    assert isinstance(app, QApplication)
    app.setOrganizationName("resnet-explorer")
    app.setApplicationName("ResNet Explorer")
    app.setQuitOnLastWindowClosed(False)
    theme.apply_theme(theme.saved_theme())
    apply_language(language or saved_language())
    apply_size(saved_size() if text_size is None else text_size)
    return app


def open_window(design: Design | None, language: str | None, path: Path | None = None) -> int:
    """Show the window, with the file at `path` if `design` is from one, until it is closed.

    Raises Refused if there can be no window.
    """
    from PySide6.QtWidgets import QApplication

    from explorer.runs.folder import default_runs

    session = open_session(design or preset(DEFAULT), default_runs(), language, path)
    sys.excepthook = session.show_crash
    session.left.connect(lambda: session.window.save_layout())  # looked up then, for the window may have been rebuilt
    session.closed.connect(QApplication.quit)
    session.completed.connect(session.greet)
    return QApplication.exec()


def open_session(design: Design, runs: Path, language: str | None = None, path: Path | None = None) -> "Session":
    """Show the window as the user last left it, and return its session before the first paint. Raises Refused."""
    check_start()
    gc.disable()  # until the session is complete there is no garbage, and looking for it takes a tenth of the start
    make_application(language)
    from explorer.gui.session import Session

    session = Session(design, runs, path=path)
    for signal in (session.completed, session.left):  # a session may be closed before it is complete
        signal.connect(gc.enable)
    session.window.restore_layout()
    session.window.show()
    return session


def screenshot(path: Path, size: tuple[int, int], theme_name: str, language: str, design: Design) -> int:
    """Draw the window into a PNG file, without a display and alike on every machine. Raises Refused."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    app = make_application(language, text_size=0)
    from tempfile import TemporaryDirectory

    from explorer.gui.session import Session
    from explorer.gui.widgets import theme

    theme.apply_theme(theme_name)
    with TemporaryDirectory() as runs:
        session = Session(design, Path(runs), warm=False)
        session.window.resize(*size)
        session.window.show()
        while not session.complete:
            app.processEvents()
        app.processEvents()
        saved = session.window.grab().save(str(path), "PNG")
        session.window.close()
    if not saved:
        raise refuse(str(path), "cannot be written")
    return 0
