"""Console: a run's events as lines for a person. No Qt."""

import sys

from explorer.runs import events
from explorer.runs.events import Event


class Console:
    """One line an epoch; on a terminal the line of the epoch under way is rewritten at every step."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self.total = self.epochs = 0

    def send(self, event: Event) -> None:
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
                print(f"\r\x1b[K{text}", end="", flush=True)
            case events.Epoch():
                self.line(
                    f"epoch {event.epoch} of {self.epochs}  train loss {event.train_loss:.4f} "
                    f"accuracy {event.train_accuracy:.4f}  validation loss {event.validation_loss:.4f} "
                    f"accuracy {event.validation_accuracy:.4f}  {event.seconds:.1f} s"
                )
            case events.Finished():
                best = f"best validation accuracy {event.best_accuracy:.4f} in epoch {event.best_epoch}"
                self.line(f"finished after {event.seconds:.1f} s: {best}")
            case events.Stopped():
                self.line(f"stopped after step {event.step}; `train --resume` goes on from here")
            case events.Warned():
                self.complain(event.reason)
            case events.Failed():
                self.complain(f"{event.of}: {event.reason}")
                if event.advice:
                    self.complain(event.advice)

    def line(self, text: str) -> None:
        print(f"\r\x1b[K{text}" if self.live else text, flush=True)

    def complain(self, text: str) -> None:
        if self.live:
            print(flush=True)
        print(text, file=sys.stderr, flush=True)
