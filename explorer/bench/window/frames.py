"""Frames: how long the plots take from a step's arrival to their paint, after a short history and after a long one."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.window.measuring import figures, wait, wait_complete
from explorer.gui.session import Session
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.workers.curves import Curves
from explorer.gui.workers.live_run import LiveRun
from explorer.runs.events import Epoch, Event, Said, Started, Step, Verdict
from explorer.runs.recipe import Recipe

HISTORIES = (10_000, 100_000, 1_000_000)  # steps
_EPOCH = 235  # steps
FRAMES = 300


def bench_frames(runs: Path) -> dict[str, dict[str, float]]:
    """Frames after each of the `HISTORIES`, not at most 30 a second but as fast as they can follow one another."""
    session = Session(preset(DEFAULT), runs, warm=False)
    session.window.show()
    wait_complete(session)
    session.window.history.plots.timer.setInterval(0)
    results = {}
    for steps in HISTORIES:
        times, work = frame_times(session, steps)
        own = {"cpu_p99_ms": figures(work)["p99_ms"], "frames_per_second": round(len(times) / sum(times), 1)}
        results[str(steps)] = {**figures(times), **own}
    session.end()
    session.window.hide()
    return results


def frame_times(session: Session, steps: int) -> tuple[list[float], list[float]]:
    """Seconds of each of `FRAMES` frames of a run that has done so many steps: by the clock, and of work."""
    worker, plots = session.pool.workers[0], session.window.history.plots
    run = LiveRun(preset(DEFAULT), Recipe(), f"{steps} steps", curves=Curves(_past(steps)))
    worker.live = (run,)
    watch = PaintWatch(plots.loss.plot.viewport(), plots.accuracy.plot.viewport())
    painted: list[tuple[float, float]] = []
    watch.painted.connect(lambda: painted.append((time.perf_counter(), time.thread_time())))
    epochs = 2 * steps // _EPOCH
    started = Started(run.id, "", 1, Verdict(True, 1, 1), "cpu", _EPOCH, epochs, step=steps)
    events: list[Event] = [started, *map(step, range(steps + 1, steps + FRAMES + 1))]
    times, work = [], []
    for event in events:
        painted.clear()
        watch.arm()
        begin, begun = time.perf_counter(), time.thread_time()
        worker.process.received.emit([Said(event, run.id)])  # as the worker's process hands on what it heard
        wait(lambda: painted)
        times.append(painted[0][0] - begin)
        work.append(painted[0][1] - begun)
    watch.deleteLater()
    return times[1:], work[1:]  # without the one that put the run on the plots


def _past(steps: int) -> Iterator[Event]:
    """What a run of so many steps has said."""
    for number in range(1, steps + 1):
        yield step(number)
        if number % _EPOCH == 0:
            last = step(number)
            yield Epoch(number // _EPOCH, number, last.loss, last.accuracy, last.loss, last.accuracy, 1.0)


def step(number: int) -> Step:
    """One of a run that learns, with the noise of its batches."""
    noise = number * 0.6180339887 % 1.0
    loss = 2.3 / (1 + math.log1p(number / 100)) * (0.7 + 0.6 * noise)
    return Step(number, 1 + number // _EPOCH, loss, loss, loss, 1, 1 - loss / 3, 0.1, 100.0)
