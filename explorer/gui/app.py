"""The application: the window, or a screenshot of it."""

import gc
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.architecture.design import Design
from explorer.gui.display import check_start
from explorer.validation import refuse

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtWidgets import QApplication

    from explorer.gui.handover import Handover
    from explorer.gui.session import Session


def make_application(language: str | None = None, text_size: int | None = None) -> "QApplication":
    """Return the QApplication, made unless a test has one, with its name, theme, language and text size.

    `language` None and `text_size` None are those last chosen; `text_size` is in steps from the usual size.
    """
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    from explorer.gui.widgets.look import theme
    from explorer.gui.widgets.look.text_size import apply_size, saved_size
    from explorer.gui.widgets.text.language import apply_language, saved_language

    os.environ.setdefault("QT_QPA_UPDATE_IDLE_TIME", "0")  # paint at once; Qt would wait 5 ms for more to come
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_UseStyleSheetPropagationInWidgetStyles)  # else fonts do not
    app = QApplication.instance() or QApplication(["resnet-explorer"])
    assert isinstance(app, QApplication)
    app.setOrganizationName("resnet-explorer")
    app.setApplicationName("ResNet Explorer")
    app.setDesktopFileName("resnet-explorer")  # by which desktops find icon and name
    _keep_damaged_settings()
    app.setQuitOnLastWindowClosed(False)
    theme.apply_theme(theme.saved_theme())
    apply_language(language or saved_language())
    apply_size(saved_size() if text_size is None else text_size)
    return app


def _keep_damaged_settings() -> None:
    """Copy a file of settings that Qt cannot read, and would replace by the next setting that it writes."""
    from PySide6.QtCore import QSettings

    settings = QSettings()
    settings.allKeys()  # until something is read, nothing is known
    if settings.status() is QSettings.Status.FormatError:
        path = Path(settings.fileName())
        with suppress(OSError):
            shutil.copy2(path, path.with_name(path.name + ".damaged"))


def open_window(design: Design | None, language: str | None, path: Path | None = None, new_window: bool = False) -> int:
    """Show the window, with the file at `path` if `design` is from one, until it is closed.

    A window that is open already shows the design instead, unless a `new_window` is wanted. Raises Refused if
    there can be no window.
    """
    from PySide6.QtWidgets import QApplication

    from explorer.gui.handover import Handover, hand_over
    from explorer.gui.saved_session import state_folder

    check_start()
    state = state_folder()
    if not new_window and hand_over(state, design, path):
        return 0
    session = open_session(design, None, language, path, state)
    session.completed.connect(lambda: _accept_others(session, Handover(state)))
    sys.excepthook = session.show_crash
    session.left.connect(lambda: session.window.save_layout())  # looked up then, for the window may have been rebuilt
    session.closed.connect(QApplication.quit)
    session.completed.connect(session.greet)
    return QApplication.exec()


def _accept_others(session: "Session", handover: "Handover") -> None:
    """Let the session show what other starts hand over, until it ends."""
    handover.received.connect(session.show_design)
    session.left.connect(lambda: handover.close())  # which keeps it for as long as the session is there


def open_session(
    design: Design | None,
    runs: Path | None,
    language: str | None = None,
    path: Path | None = None,
    state: Path | None = None,
) -> "Session":
    """Show the window as the user last left it, and return its session before the first paint. Raises Refused.

    `runs` None is the folder of runs that the user has chosen. `state` is the folder in which sessions are kept from
    one start to the next, None to keep none.
    """
    check_start()
    gc.disable()  # until the session is complete there is no garbage, and looking for it takes a tenth of the start
    make_application(language)
    from explorer.gui.main_window.pages import saved_page
    from explorer.gui.session import Session
    from explorer.gui.workspace import saved_runs

    session = Session(design, runs or saved_runs(), path=path, state=state)
    if page := saved_page():
        session.workspace.page = page
    for signal in (session.completed, session.left):  # a session may be closed before it is complete
        signal.connect(gc.enable)
    session.window.restore_layout()
    session.window.show()
    return session


def screenshot(size: tuple[int, int], theme_name: str, language: str, design: Design, page: str) -> bytes:
    """Return a PNG file of the window with `page`, drawn without a display, alike on every machine. Raises Refused."""
    app = _make_offscreen(language, theme_name)
    from tempfile import TemporaryDirectory

    from PySide6.QtCore import QBuffer

    from explorer.gui.main_window.pages import PAGES
    from explorer.gui.session import Session

    if page not in PAGES:
        raise refuse("page", "{name!r} is not one of {names}", name=page, names=", ".join(PAGES))
    crashes: list[BaseException] = []
    sys.excepthook = lambda kind, error, trace: crashes.append(error)
    with TemporaryDirectory() as runs:
        session = Session(design, Path(runs), warm=False)
        session.workspace.page = page
        session.window.setFixedSize(*size)
        session.window.show()
        while not (session.complete or crashes):
            app.processEvents()
        app.processEvents()
        picture = QBuffer()
        session.window.grab().save(picture, "PNG")
        session.window.close()
    sys.excepthook = sys.__excepthook__
    if crashes:
        raise refuse("window", "{kind}: {error}", kind=type(crashes[0]).__name__, error=str(crashes[0]))
    return bytes(picture.data().data())


def draw_design(format_name: str, design: Design, vocabulary: str, language: str) -> str:
    """Return what the window draws of a design for an export, without a display, alike on every machine."""
    _make_offscreen(language, "light")
    from explorer.gui.diagram.picture import WRITERS

    return WRITERS[format_name](design, vocabulary)


def png_of(svg: str, scale: int = 2) -> bytes:
    """Return a drawing as a PNG file, with so many pixels for each of its own, without a display."""
    _make_offscreen("en", "light")
    from PySide6.QtCore import QBuffer, QByteArray
    from PySide6.QtGui import QPainter, QPixmap
    from PySide6.QtSvg import QSvgRenderer

    drawing, content = QSvgRenderer(QByteArray(svg.encode())), QBuffer()
    picture = QPixmap(drawing.defaultSize() * scale)
    painter = QPainter(picture)
    drawing.render(painter)
    painter.end()
    picture.save(content, "PNG")
    return bytes(content.data().data())


def _make_offscreen(language: str, theme_name: str) -> "QApplication":
    """Return the QApplication for pictures that are alike wherever and whenever they are drawn."""
    for name in [name for name in os.environ if name.startswith("QT_")]:  # scale factors, fonts, styles
        del os.environ[name]
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtCore import qInstallMessageHandler

    qInstallMessageHandler(_print_message)
    app = make_application(language, text_size=0)
    from explorer.gui.widgets.look import theme

    theme.apply_theme(theme_name)
    return app


def _print_message(kind: "QtMsgType", context: "QMessageLogContext", text: str) -> None:
    """Print what Qt says, except of what the offscreen platform does without."""
    if "plugin does not support" not in text:
        print(text, file=sys.stderr)
