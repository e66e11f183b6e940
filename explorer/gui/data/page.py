"""DataPage: what will be trained on: the classes, how they are divided, what may be wrong, and the images."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.classes.class_list import ClassList
from explorer.gui.data.classes.class_model import ClassRow
from explorer.gui.data.data_grid import DataGrid
from explorer.gui.data.data_state import DataState
from explorer.gui.data.data_view import DataView
from explorer.gui.data.decision_orders import DecisionOrders
from explorer.gui.data.problem_line import problem_lines
from explorer.gui.data.problem_list import ProblemList
from explorer.gui.data.scan_bar import ScanBar
from explorer.gui.data.split_controls import SplitControls
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.scroll import Scroll
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.balance import drawn_per_class
from explorer.runs.data.image_list import Layout
from explorer.runs.questions.data import ProblemKind, Scanned

_WIDTHS = (2000, 3000)  # in which classes and images share the width; only their ratio counts
_MAX_LINES = 4  # of problems that are seen at a time, where there is room


class DataPage(QWidget):
    """The page; until the data have been scanned, what would stand there."""

    def __init__(
        self, state: DataState, choice: TrainingChoice, pool: WorkerPool, view: DataView, actions: Actions
    ) -> None:
        super().__init__()
        self._state, self._choice, self._view = state, choice, view
        self._actions = actions
        self._shown: Scanned | None = None
        self._balance = ""  # that the bars show
        self.bar = ScanBar(state, actions)
        self.classes, self.problems = ClassList(view), ProblemList(view)
        self.split = SplitControls(choice)
        self.grid = DataGrid(state, choice, pool, view)
        self.orders = DecisionOrders(state, actions, self.grid.selected_files, self.grid.switch)
        self.empty = EmptyState("", actions.scan_data)
        self.content = QStackedWidget()
        self._lay_out()
        connect_order(actions.scan_data, state.scan)
        connect_order(actions.cancel_scan, state.cancel)
        add_keys(self.grid.area, actions.leave_out_images.text(), actions.leave_out_images.trigger, "Del")
        self.classes.chosen.connect(self._show_class)
        self.classes.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the table of classes")))
        self.problems.chosen.connect(self._show_choice)
        self.grid.selection_changed.connect(self.orders.show_state)
        state.changed.connect(self.show_state)
        choice.chosen.connect(self.show_recipe)
        self.show_recipe()
        self.show_state()

    def _lay_out(self) -> None:
        left, right, parts = QWidget(), QWidget(), QSplitter(Qt.Orientation.Horizontal)
        beside = QVBoxLayout(left)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(theme.RHYTHM)
        beside.addWidget(self.classes, stretch=1)
        self._below = Scroll(self.split)
        beside.addWidget(self._below)
        column = QVBoxLayout(right)
        column.setContentsMargins(theme.RHYTHM, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.problems)
        column.addWidget(self.orders)
        column.addWidget(self.grid, stretch=1)
        parts.setChildrenCollapsible(False)
        for number, (side, share) in enumerate(zip((left, right), _WIDTHS, strict=True)):
            parts.addWidget(side)
            parts.setStretchFactor(number, share)
        parts.setSizes([*_WIDTHS])
        self.content.addWidget(self.empty)
        self.content.addWidget(parts)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.RHYTHM] * 4)
        whole.setSpacing(theme.RHYTHM // 2)
        whole.addWidget(self.bar)
        whole.addWidget(self.content, stretch=1)

    def show_recipe(self) -> None:
        """Show what is chosen about the split and the balance."""
        self.split.show_recipe()
        if self._shown and self._balance != self._choice.recipe.balance:
            self.classes.show_rows(self._rows(self._shown))

    def show_state(self) -> None:
        """Show what is known of the data; a page that is not seen shows it when it is."""
        state = self._state
        self._actions.scan_data.setEnabled(not state.is_scanning)
        self._actions.cancel_scan.setEnabled(state.is_scanning)
        if not self.isVisible():
            return
        if state.is_unknown:
            state.scan()  # which calls this again
            return
        self.bar.show_state()
        self.content.setCurrentIndex(int(state.scanned is not None))
        if state.scanned is None:
            self._shown = None
            self.empty.text.setText(self._empty_words())
            self.empty.button.setHidden(state.is_scanning)
            return
        self._show_scanned(state.scanned)

    def _show_scanned(self, scanned: Scanned) -> None:
        if scanned is not self._shown:
            self._shown = scanned
            self.split.show_data(scanned)
            self.classes.show_rows(self._rows(scanned))
            self._share_height()
        self.problems.show_lines(problem_lines(self._state))
        self._look_at_something()
        self._show_choice()

    def _look_at_something(self) -> None:
        """Show the worst that is left when a line has gone, a leak in data that are new, or else the first class."""
        view, classes, lines = self._view, self.classes.classes, self.problems.lines
        if self.problems.shown or classes.place_of(view.shown_class) is not None:
            return
        worst = next((line.kind for line in lines if line.groups and not line.is_decision), None)
        if worst and (view.shown_line or worst is ProblemKind.LEAK):
            view.show_line(worst)
        else:
            view.show_class(classes.rows[0].name if classes.rows else "")

    def _empty_words(self) -> str:
        state = self._state
        if state.is_scanning:
            return self.tr("The classes and the images stand here once every image has been opened.")
        if state.refusal:
            return say(state.refusal)
        return self.tr("The scan was cancelled, so nothing is known of the images yet.")

    def _rows(self, scanned: Scanned) -> list[ClassRow]:
        self._balance = balance = self._choice.recipe.balance
        drawn = drawn_per_class([found.train for found in scanned.classes], balance)
        return [
            ClassRow(
                name=found.name,
                label=self._label(scanned, found.name),
                train=found.train,
                validation=found.validation,
                test=found.test,
                drawn=round(number) if balance == "sampling" else None,
            )
            for found, number in zip(scanned.classes, drawn, strict=True)
        ]

    def _label(self, scanned: Scanned, name: str) -> str:
        """Return what a class is called: those of the user's folders are not translated."""
        return say(name) if scanned.layout == Layout.NAMED else name

    def _show_class(self, name: str) -> None:
        self._view.show_class(name)
        self._show_choice()

    def _show_choice(self) -> None:
        """Show the images of the chosen class, or those that the chosen line tells of."""
        assert self._shown
        line = self.problems.shown
        self.classes.show_choice()
        self.problems.show_choice()
        groups = line.groups if line else (self._state.files_of(self._view.shown_class),)
        self.grid.show_files(groups)
        labels = {found.name: self._label(self._shown, found.name) for found in self._shown.classes}
        self.orders.show_images(tuple(dict.fromkeys(file for group in groups for file in group)), line, labels)

    def _share_height(self) -> None:
        """Let classes and images have half of the height if they need it, and what stands beside them the rest."""
        room = self.content.height()
        wanted = max(self.split.heightForWidth(self._below.viewport().width()), self.split.minimumSizeHint().height())
        spare = room - self.classes.whole_height() - theme.RHYTHM
        self._below.setFixedHeight(min(wanted, max(room // 2, spare)))
        left = room // 2 - self.orders.heightForWidth(self.orders.width())
        self.problems.show_rows(max(1, min(left // self.problems.row_height, _MAX_LINES)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Give the focus to the classes; with a focus proxy, Tab would pass by what comes before it."""
        self.classes.setFocus(event.reason())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "grid"):
            self.classes.viewport().update()
