from collections.abc import Callable

import pytest

from explorer.architecture.plan import plan_network
from explorer.engine.data.progress import unreported
from explorer.engine.export.export import exported
from explorer.engine.export.source import Source
from explorer.runs.destination import Content
from explorer.runs.events import Epoch, Event
from explorer.runs.folder.run import Run, read_run
from explorer.runs.formats import FORMATS
from tests.engine import small


@pytest.fixture
def events() -> list[Event]:
    """Those of `run`, in order."""
    return []


@pytest.fixture
def run(tmp_path, events) -> Run:
    """A run of two epochs that has ended."""
    folder = small.new_folder(tmp_path / "runs", small.RECIPE.change(epochs=2))
    events += small.run(small.training(small.RECIPE.change(epochs=2)), folder)
    for event in events:
        folder.log(event)
    best = max((event for event in events if isinstance(event, Epoch)), key=lambda event: event.validation_accuracy)
    folder.update(state="finished", epochs_done=2, best_epoch=best.epoch, best_accuracy=best.validation_accuracy)
    folder.close()
    return read_run(folder.path)


@pytest.fixture
def export(run) -> Callable[[str], Content]:
    """Return what a format makes of `run`."""
    return lambda name: exported(FORMATS[name], Source(plan_network(run.design), run=run), unreported)
