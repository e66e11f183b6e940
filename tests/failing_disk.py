"""A disk on which the n-th operation fails."""

import builtins
import errno
import io
import os
import sys
from itertools import cycle
from pathlib import Path

import pytest

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


class Disk:
    """Counts what is asked of the disk below `root`, and lets the `due`-th fail, in turn by each of ERRORS."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.calls, self.due, self.last = str(root), 0, None, ""
        self.errors = cycle(ERRORS)
        monkeypatch.setattr(io, "open", self.opened(io.open))
        monkeypatch.setattr(builtins, "open", io.open)
        monkeypatch.setattr(os, "fsync", self.watched("fsync", os.fsync, anywhere=True))
        for name in ("rename", "replace", "unlink", "mkdir"):
            monkeypatch.setattr(os, name, self.watched(name, getattr(os, name)))
        if torch := sys.modules.get("torch"):
            monkeypatch.setattr(torch, "save", self.watched("save", torch.save))

    def fail(self, deed: str, path: object) -> None:
        """Raise an OSError if this is the call that is due."""
        self.calls += 1
        if self.calls == self.due:
            number = next(self.errors)
            self.last = f"{deed} of {path}: {errno.errorcode[number]}"
            raise OSError(number, os.strerror(number), str(path))

    def watched(self, deed, function, anywhere=False):
        def call(*arguments, **options):
            path = next((each for each in arguments if isinstance(each, str | Path)), "")
            if anywhere or str(path).startswith(self.root):
                if deed == "save" and self.calls + 1 == self.due:
                    Path(path).write_bytes(b"half")  # as a full disk leaves it
                self.fail(deed, path)
            return function(*arguments, **options)

        return call

    def opened(self, function):
        def call(file, mode="r", *arguments, **options):
            inside = isinstance(file, str | Path) and str(file).startswith(self.root)
            if inside:
                self.fail("open", file)
            stream = function(file, mode, *arguments, **options)
            return Written(stream, self) if inside and set(mode) & set("wxa+") else stream

        return call


class Written:
    """A file whose writes may fail; one that does has written half of what it was to write."""

    def __init__(self, stream, disk: Disk) -> None:
        self.stream, self.disk = stream, disk

    def write(self, data):
        if self.disk.calls + 1 == self.disk.due:
            self.stream.write(data[: len(data) // 2])
            self.stream.flush()
        self.disk.fail("write", self.stream.name)
        return self.stream.write(data)

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()
