"""FlagOrders: what the user may decide about the selected images of the results, and what has been changed by that."""

from collections import Counter
from collections.abc import Callable

from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.classes.class_dialog import ClassDialog
from explorer.gui.data.decided import Decided
from explorer.gui.results.decisions.change_orders import ChangeOrders
from explorer.gui.results.decisions.run_images import RunImages
from explorer.gui.results.results_state import ResultsState
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say, whole
from explorer.runs.data.changes import decision_changes
from explorer.runs.data.decisions import Decisions, Fate
from explorer.runs.data.image_list import ImageList


class FlagOrders(QWidget):
    """Connects the actions on the selected images, and shows their buttons and those of what follows from them.

    Below these stands what is decided about the images, or why nothing can be, and what has been changed in all.
    """

    def __init__(
        self,
        state: ResultsState,
        decided: Callable[[ImageList], Decided],
        choice: TrainingChoice,
        actions: Actions,
    ) -> None:
        """`decided` returns what is decided about images, such as the workspace's `decided_images`."""
        super().__init__()
        self._state, self._actions = state, actions
        self.images = RunImages(state, decided, choice, self)
        self.changes = ChangeOrders(state, self.images, choice, actions, self)
        self.words = QLabel()
        theme.make_secondary(self.words)
        orders: tuple[tuple[QAction, Callable[[], None]], ...] = (
            (actions.reclass_results, self._ask_class),
            (actions.leave_out_results, self._leave_out),
            (actions.exclude_results, self._exclude),
            (actions.take_back_results, self._take_back),
            (actions.undo_results, self._undo),
        )
        self._tips = {action: action.toolTip() for action, _ in orders}
        for action, do in orders:
            connect_order(action, do)
        flags = (action_button(action, action.objectName()) for action in self._tips)
        below = QHBoxLayout()
        below.addWidget(self.words)
        below.addWidget(self.changes.words, stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(Flow(*flags, *self.changes.buttons))
        column.addLayout(below)
        self.images.changed.connect(self.show_state)
        state.images_changed.connect(self.show_state)
        self.show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.images.find()

    def show_state(self) -> None:
        """Enable the orders that change something about the selected images, and say what is decided about these."""
        actions, decided, selected = self._actions, self.images.decided, self._state.selected
        about = decided.decisions.about(selected) if decided else Decisions()
        known = about.fates
        fates = {known.get(file, (None, ""))[0] for file in self._files}
        able = {
            actions.reclass_results: bool(fates),
            actions.leave_out_results: bool(fates - {Fate.LEFT_OUT}),
            actions.exclude_results: bool(fates - {Fate.EXCLUDED}),
            actions.take_back_results: about != Decisions(),
            actions.undo_results: bool(decided and decided.can_undo),
        }
        for action, tip in self._tips.items():
            action.setEnabled(decided is not None and able[action])
            action.setToolTip(say(self.images.reason) or tip)
        self.words.setText(self._selection_words(about))

    def _selection_words(self, about: Decisions) -> str:
        """Return how many images are selected, and what is decided about them."""
        selected, is_known = self._state.selected, self.images.decided is not None
        if not selected or not is_known:
            return say(self.images.reason) if selected else ""
        if not self._files:
            return self.tr("gone, or called otherwise by now")
        fates = list(about.fates.values())
        if len(selected) == 1 and fates and fates[0][0] is Fate.MOVED:
            return self.tr("given the class {name}").format(name=fates[0][1])
        what = [self.tr("selected: {n}").format(n=whole(len(selected)))] if len(selected) > 1 else []
        return " · ".join([*what, *map(say, decision_changes(Decisions(), about))])

    @property
    def _files(self) -> tuple[str, ...]:
        """The selected images, without those that have gone: whatever is decided about these changes nothing."""
        return self.images.present(self._state.selected)

    @property
    def _decided(self) -> Decided:
        assert self.images.decided  # else no order is enabled
        return self.images.decided

    def _ask_class(self) -> None:
        """Offer all classes, first those that the network has taken the images for."""
        files = self._files
        names = self._decided.images.class_names
        first = [name for name in self._predicted(files) if name in names]
        dialog = ClassDialog({name: name for name in (*first, *names)}, self)
        dialog.chosen.connect(lambda name: self._move(files, name))
        dialog.open()

    def _predicted(self, files: tuple[str, ...]) -> list[str]:
        """Return the classes that these images were taken for, the most frequent one first."""
        found = self._state.predictions
        if found is None:
            return []
        chosen = frozenset(files)
        counts = Counter(
            label for file, label in zip(found.images.files, found.predicted.tolist(), strict=True) if file in chosen
        )
        return [found.images.class_names[label] for label, _ in counts.most_common()]

    def _move(self, files: tuple[str, ...], name: str) -> None:
        self._decided.move(files, name)
        self._confirm(self.tr("Images given the class {name}: {n}"), files, name=name)

    def _leave_out(self) -> None:
        files = self._files
        self._decided.leave_out(files)
        self._confirm(self.tr("Images left out: {n}"), files)

    def _exclude(self) -> None:
        files = self._files
        self._decided.exclude(files)
        self._confirm(self.tr("Images marked as none of the classes: {n}"), files)

    def _take_back(self) -> None:
        files = self._state.selected
        self._decided.take_back(files)
        self._confirm(self.tr("Images as in the folder again: {n}"), files)

    def _undo(self) -> None:
        self._decided.undo()
        self._confirm(self.tr("The last decision is taken back"))

    def _confirm(self, words: str, files: tuple[str, ...] = (), **values: str) -> None:
        """Say how many images an order has concerned, or why it was refused."""
        done = words.format(n=whole(len(files)), **values)
        self._actions.confirmed.emit(say(self._decided.refusal) or done)
