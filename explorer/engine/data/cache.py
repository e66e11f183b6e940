"""Decoded images on the disk: each is decoded once, in parallel, and mapped into memory ever after. No Qt.

A set is a file of pixels, to which images are only ever added, and a file with its header and the list of what the
first one has, which is replaced whole. So a process may map a set while another one adds to it. On Linux and macOS a
set may be removed under a process that has mapped it, which keeps what it has; Windows refuses to remove it until
then. What is in the list has been decoded completely, whatever happened later.
"""

import errno
import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from explorer.atomic_files import write_atomically
from explorer.engine.data.images.decoding import Pixels, decode
from explorer.engine.data.parallel import in_parallel, returned
from explorer.engine.data.progress import Report
from explorer.garbage import uncollected
from explorer.paths import real_name
from explorer.runs.data.cache_folder import LOCK, PIXELS, SET, folder_of, make_room, touch
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused

Shape = tuple[int, int, int]  # channels, height, width
Places = npt.NDArray[np.int64]

_VERSION = 1  # of how images are decoded
_PIECE, _PIECE_BYTES = 4, 2**23  # most images of a piece, and most bytes: what the caches of the processor hold
_LIST_EVERY = 20.0  # seconds: what was decoded until then is not lost if the process is killed
_FLUSH_EVERY = 1.0  # seconds: what is left for the end takes little time
_ASK_EVERY = 0.1  # seconds between two tries to get the lock
_WASTE = 2  # a set with so many versions of each file is made again


class NoRoom(Exception):
    """Images cannot be kept on the disk; `sentence` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Source(NamedTuple):
    """A file of an image, relative to its root; `changed` is the time of its last change in nanoseconds."""

    file: str
    size: int
    changed: int


class Stored(NamedTuple):
    """Images in a map: `pixels` are (n, height, width, channels), and `places` has the number of each image asked."""

    pixels: Pixels
    places: Places


class _Piece(NamedTuple):
    """Decoded images, the number of the first in the set, and why the one after them cannot be decoded."""

    start: int
    images: Pixels
    refused: Refused | None


@dataclass
class _Set:
    """The files of a set, and what it has: the number of each image in the file of pixels."""

    path: Path
    shape: Shape
    pixels: str
    numbers: dict[Source, int]

    @property
    def file(self) -> Path:
        return self.path.with_name(self.pixels)

    @property
    def bytes_each(self) -> int:
        channels, height, width = self.shape
        return channels * height * width

    def has(self, sources: Sequence[Source]) -> bool:
        return all(source in self.numbers for source in sources)

    def map(self, sources: Sequence[Source]) -> Stored:
        """Map the pixels. Raises OSError, and ValueError if the file is shorter than the list says."""
        channels, height, width = self.shape
        shape = (len(self.numbers), height, width, channels)
        places = np.array([self.numbers[source] for source in sources], np.int64)
        return Stored(np.memmap(self.file, np.uint8, "r", shape=shape), places)


def store(root: Path, sources: Sequence[Source], shape: Shape, background: str, report: Report) -> Stored:
    """Return all images at `shape`, those that are not on the disk yet decoded and kept there.

    Raises NoRoom where they cannot be kept, Refused for one that cannot be decoded, and what `report` raises; what was
    decoded until then is kept.
    """
    try:
        folder = folder_of(root)
        path = folder / ("x".join(map(str, shape)) + f"-{background}{SET}")
        if (stored := _mapped(_read(path, shape), sources)) is None:
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(path, sources, shape, report):
                known = _read(path, shape)
                if (stored := _mapped(known, sources)) is None:
                    stored = _add(_usable(known), root, sources, background, report).map(sources)
    except OSError as error:
        what = translatable("decoded images cannot be kept in {path!r}: {error}")
        raise NoRoom(Sentence(what, {"path": str(error.filename), "error": system_words(error)})) from None
    touch(path)
    return stored


@uncollected()
def _read(path: Path, shape: Shape) -> _Set:
    """Read the list of a set; it is empty if there is none, or none that can be used."""
    empty = _Set(path, shape, f"{path.stem}.0{PIXELS}", {})
    try:
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        table = json.loads(header)
        if table["version"] != _VERSION:
            return empty
        sources = [Source(*each) for each in json.loads(f"[{','.join(lines)}]")]
        return _Set(path, shape, table["pixels"], {source: number for number, source in enumerate(sources)})
    except (OSError, ValueError, LookupError, TypeError):
        return empty


def _mapped(known: _Set, sources: Sequence[Source]) -> Stored | None:
    """Map a set that has all images; None if it has not."""
    if not known.has(sources):
        return None
    try:
        return known.map(sources)
    except (OSError, ValueError):  # the pixels were removed
        return None


def _usable(known: _Set) -> _Set:
    """Return the set to add to: another one where the pixels of this one are gone or mostly those of old versions."""
    size = known.file.stat().st_size if known.file.exists() else 0
    files = len({source.file for source in known.numbers})
    if size >= len(known.numbers) * known.bytes_each and len(known.numbers) <= _WASTE * files:
        return known
    generation = int(known.pixels.removesuffix(PIXELS).rpartition(".")[2]) + 1
    with suppress(OSError):  # Windows keeps what a process has mapped
        known.file.unlink(missing_ok=True)
    return _Set(known.path, known.shape, f"{known.path.stem}.{generation}{PIXELS}", {})


@contextmanager
def _locked(path: Path, sources: Sequence[Source], shape: Shape, report: Report) -> Iterator[None]:
    """Wait until no other process writes the set, and report how far that one is."""
    lock = FileLock(path.with_suffix(LOCK))
    while True:
        try:
            lock.acquire(timeout=_ASK_EVERY, poll_interval=_ASK_EVERY / 2)
            break
        except NotImplementedError:  # some network disks have no locks
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), str(path)) from None
        except Timeout:
            known = _read(path, shape)
            size = known.file.stat().st_size if known.file.exists() else 0
            report(min(size // known.bytes_each, len(sources)), len(sources))
    try:
        yield
    finally:
        lock.release()


def _add(known: _Set, root: Path, sources: Sequence[Source], background: str, report: Report) -> _Set:
    """Decode the images that the set has not, and add them. Raises OSError, Refused, and what `report` raises.

    Where the disk is full, the set is as it was before.
    """
    missing = [source for source in sources if source not in known.numbers]
    needed, before = len(missing) * known.bytes_each, len(known.numbers)
    if not make_room(needed, spare=known.path):
        what = translatable("decoded images need {needed:,.0f} MiB on the disk, more than is free or allowed")
        raise NoRoom(Sentence(what, {"needed": needed / 2**20}))
    done, listed = len(sources) - len(missing), time.monotonic()
    places = [(before + number, root / real_name(source.file)) for number, source in enumerate(missing)]
    make = partial(_decode_piece, shape=known.shape, background=background)
    write = partial(_write_piece, file=known.file, bytes_each=known.bytes_each)
    pieces = in_parallel(make, write, places, _piece_size(known.shape), lambda: report(done, len(sources)))
    try:
        with known.file.open("r+b" if known.file.exists() else "w+b") as file, _flushed(file.fileno()):
            file.truncate(before * known.bytes_each)  # what a process that was killed had not listed yet
            remaining = iter(missing)
            try:
                with closing(pieces):
                    for count, refused in pieces:
                        for source in islice(remaining, count):
                            known.numbers[source] = len(known.numbers)
                            done += 1
                            report(done, len(sources))
                        if refused:
                            raise refused
                        if time.monotonic() - listed > _LIST_EVERY:
                            _list(known, root, file.fileno())
                            listed = time.monotonic()
            except OSError:
                raise
            except BaseException:
                file.truncate(len(known.numbers) * known.bytes_each)
                _list(known, root, file.fileno())
                raise
            _list(known, root, file.fileno())
    except OSError:
        _undo(known, root, before)
        raise
    return known


@contextmanager
def _flushed(descriptor: int) -> Iterator[None]:
    """Send what is written meanwhile to the disk from time to time, by a thread. Raises OSError at the end."""
    ended = threading.Event()

    def flush() -> None:
        while not ended.wait(_FLUSH_EVERY):
            os.fsync(descriptor)

    with ThreadPoolExecutor(1, "flush") as pool:
        flushing = pool.submit(flush)
        try:
            yield
        finally:
            ended.set()
            flushing.result()  # the system tells of a failure only once


def decoded(paths: Sequence[Path], shape: Shape, background: str) -> Iterator[Pixels]:
    """Yield the images in order, some at a time: uint8 (n, height, width, channels). Raises Refused.

    Few are in work at a time, so that the memory taken does not depend on their number.
    """
    make = partial(_decode_piece, shape=shape, background=background)
    with closing(in_parallel(make, returned, list(enumerate(paths)), _piece_size(shape))) as pieces:
        for piece in pieces:
            yield piece.images
            if piece.refused:
                raise piece.refused


def _piece_size(shape: Shape) -> int:
    """Return how many images one thread or process decodes at a time."""
    return max(1, min(_PIECE, _PIECE_BYTES // prod(shape)))


def _decode_piece(places: Sequence[tuple[int, Path]], shape: Shape, background: str) -> _Piece:
    """Decode some images, each with its number in the set, up to the first that cannot be."""
    channels, height, width = shape
    images = np.empty((len(places), height, width, channels), np.uint8)
    for done, (_, path) in enumerate(places):
        try:
            images[done] = decode(path, shape, background)
        except Refused as error:
            return _Piece(places[0][0], images[:done], error)
    return _Piece(places[0][0], images, None)


def _write_piece(piece: _Piece, file: Path, bytes_each: int) -> tuple[int, Refused | None]:
    """Write images to the file of pixels, and return how many, and why the next cannot be decoded. Raises OSError."""
    with file.open("r+b") as pixels:
        pixels.seek(piece.start * bytes_each)
        pixels.write(piece.images.data)
    return len(piece.images), piece.refused


def _list(known: _Set, root: Path, descriptor: int) -> None:
    """Write what the set has, once its pixels are on the disk. Raises OSError."""
    os.fsync(descriptor)
    header = {"version": _VERSION, "root": str(root), "shape": known.shape, "pixels": known.pixels}
    write_atomically(known.path, "\n".join(map(json.dumps, (header, *known.numbers))) + "\n")


def _undo(known: _Set, root: Path, before: int) -> None:
    """Leave in the set what it had before, its first images, or nothing at all, as far as the disk allows."""
    with suppress(OSError):
        if before:
            known.numbers = dict(list(known.numbers.items())[:before])
            with known.file.open("r+b") as file:
                file.truncate(before * known.bytes_each)
                _list(known, root, file.fileno())
        else:
            known.path.unlink(missing_ok=True)
            known.file.unlink(missing_ok=True)
