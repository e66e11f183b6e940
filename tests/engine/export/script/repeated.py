"""Scripts of runs, run without anything of this program, and what they print against what was recorded."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from explorer.architecture.plan import plan_network
from explorer.engine.data.progress import unreported
from explorer.engine.export.export import exported
from explorer.engine.export.source import Source
from explorer.runs import events
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import read_run
from explorer.runs.formats import FORMATS

# Runs one script after the other, for torch takes seconds to import; what one prints goes to a file beside it.
RUNNER = """
import contextlib, json, runpy, sys
for words in json.loads(sys.argv[1]):
    sys.argv = words
    with open(words[0] + ".out", "w") as out, contextlib.redirect_stdout(out):
        runpy.run_path(words[0], run_name="__main__")
assert not [name for name in sys.modules if name.split(".")[0] == "explorer"]
"""


class Printed(NamedTuple):
    """The losses of the steps, and training loss, validation loss and accuracy of the epochs."""

    steps: list[float]
    epochs: list[tuple[float, float, float]]


def export(folder: Path) -> str:
    """The script of the run in a folder."""
    run = read_run(folder)
    content = exported(FORMATS["script"], Source(plan_network(run.design), run=run), unreported)
    assert isinstance(content, str)
    return content


def run_scripts(
    scripts: dict[str, str], folder: Path, flags: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> dict[str, Printed]:
    """What each script prints, with its `flags`, in one process that is not in this program's folder."""
    paths = {name: folder / f"{name}.py" for name in scripts}
    for name, text in scripts.items():
        paths[name].write_text(text, encoding="utf-8")
    calls = json.dumps([[str(path), *flags.get(name, ())] for name, path in paths.items()])
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [sys.executable, "-c", RUNNER, calls]
    done = subprocess.run(words, cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return {name: read(path.with_name(f"{path.name}.out").read_text()) for name, path in paths.items()}


def read(text: str) -> Printed:
    steps = [float(loss) for loss in re.findall(r"^step \d+: loss (\S+)$", text, re.MULTILINE)]
    epochs = re.findall(r"^epoch \d+: training loss (\S+), validation loss (\S+), accuracy (\S+)$", text, re.MULTILINE)
    return Printed(steps, [(float(one), float(other), float(share)) for one, other, share in epochs])


def recorded(folder: Path) -> list[events.Step | events.Epoch]:
    return [event for event in read_events(folder) if isinstance(event, events.Step | events.Epoch)]


def assert_repeated(printed: Printed, folder: Path) -> None:
    """Every loss and accuracy of a run's events is that which its script prints, to the last bit.

    An event has the mean, the least and the largest loss of the steps that were read back together.
    """
    steps = [event for event in recorded(folder) if isinstance(event, events.Step)]
    epochs = [event for event in recorded(folder) if isinstance(event, events.Epoch)]
    assert steps[-1].step == len(printed.steps) == sum(event.steps for event in steps)
    for event in steps:
        losses = printed.steps[event.step - event.steps : event.step]
        assert (event.loss, event.loss_min, event.loss_max) == (sum(losses) / len(losses), min(losses), max(losses))
    assert printed.epochs == [(each.train_loss, each.validation_loss, each.validation_accuracy) for each in epochs]
