"""IdentityPanel: set a block's branch to zero, or insert an identity after it, and see how the output changes."""

from html import escape

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.architecture.blocks import Block
from explorer.architecture.identity import insertion, zeroing
from explorer.gui.design.outline import find_part
from explorer.gui.document import Document, title_of_run
from explorer.gui.experiments.identity_trial import IdentityTrial
from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import sign_button, word_button
from explorer.gui.widgets.language import percent, say, whole
from explorer.runs.answers import Comparison, Inserted


class IdentityPanel(QWidget):
    """One line until something is tried: which network is used, and what can be done to the shown block.

    `grown` when a new outcome is shown, which takes more room.
    """

    grown = Signal()

    def __init__(self, document: Document, trial: IdentityTrial) -> None:
        super().__init__()
        self.document = document
        self.trial = trial
        self.block: Block | None = None
        self.shown: Comparison | None = None
        self.subject, self.finding, self.reason, self.logits = QLabel(), QLabel(), QLabel(), QLabel()
        for label in (self.subject, self.finding, self.reason):
            label.setWordWrap(True)
        for label in (self.finding, self.logits):
            label.setFont(theme.figures_font(label.font()))
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.logits.setObjectName("logits")
        self.logits.setTextFormat(Qt.TextFormat.RichText)
        self.logits.setAccessibleName(self.tr("Logits before and after"))
        theme.make_secondary(self.reason)
        self.zero = word_button(self.tr("Zero this branch"), lambda: self.trial.zero(self.path), "zero")
        inserted = self.tr("Insert an identity block")
        self.insert = word_button(inserted, lambda: self.trial.insert(self._next_path), "insert")
        self.back = word_button(self.tr("Restore"), self.trial.put_back, "put back", "undo-2")
        self.continue_training = word_button(
            self.tr("Continue training from here"), self.trial.continue_training, "go on", "play"
        )
        for button in (self.zero, self.insert, self.back, self.continue_training):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.next = sign_button(Qt.ArrowType.RightArrow, self.tr("Next image"), self._show_next_image)
        self.lay_out()
        self.trial.changed.connect(self.redraw)
        document.vocabulary_changed.connect(self.redraw)

    def lay_out(self) -> None:
        ask, found, numbers = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        ask.addWidget(self.subject, stretch=1)
        for widget in (self.zero, self.insert):
            ask.addWidget(widget)
        found.addWidget(self.finding, stretch=1)
        for widget in (self.back, self.continue_training):
            found.addWidget(widget)
        numbers.addWidget(self.logits)
        numbers.addWidget(self.next)
        numbers.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        for layout in (ask, found):
            column.addLayout(layout)
        column.addWidget(self.reason)
        column.addLayout(numbers)

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

    def _show_next_image(self) -> None:
        self.trial.row += 1
        self.redraw()

    def redraw(self) -> None:
        if self.block is None or not self.isVisible():
            return
        trial, outcome = self.trial, self._own_outcome()
        obstacle = trial.obstacle()
        self.subject.setText(self._subject_text())
        place = insertion(self.document.plan, self._next_path)
        self.zero.setEnabled(not obstacle and self.path not in trial.zeroed)
        self.insert.setEnabled(not obstacle and place.holds)
        self.zero.setToolTip(obstacle or say(zeroing(self.block).why))
        name = self.document.name_of(self._next_path)
        self.insert.setToolTip(
            obstacle or (self.tr("Inserts it as {name}").format(name=name) if place.holds else say(place.why))
        )
        self.back.setVisible(bool(trial.zeroed))
        self.continue_training.setVisible(trial.can_continue() and not trial.zeroed)
        self.continue_training.setEnabled(not obstacle)
        self.finding.setText(self._finding_text(outcome) if outcome else "")
        self.reason.setText(obstacle or say(trial.refusal) or (self._reason_text(outcome) if outcome else ""))
        self.logits.setText(self._logits_text(outcome) if outcome else "")
        self.finding.setVisible(bool(outcome) or trial.can_continue())
        self.reason.setVisible(bool(self.reason.text()))
        for widget in (self.logits, self.next):
            widget.setVisible(bool(outcome))
        if outcome is not self.shown:
            self.shown = outcome
            if outcome:
                self.grown.emit()

    def _own_outcome(self) -> Comparison | None:
        """Return the outcome if it is about the shown block."""
        outcome = self.trial.outcome
        return outcome if outcome and self.path in outcome.blocks else None

    def _subject_text(self) -> str:
        """Return which network the experiment uses, and which branches of it are zero."""
        if not (zeroed := self.trial.zeroed):
            return self._origin_text()
        blocks = ", ".join(map(self.document.name_of, zeroed))
        return self.tr("{network}; set to zero: {blocks}").format(network=self._origin_text(), blocks=blocks)

    def _origin_text(self) -> str:
        _, run, inserted = self.trial.origin()
        words = self.tr("{name}, trained").format(name=title_of_run(run)) if run else self.tr("random weights")
        if accuracy := self._run_accuracy_text():
            words = self.tr("{network} ({accuracy})").format(network=words, accuracy=accuracy)
        if not inserted:
            return self.tr("Network: {network}").format(network=words)
        blocks = ", ".join(map(self.document.name_of, inserted))
        return self.tr("Network: {network}, with {blocks} inserted").format(network=words, blocks=blocks)

    def _finding_text(self, outcome: Comparison) -> str:
        """Return how the accuracy and the logits changed."""
        name, more = self.document.name_of(outcome.blocks[-1]), len(outcome.blocks) - 1
        if isinstance(outcome, Inserted):
            done = self.tr("{name} inserted")
        elif more:
            done = self.tr("{name} and {more} more set to zero")
        else:
            done = self.tr("{name} set to zero")
        difference = QLocale().toString(outcome.difference, "g", 3)
        words = self.tr("{done}: accuracy {before} → {after} on {n} images, largest logit difference {difference}")
        words = words.format(
            done=done.format(name=name, more=whole(more)),
            before=percent(outcome.accuracy_before),
            after=percent(outcome.accuracy_after),
            n=whole(outcome.images),
            difference=self.tr("0, bit for bit") if outcome.equal else difference,
        )
        counted = self._run_accuracy_text()
        if counted in ("", percent(outcome.accuracy_before)):
            return words
        difference = self.tr("The run counted {accuracy}, in its own precision and on all validation images.")
        return f"{words}. {difference.format(accuracy=counted)}"

    def _run_accuracy_text(self) -> str:
        """Return the best accuracy of the run whose weights are tried; empty without one."""
        run = self.trial.origin().run
        return percent(run.best_accuracy) if run and run.best_accuracy is not None else ""

    def _reason_text(self, outcome: Comparison) -> str:
        """Return why the block is the identity or not, marked with whether it was one on the images."""
        block = find_part(self.document.plan, outcome.blocks[-1])
        assert isinstance(block, Block)
        return f"{'✓' if outcome.is_identity else '✗'} {say(zeroing(block).why)}"

    def _logits_text(self, outcome: Comparison) -> str:
        """Return the logits of one image before and after as a table, headed by its class, which is in bold."""
        row = outcome.rows[self.trial.row % len(outcome.rows)]
        cells = "<td align=right>&nbsp;&nbsp;{}</td>"

        def line(title: str, texts: list[str]) -> str:
            if row.label < len(texts):
                texts[row.label] = f"<b>{texts[row.label]}</b>"
            return f"<tr><td>{escape(title)}</td>{''.join(map(cells.format, texts))}</tr>"

        numbers = [[QLocale().toString(value, "f", 2) for value in logits] for logits in (row.before, row.after)]
        lines = [
            line(self.class_name(row.label), list(map(whole, range(len(numbers[0]))))),
            line(self.tr("before"), numbers[0]),
            line(self.tr("after"), numbers[1]),
        ]
        return f"<table cellspacing=0 cellpadding=0>{''.join(lines)}</table>"

    def class_name(self, number: int) -> str:
        from explorer.gui.experiments.feature_map_answers import class_names  # imports QImage, not needed before

        names = class_names(self.trial.recipe())
        return names[number] if number < len(names) else self.tr("class {number}").format(number=number)

    def showEvent(self, event: object) -> None:
        self.trial.forget_runs()
