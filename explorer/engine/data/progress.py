"""Progress of work on many images: whoever does it reports, and whoever wants it may cancel. No Qt."""

from collections.abc import Callable

from explorer.sentences import Sentence

Report = Callable[[int, int], None]  # called with how much is done and the total, several times a second
Warn = Callable[[Sentence], None]  # called with what went wrong where the work goes on


class Cancelled(Exception):
    """Raised by a `Report` to end the work."""


def unreported(done: int, total: int) -> None:
    """Report nothing."""


def unwarned(reason: Sentence) -> None:
    """Tell nobody."""
