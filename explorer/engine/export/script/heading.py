"""The first lines of a script: what it repeats, and how exactly. No Qt."""

from textwrap import wrap

from explorer.architecture.source.lines import Lines
from explorer.engine.export.script.history import History
from explorer.runs.folder.run import Run, read_origin

_WIDTH = 100
_DEVICES = {"cpu": "a processor", "cuda": "an NVIDIA GPU", "mps": "an Apple chip"}


def heading(run: Run, history: History) -> Lines:
    """Return the docstring."""
    claim = _exactly(run, history) if run.recipe.arithmetic == "plain" else _nearly(history)
    use = "It needs torch and torchvision alone, and --help lists what can be chosen."
    return [f'"""Repeat the run {run.id}.', "", *wrap(claim, _WIDTH), "", use, '"""']


def _exactly(run: Run, history: History) -> str:
    """Say how exactly a run with plain arithmetic is repeated."""
    torch = read_origin(run.folder).versions.get("torch", "")
    devices = [_DEVICES[device] for device in history.devices]
    if len(devices) > 1:
        return (
            f"Exactly as far as it was computed on {devices[0]}; it went on on {devices[1]}, which rounds differently."
        )
    start = f"Exactly: with torch {torch}, on {devices[0]} of the same kind"
    if history.devices != ("cpu",):
        return f"{start}, every loss is equal to the last bit, for the run has plain arithmetic."
    count = history.threads[0]
    what = f"{start} and {count} thread{'s' * (count > 1)}, every loss is equal to the last bit"
    if len(history.threads) > 1:
        return f"{what} until the run went on with {history.threads[1]}, which round sums differently."
    return f"{what}, for the run has plain arithmetic."


def _nearly(history: History) -> str:
    """Say how exactly a run in faster ways is repeated."""
    is_rough = "bf16" in history.rewrites or "cuda" in history.devices  # where convolutions are in TF32
    near, ways = ("1e-2", "with fewer than 32 bits per number") if is_rough else ("1e-4", "in faster ways")
    return (
        f"With --float64 the first ten losses are within {near} of the run's, which was computed {ways}: what that "
        "rounds differently grows with every step. A run with plain arithmetic is repeated exactly."
    )
