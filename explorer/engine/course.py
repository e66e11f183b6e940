"""Course: a run on its way, event by event. No Qt."""

import traceback
from collections import deque

import torch

from explorer.engine.session import Session, failure
from explorer.runs import events
from explorer.runs.commands import Control
from explorer.runs.events import Event

LISTENING = (events.Step, events.Progress, events.Paused)  # where a run takes a command
ENDINGS = (events.Finished, events.Stopped, events.Failed)


class Course:
    """A session's events one by one, the last of them kept in `event`; what is asked of it waits until it listens."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.steps = session.events()
        self.asked: deque[Control] = deque()
        self.event: Event | None = None

    @property
    def run(self) -> str:
        return self.session.folder.path.name

    @property
    def step(self) -> int:
        return self.session.training.counters.step

    def has_ended(self) -> bool:
        return isinstance(self.event, ENDINGS)

    def has_failed(self) -> bool:
        return isinstance(self.event, events.Failed)

    def waits(self) -> bool:
        """Whether nothing will happen until somebody asks for something."""
        return isinstance(self.event, events.Paused) and not self.asked

    def advance(self) -> Event:
        """The next event. Something that nobody foresaw ends this run and no other."""
        threads = self.session.training.threads
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        listens = isinstance(self.event, LISTENING)
        control = self.asked.popleft() if listens and self.asked else None
        try:
            self.event = self.steps.send(control)
        except Exception as error:
            traceback.print_exc()
            self.event = failure(error, self.session.training.recipe)
        return self.event
