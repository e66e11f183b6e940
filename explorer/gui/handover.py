"""Handover: a second start gives what it was to open to the window that is open already, and ends.

The open window notes in the folder of sessions how it is reached, so that a start without another window costs nothing.
"""

import json
import os
import secrets
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table, read_table
from explorer.atomic_files import write_atomically
from explorer.validation import Refused

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

_NOTE = "open-window"
_WAIT = 2000  # milliseconds for an answer: a window that is busy for longer is taken for one that hangs
_MOST = 2**20  # bytes of a message


def hand_over(folder: Path, design: Design | None, path: Path | None) -> bool:
    """Give a design, read from the file at `path` if given, to the window that is open; return whether one took it."""
    try:
        name = (folder / _NOTE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(name)
    if not socket.waitForConnected(_WAIT):
        return False
    table = {"design": design and design_table(design), "path": path and os.fspath(path.absolute())}
    socket.write(json.dumps(table).encode() + b"\n")
    return socket.waitForReadyRead(_WAIT) and bytes(socket.readAll().data()) == b"ok\n"


class Handover(QObject):
    """Waits for other starts; `received` carries what each was to open, a design and the path of its file, or None."""

    received = Signal(object, object)

    def __init__(self, folder: Path) -> None:
        """Note in `folder` how this window is reached; where that cannot be, other starts open windows of their own."""
        super().__init__()
        from PySide6.QtNetwork import QLocalServer

        self._note, self._name = folder / _NOTE, f"resnet-explorer-{secrets.token_hex(8)}"
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        if self._server.listen(self._name):
            with suppress(OSError):
                write_atomically(self._note, self._server.fullServerName())

    def close(self) -> None:
        """Take nothing any more; the note of a window that was opened later stays."""
        name = self._server.fullServerName()
        self._server.close()
        with suppress(OSError, ValueError):
            if self._note.read_text(encoding="utf-8") == name:
                self._note.unlink()

    def _accept(self) -> None:
        """Listen to another start; its socket is the server's, and ends with it."""
        socket = self._server.nextPendingConnection()
        socket.readyRead.connect(partial(self._read, socket))
        self._read(socket)  # what has come already

    def _read(self, socket: "QLocalSocket") -> None:
        """Take the message if all of it is there; what is none is answered by closing the connection."""
        if not socket.canReadLine():
            if socket.bytesAvailable() > _MOST:
                socket.abort()
            return
        try:
            table = json.loads(bytes(socket.readLine().data()))
            design = read_table(table["design"]) if table["design"] else None
            path = Path(table["path"]) if table["path"] else None
        except (Refused, ValueError, LookupError, TypeError):
            socket.abort()
            return
        socket.write(b"ok\n")
        socket.flush()
        QTimer.singleShot(0, self, lambda: self.received.emit(design, path))  # once the socket is at rest
