"""Benches of the window: how fast an edit shows, how fast the window starts, how late its timers run while it trains.

Times are medians and 99th percentiles in milliseconds. They are measured in the real window with its real controls;
torchinfo's times for comparison come from the worker process, for the window has no torch.
"""

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from explorer.architecture.notation import to_line
from explorer.architecture.presets import DEFAULT, preset
from explorer.gui.app import check_start, make_application
from explorer.gui.painted import PaintWatch
from explorer.gui.session import Session
from explorer.runs.launch import launch_local

NETWORKS = ("resnet18", "resnet152", "cifar-resnet1202")
TICKS = 200
SPAWNS = 10
FRAME = 16  # milliseconds


def wait(ready: Callable[[], object], seconds: float = 60.0) -> None:
    """Run the event loop until `ready()`. Raises TimeoutError."""
    loop = QEventLoop()
    ticker = QTimer(interval=2)
    end = time.monotonic() + seconds
    ticker.timeout.connect(lambda: loop.quit() if ready() or time.monotonic() > end else None)
    ticker.start()
    if not ready():
        loop.exec()
    if not ready():
        raise TimeoutError


def wait_complete(session: Session) -> None:
    wait(lambda: session.complete)


def figures(times: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile of seconds, as milliseconds."""
    ranked = sorted(times)
    return {
        "median_ms": round(1000 * statistics.median(ranked), 2),
        "p99_ms": round(1000 * ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))], 2),
    }


def run_apart(*arguments: str) -> str:
    """What Python prints when run with `arguments` in a process of its own."""
    launch = launch_local()
    done = subprocess.run(
        [launch.program, *arguments], env=launch.environment, capture_output=True, text=True, check=True
    )
    return done.stdout


TORCHINFO = """
import sys
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.bench import torchinfo_ms
print(torchinfo_ms(plan_network(preset(sys.argv[1]))))
"""
PROBE = """
import json
from explorer.gui.bench import probe_start
print(json.dumps(probe_start()))
"""


def bench_edit() -> dict[str, object]:
    """From a tick of a real slider until table, totals and diagram have painted, against torchinfo's time."""
    check_start()
    app = make_application()
    results: dict[str, object] = {}
    with TemporaryDirectory() as runs:
        for name in NETWORKS:
            session = Session(preset(name), Path(runs), warm=False)
            session.window.show()
            wait_complete(session)
            times, work = edit_times(session)
            check_table(session)
            torchinfo = float(run_apart("-c", TORCHINFO, name))
            measured = figures(times)
            ratio = round(torchinfo / measured["median_ms"], 1)
            own = {"cpu_p99_ms": figures(work)["p99_ms"]}  # what a busy machine took from it does not count here
            results[name] = {**measured, **own, "torchinfo_ms": round(torchinfo, 1), "ratio": ratio}
            session.window.close()
            app.processEvents()
    return results


def edit_times(session: Session) -> tuple[list[float], list[float]]:
    """Seconds of each of `TICKS` ticks of the first stage's depth slider, up and down: by the clock, and of work."""
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
        start, begun = time.perf_counter(), time.thread_time()
        QTest.keyClick(slider, key)
        wait(lambda: painted)
        times.append(painted[0][0] - start)
        work.append(painted[0][1] - begun)
    return times, work


def check_table(session: Session) -> None:
    """The table's own texts say what the `summary` command says of the same design."""
    table = session.window.table.layers
    summary = json.loads(run_apart("-m", "explorer", "summary", to_line(session.document.design), "--json"))
    for row, stage in enumerate(summary["stages"]):
        shown = [table.data(table.index(row, column)).replace(",", "") for column in (3, 4)]
        assert shown == [str(stage["params"]), str(stage["macs"])], (stage, shown)


BARE = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: (print(time.time(), flush=True), app.quit()))
        return False
app = QApplication([])
app.setStyle("Fusion")
window = QMainWindow()
window.resize(1440, 900)
watch = Watch()
window.installEventFilter(watch)
window.show()
app.exec()
"""


def bench_start() -> dict[str, object]:
    """Spawn to first paint beside a bare window, then a slider's answer, the plots and the warm worker; seconds."""
    check_start()
    marks: dict[str, list[float]] = {"bare": []}
    for _ in range(SPAWNS):
        begin = time.time()
        marks["bare"].append(float(run_apart("-c", BARE)) - begin)
        begin = time.time()
        for name, moment in json.loads(run_apart("-c", PROBE)).items():
            marks.setdefault(name, []).append(moment - begin)
    medians = {f"{name}_s": round(statistics.median(times), 3) for name, times in marks.items()}
    return {**medians, "ratio": round(medians["first_paint_s"] / medians["bare_s"], 2), "spawns": SPAWNS}


def probe_start() -> dict[str, float]:
    """Open the window once and note the clock at each thing that becomes ready."""
    make_application()
    moments: dict[str, float] = {}
    with TemporaryDirectory() as runs:
        session = Session(preset(DEFAULT), Path(runs))
        window = session.window
        session.painted.connect(lambda: moments.setdefault("first_paint", time.time()))
        window.show()
        wait(lambda: "first_paint" in moments)
        wait(lambda: window.is_furnished)
        before = session.document.plan
        QTest.keyClick(window.editor.editors[0].sliders["blocks"], Qt.Key.Key_Right)
        wait(lambda: session.document.plan != before)
        moments["slider"] = time.time()
        wait(lambda: session.complete)
        moments["plots"] = time.time()
        wait(lambda: session.trainer.hello)
        moments["worker"] = time.time()
        window.close()
        wait(lambda: not session.trainer.process.is_running())
    return moments


def bench_window(seconds: float = 60.0) -> dict[str, object]:
    """How late a 16 ms timer of the window fires while it trains what it offers by itself, plots visible."""
    check_start()
    make_application()
    with TemporaryDirectory() as runs:
        session = Session(preset(DEFAULT), Path(runs))
        window, trainer = session.window, session.trainer
        window.show()
        wait(lambda: trainer.hello)
        firsts: dict[str, float] = {}
        begin = time.monotonic()

        def note() -> None:
            if trainer.run and trainer.run.step:
                firsts.setdefault("first_point_s", round(time.monotonic() - begin, 1))
            if trainer.run and trainer.run.epoch:
                firsts.setdefault("first_validation_s", round(time.monotonic() - begin, 1))

        trainer.progressed.connect(note)
        QTest.mouseClick(window.training.start, Qt.MouseButton.LeftButton)
        wait(lambda: "first_point_s" in firsts)
        late = timer_lateness(seconds)
        session.end()
        window.hide()
        wait(lambda: not trainer.process.is_running())
    return {**figures(late), "max_ms": round(1000 * max(late), 2), "ticks": len(late), **firsts}


def timer_lateness(seconds: float) -> list[float]:
    """Seconds by which each tick of a precise timer came after its time."""
    late: list[float] = []
    timer = QTimer(interval=FRAME, timerType=Qt.TimerType.PreciseTimer)
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, now - last - FRAME / 1000))
        last = now

    timer.timeout.connect(tick)
    timer.start()
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end, seconds + 60)
    timer.stop()
    return late
