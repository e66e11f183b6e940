"""Listener: in place of the pipe to a window, for a worker in this process."""

import queue
from collections.abc import Sequence
from typing import TypeVar

from explorer.engine.worker import Worker
from explorer.runs.commands import Command, Control, ResumeRun, Train
from explorer.runs.events import Event

E = TypeVar("E", bound=Event)


class Listener:
    """Hears what a worker says, with the run that it is of.

    `first` are commands that wait when the worker begins; `orders` are those to give when an event of a kind comes for
    the nth time, such as `step_2=(Pause(),)`.
    """

    def __init__(self, *first: Control, **orders: Sequence[Command | Control]) -> None:
        self.inbox: queue.SimpleQueue = queue.SimpleQueue()
        self.orders = orders
        self.said: list[tuple[str, Event]] = []
        for command in first:
            self.inbox.put(command)

    @property
    def events(self) -> list[Event]:
        return [event for _, event in self.said]

    def send(self, event: Event, run: str = "") -> None:
        self.said.append((run, event))
        count = len(self.all(type(event)))
        for command in self.orders.get(f"{type(event).__name__.lower()}_{count}", ()):
            self.inbox.put(command)

    def worker(self) -> Worker:
        return Worker(self, self.inbox)

    def run(self, command: Train | ResumeRun) -> int:
        """Run `command` in a worker of its own; the exit status."""
        return self.worker().run(command)

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.all(kind)[-1]

    def of(self, run: str, kind: type[E]) -> list[E]:
        """The events of a kind of one run."""
        return [event for name, event in self.said if name == run and isinstance(event, kind)]
