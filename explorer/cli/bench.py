"""The benchmarks by their names, and their output. A benchmark is imported only when it runs."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

from explorer.cli.columns import grid
from explorer.runs.launch import launch_local

BENCHES = ("edit", "start", "window", "train")


def measure(what: str) -> dict[str, Any]:
    """Run the benchmark called `what` and return its figures."""
    if what == "train":
        from explorer.bench.training.comparison import bench_train

        return bench_train()
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
