"""NormsAnswer: what the network makes of one batch by its own statistics and by the running ones of its norms."""

from html import escape

from PySide6.QtCore import QLocale

from explorer.gui.document import Document
from explorer.gui.experiments.answer_view import AnswerTexts, AnswerView
from explorer.gui.experiments.identity_trial import IdentityTrial, TrialAnswer
from explorer.gui.widgets.language import percent, whole
from explorer.runs.answers import BatchStatistics

_LITTLE = 0.05  # share of their initial values in running averages, below which it does not matter


class NormsAnswer(AnswerView):
    def __init__(self, document: Document, trial: IdentityTrial) -> None:
        super().__init__(document, trial, self.tr("running"), self.tr("batch"))
        self.figure.setObjectName("norms effect")

    def texts(self, answer: TrialAnswer) -> AnswerTexts:
        found = answer.found
        assert isinstance(found, BatchStatistics)
        heading = self.tr("Batch norm by running statistics, and by those of the batch")
        return AnswerTexts(heading, f"{self._words(found)} {self._steps_text(found)}", self._table(found))

    def _words(self, found: BatchStatistics) -> str:
        effect = found.effect
        if found.agree:
            words = self.tr(
                "By the batch's own statistics {batch} of {n} images are right, by the running ones {running}: "
                "they agree."
            )
        else:
            words = self.tr(
                "By the batch's own statistics {batch} of {n} images are right, by the running ones {running}: "
                "far apart."
            )
        return words.format(
            batch=whole(round(effect.accuracy_after * effect.images)),
            n=whole(effect.images),
            running=whole(round(effect.accuracy_before * effect.images)),
        )

    def _steps_text(self, found: BatchStatistics) -> str:
        """Return how much the running averages have seen."""
        if not found.steps:
            return self.tr("The running averages have seen no training step: they are still mean 0 and variance 1.")
        if found.initial_share > _LITTLE:
            words = self.tr(
                "The running averages have seen only {steps} steps: {share} of them is still their initial value."
            )
        else:
            words = self.tr("The running averages have seen {steps} steps.")
        return words.format(steps=whole(found.steps), share=percent(found.initial_share, 0))

    def _table(self, found: BatchStatistics) -> str:
        """Return the statistics of each norm as a table, averaged over its channels."""
        running = self.tr("running")
        lines = [_row("", self.tr("mean"), running, self.tr("variance"), running, self.tr("apart"))]
        for norm in found.norms:
            numbers = (norm.batch_mean, norm.running_mean, norm.batch_variance, norm.running_variance)
            lines.append(_row(self._short_name(norm.name), *map(_number, numbers), f"{_number(norm.distance)} σ"))
        caption = self.tr(
            "Of the batch and running, averaged over the channels; σ is the running standard deviation of a channel."
        )
        return f"<table cellspacing=0 cellpadding=0>{''.join(lines)}</table>{escape(caption)}"

    def _short_name(self, path: str) -> str:
        """Return the name of a layer without that of its block."""
        block = ".".join(path.split(".")[:2])
        return self.document.name_of(path).removeprefix(f"{self.document.name_of(block)}.")


def _number(value: float) -> str:
    return QLocale().toString(value, "f", 2 if abs(value) < 100 else 0).replace("-", "−")


def _row(title: str, *texts: str) -> str:
    cells = "".join(f"<td align=right>&nbsp;&nbsp;<nobr>{escape(text)}</nobr></td>" for text in texts)
    return f"<tr><td><nobr>{escape(title)}</nobr></td>{cells}</tr>"
