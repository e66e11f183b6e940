"""The first lines of a script: what it repeats, and how exactly. No Qt."""

from textwrap import wrap

from explorer.architecture.source.lines import Lines
from explorer.engine.export.script.history import History
from explorer.runs.folder.run import Run, read_origin

_WIDTH = 100
_REPEATED = {"channels_last", "bf16"}  # rewrites that are a line of a script
_DEVICES = {"cpu": "a processor", "cuda": "an NVIDIA GPU", "mps": "an Apple chip"}


def heading(run: Run, history: History) -> Lines:
    """Return the docstring."""
    claim = _exactly(run, history) if _is_repeated(run, history) else _nearly(history)
    use = "It needs torch and torchvision alone, and --help lists what can be chosen."
    return [f'"""Repeat the run {run.id}.', "", *wrap(claim, _WIDTH), "", use, '"""']


def _is_repeated(run: Run, history: History) -> bool:
    """Return whether the script computes in the very ways of the run; an NVIDIA GPU chooses its own unless told."""
    if run.recipe.arithmetic == "plain":
        return True
    if history.devices != ("cpu",) or not history.threads or len(history.rewrites) > 1:
        return False
    return set() < history.rewrites[0] <= _REPEATED  # older versions told of neither threads nor rewrites


def _exactly(run: Run, history: History) -> str:
    """Say how exactly a run is repeated by a script that computes in its ways."""
    torch = read_origin(run.folder).versions.get("torch", "")
    devices = [_DEVICES[device] for device in history.devices]
    if len(devices) > 1:
        return (
            f"Exactly as far as it was computed on {devices[0]}; it went on on {devices[1]}, which rounds differently."
        )
    why = "the run has plain arithmetic" if run.recipe.arithmetic == "plain" else "this computes in the run's ways"
    start = f"Exactly: with torch {torch}, on {devices[0]} of the same kind"
    if history.devices != ("cpu",):
        return f"{start}, every loss is equal to the last bit, for {why}."
    count = history.threads[0]
    what = f"{start} and {count} thread{'s' * (count > 1)}, every loss is equal to the last bit"
    if len(history.threads) > 1:
        return f"{what} until the run went on with {history.threads[1]}, which round sums differently."
    return f"{what}, for {why}."


def _nearly(history: History) -> str:
    """Say how exactly a run is repeated that was computed in faster ways than the script has."""
    is_rough = "cuda" in history.devices or any("bf16" in each for each in history.rewrites)  # TF32 there
    ways = "with fewer than 32 bits per number" if is_rough else "in faster ways"
    return (
        f"Not exactly: the run was computed {ways}, and what that rounds differently grows with every step. With "
        "--float64 the first ten losses are within 1e-4 of those that the run's ways have in 64 bits, unless it was "
        "unstable. A run with plain arithmetic is repeated exactly."
    )
