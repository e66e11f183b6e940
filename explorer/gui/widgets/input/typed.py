"""Text that is typed into a box and not committed yet. Every action commits it first."""

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QLineEdit, QSpinBox, QWidget


def commit_typed() -> None:
    """Commit the text in the box that has the focus, or let the box show its value again if the text is invalid."""
    box = QApplication.focusWidget()
    if isinstance(box, QAbstractSpinBox):
        box.interpretText()
    elif isinstance(box, QLineEdit):
        box.editingFinished.emit()


def take_back_typed(box: QWidget | None) -> bool:
    """Make `box` show its value again, and return whether it showed another text."""
    if not isinstance(box, QSpinBox | QLineEdit):
        return False
    before = box.text()
    if isinstance(box, QSpinBox):
        box.setValue(box.value())
    while isinstance(box, QLineEdit) and box.isUndoAvailable():  # back to the value that was last set
        box.undo()
    return box.text() != before


def connect_order(sender: QAction | QAbstractButton, do: Callable[[], object]) -> None:
    """Call `do` when `sender` is used. Typed text is committed first, and `do` is skipped if that disables `sender`."""

    def order() -> None:
        commit_typed()
        if sender.isEnabled():
            do()

    (sender.triggered if isinstance(sender, QAction) else sender.clicked).connect(order)
