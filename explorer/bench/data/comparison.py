"""`bench data`: images read by this program against torchvision's ImageFolder, in turns; the scan; memory. No Qt.

Both sides make the same of each file: a crop of 224×224 pixels from one whose shorter side has so many. A ratio is of
two consecutive turns, since other load on the machine slows both. Files and cache are in the system's memory.
"""

import json
import statistics
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from explorer.bench.data.pictures import SIDE, made_pictures
from explorer.bench.training.comparison import ratio
from explorer.runs.launch import launch_local

_IMAGES = 20_000
_TURNS = 3
_PER_SECOND = 40  # images, of a budget: what a scan and two turns take of it
_MIN_IMAGES = 100


@dataclass(frozen=True, slots=True)
class _Pass:
    seconds: float
    private_bytes: int


def bench_data(turns: int = _TURNS, budget: int | None = None) -> dict[str, object]:
    """Measure all passes; with a `budget` in seconds over fewer images, and no more turns than it allows."""
    count = _IMAGES if budget is None else min(_IMAGES, max(_MIN_IMAGES, _PER_SECOND * budget))
    end = None if budget is None else time.monotonic() + budget
    root = made_pictures(count)
    found: dict[str, list[_Pass]] = {"scan": [_run("scan", root)]}
    for turn in range(turns):
        if turn and end and time.monotonic() > end:
            break
        for name in ("torchvision", "first", "cached"):
            found.setdefault(name, []).append(_run(name, root))
    found["reader"] = [_run("reader", root)]
    seconds = {name: [each.seconds for each in passes] for name, passes in found.items()}
    return {
        "images": count,
        "side": SIDE,
        "turns": len(seconds["first"]),
        "first_pass_ratio": asdict(ratio(seconds["torchvision"], seconds["first"])),
        "cached_pass_ratio": asdict(ratio(seconds["torchvision"], seconds["cached"])),
        "images_per_second": {name: round(count / statistics.median(times)) for name, times in seconds.items()},
        "seconds": {name: round(statistics.median(times), 2) for name, times in seconds.items()},
        "private_mib": {
            name: round(max(each.private_bytes for each in found[name]) / 2**20) for name in ("scan", "first", "cached")
        },
    }


def _run(name: str, root: Path) -> _Pass:
    """Run a pass in a process of its own, as a worker is."""
    launch = launch_local()
    done = subprocess.run(
        [launch.program, "-m", "explorer.bench.data", name, str(root)],
        env=launch.environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return _Pass(**json.loads(done.stdout))
