"""NormsAnswer: what the network makes of one batch by its own statistics and by the running ones of its norms."""

from collections.abc import Iterator

from PySide6.QtCore import QLocale

from explorer.gui.document import Document
from explorer.gui.experiments.answer_view import AnswerTexts, AnswerView
from explorer.gui.experiments.identity_trial import IdentityTrial, TrialAnswer
from explorer.gui.widgets.text.language import percent, whole
from explorer.runs.questions.blocks import BatchStatistics

_LITTLE = 0.05  # share of their initial values in running averages, below which it does not matter


class NormsAnswer(AnswerView):
    def __init__(self, document: Document, trial: IdentityTrial) -> None:
        super().__init__(document, trial, self.tr("running"), self.tr("batch"))
        self.figure.setObjectName("norms effect")

    def texts(self, answer: TrialAnswer) -> AnswerTexts:
        found = answer.found
        assert isinstance(found, BatchStatistics)
        heading = self.tr("Batch norm by running statistics, and by those of the batch")
        return AnswerTexts(
            heading, f"{self._words(found)} {self._steps_text(found)}", "\n".join(self._norm_texts(found))
        )

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

    def _norm_texts(self, found: BatchStatistics) -> Iterator[str]:
        """Yield the statistics of each norm, averaged over its channels."""
        words = self.tr(
            "{name}: mean {batch_mean}, running {running_mean}; variance {batch_variance}, running {running_variance}; "
            "means {distance} σ apart"
        )
        for norm in found.norms:
            yield words.format(
                name=self._short_name(norm.name),
                batch_mean=_number(norm.batch_mean),
                running_mean=_number(norm.running_mean),
                batch_variance=_number(norm.batch_variance),
                running_variance=_number(norm.running_variance),
                distance=_number(norm.distance),
            )

    def _short_name(self, path: str) -> str:
        """Return the name of a layer without that of its block."""
        block = ".".join(path.split(".")[:2])
        return self.document.name_of(path).removeprefix(f"{self.document.name_of(block)}.")


def _number(value: float) -> str:
    return QLocale().toString(value, "f", 2 if abs(value) < 100 else 0).replace("-", "−")
