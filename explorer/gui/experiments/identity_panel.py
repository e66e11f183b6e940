"""IdentityPanel: what can be asked about a block: its branch at zero, an identity after it, and its batch norms."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.architecture.blocks import Block
from explorer.architecture.identity import insertion, zeroing
from explorer.gui.design.block_figure import BranchState
from explorer.gui.document import Document, title_of_run
from explorer.gui.experiments.answer_view import AnswerView
from explorer.gui.experiments.identity_answer import IdentityAnswer
from explorer.gui.experiments.identity_trial import IdentityTrial
from explorer.gui.experiments.norms_answer import NormsAnswer
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent, say, whole


class IdentityPanel(QWidget):
    """Buttons, and above them which network is asked and why it cannot be; the `answers` stand elsewhere.

    The buttons come last and keep a place free for one more, so that none moves when something is answered.
    `branch_changed` carries the state of the shown block's branch.
    """

    branch_changed = Signal(object)

    def __init__(self, document: Document, trial: IdentityTrial) -> None:
        super().__init__()
        self.document = document
        self.trial = trial
        self.block: Block | None = None
        self.effect, self.norms = IdentityAnswer(document, trial), NormsAnswer(document, trial)
        self.answers: tuple[AnswerView, ...] = (self.effect, self.norms)
        self.subject, self.reason = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.subject.setFont(theme.figures_font(self.subject.font()))
        theme.make_secondary(self.reason)
        self.zero = word_button(self.tr("Zero this branch"), lambda: self.trial.zero(self.path), "zero")
        self.back = word_button(self.tr("Restore"), self.trial.put_back, "put back", "undo-2")
        inserted = self.tr("Insert an identity block")
        self.insert = word_button(inserted, lambda: self.trial.insert(self._next_path), "insert")
        compared = self.tr("Compare batch norms")
        self.compare = word_button(compared, lambda: self.trial.compare_norms(self.path), "compare norms")
        self.continue_training = word_button(
            self.tr("Continue training from here"), self.trial.continue_training, "go on", "play"
        )
        last = QWidget()  # of the two, at most one can be pressed
        place = QGridLayout(last)
        place.setContentsMargins(0, 0, 0, 0)
        for button in (self.back, self.continue_training):
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
            place.addWidget(button, 0, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        lines = QHBoxLayout()
        lines.setSpacing(2 * theme.RHYTHM)
        for label in (self.subject, self.reason):
            label.setAlignment(Qt.AlignmentFlag.AlignBottom)
            lines.addWidget(label, stretch=1)
        column.addLayout(lines)
        column.addLayout(Flow(self.zero, self.insert, self.compare, last))
        self.trial.changed.connect(self.redraw)
        document.vocabulary_changed.connect(self.redraw)

    @property
    def path(self) -> str:
        return self.block.name if self.block else ""

    @property
    def _next_path(self) -> str:
        """The path that a block inserted after this one would have."""
        stage, _, index = self.path.partition(".")
        return f"{stage}.{int(index) + 1}"

    def show_block(self, block: Block | None) -> None:
        """Offer the experiments on a block of the shown network, or hide the panel for None."""
        self.block = block
        self.setVisible(block is not None)
        self.redraw()

    def redraw(self) -> None:
        trial, path = self.trial, self.path
        self.effect.show_answer(path, trial.answers.get(path))
        self.norms.show_answer(path, trial.norms.get(path))
        if self.block is None or not self.isVisible():
            return
        obstacle = trial.obstacle()
        self.subject.setText(self._subject_text())
        place = insertion(self.document.plan, self._next_path)
        may_repeat = trial.origin().live is not None  # its weights are others by now
        self.zero.setEnabled(not obstacle and (may_repeat or path not in trial.zeroed))
        self.insert.setEnabled(not obstacle and place.holds)
        self.compare.setEnabled(not obstacle)
        self.compare.setToolTip(obstacle or self.tr("Runs one batch by its own statistics and by the running ones"))
        self.zero.setToolTip(obstacle or say(zeroing(self.block).why))
        name = self.document.name_of(self._next_path)
        self.insert.setToolTip(
            obstacle or (self.tr("Inserts it as {name}").format(name=name) if place.holds else say(place.why))
        )
        self.back.setVisible(bool(trial.zeroed))
        self.continue_training.setVisible(trial.can_continue() and not trial.zeroed)
        self.continue_training.setEnabled(not obstacle)
        self.reason.setText(obstacle or say(trial.refusal))
        self.branch_changed.emit(self._branch_state())

    def _branch_state(self) -> BranchState:
        if self.path in self.trial.zeroed:
            return BranchState.ZEROED
        return BranchState.INSERTED if self.path in self.trial.origin().inserted else BranchState.ACTIVE

    def _subject_text(self) -> str:
        """Return which network the experiment uses, and which branches of it are zero."""
        if not (zeroed := self.trial.zeroed):
            return self._origin_text()
        blocks = ", ".join(map(self.document.name_of, zeroed))
        return self.tr("{network}; set to zero: {blocks}").format(network=self._origin_text(), blocks=blocks)

    def _origin_text(self) -> str:
        _, run, inserted, live = self.trial.origin()
        words = self.tr("{name}, trained").format(name=title_of_run(run)) if run else self.tr("random weights")
        latest = self.trial.latest
        if latest and latest.step is not None:
            run_name = live.name if live else title_of_run(run) if run else self.document.title
            words = self.tr("{name}, after step {step}").format(name=run_name, step=whole(latest.step))
        elif live:
            words = self.tr("{name}, as it trains").format(name=live.name)
        elif not run and self.trial.pool.busy:
            words = self.tr("random weights, as this is not the design that trains")
        elif (accuracy := self.trial.counted_accuracy()) is not None:
            words = self.tr("{network} ({accuracy})").format(network=words, accuracy=percent(accuracy))
        if not inserted:
            return self.tr("Network: {network}").format(network=words)
        blocks = ", ".join(map(self.document.name_of, inserted))
        return self.tr("Network: {network}, with {blocks} inserted").format(network=words, blocks=blocks)

    def showEvent(self, event: object) -> None:
        self.trial.forget_runs()
