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
from explorer.runs.answers import Answer, Probe
from explorer.runs.commands import command_line
from explorer.runs.events import Failed, read_event
from explorer.runs.launch import launch_local
from explorer.sentences import Sentence, system_words, translatable


class ProbeProcess:
    """The process; answers go to `outbox`, and the file with the weights of a question is removed when it is answered.

    Questions come from all threads that train.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._process: subprocess.Popen[str] | None = None
        self._open: dict[int, Probe] = {}  # by the number of the question
        self._lock = Lock()

    def ask(self, probe: Probe, weights: Mapping[str, Tensor] | None = None, step: int | None = None) -> None:
        """Pass `probe` on, about a network with `weights`, those after `step`, or as it stands."""
        try:
            if weights is not None:
                descriptor, file = mkstemp(prefix="resnet-explorer-", suffix=".safetensors")
                os.close(descriptor)
                write_atomically(Path(file), save({name: values.contiguous() for name, values in weights.items()}))
                probe = replace(probe, weights=file, step=step)
            with self._lock:
                process = self._process or self._start()
                self._open[probe.id] = probe
                assert process.stdin
                process.stdin.write(command_line(probe) + "\n")
                process.stdin.flush()
        except BrokenPipeError:  # it has just ended, and its reader says so
            pass
        except OSError as error:
            self._outbox.send(Failed(system_words(error), of=probe.name, id=probe.id))

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
            event = read_event(line)
            if isinstance(event, Answer | Failed) and (probe := self._open.pop(event.id, None)):
                self._remove_weights(probe)
                self._outbox.send(event)
        process.wait()
        with self._lock:
            self._process, unanswered, self._open = None, self._open, {}
        for probe in unanswered.values():
            self._remove_weights(probe)
            reason = Sentence(translatable("the process that answers questions has ended"))
            self._outbox.send(Failed(reason, of=probe.name, id=probe.id))

    def _remove_weights(self, probe: Probe) -> None:
        if probe.weights:
            with suppress(OSError):
                Path(probe.weights).unlink()

    def close(self) -> None:
        """Let the process end once it has answered what it was asked."""
        with self._lock:
            if self._process and self._process.stdin:
                with suppress(BrokenPipeError):
                    self._process.stdin.close()
