"""`bench edit`: how fast an edit shows in table, totals and diagram, beside the time that torchinfo takes."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.architecture.notation import to_line
from explorer.architecture.presets import preset
from explorer.bench.window.measuring import figures, run_apart, wait, wait_complete
from explorer.gui.app import make_application
from explorer.gui.display import check_start
from explorer.gui.session import Session
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.workers.inquiry import Inquiry
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.answers import Torchinfo
from explorer.runs.recipe import Recipe
from explorer.validation import refuse

NETWORKS = ("resnet18", "resnet152", "cifar-resnet1202")
TICKS = 200  # edits per network


def bench_edit() -> dict[str, object]:
    """Measure from a tick of a real slider until table, totals and diagram are painted, against torchinfo's time."""
    check_start()
    app = make_application()
    measured: dict[str, dict[str, float]] = {}
    with TemporaryDirectory() as runs:
        for name in NETWORKS:
            session = Session(preset(name), Path(runs), warm=False)
            session.window.show()
            wait_complete(session)
            seconds, work = _edit_times(session)
            _check_table(session)
            own = {"cpu_p99_ms": figures(work)["p99_ms"]}  # time that other processes took does not count here
            measured[name] = {**figures(seconds), **own}
            session.window.close()
            app.processEvents()
    torchinfo = torchinfo_times(NETWORKS)
    return {
        name: {
            **times,
            "torchinfo_ms": round(torchinfo[name], 1),
            "ratio": round(torchinfo[name] / times["median_ms"], 1),
        }
        for name, times in measured.items()
    }


def _edit_times(session: Session) -> tuple[list[float], list[float]]:
    """Return seconds per tick, `TICKS` of the first stage's depth slider, up and down: of wall clock and of work."""
    window = session.window
    slider = window.editor.editors[0].sliders["blocks"]
    watch = PaintWatch(window.table.viewport(), window.totals, window.diagram.viewport())
    painted: list[tuple[float, float]] = []
    watch.painted.connect(lambda: painted.append((time.perf_counter(), time.thread_time())))
    times, work = [], []
    for tick in range(TICKS):
        watch.arm()
        painted.clear()
        key = Qt.Key.Key_Right if tick % 2 == 0 else Qt.Key.Key_Left
        start, work_start = time.perf_counter(), time.thread_time()
        QTest.keyClick(slider, key)
        wait(lambda: painted)
        times.append(painted[0][0] - start)
        work.append(painted[0][1] - work_start)
    return times, work


def _check_table(session: Session) -> None:
    """Assert that the table shows the numbers that the `summary` command prints for the same design."""
    table = session.window.table.layers
    summary = json.loads(run_apart("-m", "explorer", "summary", to_line(session.document.design), "--json"))
    for row, stage in enumerate(summary["stages"]):
        shown = [table.data(table.index(row, column)).replace(",", "") for column in (3, 4)]
        assert shown == [str(stage["params"]), str(stage["macs"])], (stage, shown)


def torchinfo_times(names: Sequence[str]) -> dict[str, float]:
    """Return the milliseconds that torchinfo takes for each preset, measured by a worker, for the window has no torch.

    Raises Refused if they cannot be measured.
    """
    pool = WorkerPool(Path(), WorkerProcess())
    times, reasons = dict[str, float](), list[str]()
    inquiries = []
    for name in names:
        inquiry = Inquiry(pool, Torchinfo(preset(name), Recipe(device="cpu"), runs=Path()))
        inquiry.answered.connect(lambda answer, name=name: times.update({name: answer.milliseconds}))
        inquiry.refused.connect(reasons.append)
        inquiries.append(inquiry)
    pool.shown.warm_up()
    try:
        wait(lambda: len(times) + len(reasons) == len(names) or pool.shown.state is WorkerState.GONE)
    finally:
        pool.shut_down()
        wait(lambda: not pool.is_running())
    if len(times) < len(names):
        raise refuse("torchinfo", "{reason}", reason=" ".join(reasons or [pool.shown.message]))
    return times
