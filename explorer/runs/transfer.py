"""Transfer: one file from a server, with progress, resuming and checking. No torch, no Qt.

What has come is in a part beside the file's place. A part that is left behind, by whatever ended a transfer, is where
the next one goes on.
"""

import errno
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from explorer.sentences import Sentence, joined, system_words, translatable

LINE = "{address}: {reason}"
_CHUNK = 256 * 1024  # bytes
_INTERVAL = 0.1  # seconds between two reports
_PATIENCE = 20  # seconds without a byte
_MAX_TRIES = 20  # per address, each with more than the one before
_UNREACHABLE = ("ENETUNREACH", "EHOSTUNREACH", "ENETDOWN")
_OFFLINE = {getattr(errno, f"{system}{name}", None) for system in ("", "WSA") for name in _UNREACHABLE}


class NotServed(Exception):
    """An address does not serve a file; `offline` if this computer seems to have no connection."""

    def __init__(self, reason: Sentence, offline: bool = False, status: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.offline, self.status = reason, offline, status


class Transfer:
    """The download into `part` from the first of several URLs that serves the file; failures name their addresses.

    `is_published` tells whether a part is the whole file. `size` is in bytes, 0 until a server has told it.
    """

    def __init__(
        self, urls: Mapping[str, str], part: Path, is_published: Callable[[Path], bool], size: int = 0
    ) -> None:
        self._urls, self._part, self._is_published, self.size = urls, part, is_published, size
        self.failures: dict[str, NotServed] = {}
        self.served = False
        self._reported = 0.0

    def run(self) -> Iterator[int]:
        """Yield how many bytes have come, and note at the end whether the file was `served`. Raises OSError."""
        for address, url in self._urls.items():
            for _ in range(_MAX_TRIES):
                before = size_of(self._part)
                try:
                    yield from self._load(url)
                    self._check()
                except NotServed as failure:
                    self.failures[address] = failure
                    if size_of(self._part) > before or 0 == size_of(self._part) < before:
                        continue  # more has come than the time before, or what was there before was of no use
                    break
                self.failures.pop(address, None)
                self.served = True
                yield self._report(size_of(self._part))
                return

    def failure(self, what: Sentence) -> Sentence:
        """Say why `what` could not be downloaded."""
        if self.failures and all(failure.offline for failure in self.failures.values()):
            hosts = dict.fromkeys(urlsplit(url).netloc for url in self._urls.values())
            offline = translatable("This computer seems to be offline: {hosts} cannot be reached.")
            return Sentence(offline, {"hosts": ", ".join(hosts)})
        first = Sentence(translatable("{data} could not be downloaded."), {"data": what})
        lines = (Sentence(LINE, {"address": address, "reason": each.reason}) for address, each in self.failures.items())
        return joined("\n", (first, *lines))

    def _load(self, url: str) -> Iterator[int]:
        """Add to the part what is missing. Raises NotServed, OSError."""
        start = size_of(self._part)
        yield self._report(start)
        if start >= self.size if self.size else start and self._is_published(self._part):
            return
        try:
            response = _open(url, start)
        except NotServed as failure:
            if failure.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._part.unlink()  # it is longer than the file
            raise
        with response, self._part.open("ab") as target:
            extra = 0 if response.status == HTTPStatus.PARTIAL_CONTENT else start  # bytes that are here already
            length = response.headers.get("Content-Length", "")
            if length.isdecimal():
                whole = int(length) + start - extra
                self.size = self.size or whole
                if whole != self.size:
                    raise NotServed(self._wrong_size(whole))
            while chunk := _read(response):
                target.write(chunk[extra:])
                target.flush()  # this process may be killed to cancel the download
                extra = max(0, extra - len(chunk))
                if self.size and target.tell() > self.size:
                    break
                if time.monotonic() - self._reported >= _INTERVAL:
                    yield self._report(target.tell())

    def _check(self) -> None:
        """Remove the part if it is not the file. Raises NotServed, OSError."""
        size = size_of(self._part)
        if size < self.size:
            what = translatable("the connection broke off after {done} of {total} bytes")
            raise NotServed(Sentence(what, {"done": size, "total": self.size}))
        longer = 0 < self.size < size
        if longer or not self._is_published(self._part):
            self._part.unlink()
            what = translatable("the file there is not the published one: its checksum is wrong")
            raise NotServed(self._wrong_size(size) if longer else Sentence(what))

    def _wrong_size(self, size: int) -> Sentence:
        what = translatable("the file there has {size} bytes; the published one has {expected}")
        return Sentence(what, {"size": size, "expected": self.size})

    def _report(self, done: int) -> int:
        self._reported = time.monotonic()
        return done


def _open(url: str, start: int) -> HTTPResponse:
    """Ask for the bytes from `start` on. Raises NotServed."""
    headers = {"User-Agent": "resnet-explorer"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        return cast(HTTPResponse, urlopen(Request(url, headers=headers), timeout=_PATIENCE))
    except HTTPError as error:
        error.close()
        phrase = HTTPStatus(error.code).phrase if error.code in {*HTTPStatus} else ""
        what = translatable("the server answered {code} {phrase}")
        raise NotServed(Sentence(what, {"code": error.code, "phrase": phrase}), status=error.code) from None
    except (OSError, HTTPException, ValueError) as error:
        raise _connection_failure(error) from None


def _read(response: HTTPResponse) -> bytes:
    """Return the bytes that have come, empty at the end. Raises NotServed."""
    try:
        return response.read1(_CHUNK)
    except (OSError, HTTPException, ValueError) as error:
        raise _connection_failure(error) from None


def _connection_failure(error: Exception) -> NotServed:
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return NotServed(Sentence(translatable("no answer within {seconds} s"), {"seconds": _PATIENCE}))
    if isinstance(reason, socket.gaierror):
        return NotServed(Sentence(translatable("the address was not found")), offline=True)
    if isinstance(reason, OSError):
        return NotServed(system_words(reason), offline=reason.errno in _OFFLINE)
    return NotServed(Sentence(str(reason) or type(reason).__name__))


def size_of(path: Path) -> int:
    """Return the size of a file in bytes, 0 if there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
