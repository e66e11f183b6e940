"""Neighbours: the training images that are nearest to an image, by the features before the head. No Qt."""

from explorer.engine.data.progress import Report, Warn
from explorer.runs.questions.results import NearestImages, Neighbours


def find_neighbours(question: Neighbours, report: Report, warn: Warn) -> NearestImages:
    """Return the nearest training images. Raises Refused, and what `report` raises."""
    raise NotImplementedError
