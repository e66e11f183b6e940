"""Console: a run's events as lines of text at a terminal. No Qt."""

import io
import sys
from collections.abc import Callable
from contextlib import suppress

from explorer.runs import events
from explorer.runs.events import Event
from explorer.sentences import system_words
from explorer.streams import silence


class Console:
    """Print one line per epoch; on a terminal the line of the current epoch is rewritten at every step.

    As soon as a second run sends an event, each line begins with the kind of its run. `on_loss` is called when the
    reader is gone, as `head` is after its last line.
    """

    def __init__(self) -> None:
        self.on_loss: Callable[[], None] = lambda: None
        if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal cannot show must not end a run
            sys.stdout.reconfigure(errors="backslashreplace")
        self._live = sys.stdout.isatty()
        self._total = self._epochs = 0
        self._kinds: dict[str, str] = {}
        self._kind = ""

    def send(self, event: Event, run: str = "") -> None:
        """Print what `event` says; `run` is the id of its run."""
        if isinstance(event, events.Started):
            self._kinds[run] = event.kind
        self._kind = f"{self._kinds[run]:10}" if len(self._kinds) > 1 and run in self._kinds else ""
        match event:
            case events.Started():
                self._total, self._epochs = event.steps_per_epoch * event.epochs, event.epochs
                verdict = "agrees" if event.referee.agrees else "disagrees: " + "; ".join(event.referee.differences)
                self._line(f"{event.folder}")
                self._line(f"{event.params:,} parameters on {event.device}; torchinfo {verdict}")
            case events.Step() if self._live:
                rate = f"{event.examples_per_second:,.0f} images/s"
                text = (
                    f"step {event.step} of {self._total}  loss {event.loss:.4f}  accuracy {event.accuracy:.3f}  {rate}"
                )
                self._print(f"\r\x1b[K{self._kind}{text}", end="")
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
                best = f"best validation accuracy {event.best_accuracy:.4f} in epoch {event.best_epoch}"
                end = "stopped early, no improvement," if event.stalled else "finished"
                self._line(f"{end} after {event.seconds:.1f} s: {best}")
            case events.Stopped():
                self._line(f"stopped after step {event.step}; `train --resume` continues from here")
            case events.Warned():
                self._complain(event.reason)
            case events.Failed():
                self._complain(f"{event.of}: {event.reason}")
                if event.advice:
                    self._complain(event.advice)

    def _line(self, text: str) -> None:
        text = self._kind + text
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
            print(self._kind + text, file=sys.stderr, flush=True)
