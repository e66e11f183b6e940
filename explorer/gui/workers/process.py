"""WorkerProcess: one QProcess with a worker in it; commands go in and batches of events come out, as JSON lines.

However fast the worker writes, its lines are read at once and handed on every 50 ms, so the window draws at most 20
times per second; but somebody waits for an answer, which is handed on at once. A line that is no event goes to the log.
"""

import signal
from collections import deque

from PySide6.QtCore import QByteArray, QObject, QProcess, QProcessEnvironment, QTemporaryDir, QTimer, Signal

from explorer.runs.commands import Command, command_line
from explorer.runs.events import MAX_CHARACTERS, Said, read_line
from explorer.runs.launch import Launch, launch_local
from explorer.runs.questions.question import Answer
from explorer.sentences import NOTHING, Sentence, translatable

_BATCH = 50  # milliseconds
PATIENCE = 10_000  # milliseconds from stop to terminate
LAST_PATIENCE = 3_000  # milliseconds from terminate to kill
_LOG_LINES = 200
_SIGNALLED = 128  # exit status after a signal, less its number


class WorkerProcess(QObject):
    """The process; `received` carries a list of `Said`, `ended` how it ended, NOTHING if it was asked to."""

    received = Signal(list)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None, launch: Launch | None = None) -> None:
        super().__init__(parent)
        self.launch = launch
        self.log: deque[str] = deque(maxlen=_LOG_LINES)
        self.batch: list[Said] = []
        self.dropping = False
        self.expected = self._forced = False  # whether the end was asked for, and whether it was forced
        self.folder: QTemporaryDir | None = None
        self.process = QProcess(self)
        self.process.readyReadStandardOutput.connect(self._drain)
        self.process.readyReadStandardError.connect(self._note_errors)
        self.process.finished.connect(self._report_end)
        self.process.errorOccurred.connect(self._report_error)
        self.timer = QTimer(self, interval=_BATCH, singleShot=True)
        self.timer.timeout.connect(self.flush)
        self.patience = QTimer(self, interval=PATIENCE, singleShot=True)
        self.patience.timeout.connect(self.terminate)
        self._last_patience = QTimer(self, interval=LAST_PATIENCE, singleShot=True)
        self._last_patience.timeout.connect(self.process.kill)

    def start(self) -> None:
        launch = self.launch or launch_local()
        environment = QProcessEnvironment()
        for key, value in launch.environment.items():
            environment.insert(key, value)
        self.folder = QTemporaryDir()  # for the worker's files: removed with it, however it ends
        if self.folder.isValid():
            environment.insert("TMPDIR", self.folder.path())
        self.expected = self._forced = self.dropping = False
        for timer in (self.patience, self._last_patience):  # which waited for the previous process to end
            timer.stop()
        self.process.setProcessEnvironment(environment)
        self.process.start(launch.program, list(launch.arguments))

    def is_running(self) -> bool:
        return self.process.state() != QProcess.ProcessState.NotRunning

    def send(self, command: Command) -> None:
        self.process.write((command_line(command) + "\n").encode())

    def shut_down(self, at_once: bool) -> None:
        """Close the input, at which the worker writes a checkpoint and exits; one that does not is ended by force."""
        self.expected = True
        self.process.closeWriteChannel()
        if at_once:
            self.process.kill()
        self.patience.start()

    def terminate(self) -> None:
        """Ask the system to end the worker, then kill it."""
        self._forced = True
        self.process.terminate()
        self._last_patience.start()

    def _drain(self) -> None:
        while self.process.canReadLine():
            self._read_line(self.process.readLine())
        if self.process.bytesAvailable() > MAX_CHARACTERS:  # a line too long: drop it, and its rest when it comes
            self.process.readAllStandardOutput()
            self.dropping = True
        if any(isinstance(said.event, Answer) for said in self.batch):
            self.flush()
        elif self.batch and not self.timer.isActive():
            self.timer.start()

    def _read_line(self, line: QByteArray) -> None:
        text = bytes(line.data()).decode("utf-8", "replace").strip()
        said = None if self.dropping else read_line(text)
        self.dropping = False
        if said is not None:
            self.batch.append(said)
        elif text:
            self.log.append(text[:1000])

    def flush(self) -> None:
        self.timer.stop()
        batch, self.batch = self.batch, []
        if batch:
            self.received.emit(batch)

    def _note_errors(self) -> None:
        text = bytes(self.process.readAllStandardError().data()).decode("utf-8", "replace")
        self.log.extend(line[:1000] for line in text.splitlines() if line.strip())

    def _report_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.folder = None
            self.log.append(self.process.errorString())
            what = translatable("The training process could not be started.")
            self.ended.emit(Sentence(what))

    def _report_end(self, code: int, status: QProcess.ExitStatus) -> None:
        self._drain()
        for timer in (self.timer, self.patience, self._last_patience):
            timer.stop()
        self.flush()
        self.folder = None
        if self.expected:
            self.ended.emit(NOTHING)
        elif self._forced:
            what = translatable("The training process did not respond and was terminated.")
            self.ended.emit(Sentence(what))
        else:
            self.ended.emit(_end_reason(code, status == QProcess.ExitStatus.CrashExit))


def _end_reason(code: int, crashed: bool) -> Sentence:
    """Return why a process ended that was not asked to.

    `code` is the number of a signal if the system ended it, or the exit status, which shells and our worker set to 128
    more than the signal that they were asked to end by.
    """
    try:
        name = signal.Signals(code if crashed else code - _SIGNALLED).name
    except ValueError:
        name = ""
    match name:
        case "" if crashed:  # Windows reports an error code
            what = translatable("The training process crashed (error {code}).")
        case "":
            what = translatable("The training process exited unexpectedly (exit status {code}).")
        case "SIGKILL":
            what = translatable("The training process was killed ({signal}); memory may have run out.")
        case "SIGSEGV" | "SIGBUS" | "SIGILL" | "SIGFPE" | "SIGABRT" | "SIGTRAP" | "SIGSYS":
            what = translatable("The training process crashed ({signal}).")
        case _:
            what = translatable("The training process was ended from outside ({signal}).")
    return Sentence(what, {"code": code, "signal": name})
