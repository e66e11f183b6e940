"""ResultsBar: whose results are shown, on which images and after which epoch, and what they are in a line."""

from functools import partial

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QMenu,
    QProgressBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.actions import Actions
from explorer.gui.document import title_of_run
from explorer.gui.results.epoch_slider import EpochSlider
from explorer.gui.results.results_state import ResultsState
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.runs.data.image_list import Part

_NAME = 26  # characters of a run's name that are seen
_LATEST = 20  # runs in the menu
_OTHERS = ""  # in place of the name of a part
_PROGRESS = 14  # characters wide


class ResultsBar(QWidget):
    """The controls in a row, with the line or how far the evaluation is; below them what is to be known beside."""

    def __init__(self, state: ResultsState, actions: Actions) -> None:
        super().__init__()
        self._state, self._actions = state, actions
        self.run, self.part, self.epochs = QToolButton(), QComboBox(), EpochSlider()
        self.words, self.warning = QLabel(), QLabel(wordWrap=True)
        self.progress = QProgressBar(textVisible=False)
        self.evaluate = action_button(actions.evaluate_run, "evaluate_run")
        self.cancel = action_button(actions.cancel_evaluation, "cancel_evaluation")
        self._set_up_controls()
        self._lay_out()
        state.progressed.connect(self._show_progress)

    def _set_up_controls(self) -> None:
        state = self._state
        menu = QMenu(self.run)
        menu.aboutToShow.connect(lambda: self._fill_runs(menu))
        self.run.setMenu(menu)
        self.run.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.run.setObjectName("results_run")
        self.part.setAccessibleName(self.tr("Images"))
        self.part.setObjectName("results_part")
        self.part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        watch_box(self.part)
        self.part.activated.connect(self._choose_part)
        self.epochs.moved.connect(state.show_epoch)
        self.words.setFont(theme.figures_font(self.words.font()))
        self.warning.setTextFormat(Qt.TextFormat.PlainText)
        self.warning.setForegroundRole(QPalette.ColorRole.BrightText)
        self.progress.setAccessibleName(self.tr("Evaluation"))
        self.progress.setFixedWidth(_PROGRESS * self.fontMetrics().averageCharWidth())
        theme.apply_style(self.progress, "progress")

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(Flow(self.run, self.part, self.epochs, self.words, self.progress, self.cancel, self.evaluate))
        column.addWidget(self.warning)

    def _fill_runs(self, menu: QMenu) -> None:
        """Offer the latest runs, and the page with all."""
        menu.clear()
        history = self._state.history
        for run in history.runs[:_LATEST]:
            best = "" if run.best_accuracy is None else percent(run.best_accuracy)
            words = (title_of_run(run), f"{run.created.astimezone():%Y-%m-%d %H:%M}", best)
            action = menu.addAction(" · ".join(filter(None, words)).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(run == self._state.run)
            connect_order(action, partial(history.choose, (run.id,)))
        menu.addSeparator()
        menu.addAction(self._actions.page("runs"))

    def show_state(self) -> None:
        """Show what the state shows now."""
        state = self._state
        run = state.run
        if run is None:
            return
        metrics = self.run.fontMetrics()
        name = metrics.elidedText(title_of_run(run), Qt.TextElideMode.ElideMiddle, _NAME * metrics.averageCharWidth())
        self.run.setText(name.replace("&", "&&"))
        self.run.setToolTip(self.tr("The run whose results are shown: {name}").format(name=title_of_run(run)))
        self.run.setAccessibleName(self.run.toolTip())
        is_evaluation = not state.view.classifying
        self._show_parts()
        self.epochs.show_epochs(state.epochs, state.shown_epoch, run.best_epoch)
        self._show_orders()
        self._show_words()
        self.words.setVisible(is_evaluation or state.is_evaluating)
        self.epochs.setVisible(is_evaluation and bool(state.epochs))

    def _show_parts(self) -> None:
        state = self._state
        words = {
            Part.VALIDATION: self.tr("Validation images"),
            Part.TEST: self.tr("Test images"),
            Part.TRAIN: self.tr("Training images"),
        }
        wanted = [*map(str, state.parts), _OTHERS]
        if [self.part.itemData(place) for place in range(self.part.count())] != wanted:
            self.part.clear()
            for part in state.parts:
                self.part.addItem(words[part], str(part))
            self.part.addItem(self.tr("Other images"), _OTHERS)
        self.part.setCurrentIndex(wanted.index(_OTHERS if state.view.classifying else str(state.part)))

    def _choose_part(self) -> None:
        chosen = self.part.currentData()
        if chosen == _OTHERS:
            self._state.classify(True)
        else:
            self._state.show_part(Part(chosen))

    def _show_orders(self) -> None:
        state = self._state
        is_there = state.part is not Part.VALIDATION and bool(state.epochs) and not state.view.classifying
        self.cancel.setVisible(state.is_evaluating)
        self.evaluate.setVisible(is_there and not state.is_evaluating)

    def _show_words(self) -> None:
        """Say what is shown in a line, or what the evaluation waits for."""
        state = self._state
        self.progress.setVisible(state.is_evaluating)
        if state.is_evaluating:
            reason = state.waiting_reason()
            self.progress.setRange(0, 1 if reason else 0)
            self.words.setText(reason or self.tr("Evaluating …"))
        else:
            self.words.setText(self._summary())
        warning = "" if state.is_evaluating or state.results is None else say(state.refusal or state.warning)
        self.warning.setText(warning)
        self.warning.setVisible(bool(warning))

    def _show_progress(self, done: int, total: int) -> None:
        if total:
            self.progress.setRange(0, total)
            self.progress.setValue(done)
            self.words.setText(self.tr("Evaluating: {done} of {total}").format(done=whole(done), total=whole(total)))

    def _summary(self) -> str:
        state = self._state
        results, run = state.results, state.run
        if results is None or run is None:
            return ""
        made = results.predictions
        words = [
            *(self.tr("accuracy {accuracy}").format(accuracy=percent(made.accuracy, 2)), *self._spread_words()),
            self.tr("loss {loss}").format(loss=QLocale().toString(made.loss, "f", 4)),
            self.tr("images: {n}").format(n=whole(len(results.labels))),
        ]
        if state.part is Part.TEST and run.test_looks:
            words.append(self.tr("evaluations on these images: {n}").format(n=whole(run.test_looks)))
        return " · ".join(words)

    def _spread_words(self) -> tuple[str, ...]:
        """Say how far runs with other seeds lie apart, if there are any."""
        spread = self._state.spread
        if spread is None:
            return ()
        mean, deviation = QLocale().toString(100 * spread.accuracy.mean, "f", 2), percent(spread.accuracy.deviation, 2)
        words = self.tr("{mean} ± {deviation} over {n} seeds")
        return (words.format(mean=mean, deviation=deviation, n=whole(spread.accuracy.count)),)
