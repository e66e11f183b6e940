"""FolderWatch: tells when another process has added, changed or removed a run. No widgets."""

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

_SETTLING = 500  # milliseconds: a new run's manifest follows its folder


class FolderWatch(QObject):
    """Watches folders; `changed` is emitted half a second after a change in them, once for all in that time."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._settled = QTimer(self, interval=_SETTLING, singleShot=True)
        self._watcher.directoryChanged.connect(self._note_change)
        self._settled.timeout.connect(self.changed)

    def _note_change(self) -> None:
        if not self._settled.isActive():  # started again and again, it would never end while a run writes
            self._settled.start()

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch these folders instead of those before; of one that is missing, the folder that it would be in."""
        wanted = {str(folder if folder.is_dir() else folder.parent) for folder in folders}
        watched = set(self._watcher.directories())
        if gone := watched - wanted:
            self._watcher.removePaths(list(gone))
        if new := wanted - watched:
            self._watcher.addPaths(list(new))
