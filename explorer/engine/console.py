"""Console: a run's events as lines for a person. No Qt."""

import io
import sys

from explorer.runs import events
from explorer.runs.events import Event


class Console:
    """One line an epoch; on a terminal the line of the epoch under way is rewritten at every step.

    As soon as a second run says something, each line begins with the kind of the run that it is of.
    """

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal cannot show must not end a run
            sys.stdout.reconfigure(errors="backslashreplace")
        self.live = sys.stdout.isatty()
        self.total = self.epochs = 0
        self.kinds: dict[str, str] = {}
        self.kind = ""

    def send(self, event: Event, run: str = "") -> None:
        """`run` is the id of the run that the event is of."""
        if isinstance(event, events.Started):
            self.kinds[run] = event.kind
        self.kind = f"{self.kinds[run]:10}" if len(self.kinds) > 1 and run in self.kinds else ""
        match event:
            case events.Started():
                self.total, self.epochs = event.steps_per_epoch * event.epochs, event.epochs
                verdict = "agrees" if event.referee.agrees else "disagrees: " + "; ".join(event.referee.differences)
                self.line(f"{event.folder}")
                self.line(f"{event.params:,} parameters on {event.device}; torchinfo {verdict}")
            case events.Step() if self.live:
                rate = f"{event.examples_per_second:,.0f} images/s"
                text = (
                    f"step {event.step} of {self.total}  loss {event.loss:.4f}  accuracy {event.accuracy:.3f}  {rate}"
                )
                print(f"\r\x1b[K{self.kind}{text}", end="", flush=True)
            case events.Epoch():
                self.line(
                    f"epoch {event.epoch} of {self.epochs}  train loss {event.train_loss:.4f} "
                    f"accuracy {event.train_accuracy:.4f}  validation loss {event.validation_loss:.4f} "
                    f"accuracy {event.validation_accuracy:.4f}  {event.seconds:.1f} s"
                )
            case events.Finished():
                best = f"best validation accuracy {event.best_accuracy:.4f} in epoch {event.best_epoch}"
                end = "ended early, no better for some epochs," if event.stalled else "finished"
                self.line(f"{end} after {event.seconds:.1f} s: {best}")
            case events.Stopped():
                self.line(f"stopped after step {event.step}; `train --resume` goes on from here")
            case events.Warned():
                self.complain(event.reason)
            case events.Failed():
                self.complain(f"{event.of}: {event.reason}")
                if event.advice:
                    self.complain(event.advice)

    def line(self, text: str) -> None:
        text = self.kind + text
        print(f"\r\x1b[K{text}" if self.live else text, flush=True)

    def complain(self, text: str) -> None:
        if self.live:
            print(flush=True)
        print(self.kind + text, file=sys.stderr, flush=True)
