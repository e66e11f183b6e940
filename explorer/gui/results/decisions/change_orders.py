"""ChangeOrders: what has been decided about a run's images since it was started, to train again with, or to save."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.saving import Saving
from explorer.gui.document import title_of_run
from explorer.gui.results.decisions.run_images import RunImages
from explorer.gui.results.results_state import ResultsState
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import clock, say, whole
from explorer.runs.again import repeat
from explorer.runs.data.cleaned import TABLE
from explorer.runs.events import Saved
from explorer.runs.folder.run import Run
from explorer.sentences import NOTHING, translatable
from explorer.validation import Refused

_Role = QPalette.ColorRole


class ChangeOrders(QObject):
    """Connects the actions: `buttons` show them, and `words` say what has been changed, or how far saving is."""

    def __init__(
        self, state: ResultsState, images: RunImages, choice: TrainingChoice, actions: Actions, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._state, self._images, self._choice, self._actions = state, images, choice, actions
        self._window = parent
        self._refusal = NOTHING  # of the order to train again
        self.words = QLabel()
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        menu.addActions([actions.save_table, actions.save_copy])
        self._save, self._cancel = (
            QPushButton(self.tr("Save as")),
            action_button(actions.cancel_saving, "cancel_saving"),
        )
        self._save.setObjectName("save_changes")
        self._save.setAccessibleName(self.tr("Save my changes as"))
        self._save.setMenu(menu)
        self.buttons = action_button(actions.train_again, "train_again"), self._save, self._cancel
        orders: tuple[tuple[QAction, Callable[[], None]], ...] = (
            (actions.train_again, self._train_again),
            (actions.save_table, self._ask_table),
            (actions.save_copy, self._ask_copy),
            (actions.cancel_saving, self._cancel_saving),
        )
        self._tips = {action: action.toolTip() for action, _ in orders}
        for action, do in orders:
            connect_order(action, do)
        images.changed.connect(self.show_state)
        images.saving_ended.connect(self._tell_end)
        state.pool.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        """Say what has been changed, and enable the orders that it allows."""
        actions, images, run = self._actions, self._images, self._state.run
        decided = images.decided
        is_saving = decided is not None and decided.saving.is_under_way
        may_save = decided is not None and not is_saving
        able = {
            actions.train_again: (bool(images.changes), self._train_tip(run)),
            actions.save_table: (may_save, ""),
            actions.save_copy: (may_save, ""),
            actions.cancel_saving: (is_saving, ""),
        }
        for action, (is_able, tip) in able.items():
            action.setEnabled(is_able)
            action.setToolTip(say(images.reason) or tip or self._tips[action])
        self._save.setEnabled(may_save)
        self._save.setToolTip(say(images.reason))
        show_if(not is_saving, self._save)
        show_if(is_saving, self._cancel)
        self._show_words(run)

    def _show_words(self, run: Run | None) -> None:
        """Say how far saving is, or what was refused, else what has been changed."""
        decided = self._images.decided
        refusal = self._refusal or (decided and (decided.saving.refusal or decided.refusal)) or NOTHING
        if decided and decided.saving.is_under_way:
            words = self._progress_words(decided.saving)
        elif refusal:
            words = say(refusal)
        elif changes := self._images.changes:
            words = say(translatable(", ")).join(map(say, changes))
        elif run and run.again:
            words = self.tr("Repeats another run: {changes}").format(changes=say(run.again.changes))
        else:
            words = ""
        self.words.setForegroundRole(_Role.BrightText if refusal else _Role.WindowText)
        self.words.setText(words)
        self.words.setToolTip(words)

    def _progress_words(self, saving: Saving) -> str:
        if not saving.total:
            return self.tr("Looking for images …")
        amount = self.tr("{done} of {total} images saved")
        words = amount.format(done=whole(saving.done), total=whole(saving.total))
        seconds = saving.seconds_left
        left = "" if seconds is None else self.tr("{time} left").format(time=clock(seconds))
        return " · ".join(filter(None, (words, left)))

    def _train_tip(self, run: Run | None) -> str:
        if not self._images.changes:
            return self.tr("Nothing has been decided about images since this run was started")
        if run and not self._state.pool.free_device(self._device(run)):
            return self.tr("Starts automatically when a device is free")
        return ""

    def _device(self, run: Run) -> str:
        """Return the device of a run, or the chosen one where this machine has no such device."""
        return run.recipe.device if self._choice.has_device(run.recipe.device) else self._choice.recipe.device

    def _train_again(self) -> None:
        """Train as the shown run was trained; the worker finds out how its data differ by now."""
        run, pool = self._state.run, self._state.pool
        assert run
        try:
            order, self._refusal = repeat(run, pool.runs).on_device(self._device(run)), NOTHING
        except Refused as refused:
            self._refusal = refused.sentence
            self.show_state()
            return
        is_free = bool(pool.free_device(order.recipe.device))
        pool.start(order)
        words = self.tr("Training again: {name}") if is_free else self.tr("Added to the queue: {name}")
        self._actions.confirmed.emit(words.format(name=title_of_run(run)))

    def _ask_table(self) -> None:
        self._ask(self.tr("Save my changes as a table"), self.tr("Tables (*.csv)"), TABLE)

    def _ask_copy(self) -> None:
        self._ask(self.tr("Save my changes as a clean copy: a new folder"), "", "")

    def _ask(self, title: str, kinds: str, suffix: str) -> None:
        """Ask for a place beside the images, and save them there."""
        run, decided = self._state.run, self._images.decided
        assert run
        assert decided
        dialog = QFileDialog(self._window, title, str(decided.images.root.parent), kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, not suffix)  # a folder is never replaced
        dialog.selectFile(self.tr("{name} cleaned").format(name=decided.images.root.name) + suffix)
        if dialog.exec():
            path = Path(dialog.selectedFiles()[0])
            chosen = path if path.name.lower().endswith(suffix) else path.with_name(path.name + suffix)
            decided.saving.start(run.recipe.data, chosen)

    def _cancel_saving(self) -> None:
        if decided := self._images.decided:
            decided.saving.cancel()
            self._actions.confirmed.emit(self.tr("Nothing was saved"))

    def _tell_end(self, saved: Saved | None) -> None:
        """Say what was saved, or why nothing was, for the words may have no room."""
        if saved is None:
            assert self._images.decided
            self._actions.confirmed.emit(say(self._images.decided.saving.refusal))
            return
        words = self.tr("Saved {n} images in {name}").format(n=whole(saved.images), name=Path(saved.path).name)
        missing = self.tr("files that could not be read: {n}").format(n=whole(saved.missing)) if saved.missing else ""
        self._actions.confirmed.emit(" · ".join(filter(None, (words, missing))))
