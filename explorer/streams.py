"""Standard streams that are closed, full, or read by nobody. No torch, no Qt."""

import os
import sys
from contextlib import suppress
from typing import TextIO


def open_missing() -> None:
    """Open the null device in place of each closed stream; the system gives it the number that is free, the stream's.

    Otherwise the next file that is opened would get that number, and all that is printed.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def silence(stream: TextIO) -> None:
    """Let `stream` write to the null device, so that what it still holds raises nothing when Python ends."""
    with suppress(OSError, ValueError):  # a stream of a test has no number
        number, null = stream.fileno(), os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)
