"""`bench runs`: what 5,000 runs cost on their page: opening, filtering, sorting, selecting 200 curves, memory."""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.disturbance import Disturbance
from explorer.bench.runs.made_runs import make_runs
from explorer.bench.window.measuring import run_apart, wait, wait_complete
from explorer.gui.app import make_application
from explorer.gui.display import check_start
from explorer.gui.runs.curves_page import CurvesPage
from explorer.gui.runs.run_history import MAX_DRAWN
from explorer.gui.runs.run_row import COLUMNS
from explorer.gui.runs.runs_page import RunsPage
from explorer.gui.session import Session
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.workspace import CURVES, RUNS

_RUNS = 5000
_SIZE = (1440, 900)  # pixels of the window
_FILTER = "accuracy > 0.8 and params < 1e6 and not state = failed"


class _Cost(NamedTuple):
    """Seconds on the clock, and those that this process computed, which other processes do not stretch as much."""

    seconds: float
    computed: float

    def figures(self) -> dict[str, float]:
        return {"s": round(self.seconds, 3), "cpu_s": round(self.computed, 3)}


def bench_runs() -> dict[str, object]:
    """Measure in the real window, from an order until what it shows is painted; memory in megabytes."""
    check_start()
    make_application()
    with TemporaryDirectory() as folder, Disturbance() as disturbance:
        runs = Path(folder) / "runs"
        _tell(f"{_RUNS:,} runs")
        make_runs(runs, _RUNS)
        _tell("listed by the command line, without the index and with it")
        listed = {name: _list_seconds(runs) for name in ("list_without_index_s", "list_s")}
        session = Session(preset(DEFAULT), Path(folder) / "empty")
        session.window.show()
        wait_complete(session)
        session.window.resize(*_SIZE)
        worker = session.pool.workers[0]
        try:
            found = _measure(session, runs)
        finally:
            session.end()
            session.window.hide()
            wait(lambda: not worker.process.is_running())
    return {"runs": _RUNS, **listed, **found, **disturbance.figures()}


def _measure(session: Session, runs: Path) -> dict[str, object]:
    """Show the runs, of which this process knows nothing before, and give one order after the other."""
    pages, history, before = session.window.pages, session.workspace.run_history, _memory()
    pages.show_page(CURVES)
    curves = pages.current
    assert isinstance(curves, CurvesPage)
    pages.show_page(RUNS)
    page = pages.current
    assert isinstance(page, RunsPage)
    session.pool.runs = runs
    _tell("opening, filter and sort")
    table = page.table.viewport()
    opened = _cost(history.reload, table)
    typed = [_FILTER[:length] for length in range(1, len(_FILTER) + 1)]
    filtered = max(_cost(partial(page.filter.setText, text), table) for text in typed)
    matching = page.table.runs.rowCount()
    page.filter.clear()
    sorted_by = max(_cost(partial(page.table.sort_by, column), table) for column in range(len(COLUMNS)))
    points = _cost(partial(page.points.setChecked, True), page.scatter.plot.viewport())
    _tell("curves")
    chosen = _cost(lambda: history.choose(row.id for row in page.table.runs.rows[:MAX_DRAWN]), table)
    drawn = _cost(
        partial(pages.show_page, CURVES),
        curves.plots.loss.plot.viewport(),
        lambda: len(curves.plots.loss.runs) >= MAX_DRAWN,
    )
    return {
        "open": opened.figures(),
        "filter_slowest_key": filtered.figures(),
        "filter_matches": matching,
        "sort_slowest_column": sorted_by.figures(),
        "scatter": points.figures(),
        "select_200": chosen.figures(),
        "show_200_curves": drawn.figures(),
        "window_mb_before": before,
        "window_mb": _memory(),
    }


def _list_seconds(runs: Path) -> float:
    """Return the seconds that a new process takes for a list of the runs."""
    start = time.perf_counter()
    run_apart("-m", "explorer", "runs", "--runs", str(runs))
    return round(time.perf_counter() - start, 3)


def _cost(order: Callable[[], object], painted: QWidget, ready: Callable[[], object] = lambda: True) -> _Cost:
    """Return the cost of an order until it is `ready` and a widget has been painted after that."""
    watch, done = PaintWatch(painted), list[bool]()
    start, computed = time.perf_counter(), time.process_time()
    order()
    wait(ready)
    watch.arm()
    watch.painted.connect(lambda: done.append(True))
    painted.update()
    wait(lambda: done)
    cost = _Cost(time.perf_counter() - start, time.process_time() - computed)
    watch.deleteLater()
    return cost


def _memory() -> int:
    """Return the megabytes of memory that this process holds; 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) // 1000 for line in lines if line.startswith("VmRSS"))


def _tell(what: str) -> None:
    print(f"bench runs: {what}", file=sys.stderr, flush=True)
