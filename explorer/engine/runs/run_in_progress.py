"""RunInProgress: a run that advances event by event, with the controls and questions that wait for it. No Qt."""

import traceback
from collections import deque
from collections.abc import Callable, Iterator

import torch

from explorer.engine.runs.training_run import TrainingRun
from explorer.engine.training.failure import failure, is_explained
from explorer.runs import events
from explorer.runs.commands import Control, Stop
from explorer.runs.events import Event
from explorer.sentences import NOTHING, Sentence, system_words, translatable

_LISTENING = (events.Step, events.Progress, events.Paused)  # where a run receives a control
_PACES = 10  # steps or groups of steps that are read back together
_ENDINGS = (events.Finished, events.Stopped, events.Failed)


class RunInProgress:
    """A run driven event by event; `event` is the last one, `controls` wait until the run can receive them.

    `questions` are answered in the thread that trains, before the next event is computed; one that returns nothing has
    been passed to another process.
    `unrecorded` says why the last event that belongs into the folder is not there.
    """

    def __init__(self, training_run: TrainingRun) -> None:
        self.training_run = training_run
        self.steps = training_run.events()
        self.controls: deque[Control] = deque()
        self.questions: deque[Callable[[], Event | None]] = deque()
        self._paces: deque[float] = deque(maxlen=_PACES)
        self._answers: list[Event] | None = None  # None: the last `advance` computed an event
        self.event: Event | None = None
        self._unrecorded = NOTHING
        self._saved = self.step
        self._warnings: set[tuple[str, ...]] = set()

    @property
    def run(self) -> str:
        return self.training_run.folder.path.name

    @property
    def step(self) -> int:
        return self.training_run.training.counters.step

    @property
    def pace(self) -> float:
        """Return the seconds that a step takes where nothing delays it, the least of late; 0 before the first."""
        return min(self._paces, default=0.0)

    def has_ended(self) -> bool:
        return isinstance(self.event, _ENDINGS)

    def has_failed(self) -> bool:
        return isinstance(self.event, events.Failed)

    def is_stored(self) -> bool:
        """Return whether the folder has the run's last checkpoint and its last event."""
        return self._saved == self.step and not self._unrecorded

    def waits(self) -> bool:
        """Return whether the run is paused, and no control, change or question is waiting."""
        changes = self.training_run.changes
        is_due = bool(changes) and changes[0][0] <= self.step
        return isinstance(self.event, events.Paused) and not (self.controls or self.questions or is_due)

    def answer(self) -> Iterator[Event]:
        """Answer what was asked, by the weights as they are now."""
        while self.questions:
            if answer := self.questions.popleft()():
                yield answer

    def advance(self) -> Event | None:
        """Compute and return the next event, or None after answers to what was asked.

        An unexpected error ends this run and no other.
        """
        threads = self.training_run.threads.count
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if self.questions:
            self._answers = list(self.answer())
            return None
        was_behind = isinstance(self.event, events.Started) and bool(self.training_run.siblings.beside)
        if was_behind and Stop() in self.controls:  # it came while the run waited, which has a checkpoint
            self.event = events.Stopped(self.step)
            return self.event
        listens = isinstance(self.event, _LISTENING)
        control = self.controls.popleft() if listens and self.controls else None
        try:
            self.event = self.steps.send(control)
        except Exception as error:
            if not is_explained(error):
                traceback.print_exc()
            training = self.training_run.training
            self.event = failure(error, training.recipe, training.plan)
        if isinstance(self.event, events.Checkpoint):
            self._saved = self.event.step
        if isinstance(self.event, events.Step):
            self._paces.append(self.training_run.training.recipe.batch_size / self.event.examples_per_second)
        return self.event

    def reports(self) -> Iterator[Event]:
        """Yield what the last `advance` has computed; an event is recorded first."""
        answers, self._answers = self._answers, None
        return self.record() if answers is None else iter(answers)

    def record(self) -> Iterator[Event]:
        """Record the last event and yield it, after a warning if it could not be recorded.

        What is wrong with a disk is wrong at every event, so a warning that differs in nothing but how much of it is
        free is not repeated until a checkpoint could be written.
        """
        event = self.event
        assert event is not None
        if isinstance(event, events.Checkpoint):
            self._warnings.clear()
        if isinstance(event, events.Warned) and not self._is_new(event):
            return
        try:
            self.training_run.record(event)
        except OSError as error:
            what = translatable("could not write to {path!r}: {error}")
            values = {"path": str(self.training_run.folder.path), "error": system_words(error)}
            self._unrecorded = Sentence(what, values)
            if self._is_new(warning := events.Warned(self._unrecorded)):
                yield warning
        else:
            self._unrecorded = NOTHING
        yield event

    def _is_new(self, warning: events.Warned) -> bool:
        """Return whether a warning has not been given yet, and note that it is given now."""
        reason = warning.reason
        known = (reason.template, *(str(value) for name, value in reason.values.items() if name != "free"))
        is_new = known not in self._warnings
        self._warnings.add(known)
        return is_new
