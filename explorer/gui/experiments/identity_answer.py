"""IdentityAnswer: what changes when the branch of a block is at zero, or when an identity block is inserted."""

from PySide6.QtCore import QLocale

from explorer.architecture.blocks import Block
from explorer.architecture.identity import zeroing
from explorer.gui.design.outline import find_part
from explorer.gui.document import Document
from explorer.gui.experiments.answer_view import AnswerTexts, AnswerView
from explorer.gui.experiments.identity_trial import IdentityTrial, TrialAnswer
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.runs.questions.blocks import Comparison, Inserted


class IdentityAnswer(AnswerView):
    def __init__(self, document: Document, trial: IdentityTrial) -> None:
        super().__init__(document, trial, self.tr("before"), self.tr("after"))

    def texts(self, answer: TrialAnswer) -> AnswerTexts:
        found = answer.found
        assert isinstance(found, Comparison)
        return AnswerTexts(self._heading(found), self._words(found), self._details(found))

    def _heading(self, found: Comparison) -> str:
        name, more = self.document.name_of(found.blocks[-1]), len(found.blocks) - 1
        if isinstance(found, Inserted):
            words = self.tr("{name} inserted")
        elif more:
            words = self.tr("{name} and {more} more set to zero")
        else:
            words = self.tr("{name} set to zero")
        return words.format(name=name, more=whole(more))

    def _words(self, found: Comparison) -> str:
        """Return how accuracy and logits changed, and why the run counted another accuracy if it did."""
        effect = found.effect
        if effect.equal:
            words = self.tr("Unchanged to the last bit: all logits of {n} images are the same, accuracy {before}.")
        else:
            words = self.tr(
                "Accuracy {before} → {after} on {n} images, another answer on {moved} of them, "
                "largest logit difference {difference}."
            )
        words = words.format(
            before=percent(effect.accuracy_before),
            after=percent(effect.accuracy_after),
            n=whole(effect.images),
            moved=whole(effect.moved),
            difference=QLocale().toString(effect.difference, "g", 3),
        )
        counted = self.trial.counted_accuracy() if found.step is None else None
        if counted is None or percent(counted) == percent(effect.accuracy_before):
            return words
        difference = self.tr("The run counted {accuracy}, in its own precision and on all validation images.")
        return f"{words} {difference.format(accuracy=percent(counted))}"

    def _details(self, found: Comparison) -> str:
        """Return why the block is the identity or not, marked with whether it was one on the images."""
        block = find_part(self.document.plan, found.blocks[-1])
        assert isinstance(block, Block)
        return f"{'✓' if found.is_identity else '✗'} {say(zeroing(block).why)}"
