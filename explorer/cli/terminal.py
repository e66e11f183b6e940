"""The terminal: parsing, printing and complaints of every command."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from explorer.atomic_files import write_atomically
from explorer.sentences import system_words
from explorer.validation import refuse

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
DISAGREES = FAILED = 1


class Parser(ArgumentParser):
    """A parser that complains as the rest of the program does."""

    def error(self, message: str) -> NoReturn:
        raise refuse("usage", "{message}; see {program} --help", message=message, program=self.prog)


def complain(lines: Iterable[str]) -> None:
    """Print complaints to stderr, one per line, after all that was printed."""
    sys.stdout.flush()
    for line in lines:
        print(" ".join(line.split()), file=sys.stderr)


def show(as_json: bool, values: Callable[[], object], text: Callable[[], str]) -> int:
    """Print one of the two forms that an answer has."""
    print(json.dumps(values(), ensure_ascii=False) if as_json else text(), flush=True)
    return DONE


def replace_file(path: Path, content: str | bytes) -> None:
    try:
        if path.is_dir():
            raise refuse(str(path), "is a folder")
        write_atomically(path, content)
    except OSError as error:
        raise refuse(str(path), "cannot be written: {error}", error=system_words(error)) from None
