"""Console: a run's events as lines of text at a terminal. No Qt."""

import io
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from explorer.runs import events
from explorer.runs.data.download import Pace
from explorer.runs.events import Event
from explorer.runs.folder.run import read_run
from explorer.runs.sides import Side, labels
from explorer.runs.spread import Gap, Spread
from explorer.sentences import system_words
from explorer.streams import silence

_BEFORE = {"reading": "reading images", "download": "downloading weights"}  # a run starts, by what progress is of


class Console:
    """Print one line per epoch; on a terminal the line of the current epoch is rewritten at every step.

    Where several runs train together, each line begins with the label of its run. `on_loss` is called when the reader
    is gone, as `head` is after its last line.
    """

    def __init__(self) -> None:
        self.on_loss: Callable[[], None] = lambda: None
        if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal cannot show must not end a run
            sys.stdout.reconfigure(errors="backslashreplace")
        self._live = sys.stdout.isatty()
        self._paces, self._tenth = {work: Pace() for work in _BEFORE}, -1
        self._total = self._epochs = 0
        self._labels: dict[str, str] = {}
        self._sides: dict[str, int] = {}
        self._best: dict[int, float] = {}  # accuracy by the number of the side
        self._folders: list[Path] = []
        self._label = ""

    def send(self, event: Event, run: str = "") -> None:
        """Print what `event` says; `run` is the id of its run."""
        if isinstance(event, events.Started):
            self._labels[run], self._sides[run] = event.label, event.side
        width = max(map(len, self._labels.values()), default=0) + 2
        self._label = f"{self._labels[run]:{width}}" if self._labels.get(run) else ""
        match event:
            case events.Started():
                if self._tenth >= 0 and sys.stderr.isatty():
                    print("\r\x1b[K", end="", file=sys.stderr, flush=True)
                self._total, self._epochs = event.steps_per_epoch * event.epochs, event.epochs
                verdict = "agrees" if event.referee.agrees else "disagrees: " + "; ".join(event.referee.differences)
                self._folders.append(Path(event.folder))
                self._line(f"{event.folder}")
                self._line(f"{event.params:,} parameters on {event.device}; torchinfo {verdict}")
                for words in filter(None, (event.difference, event.begins)):
                    self._line(words)
                if event.weights:
                    self._complain(f"weights: {event.weights}")
            case events.Progress() if event.of in _BEFORE:
                self._show_progress(event)
            case events.Step() if self._live:
                rate = f"{event.examples_per_second:,.0f} images/s"
                text = (
                    f"step {event.step} of {self._total}  loss {event.loss:.4f}  accuracy {event.accuracy:.3f}  {rate}"
                )
                self._print(f"\r\x1b[K{self._label}{text}", end="")
            case events.Epoch():
                self._line(
                    f"epoch {event.epoch} of {self._epochs}  train loss {event.train_loss:.4f} "
                    f"accuracy {event.train_accuracy:.4f}  validation loss {event.validation_loss:.4f} "
                    f"accuracy {event.validation_accuracy:.4f}  {event.seconds:.1f} s"
                )
            case events.Changed():
                self._total, self._epochs = self._total // self._epochs * event.epochs, event.epochs
                self._line(event.sentence)
            case events.Threads() if event.reason:
                self._line(f"{event.reason}: {event.threads} of {event.cores} cores")
            case events.Finished():
                if run in self._sides:
                    self._best[self._sides[run]] = event.best_accuracy
                best = f"best validation accuracy {event.best_accuracy:.4f} in epoch {event.best_epoch}"
                end = "stopped early, no improvement," if event.stalled else "finished"
                self._line(f"{end} after {event.seconds:.1f} s: {best}")
            case events.Stopped() if not self._folders:
                self._line("stopped while the images were read; no run was begun")
            case events.Stopped():
                self._line(f"stopped after step {event.step}; `train --resume` continues from here")
            case events.Warned():
                self._complain(event.reason)
            case events.Failed():
                self._complain(f"{event.of}: {event.reason}")
                if event.advice:
                    self._complain(event.advice)

    def _show_progress(self, progress: events.Progress) -> None:
        """Rewrite a line of a terminal; elsewhere print one at each tenth."""
        left, tenth = self._paces[progress.of].seconds_left(progress), 10 * progress.done // max(progress.total, 1)
        is_terminal = sys.stderr.isatty()
        if is_terminal or tenth > self._tenth:
            text = f"{_BEFORE[progress.of]}: {progress.done / max(progress.total, 1):.0%}"
            text += f", {left:.0f} s left" if left is not None else ""
            start, end = ("\r\x1b[K", "") if is_terminal else ("", "\n")
            with suppress(OSError):
                print(start + text, end=end, file=sys.stderr, flush=True)
        self._tenth = tenth

    def compare(self, sides: Sequence[Side]) -> None:
        """Print whether all saw the same batches, the best accuracy of each side over its seeds, and the gaps.

        Raises Refused where a run cannot be read any more.
        """
        self._label = ""
        if len(self._folders) > 1:
            batches, *others = dict.fromkeys(read_run(folder).batches for folder in self._folders)
            same = f"the same batches for all, sha256 {batches}"
            self._line("not the same batches: some ended earlier" if others else same)
        for line in spread_lines(sides, self._best):
            self._line(line)

    def _line(self, text: str) -> None:
        text = self._label + text
        self._print(f"\r\x1b[K{text}" if self._live else text)

    def _print(self, text: str, end: str = "\n") -> None:
        """Print; where nothing more can be printed, that is said once, and the run continues unless nobody reads it."""
        try:
            print(text, end=end, flush=True)
        except BrokenPipeError:
            silence(sys.stdout)
            self.on_loss()
        except OSError as error:
            silence(sys.stdout)
            self._complain(f"output: {system_words(error)}")

    def _complain(self, text: str) -> None:
        if self._live:
            self._print("")
        with suppress(OSError):
            print(self._label + text, file=sys.stderr, flush=True)


def spread_lines(sides: Sequence[Side], accuracies: Mapping[int, float]) -> Iterator[str]:
    """Yield the mean accuracy of each network with several seeds, and its gap to the first one's.

    `accuracies` are by the number of the side; those of runs that did not finish are missing.
    """
    found: dict[Side, list[float]] = {}
    for number, accuracy in sorted(accuracies.items()):
        found.setdefault(replace(sides[number], seed=sides[0].seed), []).append(accuracy)
    if max(map(len, found.values()), default=0) < 2:
        return
    spreads = dict(zip(labels(list(found)), map(Spread.of, found.values()), strict=True))
    for name, each in spreads.items():
        start = f"{name}: " if name else ""
        yield f"{start}{each.mean:.4f} ± {each.deviation:.4f} over {each.count} seeds"
    (first, least), *others = spreads.items()
    for name, each in others:
        gap = Gap.between(each, least)
        if gap.seeds > 1:
            verdict = "larger than" if gap.is_clear else "within"
            yield f"{name} against {first}: {gap.size:+.4f}, {verdict} the spread of {gap.deviation:.4f}"
