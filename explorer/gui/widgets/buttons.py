"""Buttons with a text, and buttons with an icon or an arrow and the text in the tool tip."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QToolButton

from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme


def _button(name: str) -> QPushButton:
    button = QPushButton()
    button.setObjectName(name)
    button.setAutoDefault(True)  # Enter presses it while it has the focus, in a window as in a dialog
    return button


def word_button(text: str, act: Callable[[], object], name: str = "", icon: str = "", tip: str = "") -> QPushButton:
    """Return a button that shows `text` and calls `act` when clicked; `name` is its object name."""
    button = _button(name)
    button.setText(text)
    button.setToolTip(tip)
    if icon:
        theme.set_icon(button, icon)
    connect_order(button, act)
    return button


def sign_button(sign: str | Qt.ArrowType, text: str, act: Callable[[], object], keys: str = "") -> QToolButton:
    """Return a button that shows an icon or an arrow, with `text` and its `keys` in the tool tip."""
    button = QToolButton(autoRaise=True)
    if isinstance(sign, str):
        theme.set_icon(button, sign)
    else:
        button.setArrowType(sign)
    shortcut = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    button.setToolTip(f"{text} ({shortcut})" if keys else text)
    button.setAccessibleName(text)
    connect_order(button, act)
    return button


def action_button(action: QAction, name: str = "") -> QPushButton:
    """Return a button that triggers `action` and shows its icon text, tool tip and whether it is enabled."""
    button = _button(name)
    if icon := action.property("icon_name"):
        theme.set_icon(button, icon)

    def show_action() -> None:
        button.setText(action.iconText())
        tip = action.toolTip()  # Qt returns the text if no tool tip was given
        button.setToolTip("" if tip in (action.text(), action.iconText()) else tip)
        button.setEnabled(action.isEnabled())

    action.changed.connect(show_action)
    button.clicked.connect(action.trigger)
    show_action()
    return button
