"""The terminal: parsing, printing and complaints of every command."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from explorer.cli.columns import visible
from explorer.runs.json_lines import json_line
from explorer.sentences import system_words
from explorer.validation import refuse

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
SIGNALLED = 128  # and the number of the signal
DISAGREES = FAILED = 1


class Parser(ArgumentParser):
    """A parser that complains as the rest of the program does."""

    def error(self, message: str) -> NoReturn:
        raise refuse("usage", "{message}; see {program} --help", message=message, program=self.prog)


def check_working_directory() -> None:
    """Raise Refused where this program was started in a folder that has been removed, in which torch does not load."""
    try:
        Path.cwd()
    except OSError as error:
        raise refuse("working directory", "{error}", error=system_words(error)) from None


def complain(lines: Iterable[str]) -> None:
    """Print complaints to stderr, one per line, after all that was printed."""
    sys.stdout.flush()
    with suppress(OSError):  # there is nowhere left to say that this failed
        for line in lines:
            print(" ".join(line.split()), file=sys.stderr, flush=True)


def complaint_of(error: OSError) -> str:
    """Return one line about an error that no command expects; one of a stream names no file."""
    return f"{error.filename or 'output'}: {system_words(error)}"


def show(as_json: bool, values: Callable[[], object], text: Callable[[], str]) -> int:
    """Print one of the two forms that an answer has; a text cannot steer the terminal by the names that it has."""
    print(json_line(values()) if as_json else visible(text(), kept="\t\n"), flush=True)
    return DONE
