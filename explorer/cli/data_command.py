"""`data`: the named data sets, and the download of one. No torch, no Qt."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable

from explorer.cli.columns import grid
from explorer.cli.terminal import DONE, FAILED, Parser, complain
from explorer.runs.data.addresses import addresses_of, hosts_of, user_addresses
from explorer.runs.data.catalogue import CATALOGUE, CatalogueEntry
from explorer.runs.data.download import Pace, download
from explorer.runs.events import Downloaded, Event, Failed, Progress, Warned, event_line
from explorer.validation import refuse


def add_data_flags(parser: Parser) -> None:
    parser.add_argument(
        "action", nargs="?", default="list", choices=("list", "get"), help="list (the default), or get: download"
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="for get: the data set")
    parser.add_argument("--json", action="store_true", help="list: print JSON")
    parser.add_argument("--events", action="store_true", help="get: print a JSON object per line")


def show_data(options: Namespace) -> int:
    """List the data sets, or download one. Raises Refused."""
    if options.action == "list":
        if options.name is not None or options.events:
            raise refuse("usage", "data list takes neither a NAME nor --events")
        print(json.dumps(_values(), ensure_ascii=False) if options.json else _text())
        return DONE
    if options.name not in CATALOGUE:
        raise refuse("data", "get needs the name of a data set: {names}", names=", ".join(CATALOGUE))
    entry = CATALOGUE[options.name]
    return _get(entry, _print_event if options.events else _Terminal(entry).show)


def _values() -> list[dict[str, object]]:
    return [
        {
            "name": entry.name,
            "title": entry.label,
            "path": str(found.path) if (found := entry.find()) else None,
            "classes": list(entry.class_names),
            "shape": list(entry.shape),
            "train": entry.train,
            "download_bytes": entry.size,
        }
        for entry in CATALOGUE.values()
    ]


def _text() -> str:
    rows = [("data set", "title", "size", "where")]
    for entry in CATALOGUE.values():
        found, size = entry.find(), _mebibytes(entry.size) if entry.files else ""
        rows.append((entry.name, entry.label, size, str(found.path) if found else f"main.py data get {entry.name}"))
    return f"{grid(rows, '<<><')}\n\nyour own addresses to download from: {user_addresses()}"


def _get(entry: CatalogueEntry, send: Callable[[Event], None]) -> int:
    """Download a data set, send its events, and return the exit status."""
    event: Event | None = None
    for event in download(entry):
        send(event)
    return DONE if isinstance(event, Downloaded) else FAILED


def _print_event(event: Event) -> None:
    print(event_line(event), flush=True)


class _Terminal:
    """The events of a download as text: progress on stderr, on a terminal in one line, and the folder on stdout."""

    def __init__(self, entry: CatalogueEntry) -> None:
        self._live = sys.stderr.isatty()
        self._pace, self._tenth = Pace(), -1
        if not entry.find():
            servers = " or ".join(hosts_of(addresses_of(entry)))
            line = f"{entry.label}: {_mebibytes(entry.size)} from {servers} to {entry.target}"
            complain([line])

    def show(self, event: Event) -> None:
        if self._live and not isinstance(event, Progress):
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        match event:
            case Progress():
                self._show_progress(event)
            case Warned():
                complain([f"data: not used: {event.reason}"])
            case Failed():
                complain(f"data: {line}" for line in event.reason.splitlines())
            case Downloaded():
                print(event.folder, flush=True)

    def _show_progress(self, progress: Progress) -> None:
        """Rewrite the line of a terminal; elsewhere print one at each tenth."""
        left = self._pace.seconds_left(progress)
        tenth = 10 * progress.done // progress.total
        if self._live or tenth > self._tenth:
            text = f"{_mebibytes(progress.done)} of {_mebibytes(progress.total)}"
            text += f", {left:.0f} s left" if left is not None and progress.done < progress.total else ""
            start, end = ("\r\x1b[K", "") if self._live else ("", "\n")
            print(start + text, end=end, file=sys.stderr, flush=True)
        self._tenth = tenth


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
