"""Ways through the window that several tests take: what was renamed there is renamed here alone."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog

from explorer.gui.experiments.identity_panel import IdentityPanel
from explorer.gui.session import Session
from tests.events import settle


def run_out(timer: QTimer) -> None:
    """Let the time be over that something waits for anything newer."""
    timer.stop()
    timer.timeout.emit()


def measure(session: Session) -> None:
    """Nothing was edited for a while: the next thing that is not known is measured."""
    run_out(session.workspace.estimates.findChild(QTimer))


def open_block(session: Session, path: str) -> IdentityPanel:
    """Open the page of the block `path`; what can be tried on it."""
    session.document.select(path)
    session.document.open_block()
    return block_panel(session)


def open_dialog(session: Session, order: QAction) -> QDialog:
    """The dialog that `order` opens."""
    order.trigger()
    settle()
    return next(each for each in session.window.findChildren(QDialog) if each.isVisible())


def block_panel(session: Session) -> IdentityPanel:
    """What can be tried on the block whose page is open."""
    return session.window.pages.current.findChild(IdentityPanel)
