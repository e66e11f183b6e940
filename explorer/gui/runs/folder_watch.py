"""FolderWatch: tells when another process has added, changed or removed a run. No widgets.

The system tells of changes at once, where it does: not of those that another computer makes on a network folder, not in
every folder if there are too many, and never of a process that was killed. So the runs under way, and network folders,
are looked at every few seconds too.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QStorageInfo, QTimer, Signal

_SETTLING = 500  # milliseconds: a new run's manifest follows its folder
_POLL = 5000  # milliseconds
_REMOTE = ("nfs", "cifs", "smb", "9p", "afpfs", "webdav", "fuse.", "davfs", "ceph", "lustre", "glusterfs", "beegfs")


@lru_cache(maxsize=1024)
def is_remote(folder: str) -> bool:
    """Whether another computer may change `folder` without this system being told."""
    storage = QStorageInfo(folder)
    kind = bytes(storage.fileSystemType().data()).decode(errors="replace").lower()
    return kind.startswith(_REMOTE) or storage.device().startsWith(b"\\\\")


class FolderWatch(QObject):
    """Watches folders; `changed` carries the names of those in which something has changed, or may have.

    It is emitted half a second after a change, once for all in that time.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._watcher = QFileSystemWatcher(self)
        self._settled = QTimer(self, interval=_SETTLING, singleShot=True)
        self._poll = QTimer(self, interval=_POLL)
        self._names: set[str] = set()  # of folders that have changed
        self._polled: frozenset[str] = frozenset()  # names of all folders
        self._watcher.directoryChanged.connect(self._note_change)
        self._settled.timeout.connect(self._tell)
        self._poll.timeout.connect(lambda: self.changed.emit(self._polled))

    def _note_change(self, folder: str) -> None:
        self._names.add(Path(folder).name)
        if not self._settled.isActive():  # started again and again, it would never end while a run writes
            self._settled.start()

    def _tell(self) -> None:
        names, self._names = frozenset(self._names), set()
        self.changed.emit(names)

    def watch(self, folders: Iterable[Path], is_polled: bool = False) -> None:
        """Watch these folders instead of those before; of one that is missing, the folder that it would be in."""
        wanted = {str(folder if folder.is_dir() else folder.parent) for folder in folders}
        watched = set(self._watcher.directories())
        if gone := watched - wanted:
            self._watcher.removePaths(list(gone))
        if new := wanted - watched:
            self._watcher.addPaths(list(new))
        self._polled = frozenset(Path(folder).name for folder in wanted)
        is_told = set(self._watcher.directories()) == wanted and not any(map(is_remote, wanted))
        if (is_polled or not is_told) is not self._poll.isActive():
            self._poll.stop() if self._poll.isActive() else self._poll.start()
