"""`bench edit`: how fast an edit shows in table, totals and diagram, beside the time that torchinfo takes.

An edit is a tick of a slider, or of a drag in the diagram with the strip of costs above it.
"""

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from explorer.architecture.notation import to_line
from explorer.architecture.presets import preset
from explorer.bench.window.measuring import figures, run_apart, wait, wait_complete
from explorer.gui.app import make_application
from explorer.gui.diagram.grip import Grip
from explorer.gui.display import check_start
from explorer.gui.session import Session
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.workers.inquiry import Inquiry
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.questions.networks import Torchinfo
from explorer.runs.recipe import Recipe
from explorer.validation import refuse

NETWORKS = ("resnet18", "resnet152", "cifar-resnet1202")
TICKS = 200  # edits per network, of each kind
_TRAVEL = 16  # pixels of a drag, two steps of its scale

Times = tuple[list[float], list[float]]  # seconds per tick: of wall clock and of work


def bench_edit() -> dict[str, object]:
    """Measure from a tick of a real slider or drag until all is painted, against torchinfo's time."""
    check_start()
    app = make_application()
    measured: dict[str, dict[str, Times]] = {}
    with TemporaryDirectory() as runs:
        for name in NETWORKS:
            session = Session(preset(name), Path(runs), warm=False)
            session.window.show()
            wait_complete(session)
            measured[name] = edit_times(session)
            _check_table(session)
            session.window.close()
            app.processEvents()
    torchinfo = torchinfo_times(NETWORKS)
    return {
        name: {
            **_figures(kinds["slider"]),
            "torchinfo_ms": round(torchinfo[name], 1),
            "ratio": round(torchinfo[name] / figures(kinds["slider"][0])["median_ms"], 1),
            **{kind: _figures(times) for kind, times in kinds.items() if kind != "slider"},
        }
        for name, kinds in measured.items()
    }


def _figures(times: Times) -> dict[str, float]:
    seconds, work = times
    return {**figures(seconds), "cpu_p99_ms": figures(work)["p99_ms"]}  # other processes' time does not count there


def edit_times(session: Session) -> dict[str, Times]:
    """Return the times of the first stage's depth slider, and of drags of its top and its edge in the diagram."""
    window = session.window
    slider = window.editor.editors[0].sliders["blocks"]
    keys = (Qt.Key.Key_Right, Qt.Key.Key_Left)
    found = {"slider": _tick_times(session, (), lambda tick: QTest.keyClick(slider, keys[tick % 2]))}
    handles, viewport = window.handles, window.diagram.viewport()
    for kind, grip, way in (
        ("drag_blocks", handles.top, QPoint(0, -_TRAVEL)),
        ("drag_width", handles.edge, QPoint(_TRAVEL, 0)),
    ):
        column = next(each for each in window.diagram.columns if each.path == "layer1")
        QTest.mouseMove(viewport, column.slabs.translated(window.diagram.start, 0).center().toPoint())
        wait(grip.isVisible)
        start = grip.mapToGlobal(grip.rect().center())
        QTest.mousePress(grip, Qt.MouseButton.LeftButton)
        found[kind] = _tick_times(session, (handles.strip,), partial(_move, grip, start, way))
        assert handles.strip.isVisible()
        QTest.mouseRelease(grip, Qt.MouseButton.LeftButton)
    return found


def _move(grip: Grip, start: QPoint, way: QPoint, tick: int) -> None:
    """Move the pointer of a drag to the end of its way, or back to where it was pressed."""
    QTest.mouseMove(grip, grip.mapFromGlobal(start if tick % 2 else start + way))


def _tick_times(session: Session, beside: Sequence[QWidget], edit: Callable[[int], object]) -> Times:
    """Return the times of `TICKS` edits, to and fro, until table, totals, diagram and what is `beside` are painted."""
    window = session.window
    watch = PaintWatch(window.table.viewport(), window.totals, window.diagram.viewport(), *beside)
    painted: list[tuple[float, float]] = []
    watch.painted.connect(lambda: painted.append((time.perf_counter(), time.thread_time())))
    times, work = [], []
    for tick in range(TICKS):
        watch.arm()
        painted.clear()
        before = session.document.design
        start, work_start = time.perf_counter(), time.thread_time()
        edit(tick)
        wait(lambda: painted)
        assert session.document.design != before
        times.append(painted[0][0] - start)
        work.append(painted[0][1] - work_start)
    watch.deleteLater()
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
