"""Memory that the container of this process leaves it, from its Linux control groups, of version 1 or 2. No Qt.

The system's own figure is of the whole machine: it promises what the container will be killed for.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple


class _Files(NamedTuple):
    """The files of a version: the limit, what is used, and the entry of memory.stat that is given back if needed."""

    limit: str
    used: str
    cache: str


_VERSIONS = {  # by the type of their file systems
    "cgroup": _Files("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    "cgroup2": _Files("memory.max", "memory.current", "inactive_file"),
}


def container_memory(root: Path = Path("/")) -> int | None:
    """Return the bytes that are free below the narrowest limit; None without one. `root` has `proc` and the mounts."""
    found = [free for folder, files in _groups(root) if (free := _free_in(folder, files)) is not None]
    return min(found, default=None)


def _groups(root: Path) -> Iterator[tuple[Path, _Files]]:
    """Yield the groups of this process whose memory is limited or counted, from its own up to the outermost seen."""
    try:
        mounts = (root / "proc/self/mountinfo").read_text().splitlines()
        groups = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    own = {
        "cgroup" if kinds else "cgroup2": path
        for _, kinds, path in (line.split(":", 2) for line in groups)
        if not kinds or "memory" in kinds.split(",")
    }
    for mount in mounts:
        fields, _, system = mount.partition(" - ")
        kind, *_, options = system.split(" ")
        if kind not in own or (kind == "cgroup" and "memory" not in options.split(",")):
            continue
        top, place = fields.split(" ")[3:5]
        folder = root / place.lstrip("/")
        path = PurePosixPath(own[kind])
        inside = path.relative_to(top) if path.is_relative_to(top) else PurePosixPath()
        for each in (inside, *inside.parents):
            yield folder / each, _VERSIONS[kind]


def _free_in(folder: Path, files: _Files) -> int | None:
    """Return the bytes that a group may still take; None if it has no limit."""
    try:
        limit, used = ((folder / name).read_text().strip() for name in (files.limit, files.used))
        cache = re.search(rf"^{files.cache} (\d+)$", (folder / "memory.stat").read_text(), re.MULTILINE)
    except OSError:
        return None
    if not limit.isdecimal():  # max
        return None
    return max(0, int(limit) - int(used) + (int(cache[1]) if cache else 0))
