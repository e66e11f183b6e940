"""DecisionOrders: what the user may decide about the images that are shown."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.data.classes.class_dialog import ClassDialog
from explorer.gui.data.data_state import DataState
from explorer.gui.data.data_view import Note
from explorer.gui.data.decided import Decided
from explorer.gui.data.problem_line import ProblemLine
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import whole


class DecisionOrders(QWidget):
    """Connects the actions on images, and shows their buttons, with which images they mean.

    Those are the `selected` ones, or else all that the shown line tells of: of copies, all but one.
    """

    def __init__(
        self, state: DataState, actions: Actions, selected: Callable[[], tuple[str, ...]], switch: QWidget
    ) -> None:
        """`switch` is a control of the images themselves, which stands before the buttons."""
        super().__init__()
        self._state, self._actions, self._selected = state, actions, selected
        self._line: ProblemLine | None = None
        self._files: tuple[str, ...] = ()  # that are shown
        self._labels: Mapping[str, str] = {}
        self.words = QLabel()
        self.words.setFont(theme.figures_font(self.words.font()))
        theme.make_secondary(self.words)
        self.leave_out = action_button(actions.leave_out_images, "leave_out_images")
        self.move_to = action_button(actions.move_images, "move_images")
        self.keep = action_button(actions.keep_images, "keep_images")
        self.readmit = action_button(actions.readmit_images, "readmit_images")
        self.undo = action_button(actions.take_back_decision, "take_back_decision")
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        above = QHBoxLayout()
        above.addWidget(switch)
        above.addWidget(self.words, stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(above)
        column.addLayout(Flow(self.leave_out, self.move_to, self.keep, self.readmit, self.undo))
        for action, do in (
            (actions.leave_out_images, self._leave_out),
            (actions.move_images, self._ask_class),
            (actions.keep_images, self._keep),
            (actions.readmit_images, self._readmit),
            (actions.take_back_decision, self._undo),
        ):
            connect_order(action, do)

    def show_images(self, files: tuple[str, ...], line: ProblemLine | None, labels: Mapping[str, str]) -> None:
        """Let the orders mean some of `files`, of which `line` tells unless they are those of a class.

        `labels` are what the classes are called, by their names.
        """
        self._files, self._line, self._labels = files, line, labels
        self.show_state()

    def show_state(self) -> None:
        """Enable the actions that have an effect on the selected images, and say which these are."""
        actions, line, selected = self._actions, self._line, self._selected()
        can_decide = self._state.decided is not None
        is_decision = line is not None and line.is_decision
        may_leave_out = can_decide and not (line and line.kind in (Note.LEFT_OUT, Note.EXCLUDED))
        actions.leave_out_images.setEnabled(may_leave_out and bool(self._superfluous))
        actions.move_images.setEnabled(may_leave_out and bool(selected))
        actions.keep_images.setEnabled(can_decide and line is not None and not is_decision and bool(self._meant))
        actions.readmit_images.setEnabled(can_decide and is_decision and bool(self._meant))
        actions.take_back_decision.setEnabled(bool(self._state.decided and self._state.decided.can_undo))
        self.keep.setVisible(not is_decision)
        self.readmit.setVisible(is_decision)
        self.words.setText(self._target_words(len(selected)))

    @property
    def _decided(self) -> Decided:
        assert self._state.decided  # else no order is enabled
        return self._state.decided

    @property
    def _meant(self) -> tuple[str, ...]:
        """The selected images, or all that the line tells of."""
        return self._selected() or (self._files if self._line else ())

    @property
    def _superfluous(self) -> tuple[str, ...]:
        """The selected images, or those that are not worth keeping of what the line tells of."""
        return self._selected() or (self._line.extra if self._line else ())

    def _target_words(self, selected: int) -> str:
        line, total = self._line, whole(len(self._files))
        if not self._files:
            return ""
        if selected:
            return self.tr("{n} of {total}").format(n=whole(selected), total=total)
        if line is None:
            return self.tr("images: {n}").format(n=total)
        if line.has_copies:
            return self.tr("copies: {n}").format(n=whole(len(line.extra)))
        return self.tr("all: {n}").format(n=total)

    def _leave_out(self) -> None:
        files = self._superfluous
        self._decided.leave_out(files)
        self._confirm(self.tr("Images left out: {n}"), files)

    def _ask_class(self) -> None:
        files = self._selected()
        dialog = ClassDialog(self._labels, self)
        dialog.chosen.connect(lambda name: self._move(files, name))
        dialog.open()

    def _move(self, files: tuple[str, ...], name: str) -> None:
        self._decided.move(files, name)
        self._confirm(self.tr("Images moved to {name}: {n}"), files, name=self._labels[name])

    def _keep(self) -> None:
        files = self._meant
        self._decided.keep(files)
        self._confirm(self.tr("Images kept: {n}"), files)

    def _readmit(self) -> None:
        files = self._meant
        self._decided.take_back(files)
        self._confirm(self.tr("Images as in the folder again: {n}"), files)

    def _undo(self) -> None:
        self._decided.undo()
        self._actions.confirmed.emit(self.tr("The last decision is taken back"))

    def _confirm(self, words: str, files: tuple[str, ...], **values: str) -> None:
        """Say how many images an order has concerned, unless it was refused."""
        if not self._decided.refusal:
            self._actions.confirmed.emit(words.format(n=whole(len(files)), **values))
