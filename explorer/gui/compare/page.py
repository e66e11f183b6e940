"""The Compare page: the table, what differs in words, and what adds columns and measures them."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.conventions import CONVENTIONS
from explorer.gui.compare.add_menu import GOOGLENET, AddMenu, preset_subject
from explorer.gui.compare.beside_menu import BesideMenu
from explorer.gui.compare.cells import words_of
from explorer.gui.compare.compare_state import CompareState
from explorer.gui.compare.table import ColumnsTable
from explorer.gui.start_orders import StartOrders
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.confirmation import Confirmation
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say

_WORDS = 3  # lines of differences that are seen at least
_PAUSE = 100  # milliseconds without an edit before the words are written again, which takes longer than a frame
_OTHER = "resnet34"  # a preset to begin with


class ComparePage(QWidget):
    """The page."""

    def __init__(self, state: CompareState, starts: StartOrders) -> None:
        super().__init__()
        self._state = state
        self.table = ColumnsTable(state)
        confirmation = Confirmation(self.table)
        self.table.copied.connect(lambda: confirmation.tell(self.tr("Copied the comparison")))
        self.words = QPlainTextEdit()
        self.words.setReadOnly(True)
        self.words.setFrameShape(QFrame.Shape.NoFrame)
        self.words.setAccessibleName(self.tr("Differences in words"))
        self.words.setTabChangesFocus(True)
        self.words.setFont(theme.figures_font(self.words.font()))
        self.add = QToolButton()
        self.add.setText(self.tr("Add column"))
        self.add.setObjectName("add column")
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add.setMenu(AddMenu(state, state.runs, self.add))
        self.beside = QToolButton()
        self.beside.setText(self.tr("Train beside"))
        self.beside.setToolTip(self.tr("Train the current design and another column on the same batches"))
        self.beside.setObjectName("train beside")
        self.beside.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.beside.setMenu(BesideMenu(state, starts, self.beside))
        self.conventions = QComboBox()
        self.conventions.setObjectName("convention")
        self.conventions.setAccessibleName(self.tr("How MACs are counted"))
        for number, (name, convention) in enumerate(CONVENTIONS.items()):
            self.conventions.addItem(say(convention.label), name)
            self.conventions.setItemData(number, say(convention.source), Qt.ItemDataRole.ToolTipRole)
        self.conventions.activated.connect(lambda: state.count_by(self.conventions.currentData()))
        self.measure = word_button(self.tr("Measure speed"), state.measure, "measure")
        self.cancel = word_button(self.tr("Cancel"), state.stop_measuring, "cancel")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Measuring"))
        theme.apply_style(self.progress, "progress")
        self.said = QLabel()
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        theme.make_secondary(self.said)
        self._writing = QTimer(self, interval=_PAUSE, singleShot=True)
        self._writing.timeout.connect(self._write_words)
        self.content = QStackedWidget()
        self._lay_out()
        state.changed.connect(self.show_state)
        state.edited.connect(self._show_edit)
        state.progressed.connect(self._show_progress)

    def _lay_out(self) -> None:
        orders = QHBoxLayout()
        orders.setSpacing(theme.RHYTHM)
        orders.setContentsMargins(theme.RHYTHM, theme.RHYTHM // 2, theme.RHYTHM, theme.RHYTHM // 2)
        for order in (self.add, self.beside, self.conventions, self.measure, self.cancel):
            orders.addWidget(order)
        orders.addWidget(self.progress, stretch=1)
        orders.addWidget(self.said, stretch=2)
        compared = QWidget()
        column = QVBoxLayout(compared)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(self.table, stretch=4)
        column.addWidget(self.words, stretch=1)
        self.words.setMinimumHeight(_WORDS * self.words.fontMetrics().lineSpacing() + theme.RHYTHM)
        for widget in (self._make_empty(), compared):
            self.content.addWidget(widget)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(orders)
        whole.addWidget(self.content, stretch=1)

    def _make_empty(self) -> QWidget:
        """Return what is shown while there is only one column."""
        empty = QWidget()
        words = QLabel(
            self.tr("Networks side by side: what each is, what it costs, where they differ, which contains which.")
        )
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.make_secondary(words)
        beside_googlenet = word_button(
            self.tr("Compare with GoogLeNet"), lambda: self._state.add(GOOGLENET), "compare with googlenet"
        )
        theme.apply_style(beside_googlenet, "primary")
        beside_other = word_button(
            self.tr("Compare with ResNet-34"), lambda: self._state.add(preset_subject(_OTHER)), "compare with resnet34"
        )
        column = QVBoxLayout(empty)
        column.setSpacing(theme.RHYTHM)
        column.addStretch()
        column.addWidget(words)
        for button in (beside_googlenet, beside_other):
            column.addWidget(button, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addStretch()
        return empty

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state()

    def show_state(self) -> None:
        """Show the columns as they are now; a page that is not seen shows them when it is."""
        if self.isVisible():
            self._show_edit()
            self._writing.stop()
            self._write_words()

    def _show_edit(self) -> None:
        """Show the figures at once, and the words when the edit is over."""
        if not self.isVisible():
            return
        state = self._state
        is_compared = len(state.subjects) > 1
        self.content.setCurrentIndex(int(is_compared))
        self.conventions.setVisible(is_compared)
        self.conventions.setCurrentIndex(self.conventions.findData(state.convention))
        self.conventions.setToolTip(say(CONVENTIONS[state.convention].source))
        self.table.update_cells()
        self._writing.start()
        self._show_progress()

    def _write_words(self) -> None:
        words = words_of(self._state)
        if words != self.words.toPlainText():
            self.words.setPlainText(words)

    def _show_progress(self) -> None:
        state = self._state
        is_measuring = bool(state.measuring)
        is_compared = len(state.subjects) > 1
        self.measure.setVisible(is_compared and not is_measuring)
        self.measure.setEnabled(bool(state.unmeasured))
        self.cancel.setVisible(is_measuring)
        self.progress.setVisible(is_measuring)
        self.progress.setRange(0, 100)
        self.progress.setValue(round(100 * state.done))
        if is_measuring:
            doing = self.tr("Measuring {name}").format(name=state.title(state.measuring[0]))
            self.said.setText(state.waiting_reason() or doing)
        else:
            self.said.setText(say(state.refusal))
