"""The line of progress on stderr. No torch, no Qt."""

import sys
from collections.abc import Callable

from explorer.runs.data.download import Pace
from explorer.runs.events import Progress


class ProgressLine:
    """How much is done of something, and the time left: on a terminal in one line, elsewhere in a line per tenth.

    `words` says how much that is, such as `3 of 4 images`.
    """

    def __init__(self, words: Callable[[Progress], str]) -> None:
        self._words = words
        self._live = sys.stderr.isatty()
        self._pace, self._tenth = Pace(), -1

    def show(self, progress: Progress) -> None:
        left = self._pace.seconds_left(progress)
        tenth = 10 * progress.done // max(1, progress.total)
        if self._live or tenth > self._tenth:
            text = self._words(progress)
            text += f", {left:.0f} s left" if left is not None and progress.done < progress.total else ""
            start, end = ("\r\x1b[K", "") if self._live else ("", "\n")
            print(start + text, end=end, file=sys.stderr, flush=True)
        self._tenth = tenth

    def clear(self) -> None:
        """Make room for other lines."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
