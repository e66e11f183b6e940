"""What a person does with mouse and keys, as functions of the real window."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QScrollBar,
    QToolButton,
    QWidget,
)

from explorer.gui.design.block_view import BlockView
from explorer.gui.experiments.identity_panel import IdentityPanel
from explorer.gui.lessons.tutor import Tutor
from explorer.gui.runs.curves_page import CurvesPage
from explorer.gui.runs.runs_page import RunsPage
from explorer.gui.session import Session
from explorer.gui.training.curves.plots import Plots
from explorer.gui.widgets.look.frame import seen_of
from explorer.gui.workspace import CURVES, RUNS


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


def type_path(qtbot, path: str) -> None:
    """In the file dialog that opens next: this path and Enter, by keys alone."""

    def type_it() -> None:
        dialog, edit = QApplication.activeModalWidget(), QApplication.focusWidget()
        if not isinstance(dialog, QFileDialog) or not isinstance(edit, QLineEdit):
            QTimer.singleShot(10, type_it)
            return
        qtbot.keyClick(edit, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(edit, path)
        qtbot.keyClick(edit, Qt.Key.Key_Return)

    QTimer.singleShot(0, type_it)  # the dialog has a loop of its own


def tab_to(qtbot, session: Session, name: str) -> QWidget:
    """The control with this object name, once Tab has brought the focus there; every stop on the way is in view."""
    stops: list[QWidget] = []
    while (focused := QApplication.focusWidget()) is None or focused.objectName() != name:
        assert focused not in stops, f"no way to {name} by Tab"
        if focused:
            stops.append(focused)
        qtbot.keyClick(focused or session.window, Qt.Key.Key_Tab)
        assert not seen_of(QApplication.focusWidget()).isEmpty()
    return focused


def choose_by_keys(qtbot, wanted: Callable[[QAction], bool]) -> None:
    """Down to an entry of the menu that is open, and Enter."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    for _ in menu.actions():
        if (entry := menu.activeAction()) and wanted(entry):
            break
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    assert wanted(menu.activeAction())
    qtbot.keyClick(menu, Qt.Key.Key_Return)


def show_block(session: Session, path: str = "") -> BlockView:
    """The block page, on the block at `path` or on what is selected."""
    if path:
        session.document.select(path)
    session.document.open_block()
    return block_view(session)


def curves(session: Session) -> Plots:
    """The plots, whose page is opened."""
    session.window.pages.show_page(CURVES)
    page = session.window.pages.current
    assert isinstance(page, CurvesPage)
    return page.plots


def runs_page(session: Session) -> RunsPage:
    """The page of all runs, which is opened."""
    session.window.pages.show_page(RUNS)
    page = session.window.pages.current
    assert isinstance(page, RunsPage)
    return page


def click_choice(session: Session, qtbot, name: str) -> None:
    """Two clicks: on the arrow beside Start, and on the entry of this action."""
    click(qtbot, session.window.training.start_arrow)
    menu = QApplication.activePopupWidget()
    action = next(each for each in menu.actions() if each.objectName() == name)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def run_button(session: Session, name: str) -> QToolButton:
    """The button in the tool bar that pauses, steps or stops."""
    return session.window.run_bar.findChild(QToolButton, name)


def block_view(session: Session) -> BlockView:
    """The block page, which is shown."""
    page = session.window.pages.current
    assert isinstance(page, BlockView)
    assert page.isVisible()
    return page


def identity_panel(session: Session) -> IdentityPanel:
    """What can be tried on the block that is shown."""
    return block_view(session).findChild(IdentityPanel)


def teach(session: Session, name: str, number: int = 0) -> Tutor:
    """The tutor at page `number` of a lesson."""
    tutor = session.window.tutor
    tutor.teach(name)
    tutor.go(number)
    return tutor


def boxes_of(session: Session) -> list[QWidget]:
    """Every widget of the window that holds a value, with those of the block view."""
    show_block(session).alone.setChecked(True)
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
