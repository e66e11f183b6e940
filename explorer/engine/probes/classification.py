"""Classification: which classes images from anywhere are, for a run's network. No Qt."""

from explorer.engine.data.progress import Report, Warn
from explorer.runs.questions.results import Classified, Classify


def classify(question: Classify, report: Report, warn: Warn) -> Classified:
    """Return what the network takes the images for. Raises Refused, and what `report` raises."""
    raise NotImplementedError
