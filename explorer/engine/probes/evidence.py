"""Evidence: where in an image a run's network finds what speaks for a class (Grad-CAM). No Qt."""

from explorer.engine.training.failure import answered
from explorer.runs.events import Failed
from explorer.runs.questions.question import Answer
from explorer.runs.questions.results import Evidence, EvidenceMaps


def find_evidence(question: Evidence) -> Answer | Failed:
    """Return the maps, or why there are none."""
    return answered(question, lambda: _maps(question))


def _maps(question: Evidence) -> EvidenceMaps:
    raise NotImplementedError
