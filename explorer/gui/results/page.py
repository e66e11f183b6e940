"""ResultsPage: which images the network of a run gets wrong, and why."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.decided import Decided
from explorer.gui.results.blocks.panel import BlocksPanel
from explorer.gui.results.class_table import ClassTable
from explorer.gui.results.classify.panel import ClassifyPanel
from explorer.gui.results.decisions.flag_orders import FlagOrders
from explorer.gui.results.images_panel import ImagesPanel
from explorer.gui.results.matrix.panel import MatrixPanel
from explorer.gui.results.results_bar import ResultsBar
from explorer.gui.results.results_state import ResultsState
from explorer.gui.results.tabs import Tabs
from explorer.gui.results.why.panel import WhyPanel
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.scroll import Scroll
from explorer.gui.widgets.text.language import say, whole
from explorer.runs.data.image_list import ImageList, Part
from explorer.runs.folder.run import Run
from explorer.runs.results.choice import ImageChoice

_IMAGES, _WHY = 0, 1  # the places of the tabs
_HIGH = 26  # lines of text from which the page has room for the row of decisions
_LOW = 15  # lines of text that matrix and images need; a lower page is scrolled
_WHY_HIGH = 22  # lines of text that the reasons need; what has no room is scrolled
_WIDTHS = (2300, 2000)  # in which the classes and the images share the width; only their ratio counts


class ResultsPage(QWidget):
    """The page; until a run has been evaluated, what would stand there."""

    def __init__(
        self,
        state: ResultsState,
        decided: Callable[[ImageList], Decided],
        choice: TrainingChoice,
        actions: Actions,
    ) -> None:
        """`decided` returns what is decided about images."""
        super().__init__()
        self._state, self._actions = state, actions
        self.bar = ResultsBar(state, actions)
        self.no_run = EmptyState(
            self.tr("Which images a network gets wrong stands here once a run has been trained."), actions.start
        )
        self.unknown = EmptyState("", actions.evaluate_run)
        self.matrix, self.table = MatrixPanel(state), ClassTable(state.view)
        self.blocks = BlocksPanel(state, state.pool)
        self.flags = FlagOrders(state, decided, choice, actions)
        self.images, self.why = ImagesPanel(state, self.flags.images, actions), WhyPanel(state, state.pool)
        self.classify = ClassifyPanel(state, state.pool, actions)
        self.decide = QToolButton()
        self.content = _Content()
        self._set_up_decisions()
        self._lay_out()
        for action, do in (
            (actions.evaluate_run, state.evaluate),
            (actions.cancel_evaluation, state.cancel),
            (actions.show_mistakes, lambda: state.choose(ImageChoice())),
        ):
            connect_order(action, do)
        self.classify.ordered.connect(lambda: state.classify(True))
        self.matrix.chosen.connect(state.choose)
        self.table.chosen.connect(lambda number: state.choose(ImageChoice(number)))
        self.matrix.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the confusion matrix")))
        self.table.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the results by class")))
        state.changed.connect(self.show_state)
        state.images_changed.connect(self._show_images)

    def _set_up_decisions(self) -> None:
        """Offer what can be decided on the images themselves too, and in a menu where the row has no room."""
        orders, area = self._actions.of_results, self.images.grid.area
        menu = QMenu(self.decide)
        menu.addActions(orders)
        self.decide.setText(self.tr("Decide"))
        self.decide.setToolTip(self.tr("What shall become of the selected images"))
        self.decide.setObjectName("decide")
        self.decide.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.decide.setMenu(menu)
        self._beside = QWidget()
        inside = QVBoxLayout(self._beside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.decide)
        area.addActions(orders)
        leave_out = self._actions.leave_out_results
        add_keys(area, leave_out.text(), leave_out.trigger, "Del")

    def _lay_out(self) -> None:
        view = self._state.view
        self.left = Tabs(
            {self.tr("Matrix"): self.matrix, self.tr("Classes"): self.table, self.tr("Blocks"): self.blocks},
            dict.fromkeys(self.matrix.controls, (0,)),
            self.tr("Classes"),
        )
        self.right = Tabs(
            {self.tr("Images"): self.images, self.tr("Why"): Scroll(self.why)},
            {self.images.mistakes: (_IMAGES,), self._beside: (_IMAGES, _WHY)},
            self.tr("Images"),
        )
        self.why.setMinimumHeight(_WHY_HIGH * self.fontMetrics().lineSpacing())
        self.left.show_tab(view.left)
        self.right.show_tab(view.right)
        self.left.opened.connect(self._note_tabs)
        self.right.opened.connect(self._note_tabs)
        self.right.opened.connect(self._open_right)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        for number, (side, share) in enumerate(zip((self.left, self.right), _WIDTHS, strict=True)):
            parts.addWidget(side)
            parts.setStretchFactor(number, share)
        parts.setSizes([*_WIDTHS])
        parts.setHandleWidth(2 * theme.RHYTHM)
        shown = QWidget()
        below = QVBoxLayout(shown)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(theme.RHYTHM // 2)
        below.addWidget(parts, stretch=1)
        below.addWidget(self.flags)
        for widget in (self.unknown, shown, self.classify):
            self.content.addWidget(widget)
        self.content.setMinimumHeight(_LOW * self.fontMetrics().lineSpacing())
        self.content.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.bar)
        column.addWidget(self.content, stretch=1)
        self.full = Scroll(inside)
        self.full.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)  # for very large texts
        whole_page = QVBoxLayout(self)
        whole_page.setContentsMargins(0, 0, 0, 0)
        whole_page.addWidget(self.no_run)
        whole_page.addWidget(self.full)

    def _note_tabs(self) -> None:
        view = self._state.view
        view.left, view.right = self.left.bar.currentIndex(), self.right.bar.currentIndex()
        self._share_height()

    def _open_right(self, tab: int) -> None:
        """Let there be an image to ask why of; beside the images only those are selected that are seen."""
        if tab == _WHY:
            self.images.select_first()
        else:
            self.images.note_selection()

    def show_state(self) -> None:
        """Show the results as they are now; a page that is not seen shows them when it is."""
        state, actions = self._state, self._actions
        run, is_test = state.run, state.part is Part.TEST
        actions.evaluate_run.setText(
            self.tr("Evaluate on the test images") if is_test else self.tr("Evaluate this run")
        )
        actions.evaluate_run.setEnabled(run is not None and not state.is_evaluating and self._can_evaluate(run))
        actions.cancel_evaluation.setEnabled(state.is_evaluating)
        actions.show_mistakes.setEnabled(state.epochs != ())
        if not self.isVisible():
            return
        self.no_run.setVisible(run is None)
        self.full.setVisible(run is not None)
        if run is None:
            return
        self.bar.show_state()
        self.content.setCurrentIndex(2 if state.view.classifying else int(state.results is not None))
        if state.results is None:
            self.unknown.text.setText(self._unknown_words(run))
            self.unknown.button.setVisible(actions.evaluate_run.isEnabled())
            return
        if not state.results.is_named:
            self.flags.images.find()
        self._share_height()
        self.matrix.show_state()
        self.table.show_results(state.results, state.spread, self._chosen_class())
        self._show_images()

    def _show_images(self) -> None:
        """Show which images are chosen, and these."""
        if self.isVisible() and self._state.results:
            self.matrix.matrix.show_choice(self._state.view.choice)
            self.table.show_choice(self._chosen_class())
            self.images.show_state()
            if self.right.bar.currentIndex() == _WHY:
                self.images.select_first()

    def _chosen_class(self) -> int | None:
        choice = self._state.view.choice
        return choice.truth if choice.predicted is None else None

    def _can_evaluate(self, run: Run) -> bool:
        """Return whether there is an image to evaluate, and weights to do it with."""
        is_empty = run.data is not None and self._state.part is Part.VALIDATION and not run.data.validation
        return not is_empty and run.epochs_done > 0

    def _unknown_words(self, run: Run) -> str:
        """Return in a sentence why there are no results."""
        state = self._state
        if state.is_evaluating:
            return self.tr("The results stand here once every image has been looked at.")
        if state.refusal:
            return say(state.refusal)
        if run.data is not None and state.part is Part.VALIDATION and not run.data.validation:
            return self.tr("This run has no validation images.")
        if not run.epochs_done:
            if state.is_under_way:
                return self.tr("The results stand here once the first epoch has been validated.")
            return self.tr("This run ended before its first epoch had been validated.")
        if state.part is Part.TEST:
            return self.tr(
                "Test images are for the end: whoever chooses between runs by what they show has learned from them."
                " Evaluated on them so far: {n}"
            ).format(n=whole(run.test_looks))
        return self.tr("What the network of this run makes of each image has not been noted yet.")

    def _share_height(self) -> None:
        """Show the row of decisions where there is room, else their menu; a published set has neither."""
        results = self._state.results
        may_decide = results is not None and not results.is_named
        is_high = self.height() >= _HIGH * self.fontMetrics().lineSpacing()
        has_row = is_high and self.right.bar.currentIndex() == _IMAGES
        self.flags.setVisible(may_decide and has_row)
        self.decide.setVisible(may_decide and not has_row)
        policy = Qt.ContextMenuPolicy.ActionsContextMenu if may_decide else Qt.ContextMenuPolicy.NoContextMenu
        self.images.grid.area.setContextMenuPolicy(policy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Give the focus to what stands first below the bar; with a focus proxy, Tab would pass by the bar."""
        if self._state.run is None:
            self.no_run.button.setFocus(event.reason())
        else:
            firsts = (self.unknown.button, self.left.stack.currentWidget() or self.left, self.classify)
            firsts[self.content.currentIndex()].setFocus(event.reason())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "images"):
            self.table.viewport().update()


class _Content(QStackedWidget):
    """What stands below the bar: as high as there is room, and no higher for what it shows."""

    def hasHeightForWidth(self) -> bool:
        return False
