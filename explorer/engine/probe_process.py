"""ProbeProcess: a second worker that answers questions which would hold up a run for too long. No Qt.

It is started for the first such question. As it inherits the priority of the process that trains and lowers it once
more, training comes first.
"""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import mkstemp
from threading import Lock, Thread

from safetensors.torch import save
from torch import Tensor

from explorer.atomic_files import write_atomically
from explorer.engine.pipes import Outbox
from explorer.runs.commands import Withdraw, command_line
from explorer.runs.events import Failed, Progress, Warned, read_event
from explorer.runs.launch import launch_local
from explorer.runs.questions.question import Answer, Probe, Question
from explorer.sentences import Sentence, system_words, translatable


class ProbeProcess:
    """The process; answers go to `outbox`, and the file with the weights of a question is removed when it is answered.

    Questions come from all threads that train.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._process: subprocess.Popen[str] | None = None
        self._open: dict[int, Question] = {}  # by the number of the question
        self._is_closing = False
        self._lock = Lock()

    def ask(self, question: Question, weights: Mapping[str, Tensor] | None = None, step: int | None = None) -> bool:
        """Pass `question` on: a probe of a network with `weights`, those after `step`, or any other as it stands.

        Return False, and pass on nothing, once the process is to end.
        """
        try:
            if weights is not None:
                assert isinstance(question, Probe)
                descriptor, file = mkstemp(prefix="resnet-explorer-", suffix=".safetensors")
                os.close(descriptor)
                write_atomically(Path(file), save({name: values.contiguous() for name, values in weights.items()}))
                question = replace(question, weights=file, step=step)
            with self._lock:
                if self._is_closing:
                    return False
                process = self._process or self._start()
                self._open[question.id] = question
                assert process.stdin
                process.stdin.write(command_line(question) + "\n")
                process.stdin.flush()
        except BrokenPipeError:  # it has just ended, and its reader says so
            pass
        except OSError as error:
            self._outbox.send(Failed(system_words(error), of=question.name, id=question.id))
        return True

    def withdraw(self, withdrawal: Withdraw) -> None:
        """Let the process end a question that nobody waits for any more; no answer follows."""
        with self._lock, suppress(OSError):
            if self._open.pop(withdrawal.id, None) and self._process and self._process.stdin:
                self._process.stdin.write(command_line(withdrawal) + "\n")
                self._process.stdin.flush()
                self._close_if_done()

    def _start(self) -> subprocess.Popen[str]:
        launch = launch_local()
        self._process = subprocess.Popen(
            [launch.program, *launch.arguments],
            env=launch.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        Thread(target=self._pass_answers, args=(self._process,), name="answers", daemon=True).start()
        return self._process

    def _pass_answers(self, process: "subprocess.Popen[str]") -> None:
        """Send what the process answers, until it has ended."""
        assert process.stdout
        for line in process.stdout:
            match read_event(line):
                case Progress() | Warned() as event:
                    self._outbox.send(event)
                case Answer() | Failed() as event:
                    with self._lock:
                        question = self._open.pop(event.id, None)
                        self._close_if_done()
                    if question:
                        self._remove_weights(question)
                        self._outbox.send(event)
        process.wait()
        with self._lock:
            self._process, unanswered, self._open = None, self._open, {}
        for question in unanswered.values():
            self._remove_weights(question)
            reason = Sentence(translatable("the process that answers questions has ended"))
            self._outbox.send(Failed(reason, of=question.name, id=question.id))

    def _remove_weights(self, question: Question) -> None:
        if isinstance(question, Probe) and question.weights:
            with suppress(OSError):
                Path(question.weights).unlink()

    def close(self) -> None:
        """Let the process end once it has answered what it was asked."""
        with self._lock:
            self._is_closing = True
            self._close_if_done()

    def _close_if_done(self) -> None:
        if self._is_closing and not self._open and self._process and self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
