"""What a person does with the mouse, as functions of the real window."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QToolButton

from explorer.gui.session import Session


def choose_preset(session: Session, qtbot, name: str) -> None:
    """Two clicks: on Preset in the tool bar and on the entry."""
    button = session.window.findChild(QToolButton, "preset")

    def click_entry() -> None:
        menu = session.window.menus.presets
        action = next(each for each in menu.actions() if each.objectName() == name)
        qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    QTimer.singleShot(300, click_entry)  # the open menu has a loop of its own
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click(qtbot, widget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
