"""`data FOLDER --save-as OUT`: the user's images as decided, as a table or as a copy. No torch, no Qt."""

from argparse import Namespace
from pathlib import Path

from explorer.cli.progress_line import ProgressLine
from explorer.cli.terminal import DONE, complain
from explorer.paths import expand_user, storable
from explorer.runs.data.catalogue import describe_data
from explorer.runs.data.cleaned import save_cleaned
from explorer.runs.data.decisions import Decisions, read_decisions
from explorer.runs.events import Progress


def save_images(options: Namespace) -> int:
    """Save what the user's decisions leave of the named data, and print where. Raises Refused."""
    data = describe_data(storable(options.what))
    decisions = read_decisions(data.images.root) if data.images else Decisions()
    path: Path = expand_user("save", options.save_as)
    line = ProgressLine(lambda progress: f"{progress.done:,} of {progress.total:,} images")
    try:
        saved = save_cleaned(data, decisions, path, lambda done, total: line.show(Progress("save", done, total)))
    finally:
        line.clear()
    if saved.missing:
        complain([f"data: {saved.missing:,} files could not be read and are not in the copy"])
    print(f"{saved.path}: {saved.images:,} images", flush=True)
    return DONE
