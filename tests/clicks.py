"""What a person does with mouse and keys, as functions of the real window."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QScrollBar,
    QToolButton,
    QWidget,
)

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


def name_file(qtbot, name: str) -> None:
    """In the file dialog that opens next: this name, and a click on Save."""

    def give_name() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            QTimer.singleShot(10, give_name)
            return
        dialog.findChild(QLineEdit, "fileNameEdit").setText(name)  # keys would open a list of what there is
        click(qtbot, dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Save))

    QTimer.singleShot(0, give_name)  # the dialog has a loop of its own


def boxes_of(session: Session) -> list[QWidget]:
    """Every widget of the window that holds a value, with those of the block view."""
    session.window.workspace.document.open_block()
    session.window.pages.currentWidget().alone.setChecked(True)
    session.window.editor.form.more.setChecked(True)
    session.window.training.form.more.setChecked(True)
    return [
        each
        for each in session.window.findChildren(QWidget)
        if isinstance(each, QAbstractSpinBox | QComboBox | QAbstractSlider | QLineEdit)
        and not isinstance(each, QScrollBar)
        and not isinstance(each.parentWidget(), QAbstractSpinBox | QComboBox)
    ]


def type_into(qtbot, box: QWidget, text: str) -> None:
    box.setFocus()
    assert box.hasFocus()
    box.selectAll()
    qtbot.keyClick(box, Qt.Key.Key_Delete)
    qtbot.keyClicks(box, text)
    assert box.text() == text
