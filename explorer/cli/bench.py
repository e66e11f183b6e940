"""The benchmarks by their names, and their output. A benchmark is imported only when it runs."""

import json
import subprocess
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from explorer.cli.columns import grid
from explorer.runs.launch import launch_local
from explorer.validation import refuse

BENCHES = ("edit", "start", "window", "train", "busy", "data", "results", "runs")
_LIMITS = {"turns": ("train", "data"), "budget": ("train", "busy", "data", "results")}  # which benchmarks each is for
_MAX_LIMIT = 86_400


def limits_of(options: Namespace) -> dict[str, int]:
    """Return the limits that are given on the command line. Raises Refused."""
    given = {name: text for name in _LIMITS if (text := getattr(options, name)) is not None}
    for name, text in given.items():
        if options.what not in _LIMITS[name]:
            raise refuse("usage", "--{name} is for bench {benches}", name=name, benches=" and ".join(_LIMITS[name]))
        if not (text.isdecimal() and len(text) < 9 and 0 < int(text) <= _MAX_LIMIT):
            raise refuse(name, "must be a whole number from 1 to {most:,}, not {text}", most=_MAX_LIMIT, text=text[:40])
    return {name: int(text) for name, text in given.items()}


def measure(what: str, **limits: int) -> dict[str, Any]:
    """Run the benchmark called `what` and return its figures; `limits` are its turns and its budget in seconds."""
    if what == "train":
        from explorer.bench.training.comparison import bench_train

        return bench_train(**limits)
    if what == "busy":
        from explorer.bench.window.busy import bench_busy

        return bench_busy(**limits)
    if what == "data":
        from explorer.bench.data.comparison import bench_data

        return bench_data(**limits)
    if what == "results":
        from explorer.bench.results.results import bench_results

        return bench_results(**limits)
    if what == "runs":
        from explorer.bench.runs.runs import bench_runs

        return bench_runs()
    from explorer.bench.window.edit import bench_edit
    from explorer.bench.window.lateness import bench_window
    from explorer.bench.window.start import bench_start

    return {"edit": bench_edit, "start": bench_start, "window": bench_window}[what]()


def measure_all() -> dict[str, Any]:
    """Run all benchmarks, each in a process of its own, as when it runs alone; one that failed has None."""
    found = {}
    for what in BENCHES:
        launch = launch_local(("bench", what, "--json"), tuned=False)
        done = subprocess.run([launch.program, *launch.arguments], env=launch.environment, stdout=subprocess.PIPE)
        found[what] = json.loads(done.stdout) if not done.returncode else None
    return found


def bench_text(found: dict[str, Any]) -> str:
    return grid([(key, str(value)) for key, value in _flat(found)], "<<")


def _flat(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    """Yield every figure with its keys, joined by spaces."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{key} ")
        else:
            yield above + key, value
