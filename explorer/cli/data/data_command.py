"""`data`: the named data sets, the download of one, and a scan of any. No torch, no Qt."""

from argparse import Namespace
from collections.abc import Callable

from explorer.cli.columns import grid, mebibytes
from explorer.cli.data.save_command import save_images
from explorer.cli.data.scan_command import SHARES, scan_images
from explorer.cli.flags import add_field_flags, given_fields
from explorer.cli.progress_line import ProgressLine
from explorer.cli.terminal import DONE, FAILED, Parser, complain, show
from explorer.runs.data.addresses import addresses_of, hosts_of, user_addresses
from explorer.runs.data.catalogue import CATALOGUE, CatalogueEntry
from explorer.runs.data.download import download
from explorer.runs.events import Downloaded, Event, Failed, Progress, Warned, event_line
from explorer.validation import refuse


def add_data_flags(parser: Parser) -> None:
    parser.add_argument(
        "what",
        nargs="?",
        default="list",
        metavar="list|get|DATA",
        help="list (the default); get: download; or scan a folder of images, a CSV table of them, or a named data set",
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="for get: the data set")
    parser.add_argument("--json", action="store_true", help="list or scan: print JSON")
    parser.add_argument("--events", action="store_true", help="get, --save-as: print a JSON object per line")
    parser.add_argument("--verify", action="store_true", help="scan: read every file again, also those that are known")
    parser.add_argument(
        "--save-as",
        metavar="OUT",
        help="save the images of a folder or a table as you have decided about them, instead of a scan: a CSV table if "
        "OUT ends in .csv, else a new folder",
    )
    add_field_flags(parser, SHARES)


def show_data(options: Namespace) -> int:
    """List the data sets, download one, scan data, or save them as decided. Raises Refused."""
    scan_flags = sorted(given_fields(options)) + ["verify"] * options.verify
    is_saved = options.save_as is not None
    match options.what:
        case "list":
            _refuse_flags(
                options.name is not None or options.events or scan_flags or is_saved, "data list takes only --json"
            )
            return show(options.json, _values, _text)
        case "get":
            _refuse_flags(scan_flags or is_saved, "data get takes only --events")
            if options.name not in CATALOGUE:
                raise refuse("data", "get needs the name of a data set: {names}", names=", ".join(CATALOGUE))
            entry = CATALOGUE[options.name]
            return _get(entry, _print_event if options.events else _Terminal(entry).show)
        case _:
            if is_saved:
                others = options.name is not None or scan_flags or options.json or not options.save_as
                _refuse_flags(others, "--save-as OUT takes only --events")
                return save_images(options)
            _refuse_flags(options.name is not None or options.events, "a scan takes neither a NAME nor --events")
            return scan_images(options)


def _refuse_flags(given: object, what: str) -> None:
    if given:
        raise refuse("usage", what)


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
        found, size = entry.find(), mebibytes(entry.size) if entry.files else ""
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
        self._line = ProgressLine(lambda done: f"{mebibytes(done.done)} of {mebibytes(done.total)}")
        if not entry.find():
            servers = " or ".join(hosts_of(addresses_of(entry)))
            line = f"{entry.label}: {mebibytes(entry.size)} from {servers} to {entry.target}"
            complain([line])

    def show(self, event: Event) -> None:
        if not isinstance(event, Progress):
            self._line.clear()
        match event:
            case Progress():
                self._line.show(event)
            case Warned():
                complain([f"data: not used: {event.reason}"])
            case Failed():
                complain(f"data: {line}" for line in event.reason.splitlines())
            case Downloaded():
                print(event.folder, flush=True)
