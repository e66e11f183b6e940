"""Download of a data set: progress, resuming, checking. No torch, no Qt.

A file is written beside its place as `.part`, is checked by size and MD5, and then takes its place. A part that is left
behind, by whatever ended the download, is where the next one goes on.
"""

import os
import shutil
import tarfile
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from explorer.runs.data.addresses import addresses_of
from explorer.runs.data.catalogue import CatalogueEntry
from explorer.runs.data.files import PublishedFile, md5_of
from explorer.runs.events import Downloaded, Failed, Progress, Warned
from explorer.runs.transfer import LINE, NotServed, Transfer, size_of
from explorer.sentences import NOTHING, Sentence, system_words, translatable

WORK = "data"  # what progress and failures are of
_CHUNK = 256 * 1024  # bytes
_MARGIN = 16 * 2**20  # bytes that the disk must have beyond those of the data


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


class _Download:
    """One download; `_before` counts the bytes of the files that are done."""

    def __init__(self, entry: CatalogueEntry, addresses: tuple[str, ...]) -> None:
        self._entry, self._addresses, self._folder = entry, addresses, entry.target
        self._before = 0
        self._transfer: Transfer | None = None  # of the current file
        self._unused: dict[str, NotServed] = {}  # of those where another address served the file

    def run(self) -> Iterator[Progress | Warned | Downloaded | Failed]:
        """Get one file after the other. Raises OSError."""
        for file in self._entry.files:
            if not file.is_sound(self._folder) and not (yield from self._get(file)):
                yield self._failure()
                return
            self._before += file.size
        for address, failure in self._unused.items():
            yield Warned(Sentence(LINE, {"address": address, "reason": failure.reason}))
        yield Downloaded(self._entry.name, str(self._folder))

    def _get(self, file: PublishedFile) -> Generator[Progress, None, bool]:
        """Get one file from the first address that serves it, and return whether one did. Raises OSError."""
        part = self._folder / f"{file.name}.part"
        urls = {address: f"{address.rstrip('/')}/{file.name}" for address in self._addresses}
        self._transfer = Transfer(urls, part, lambda path: md5_of(path) == file.md5, file.size)
        yield from map(self._progress, self._transfer.run())
        if self._transfer.served:
            self._unused |= self._transfer.failures
            yield from self._keep(part, file)
        return self._transfer.served

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
        return Progress(WORK, self._before + done, self._entry.size)

    def _failure(self) -> Failed:
        assert self._transfer
        return Failed(self._transfer.failure(Sentence(self._entry.label)), of=WORK)


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
    return file.size if file.find(folder) else min(file.size, size_of(folder / f"{file.name}.part"))
