"""The price of the Results page for the run whose results it shows: CPU seconds of a step with it open and closed."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from explorer.bench.disturbance import cpu_seconds
from explorer.bench.window.measuring import wait
from explorer.gui.session import Session
from explorer.gui.workers.worker import WorkerClient
from explorer.gui.workspace import LAYERS, RESULTS

_PATIENCE = 600.0  # seconds that an epoch may take
_LEAST = 2  # pairs of epochs


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a run was at the end of an epoch, and what its worker had computed until then."""

    step: int
    seconds: float


def page_cost(session: Session, worker: WorkerClient, seconds: float) -> dict[str, object]:
    """Measure whole epochs of a run under way, with the page open in one and closed in the next, for so many seconds.

    There are two pairs at least. The ratio is the median of those of neighbours, since a machine that others use is not
    as fast in every minute.
    """
    costs: dict[str, list[float]] = {RESULTS: [], LAYERS: []}
    before, end = _at_end_of_epoch(worker), time.monotonic() + seconds
    while time.monotonic() < end or len(costs[LAYERS]) < _LEAST:
        for page, found in costs.items():
            session.window.pages.show_page(page)
            after = _at_end_of_epoch(worker)
            found.append((after.seconds - before.seconds) / (after.step - before.step))
            before = after
    session.window.pages.show_page(LAYERS)
    return cost_figures(costs[RESULTS], costs[LAYERS])


def cost_figures(opened: Sequence[float], closed: Sequence[float]) -> dict[str, object]:
    """Return CPU seconds per step and their ratio, of epochs that took turns."""
    ratios = [one / other for one, other in zip(opened, closed, strict=True)]
    return {
        "open_cpu_s_per_step": round(statistics.median(opened), 4),
        "closed_cpu_s_per_step": round(statistics.median(closed), 4),
        "ratio": round(statistics.median(ratios), 3),
        "ratios": [round(ratio, 3) for ratio in ratios],
    }


def _at_end_of_epoch(worker: WorkerClient) -> _Mark:
    """Wait for the next end of an epoch."""
    run = worker.run
    assert run
    known = run.epoch
    wait(lambda: run.epoch is not known, _PATIENCE)
    seconds = cpu_seconds(worker.process.process.processId())
    assert run.epoch
    assert seconds is not None, "this system does not say what a process has computed"
    return _Mark(run.epoch.step, seconds)
