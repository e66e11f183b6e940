"""`cache`: the decoded images that are kept, and their removal. No torch, no Qt."""

from argparse import Namespace
from datetime import datetime

from explorer.cli.columns import grid
from explorer.cli.flags import add_json_flag
from explorer.cli.terminal import Parser, show
from explorer.runs.data.cache_folder import cache_bytes, cache_folder, cache_limit, cached_sets, clear_cache


def add_cache_flags(parser: Parser) -> None:
    parser.add_argument(
        "action", nargs="?", default="list", choices=("list", "clear"), help="list (the default), or clear: remove all"
    )
    add_json_flag(parser)


def run_cache(options: Namespace) -> int:
    """List the decoded images, or remove them; return the exit status. Raises Refused."""
    if options.action == "list":
        return show(options.json, _values, _text)
    removed = clear_cache()
    return show(options.json, lambda: {"removed_bytes": removed}, lambda: f"removed {_mebibytes(removed)}")


def _values() -> dict[str, object]:
    return {
        "folder": str(cache_folder()),
        "bytes": cache_bytes(),
        "limit_bytes": cache_limit() or None,
        "sets": [
            {
                "data": each.root,
                "shape": list(each.shape),
                "bytes": each.bytes,
                "used": datetime.fromtimestamp(each.used).astimezone().isoformat(timespec="seconds"),
                "file": str(each.path),
            }
            for each in cached_sets()
        ],
    }


def _text() -> str:
    rows = [("data", "images", "size", "last used")]
    for each in cached_sets():
        shape = "×".join(map(str, each.shape))
        used = datetime.fromtimestamp(each.used)
        rows.append((each.root, shape, _mebibytes(each.bytes), f"{used:%Y-%m-%d %H:%M}"))
    limit = f" of at most {_mebibytes(cache_limit())}" if cache_limit() else ""
    return f"{grid(rows, '<<><')}\n\n{_mebibytes(cache_bytes())}{limit} in {cache_folder()}"


def _mebibytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"
