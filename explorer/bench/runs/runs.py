"""`bench runs`: what 5,000 runs cost on their page: opening, filtering, sorting, selecting 200 curves, memory."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtWidgets import QWidget

from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.disturbance import Disturbance
from explorer.bench.runs.made_runs import make_runs
from explorer.bench.window.measuring import run_apart, wait, wait_complete
from explorer.gui.app import make_application
from explorer.gui.display import check_start
from explorer.gui.runs.curves_page import CurvesPage
from explorer.gui.runs.run_history import MAX_DRAWN
from explorer.gui.runs.run_row import BEST, CHANGES, COLUMNS
from explorer.gui.runs.runs_page import RunsPage
from explorer.gui.session import Session
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.workspace import CURVES, RUNS

RUNS_MADE = 5000
_SIZE = (1440, 900)  # pixels of the window
_FILTER = "accuracy > 0.8 and params < 1e6 and not state = failed"


def bench_runs(count: int = RUNS_MADE) -> dict[str, object]:
    """Measure in the real window, in seconds from an order until what it shows is painted; memory in megabytes."""
    check_start()
    make_application()
    with TemporaryDirectory() as folder:
        runs = Path(folder)
        _tell(f"{count:,} runs")
        make_runs(runs, count)
        _tell("listed by the command line, without the index and with it")
        listed = {name: _list_seconds(runs) for name in ("list_without_index_s", "list_s")}
        session = Session(preset(DEFAULT), runs / "none")
        session.window.show()
        wait_complete(session)
        session.window.resize(*_SIZE)
        worker = session.pool.workers[0]
        try:
            with Disturbance() as disturbance:
                found = _measure(session, runs)
            return {"runs": count, **listed, **found, **disturbance.figures()}
        finally:
            session.end()
            session.window.hide()
            wait(lambda: not worker.process.is_running())


def _measure(session: Session, runs: Path) -> dict[str, object]:
    pages, history, before = session.window.pages, session.workspace.run_history, _memory()
    pages.show_page(RUNS)
    page = pages.current
    assert isinstance(page, RunsPage)
    _tell("opening")
    session.pool.runs = runs
    opened = _seconds(history.reload, page.table.viewport())
    _tell("filter and sort")
    rows, filtered = page.table.runs, []
    for length in range(1, len(_FILTER) + 1):
        filtered.append(_seconds(lambda text=_FILTER[:length]: page.filter.setText(text), page.filter))  # type: ignore[misc]
    shown = rows.rowCount()
    page.filter.clear()
    sorts = {
        column.heading.lower(): round(_seconds(lambda n=number: page.table.sort_by(n), page.table.viewport()), 3)  # type: ignore[misc]
        for number, column in enumerate(COLUMNS)
        if number in (BEST, CHANGES)
    }
    page.points.setChecked(True)
    scatter = _seconds(page.scatter.plot.update, page.scatter.plot.viewport())
    _tell("curves")
    selected = _seconds(lambda: history.choose(row.id for row in rows.rows[:MAX_DRAWN]), page.table.viewport())
    start = time.perf_counter()
    pages.show_page(CURVES)
    curves = pages.current
    assert isinstance(curves, CurvesPage)
    wait(lambda: len(curves.plots.loss.runs) >= MAX_DRAWN)
    drawn = time.perf_counter() - start + _seconds(curves.plots.loss.update, curves.plots.loss.plot.viewport())
    all_curves = len(curves.plots.lines)
    return {
        "open_s": round(opened, 3),
        "filter_s": round(max(filtered), 3),
        "filtered_runs": shown,
        "sort_s": sorts,
        "scatter_s": round(scatter, 3),
        "select_200_s": round(selected, 3),
        "curves_200_s": round(drawn, 3),
        "curves": all_curves,
        "window_mb_before": before,
        "window_mb": _memory(),
    }


def _list_seconds(runs: Path) -> float:
    """Return the seconds that a new process takes for a list of the runs."""
    start = time.perf_counter()
    run_apart("-m", "explorer", "runs", "--runs", str(runs))
    return round(time.perf_counter() - start, 3)


def _seconds(order: Callable[[], object], painted: QWidget) -> float:
    """Return the seconds from an order until a widget has been painted after it."""
    watch, done = PaintWatch(painted), list[bool]()
    watch.painted.connect(lambda: done.append(True))
    start = time.perf_counter()
    order()
    painted.update()
    wait(lambda: done)
    watch.deleteLater()
    return time.perf_counter() - start


def _memory() -> int:
    """Return the megabytes of memory that this process holds; 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) // 1000 for line in lines if line.startswith("VmRSS"))


def _tell(what: str) -> None:
    print(f"bench runs: {what}", file=sys.stderr, flush=True)
