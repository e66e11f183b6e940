"""`bench results`: how fast the Results page answers a click while a run trains, and what it takes from that run."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.data.pictures import made_pictures
from explorer.bench.disturbance import Disturbance
from explorer.bench.results.clicks import click_times
from explorer.bench.results.made_run import made_run
from explorer.bench.results.page_cost import page_cost
from explorer.bench.window.measuring import figures, wait, wait_complete
from explorer.gui.app import make_application
from explorer.gui.display import check_start
from explorer.gui.results.page import ResultsPage
from explorer.gui.session import Session
from explorer.gui.workers.worker_state import WorkerState
from explorer.gui.workspace import RESULTS
from explorer.runs.commands import Train
from explorer.runs.recipe import Recipe

_IMAGES = 10_000  # to validate with
_CLASSES = (10, 1000)
_SIZE = (1440, 900)  # pixels of the window
_CLICKS = 90
_SMALL = "mini"  # whose epochs are short, and in which the page would show most
BUDGET = 300.0  # seconds for everything but the pictures
_CLICKING = 90.0  # of these are for the windows and the clicks


def bench_results(budget: float = BUDGET) -> dict[str, object]:
    """Measure clicks on the matrix with few and with many classes, and the run's CPU time with the page and without."""
    check_start()
    make_application()
    _tell("pictures")
    pictures = made_pictures(_IMAGES)
    with TemporaryDirectory() as folder:
        runs = Path(folder)
        made = {classes: made_run(runs, pictures, classes) for classes in _CLASSES}
        session = Session(preset(DEFAULT), runs)
        session.window.show()
        wait_complete(session)
        session.window.resize(*_SIZE)
        worker = session.pool.workers[0]
        try:
            with _trained(session, DEFAULT):
                clicks = {f"clicks_{classes}_classes": _clicks(session, run) for classes, run in made.items()}
            with _trained(session, _SMALL):
                page = _page(session, budget - _CLICKING)
            return {"images": _IMAGES, **clicks, "page": page}
        finally:
            session.end()
            session.window.hide()
            wait(lambda: not worker.process.is_running())


@contextmanager
def _trained(session: Session, network: str) -> Iterator[None]:
    """Train a preset on small images meanwhile."""
    worker = session.pool.workers[0]
    wait(lambda: worker.state is WorkerState.IDLE)
    design, recipe = preset(network).change(input=(1, 28, 28)), Recipe(device="cpu", epochs=100_000)
    worker.start(Train(design=design, recipe=recipe, runs=session.pool.runs))
    wait(lambda: worker.run and worker.run.step)
    yield
    worker.stop()
    wait(lambda: not worker.is_busy())


def _clicks(session: Session, run: str) -> dict[str, object]:
    """Click cells of the matrix of a run."""
    _tell(f"clicks, {run}")
    state = session.workspace.results_state
    session.window.pages.show_page(RESULTS)
    state.history.reload()
    state.history.choose((run,))
    wait(lambda: state.results is not None and state.run is not None and state.run.id == run)
    page = session.window.pages.current
    assert isinstance(page, ResultsPage)
    with Disturbance() as disturbance:
        times = click_times(page, state, _CLICKS)
    return {"clicks": len(times), **figures(times), "max_ms": round(1000 * max(times), 2), **disturbance.figures()}


def _page(session: Session, seconds: float) -> dict[str, object]:
    """Open and close the page on the results of the run that trains."""
    _tell("the page open and closed")
    worker, history = session.pool.workers[0], session.workspace.run_history
    assert worker.run
    wait(lambda: worker.run and worker.run.epoch)
    history.reload()
    history.choose((worker.run.id,))
    with Disturbance() as disturbance:
        cost = page_cost(session, worker, seconds)
    return {**cost, **disturbance.figures()}


def _tell(what: str) -> None:
    print(f"bench results: {what}", file=sys.stderr, flush=True)
