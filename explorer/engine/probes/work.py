"""Work: answering a long question in a thread, with progress, so that it may be given up. No Qt."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

from explorer.engine.data.progress import Cancelled, Report, Warn
from explorer.engine.training.failure import answered
from explorer.runs.events import Event, Progress, Warned
from explorer.runs.questions.question import Answer, Question

_WAIT = 0.2  # seconds: so often it is looked whether to go on

_Asked = TypeVar("_Asked", bound=Question)


def work_on(question: _Asked, work: Callable[[_Asked, Report, Warn], Answer]) -> Iterator[Event]:
    """Yield progress several times a second, and at the end the answer, or why there is none.

    Until `work` reports, the total is 0. It rests until what is yielded is taken, and ends when the iterator is
    closed: its report then raises Cancelled.
    """
    happened: queue.Queue[Event] = queue.Queue(maxsize=1)
    is_over = threading.Event()

    def tell(event: Event) -> None:
        while not is_over.is_set():
            with suppress(queue.Full):
                happened.put(event, timeout=_WAIT)
                return
        raise Cancelled

    def report(done: int, total: int) -> None:
        tell(Progress(question.name, done, total, question.id))

    def answer() -> None:
        with suppress(Cancelled):
            tell(answered(question, lambda: work(question, report, lambda reason: tell(Warned(reason)))))

    threading.Thread(target=answer, name=question.name, daemon=True).start()
    latest = Progress(question.name, 0, 0, question.id)
    try:
        while True:
            event: Event = latest
            with suppress(queue.Empty):
                event = happened.get(timeout=_WAIT)
            yield event
            if isinstance(event, Progress):
                latest = event
            elif not isinstance(event, Warned):
                return
    finally:
        is_over.set()
