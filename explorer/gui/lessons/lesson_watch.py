"""LessonWatch: tells when the file of the open lesson has changed. No widgets."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

_SETTLING = 200  # milliseconds: some editors write a file in several steps, or replace it


class LessonWatch(QObject):
    """Watches a file; `changed` is emitted a moment after it has changed, or anything else in its folder."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._watcher = QFileSystemWatcher(self)
        self._settled = QTimer(self, interval=_SETTLING, singleShot=True)
        for signal in (self._watcher.fileChanged, self._watcher.directoryChanged):
            signal.connect(lambda _: self._settled.start())
        self._settled.timeout.connect(self._tell)

    def watch(self, path: Path | None) -> None:
        """Watch the file at `path` instead of the one before, or none."""
        if watched := [*self._watcher.files(), *self._watcher.directories()]:
            self._watcher.removePaths(watched)
        self._path = path
        if path:
            self._watcher.addPaths([str(path), str(path.parent)])
        else:
            self._settled.stop()

    def _tell(self) -> None:
        self.watch(self._path)  # a file that was replaced is another one for the system
        self.changed.emit()
