"""AnswerView: the answer to a question about a block: a sentence, an image with its classes, and what it means."""

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.gui.document import Document
from explorer.gui.experiments.effect_figure import EffectFigure
from explorer.gui.experiments.feature_map_answers import class_names
from explorer.gui.experiments.identity_trial import IdentityTrial, TrialAnswer
from explorer.gui.widgets.buttons import sign_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent, whole
from explorer.runs.questions.blocks import Example


class AnswerTexts(NamedTuple):
    """What stands above the picture, and below it."""

    heading: str
    words: str
    details: str


class AnswerView(QWidget):
    """One answer, hidden while there is none.

    `appeared` when a new answer is shown for the block that was shown before.
    """

    appeared = Signal()

    def __init__(self, document: Document, trial: IdentityTrial, before: str, after: str) -> None:
        """Call what is compared `before` and `after`."""
        super().__init__()
        self.document, self.trial = document, trial
        self.shown: TrialAnswer | None = None
        self._path = ""
        self.heading, self.words, self.answer, self.details = (QLabel(wordWrap=True) for _ in range(4))
        theme.make_heading(self.heading)
        for label in (self.words, self.answer, self.details):
            label.setFont(theme.figures_font(label.font()))
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.make_secondary(self.details)
        self.figure = EffectFigure(before, after)
        self.next = sign_button(Qt.ArrowType.RightArrow, self.tr("Next image"), trial.show_next_example)
        line = QHBoxLayout()
        line.addWidget(self.answer, stretch=1)
        line.addWidget(self.next, alignment=Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.heading)
        column.addWidget(self.words)
        column.addLayout(line)
        column.addWidget(self.figure)
        column.addWidget(self.details)
        self.hide()

    def show_answer(self, path: str, answer: TrialAnswer | None) -> None:
        """Show the answer about the block at `path`, or nothing."""
        is_new = bool(answer) and answer is not self.shown and path == self._path
        self._path, self.shown = path, answer
        self.setVisible(answer is not None)
        if answer is None:
            return
        for label, text in zip((self.heading, self.words, self.details), self.texts(answer), strict=True):
            label.setText(text)
        self.heading.setText(self._dated(self.heading.text(), answer))
        examples = answer.found.effect.examples
        number = self.trial.example % len(examples)
        example = examples[number]
        names = [self._name(answer, each) for each in example.classes]
        self.answer.setText(self._answer_text(example, self._name(answer, example.label), names))
        self.figure.show_example(answer.pictures[number], example, names)
        self.next.setVisible(len(examples) > 1)
        if is_new:
            self.appeared.emit()

    def texts(self, answer: TrialAnswer) -> AnswerTexts:
        """Return what is said of the answer; each kind of view has its own words."""
        raise NotImplementedError

    def _dated(self, heading: str, answer: TrialAnswer) -> str:
        """Return the heading with what is to be said of weights that are not those of now."""
        if answer.found.step is not None:
            words = self.tr("{heading}, after step {step}")
        elif self.trial.is_of_other_weights(answer):
            words = self.tr("{heading}, in other weights than the network has now")
        else:
            return heading
        return words.format(heading=heading, step=whole(answer.found.step or 0))

    def _name(self, answer: TrialAnswer, number: int) -> str:
        """Return the name of a class; its number if the data has other classes than the network."""
        names = class_names(answer.question)
        if len(names) == self.document.design.classes:
            return names[number]
        return self.tr("class {number}").format(number=number)

    def _answer_text(self, example: Example, truth: str, names: list[str]) -> str:
        """Return what the image shows, and what the network takes it for, before and after."""
        old, new = example.answer_before, example.answer_after
        if old != new:
            words = self.tr("This image is “{truth}”: the answer moved from “{old} {before}” to “{new} {after}”.")
        elif example.before == example.after:
            words = self.tr("This image is “{truth}”: the answer is “{old} {before}”, before and after.")
        else:
            words = self.tr("This image is “{truth}”: the answer stays “{old}”, {before} → {after}.")
        return words.format(
            truth=truth,
            old=names[old],
            new=names[new],
            before=percent(example.before[old], 0),
            after=percent(example.after[new], 0),
        )
