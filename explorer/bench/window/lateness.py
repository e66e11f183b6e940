"""`bench window`: how late the window's timers fire during training, and how fast its plots draw a run."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest

from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.window.frames import bench_frames
from explorer.bench.window.measuring import figures, wait, wait_complete
from explorer.gui.app import make_application
from explorer.gui.display import check_start
from explorer.gui.session import Session

_FRAME = 16  # milliseconds per frame


def bench_window(seconds: float = 60.0) -> dict[str, object]:
    """Measure a 16 ms timer while the window trains its default, with plots visible; then the plots' frames."""
    check_start()
    make_application()
    with TemporaryDirectory() as runs:
        lateness = training_lateness(Path(runs, "training"), seconds)
        return {**lateness, "frames": bench_frames(Path(runs, "frames"))}


def training_lateness(runs: Path, seconds: float) -> dict[str, object]:
    """Return how late a 16 ms timer fires, in milliseconds, and after how many seconds the first points came."""
    session = Session(preset(DEFAULT), runs)
    window = session.window
    window.show()
    wait_complete(session)
    worker = session.pool.workers[0]
    wait(lambda: worker.hello)
    firsts: dict[str, float] = {}
    start = time.monotonic()

    def note() -> None:
        if worker.run and worker.run.step:
            firsts.setdefault("first_point_s", round(time.monotonic() - start, 1))
        if worker.run and worker.run.epoch:
            firsts.setdefault("first_validation_s", round(time.monotonic() - start, 1))

    worker.progressed.connect(note)
    QTest.mouseClick(window.training.start, Qt.MouseButton.LeftButton)
    wait(lambda: "first_point_s" in firsts)
    late = timer_lateness(seconds)
    session.end()
    window.hide()
    wait(lambda: not worker.process.is_running())
    return {**figures(late), "max_ms": round(1000 * max(late), 2), "ticks": len(late), **firsts}


def timer_lateness(seconds: float) -> list[float]:
    """Return the seconds by which each tick of a precise timer was late."""
    late: list[float] = []
    timer = QTimer(interval=_FRAME, timerType=Qt.TimerType.PreciseTimer)
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        late.append(max(0.0, now - last - _FRAME / 1000))
        last = now

    timer.timeout.connect(tick)
    timer.start()
    end = time.monotonic() + seconds
    wait(lambda: time.monotonic() > end, seconds + 60)
    timer.stop()
    return late
