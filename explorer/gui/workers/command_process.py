"""CommandProcess: one command of the command line, in a process of its own, for what this process must not import."""

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from explorer.runs.launch import launch_local

_PATIENCE = 3_000  # milliseconds for a killed process to end


class CommandProcess(QObject):
    """Runs `main.py …`; `ended` carries the exit status, and all that it wrote to standard output and error."""

    ended = Signal(int, str, str)

    def __init__(self, *arguments: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        launch = launch_local(arguments, tuned=False)
        environment = QProcessEnvironment()
        for key, value in launch.environment.items():
            environment.insert(key, value)
        process = self._process = QProcess(self)
        process.setProcessEnvironment(environment)
        process.finished.connect(self._report)
        process.errorOccurred.connect(self._report_error)
        self.destroyed.connect(lambda: _end(process))
        process.start(launch.program, list(launch.arguments))

    def _report(self, code: int, status: QProcess.ExitStatus) -> None:
        output, errors = (
            bytes(part.data()).decode("utf-8", "replace").strip()
            for part in (self._process.readAllStandardOutput(), self._process.readAllStandardError())
        )
        self.ended.emit(code if status == QProcess.ExitStatus.NormalExit else -1, output, errors)

    def _report_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.ended.emit(-1, "", self._process.errorString())


def _end(process: QProcess) -> None:
    """End a process whose answer nobody waits for any more."""
    process.blockSignals(True)
    process.kill()
    process.waitForFinished(_PATIENCE)
