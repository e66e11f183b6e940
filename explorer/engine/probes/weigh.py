"""The table of what fits: which of the weights of a source a design would start with. No Qt."""

from collections.abc import Iterator
from dataclasses import replace

from explorer.architecture.checks import buildable_plan
from explorer.engine.training.failure import unanswered
from explorer.engine.training.known_weights import known_weights
from explorer.runs.events import Event, Progress
from explorer.runs.questions.weights import Weigh

_WORK = "download"


def weigh(question: Weigh) -> Iterator[Event]:
    """Yield the progress of a download where there is one, and at the end the answer, or why there is none."""
    try:
        reading = known_weights(question.source, buildable_plan(question.design), question.runs)
        while True:
            try:
                done, total = next(reading)
                yield Progress(_WORK, done, total, question.id)
            except StopIteration as end:
                yield replace(end.value.table, id=question.id)
                return
    except Exception as error:
        yield unanswered(question, error)
