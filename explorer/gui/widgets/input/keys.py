"""Keys of a single widget, as actions that say what they do: the list of shortcuts is made of them."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

Keys = QKeySequence.StandardKey | str


class _KeyFilter(QObject):
    """Triggers an action when one of its keys is pressed in the widget that it watches."""

    def __init__(self, action: QAction) -> None:
        super().__init__(action)
        self._action = action

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.text().isprintable() and event.text().strip() and not event.text().isalnum():
            modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # by which most keyboards write + and other signs
        is_meant = QKeySequence(event.key() | modifiers.value) in self._action.shortcuts()
        if is_meant:
            self._action.trigger()
        return is_meant


def add_keys(widget: QWidget, text: str, do: Callable[[], object], *keys: Keys) -> None:
    """Call `do`, which `text` describes, when one of `keys` is pressed while `widget` has the focus."""
    action = QAction(text, widget)
    action.setShortcuts([QKeySequence(each) for each in keys])
    action.triggered.connect(do)
    widget.installEventFilter(_KeyFilter(action))
