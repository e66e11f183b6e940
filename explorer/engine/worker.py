"""Worker: the process that computes. Commands on stdin, events on stdout, or one run of a command line. No Qt."""

import os
import platform
import queue
import signal
import sys
import time
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from functools import partial
from pathlib import Path
from threading import Lock, Thread
from types import FrameType

import torch

from explorer.architecture.design import Design
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.presets import preset
from explorer.engine.answering import LONG, SHORT, is_quick
from explorer.engine.card_meter import CardMeter
from explorer.engine.console import Console
from explorer.engine.data.progress import Cancelled, Report
from explorer.engine.devices import list_devices
from explorer.engine.pipes import END, HeartbeatThread, Inbox, Message, Outbox, is_pipe
from explorer.engine.probe_process import ProbeProcess
from explorer.engine.probes.probed_network import is_about, shares_images
from explorer.engine.probes.registry import least_images, probe
from explorer.engine.referee import referee
from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.run_in_progress import RunInProgress
from explorer.engine.runs.side_by_side import SideBySide
from explorer.engine.runs.training_run import TrainingRun
from explorer.engine.training.failure import failure, is_explained
from explorer.engine.training.ranks import ALONE, Ranks, join
from explorer.engine.training.threads import Cores
from explorer.runs import events
from explorer.runs.commands import Command, Control, ResumeRun, Stop, Train, Unpause, Withdraw
from explorer.runs.events import PROTOCOL, Event
from explorer.runs.folder.run_folder import installed_versions
from explorer.runs.questions.data import Scan, Thumbnails
from explorer.runs.questions.estimate import Estimate
from explorer.runs.questions.networks import Outside
from explorer.runs.questions.question import Probe, Question
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence, translatable
from explorer.validation import Refused

DONE, FAILED, _SIGNALLED = 0, 1, 128
_NICE = 5  # the window and everything else on this machine come first
_MOMENT = 1.0  # seconds: where a step or an answer takes longer, another process answers
_SHOW_AFTER, _SHOW_EVERY = 1.0, 0.2  # seconds: progress before a run begins
_PASSES = 3  # a step takes as long as so many passes forward


def serve(runs: Path) -> int:
    """Run commands one at a time until standard input ends or a signal comes; return the exit status."""
    outbox = Outbox()
    worker = Worker(outbox, Inbox(runs))
    outbox.send(_hello_event())
    referee(plan_network(preset("mini")))  # imports what the first Start would otherwise wait for
    lower_priority()
    while (command := worker._next_command()) is not END:
        worker.execute(command)
    return worker.status


def train(command: Train | ResumeRun, events: bool, detach: bool) -> int:
    """Train the runs of a command, with JSON lines if `events`, else with lines of text; return the exit status.

    With `detach` the end of standard input does not stop the run. Where torchrun has started this process, it is rank 0
    of those that train the run. Raises Refused.
    """
    ranks = join()
    if not events:
        console = Console()
        status = Worker(console, queue.SimpleQueue(), ranks=ranks).run(command)
        if isinstance(command, Train):
            console.compare(command.sides)
        return status
    outbox = Outbox()
    inbox = Inbox(command.runs) if is_pipe(0) else queue.SimpleQueue[Message]()
    outbox.send(_hello_event())
    lower_priority()
    return Worker(outbox, inbox, detach, ranks).run(command)


def lower_priority() -> None:
    """Let the window and the user's other programs come first, on Linux, where each thread has its own priority.

    In a batch, a thread that wakes interrupts nobody, so that a smaller nice value keeps the window as quick.
    """
    if sys.platform == "linux":
        os.nice(_NICE)
        with suppress(OSError):  # some containers forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def _hello_event() -> events.Hello:
    return events.Hello(PROTOCOL, {"python": platform.python_version(), **installed_versions()}, list_devices())


class Worker:
    """Runs one command at a time and reads others meanwhile.

    SIGINT, SIGTERM, SIGHUP and an output whose reader is gone count as a stop and end of input.
    """

    def __init__(
        self,
        outbox: Outbox | Console,
        inbox: "queue.SimpleQueue[Message]",
        detach: bool = False,
        ranks: Ranks = ALONE,
    ) -> None:
        self.outbox, self.inbox, self._detach, self._ranks = outbox, inbox, detach, ranks
        outbox.on_loss = partial(inbox.put, END)
        if isinstance(inbox, Inbox):
            inbox.takes = self._takes_at_once
        self._postponed: deque[Message] = deque()
        self._ended = False
        self._cores = Cores()
        self._runs: SideBySide | None = None  # under way
        self._aside: ProbeProcess | None = None  # of the run under way, or the last one
        self._long: Question | None = None  # under way
        self._probing = Lock()  # each answer leaves the random generators as it found them, but not in two threads
        self._seconds: dict[tuple[Design, type[Probe]], float] = {}  # that the last answer of each kind took
        self._signal = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._interrupt)
        if sys.platform != "win32" and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup has it
            signal.signal(signal.SIGHUP, self._interrupt)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        # a second signal ends the process at once, but torchrun sends the first one twice, and kills what does not end
        signal.signal(number, signal.SIG_DFL if self._ranks.size == 1 else signal.SIG_IGN)
        self._signal = number
        self.inbox.put(END)

    @property
    def status(self) -> int:
        return _SIGNALLED + self._signal if self._signal else DONE

    def _next_command(self) -> Command | None:
        """Wait for the next command; END when there will be none. Of several estimates only the newest is answered."""
        while not self._ended:
            self._postponed.extend(self._received())
            message = self._postponed.popleft() if self._postponed else self.inbox.get()
            if message is END:
                break
            if isinstance(message, events.Failed):
                self.outbox.send(message)
                continue
            self._postponed.extend(self._received())
            if isinstance(message, Estimate) and any(isinstance(each, Estimate) for each in self._postponed):
                continue
            return message
        return END

    def _received(self) -> list[Message]:
        """Return all messages that have arrived."""
        found = []
        while not self.inbox.empty():
            found.append(self.inbox.get())
        return found

    def _next_control(self, wait: bool) -> Control | None:
        """Return the next control of what is under way; questions are given to who answers, commands postponed.

        With `wait` wait for a control, or for a question, which a paused run answers. While a long question is under
        way, other questions are answered; while a run reads its images, another process answers them, which may have
        to wait for the same images.
        """
        arrived, self._postponed = self._postponed, deque()  # a control may have come before its run began
        try:
            while arrived or wait or not self.inbox.empty():
                match arrived.popleft() if arrived else self.inbox.get():
                    case None if self._detach and not self._signal:
                        if wait:  # no process is left to end the pause
                            return Unpause()
                    case None:
                        self._ended = True
                        return Stop()
                    case events.Failed() as failed:
                        self.outbox.send(failed)
                    case Withdraw() as withdrawal:
                        if self._long and self._long.id == withdrawal.id:
                            return Stop()
                        arrived = deque(each for each in arrived if not _is_withdrawn(each, withdrawal))
                        self._withdraw(withdrawal)
                    case Question(long=True) as question if self._long:
                        self._postponed.append(question)
                    case Question() as question if self._long:
                        self._answer(question)
                    case Probe() as probe:
                        self._ask(probe)
                        if wait:
                            return None
                    case Outside() as question:  # of a network without weights: a moment's work
                        self._answer(question)
                    case Scan() as question if not self._runs:  # reading examines the same images
                        self._postponed.append(question)
                    case Question() as question if self._answers_apart(question):
                        pass
                    case Question() as question:
                        busy = Sentence(translatable("a run is in progress"))
                        self.outbox.send(events.Failed(busy, of=question.name, id=question.id))
                    case Train() | ResumeRun() as command:
                        self._postponed.append(command)
                    case control:
                        return control
            return None
        finally:
            self._postponed.extend(arrived)

    def _takes_at_once(self, message: Message) -> bool:
        """Have a question that needs nothing of the run under way answered, however long its step takes.

        Called by the thread that reads; returns whether it is such a question.
        """
        return self._runs is not None and isinstance(message, Question) and self._answers_apart(message)

    def _answers_apart(self, question: Question) -> bool:
        """Have a question that needs nothing of a run answered beside it; return whether it is one."""
        match question:
            case Thumbnails():  # mostly waits for files, and decodes without the interpreter
                Thread(target=self._answer, args=(question,), name="thumbnails", daemon=True).start()
                return True
            case Probe() | Outside():
                return False
            case Question(beside=True) if self._aside:
                return self._aside.ask(question)
            case _:
                return False

    def _ask(self, question: Probe) -> None:
        """Have a question answered by the run whose weights, or else whose images, it needs, or by another process."""
        going = self._runs.going if self._runs else []
        about = [run for run in going if is_about(question, run.training_run)]
        if hosts := about or [run for run in going if shares_images(question, run.training_run)]:
            hosts[0].questions.append(partial(self._answer_between_steps, question, hosts[0]))
        elif self._aside:
            self._aside.ask(question)

    def _answer_between_steps(self, question: Probe, run: RunInProgress) -> Event | None:
        """Answer from the newest weights of a run, or let another process do so where the run would wait too long."""
        training, key = run.training_run.training, (question.design, type(question))
        size = max(plan_network(question.design).macs, 1) / training.plan.macs  # of the network, in that of the run
        images = int(_MOMENT / run.pace * training.recipe.batch_size * _PASSES / size) if run.pace else 0
        is_long = max(run.pace, self._seconds.get(key, 0.0)) > _MOMENT or (run.pace and least_images(question) > images)
        if self._aside and (is_long or not shares_images(question, run.training_run)):
            if is_about(question, run.training_run):
                self._aside.ask(question, training.evaluated.state_dict(), run.step)
            else:
                self._aside.ask(question)
            return None
        start = time.monotonic()
        with self._probing:
            answer = probe(question, run.training_run, images)
        self._seconds[key] = time.monotonic() - start
        return answer

    def execute(self, command: Command) -> None:
        """Run one command; nothing that goes wrong in it ends the worker."""
        match command:
            case Train() | ResumeRun():
                try:
                    self.run(command)
                except Refused as refused:
                    self.outbox.send(events.Failed(refused.sentence))
            case Question():
                if is_quick(command):
                    torch.set_num_threads(1)
                else:
                    self._cores.use_free()
                self._answer(command)
            case Withdraw():
                self._withdraw(command)
            case _:  # a stop or a pause that came when the run had just ended
                pass

    def _answer(self, question: Question) -> None:
        if isinstance(question, Probe):
            self.outbox.send(probe(question))
        elif question.long:
            self._pass_on(question, LONG[type(question)](question))
        else:
            self.outbox.send(SHORT[type(question)](question))

    def _pass_on(self, question: Question, found: Iterator[events.Event]) -> None:
        """Send what is found for a long question until it ends or a stop comes; one `beside` lets a run go first."""
        self._long = question
        try:
            for event in found:
                self.outbox.send(event)
                if not isinstance(event, events.Progress):
                    continue
                if isinstance(self._next_control(wait=False), Stop):
                    stopped = Sentence(translatable("stopped"))
                    self.outbox.send(events.Failed(stopped, of=question.name, id=question.id))
                    return
                if question.beside and any(isinstance(each, Train | ResumeRun) for each in self._postponed):
                    self._postponed.append(question)
                    return
        finally:
            self._long = None

    def _withdraw(self, withdrawal: Withdraw) -> None:
        """Drop a question that waits, or that another process answers."""
        self._postponed = deque(each for each in self._postponed if not _is_withdrawn(each, withdrawal))
        if self._aside:
            self._aside.withdraw(withdrawal)

    def run(self, command: Train | ResumeRun) -> int:
        """Train the runs of a command from start to end; return the exit status. Raises Refused."""
        beats = HeartbeatThread(self.outbox) if isinstance(self.outbox, Outbox) else nullcontext()
        opened: tuple[TrainingRun, ...] = ()
        with self._cores, beats as heartbeat:
            if isinstance(self.outbox, Outbox):
                self._aside = ProbeProcess(self.outbox)
            try:
                try:
                    told = self._told("reading"), self._told("download")
                    opened = open_runs(command, self._cores, *told, self._ranks)
                except Refused:
                    raise
                except Cancelled:
                    self.outbox.send(events.Stopped(0))
                    return self.status
                except Exception as error:
                    if not is_explained(error):
                        traceback.print_exc()
                    self.outbox.send(failure(error, *_what_trains(command)))
                    return FAILED
                if heartbeat:
                    heartbeat.meter = CardMeter(opened[0].training.device).read
                self._seconds.clear()
                with SideBySide([RunInProgress(run) for run in opened]) as self._runs:
                    done = self._drive(self._runs, heartbeat)
            finally:
                self._runs = None
                self._ranks.leave()
                if self._aside:
                    self._aside.close()
                for run in opened:
                    run.folder.close()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if done:
            self._ranks.close()
        return self.status if done else FAILED

    def _told(self, work: str) -> Report:
        """Return what shows how far the work called `work` has come, and ends it when a stop comes."""
        start = asked = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal asked
            if (now := time.monotonic()) - asked < _SHOW_EVERY:
                return
            asked = now
            if now - start >= _SHOW_AFTER:
                self.outbox.send(events.Progress(work, done, total))
            if isinstance(self._next_control(wait=False), Stop):
                raise Cancelled

        return report

    def _drive(self, runs: SideBySide, heartbeat: HeartbeatThread | None) -> bool:
        """Send the events of all runs and give them each control; return whether all ended well and were stored."""
        while runs.going:
            if heartbeat is not None:
                heartbeat.step = min(each.step for each in runs.active)
            run = runs.next()
            if run is not None:
                self.report(run)
            if not runs.going:
                break
            with self._cores.left() if run is None else nullcontext():
                control = self._next_control(wait=run is None)
            if control:
                runs.send(control)
        for each in runs.runs:  # what was asked during the last step
            for answer in each.answer():
                self.outbox.send(answer, each.run)
        return all(run.is_stored() and not run.has_failed() for run in runs.runs)

    def report(self, run: RunInProgress) -> None:
        """Send the run's last event, recorded in its folder, or the answers to what it was asked."""
        for event in run.reports():
            self.outbox.send(event, run.run)


def _what_trains(command: Train | ResumeRun) -> tuple[Recipe, Plan] | tuple[None, None]:
    """Return what a new run's first network trains by, as far as that can be said without its folder."""
    return (command.recipe, plan_network(command.design)) if isinstance(command, Train) else (None, None)


def _is_withdrawn(message: Message, withdrawal: Withdraw) -> bool:
    return isinstance(message, Question) and message.id == withdrawal.id
