"""Buttons: with words, or with a sign and the words in its tool tip."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QToolButton

from explorer.gui.widgets import theme
from explorer.gui.widgets.typed import connect_order


def word_button(text: str, act: Callable[[], object], name: str = "", icon: str = "", tip: str = "") -> QPushButton:
    """A button that says what it does; `name` is its object name."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(tip)
    if icon:
        theme.set_icon(made, icon)
    connect_order(made, act)
    return made


def sign_button(sign: str | Qt.ArrowType, text: str, act: Callable[[], object], keys: str = "") -> QToolButton:
    """A button that shows an icon or an arrow, and `text` with its `keys` to whoever asks."""
    made = QToolButton(autoRaise=True)
    if isinstance(sign, str):
        theme.set_icon(made, sign)
    else:
        made.setArrowType(sign)
    shortcut = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
    made.setToolTip(f"{text} ({shortcut})" if keys else text)
    made.setAccessibleName(text)
    connect_order(made, act)
    return made


def action_button(action: QAction, name: str = "") -> QPushButton:
    """Return a button that orders `action` and shows it, in the words that it has for a button."""
    made = QPushButton()
    made.setObjectName(name)
    if icon := action.property("icon_name"):
        theme.set_icon(made, icon)

    def show_action() -> None:
        made.setText(action.iconText())
        tip = action.toolTip()  # one that was not given is the text
        made.setToolTip("" if tip in (action.text(), action.iconText()) else tip)
        made.setEnabled(action.isEnabled())

    action.changed.connect(show_action)
    made.clicked.connect(action.trigger)
    show_action()
    return made
