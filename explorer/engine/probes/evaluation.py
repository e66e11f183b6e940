"""Evaluation: what a run's network makes of each image of a part of its data. No Qt."""

from explorer.engine.data.progress import Report, Warn
from explorer.runs.questions.results import Evaluate, Evaluated


def evaluate(question: Evaluate, report: Report, warn: Warn) -> Evaluated:
    """Evaluate the network and keep its predictions in the run's folder. Raises Refused, and what `report` raises."""
    raise NotImplementedError
