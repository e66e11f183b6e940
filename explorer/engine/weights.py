"""Weights to keep and to share, as safetensors: data without code. No Qt."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from explorer.architecture.reading import refuse
from explorer.architecture.words import QT_TRANSLATE_NOOP
from explorer.engine.checkpoint import load_checkpoint, seal, unwritten
from explorer.runs.folder import Run, RunFolder, read_hashes

BEST = "best.safetensors"


def save_best(folder: RunFolder, network: nn.Module) -> None:
    """Write the network's weights as the best so far. Raises Unwritten."""
    temporary = folder.path / (BEST + ".part")
    try:
        save_file({name: values.contiguous() for name, values in network.state_dict().items()}, temporary)
        digest = seal(temporary)
        folder.update(hashes={**folder.manifest["hashes"], BEST: digest})
        temporary.replace(folder.path / BEST)
    except (OSError, SafetensorError) as error:
        temporary.unlink(missing_ok=True)
        raise unwritten(folder.path / BEST, error) from None


def load_weights(path: Path) -> dict[str, Tensor]:
    """The weights in a safetensors file; anything else is refused unread. Raises Refused."""
    try:
        weights: dict[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        what = QT_TRANSLATE_NOOP("explorer", "{path!r} is not a good safetensors file: {error}")
        raise refuse("weights", what, path=str(path), error=str(error)) from None
    return weights


def weights_of(run: Run) -> dict[str, Tensor]:
    """The best weights of a run, or those of its checkpoint if no epoch was finished. Raises Refused."""
    if (run.folder / BEST).is_file():
        return load_weights(run.folder / BEST)
    found = load_checkpoint(run.folder, read_hashes(run.folder))
    if found is None:
        raise refuse("init_from", QT_TRANSLATE_NOOP("explorer", "the run {run} has no weights yet"), run=run.id)
    weights: dict[str, Tensor] = found.state["model"]
    return weights
