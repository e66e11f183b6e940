"""Download of a data set: progress, resuming, checking. No torch, no Qt.

A file is written beside its place as `.part`, is checked by size and MD5, and then takes its place. A part that is left
behind, by whatever ended the download, is where the next one goes on.
"""

import errno
import os
import shutil
import socket
import tarfile
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from explorer.runs.data.addresses import addresses_of, hosts_of
from explorer.runs.data.catalogue import CatalogueEntry
from explorer.runs.data.files import PublishedFile, md5_of
from explorer.runs.events import Downloaded, Failed, Progress, Warned
from explorer.sentences import NOTHING, Sentence, joined, system_words, translatable

WORK = "data"  # what progress and failures are of
_CHUNK = 256 * 1024  # bytes
_INTERVAL = 0.1  # seconds between two reports
_PATIENCE = 20  # seconds without a byte
_MAX_TRIES = 20  # per address and file, each with more than the one before
_MARGIN = 16 * 2**20  # bytes that the disk must have beyond those of the data
_UNREACHABLE = ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN")
_OFFLINE = {getattr(errno, f"{system}{name}", None) for system in ("", "WSA") for name in _UNREACHABLE}
_LINE = "{address}: {reason}"


@dataclass(slots=True)
class Pace:
    """How fast a download is, from the first report of its progress on."""

    first: tuple[float, int] | None = field(default=None, init=False)

    def seconds_left(self, progress: Progress) -> float | None:
        """Return the seconds that the rest will take, or None while that cannot be told."""
        now = time.monotonic()
        self.first = self.first or (now, progress.done)
        seconds, done = now - self.first[0], progress.done - self.first[1]
        return seconds / done * (progress.total - progress.done) if done > 0 and seconds > 0 else None


def bytes_here(entry: CatalogueEntry) -> int:
    """Return how many bytes of a download are on the disk already."""
    return sum(_bytes_of(file, entry.target) for file in entry.files)


def lack_of_room(entry: CatalogueEntry) -> Sentence:
    """Return that the disk is too full for the data set; NOTHING if it is not."""
    needed = entry.size - bytes_here(entry) + sum(file.room for file in entry.files) + _MARGIN
    try:
        place = next(place for place in (entry.target, *entry.target.parents) if place.is_dir())
        free = shutil.disk_usage(place).free
    except (OSError, StopIteration):
        return NOTHING  # making the folder will say why
    if free >= needed:
        return NOTHING
    what = translatable("{data} needs {needed:.0f} MiB in {path}, where {free:.0f} MiB are free")
    values = {"data": Sentence(entry.label), "needed": needed / 2**20, "path": str(place), "free": free / 2**20}
    return Sentence(what, values)


def download(entry: CatalogueEntry) -> Iterator[Progress | Warned | Downloaded | Failed]:
    """Download what is missing or damaged of a data set; the last event says how it ended.

    Raises Refused for a file of addresses that cannot be used.
    """
    from filelock import FileLock, Timeout

    addresses = addresses_of(entry)
    try:
        if (found := entry.find()) and all(file.is_sound(found.path) for file in entry.files):
            yield Downloaded(entry.name, str(found.path))
            return
        if reason := lack_of_room(entry):
            yield Failed(reason, of=WORK)
            return
        entry.target.mkdir(parents=True, exist_ok=True)
        with FileLock(entry.target / "download.lock", timeout=0):
            yield from _Download(entry, addresses).run()
    except Timeout:
        yield Failed(Sentence(translatable("Another process is downloading this data set.")), of=WORK)
    except OSError as error:
        values = {"path": str(error.filename or entry.target), "error": system_words(error)}
        yield Failed(Sentence("{path}: {error}", values), of=WORK)


class _NotServed(Exception):
    """An address does not serve a file; `offline` if this computer seems to have no connection."""

    def __init__(self, reason: Sentence, offline: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.offline = reason, offline


class _Download:
    """One download; `_before` counts the bytes of the files that are done."""

    def __init__(self, entry: CatalogueEntry, addresses: tuple[str, ...]) -> None:
        self._entry, self._addresses, self._folder = entry, addresses, entry.target
        self._before = 0
        self._reported = 0.0
        self._failures: dict[str, _NotServed] = {}  # of addresses, for the current file
        self._unused: dict[str, _NotServed] = {}  # of those where another address served the file

    def run(self) -> Iterator[Progress | Warned | Downloaded | Failed]:
        """Get one file after the other. Raises OSError."""
        for file in self._entry.files:
            if not file.is_sound(self._folder) and not (yield from self._get(file)):
                yield self._failure()
                return
            self._before += file.size
        for address, failure in self._unused.items():
            yield Warned(Sentence(_LINE, {"address": address, "reason": failure.reason}))
        yield Downloaded(self._entry.name, str(self._folder))

    def _get(self, file: PublishedFile) -> Generator[Progress, None, bool]:
        """Get one file from the first address that serves it, and return whether one did. Raises OSError."""
        part = self._folder / f"{file.name}.part"
        self._failures = {}
        for address in self._addresses:
            for _ in range(_MAX_TRIES):
                before = _size(part)
                try:
                    yield from self._load(f"{address.rstrip('/')}/{file.name}", part, file)
                    self._check(part, file)
                except _NotServed as failure:
                    self._failures[address] = failure
                    if _size(part) > before or 0 == _size(part) < before:
                        continue  # more has come than the time before, or what was there before was of no use
                    break
                self._failures.pop(address, None)
                self._unused |= self._failures
                yield from self._keep(part, file)
                return True
        return False

    def _load(self, url: str, part: Path, file: PublishedFile) -> Iterator[Progress]:
        """Add to `part` what is missing. Raises _NotServed, OSError."""
        start = _size(part)
        yield self._progress(start)
        if start >= file.size:
            return
        with _open(url, start) as response, part.open("ab") as target:
            extra = 0 if response.status == HTTPStatus.PARTIAL_CONTENT else start  # bytes that are here already
            length = response.headers.get("Content-Length", "")
            if length.isdecimal() and int(length) != file.size - start + extra:
                raise _NotServed(_wrong_size(int(length) + start - extra, file))
            while chunk := _read(response):
                target.write(chunk[extra:])
                target.flush()  # this process may be killed to cancel the download
                extra = max(0, extra - len(chunk))
                if target.tell() > file.size:
                    break
                if time.monotonic() - self._reported >= _INTERVAL:
                    yield self._progress(target.tell())

    def _check(self, part: Path, file: PublishedFile) -> None:
        """Remove `part` if it is not the file. Raises _NotServed, OSError."""
        size = _size(part)
        if size < file.size:
            what = translatable("the connection broke off after {done} of {total} bytes")
            raise _NotServed(Sentence(what, {"done": size, "total": file.size}))
        if size > file.size or md5_of(part) != file.md5:
            part.unlink()
            what = translatable("the file there is not the published one: its checksum is wrong")
            raise _NotServed(_wrong_size(size, file) if size > file.size else Sentence(what))

    def _keep(self, part: Path, file: PublishedFile) -> Iterator[Progress]:
        """Let the checked `part` take its place, unpacked if it is an archive. Raises OSError."""
        yield self._progress(file.size)
        if file.members:
            yield from (self._progress(file.size) for _ in _unpack(part, file, self._folder))
            part.unlink()
        else:
            with part.open("rb+") as whole:
                os.fsync(whole.fileno())
            part.replace(self._folder / file.name)

    def _progress(self, done: int) -> Progress:
        self._reported = time.monotonic()
        return Progress(WORK, self._before + done, self._entry.size)

    def _failure(self) -> Failed:
        if self._failures and all(failure.offline for failure in self._failures.values()):
            what = translatable("This computer seems to be offline: {hosts} cannot be reached.")
            return Failed(Sentence(what, {"hosts": ", ".join(hosts_of(self._addresses))}), of=WORK)
        first = Sentence(translatable("{data} could not be downloaded."), {"data": Sentence(self._entry.label)})
        lines = (
            Sentence(_LINE, {"address": address, "reason": failure.reason})
            for address, failure in self._failures.items()
        )
        return Failed(joined("\n", (first, *lines)), of=WORK)


def _open(url: str, start: int) -> HTTPResponse:
    """Ask for the bytes from `start` on. Raises _NotServed."""
    headers = {"User-Agent": "resnet-explorer"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        return cast(HTTPResponse, urlopen(Request(url, headers=headers), timeout=_PATIENCE))
    except HTTPError as error:
        error.close()
        phrase = HTTPStatus(error.code).phrase if error.code in {*HTTPStatus} else ""
        what = translatable("the server answered {code} {phrase}")
        raise _NotServed(Sentence(what, {"code": error.code, "phrase": phrase})) from None
    except (OSError, HTTPException, ValueError) as error:
        raise _connection_failure(error) from None


def _read(response: HTTPResponse) -> bytes:
    """Return the bytes that have come, empty at the end. Raises _NotServed."""
    try:
        return response.read1(_CHUNK)
    except (OSError, HTTPException, ValueError) as error:
        raise _connection_failure(error) from None


def _connection_failure(error: Exception) -> _NotServed:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return _NotServed(Sentence(translatable("no answer within {seconds} s"), {"seconds": _PATIENCE}))
    if isinstance(reason, socket.gaierror):
        return _NotServed(Sentence(translatable("the address was not found")), offline=True)
    if isinstance(reason, OSError):
        return _NotServed(system_words(reason), offline=reason.errno in _OFFLINE)
    return _NotServed(Sentence(str(reason) or type(reason).__name__))


def _wrong_size(size: int, file: PublishedFile) -> Sentence:
    what = translatable("the file there has {size} bytes; the published one has {expected}")
    return Sentence(what, {"size": size, "expected": file.size})


def _unpack(archive: Path, file: PublishedFile, folder: Path) -> Iterator[str]:
    """Unpack the members of a checked archive and yield their names. Raises OSError."""
    with tarfile.open(archive) as members:
        for member in members:
            source = members.extractfile(member) if member.name in file.members else None
            if source is None:
                continue
            place = folder / member.name
            place.parent.mkdir(exist_ok=True)
            part = place.with_name(f"{place.name}.part")
            with source, part.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
                target.flush()
                os.fsync(target.fileno())
            part.replace(place)
            yield member.name


def _bytes_of(file: PublishedFile, folder: Path) -> int:
    return file.size if file.find(folder) else min(file.size, _size(folder / f"{file.name}.part"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
