"""Frames: how long the plots take from a step's arrival to their paint, after a short history and after a long one."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.window.measuring import figures, wait, wait_complete
from explorer.gui.runs.curves_page import CurvesPage
from explorer.gui.session import Session
from explorer.gui.training.curves.plots import Plots
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.workers.curves import Curves
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workspace import CURVES
from explorer.runs.events import Epoch, Event, Said, Started, Step, Verdict
from explorer.runs.recipe import Recipe

HISTORIES = (10_000, 100_000, 1_000_000)  # steps before the first frame
_EPOCH = 235  # steps per epoch
FRAMES = 300


def bench_frames(runs: Path) -> dict[str, dict[str, float]]:
    """Measure frames after each of the `HISTORIES`, without the limit of 30 per second."""
    session = Session(preset(DEFAULT), runs, warm=False)
    session.window.show()
    wait_complete(session)
    _plots(session).timer.setInterval(0)
    results = {}
    for steps in HISTORIES:
        times, work = frame_times(session, steps)
        own = {"cpu_p99_ms": figures(work)["p99_ms"], "frames_per_second": round(len(times) / sum(times), 1)}
        results[str(steps)] = {**figures(times), **own}
    session.end()
    session.window.hide()
    return results


def _plots(session: Session) -> Plots:
    """Return the plots, whose page is shown."""
    session.window.pages.show_page(CURVES)
    page = session.window.pages.current
    assert isinstance(page, CurvesPage)
    return page.plots


def frame_times(session: Session, steps: int) -> tuple[list[float], list[float]]:
    """Return seconds per frame, `FRAMES` of a run that has done so many steps: of wall clock and of work."""
    worker, plots = session.pool.workers[0], _plots(session)
    run = LiveRun(design=preset(DEFAULT), recipe=Recipe(), id=f"{steps} steps", curves=Curves(_past(steps)))
    worker.live = (run,)
    watch = PaintWatch(plots.loss.plot.viewport(), plots.accuracy.plot.viewport())
    painted: list[tuple[float, float]] = []
    watch.painted.connect(lambda: painted.append((time.perf_counter(), time.thread_time())))
    epochs = 2 * steps // _EPOCH
    started = Started(
        run=run.id,
        folder="",
        params=1,
        referee=Verdict(agrees=True, params=1, mult_adds=1),
        device="cpu",
        steps_per_epoch=_EPOCH,
        epochs=epochs,
        step=steps,
    )
    events: list[Event] = [started, *map(step, range(steps + 1, steps + FRAMES + 1))]
    times, work = [], []
    for event in events:
        painted.clear()
        watch.arm()
        start, work_start = time.perf_counter(), time.thread_time()
        worker.process.received.emit([Said(event, run.id)])  # as WorkerProcess hands on what the worker said
        wait(lambda: painted)
        times.append(painted[0][0] - start)
        work.append(painted[0][1] - work_start)
    watch.deleteLater()
    return times[1:], work[1:]  # without the first, which added the run to the plots


def _past(steps: int) -> Iterator[Event]:
    """Yield the events of a run of so many steps."""
    for number in range(1, steps + 1):
        yield step(number)
        if number % _EPOCH == 0:
            last = step(number)
            yield Epoch(
                epoch=number // _EPOCH,
                step=number,
                train_loss=last.loss,
                train_accuracy=last.accuracy,
                validation_loss=last.loss,
                validation_accuracy=last.accuracy,
                seconds=1.0,
            )


def step(number: int) -> Step:
    """Return step `number` of a run that learns, with the noise of its batches."""
    noise = number * 0.6180339887 % 1.0
    loss = 2.3 / (1 + math.log1p(number / 100)) * (0.7 + 0.6 * noise)
    return Step(
        step=number,
        epoch=1 + number // _EPOCH,
        loss=loss,
        loss_min=loss,
        loss_max=loss,
        steps=1,
        accuracy=1 - loss / 3,
        learning_rate=0.1,
        examples_per_second=100.0,
    )
