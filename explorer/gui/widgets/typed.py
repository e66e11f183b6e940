"""What is being typed: a text that stands in a box and is not taken yet. It counts in whatever is ordered."""

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QLineEdit, QSpinBox, QWidget


def commit_typed() -> None:
    """Make the box with the cursor take what stands in it, or show its value again if it cannot."""
    box = QApplication.focusWidget()
    if isinstance(box, QAbstractSpinBox):
        box.interpretText()
    elif isinstance(box, QLineEdit):
        box.editingFinished.emit()


def take_back_typed(box: QWidget | None) -> bool:
    """Let `box` show its value again; whether anything else stood in it."""
    if not isinstance(box, QSpinBox | QLineEdit):
        return False
    before = box.text()
    if isinstance(box, QSpinBox):
        box.setValue(box.value())
    while isinstance(box, QLineEdit) and box.isUndoAvailable():  # back to what it was last told to show
        box.undo()
    return box.text() != before


def connect_order(sender: QAction | QAbstractButton, do: Callable[[], object]) -> None:
    """Let `sender` order `do`. What is typed is taken before, which may be the end of the order."""

    def order() -> None:
        commit_typed()
        if sender.isEnabled():
            do()

    (sender.triggered if isinstance(sender, QAction) else sender.clicked).connect(order)
