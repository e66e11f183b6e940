"""Weights of a run as safetensors files, which hold data without code. No Qt."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from explorer.architecture.notation import trusted_design
from explorer.engine.training.checkpoint import (
    DAMAGED,
    UNKNOWN,
    UNREADABLE,
    load_checkpoint,
    seal,
    sha256_of,
    true_hashes,
    unwritten,
)
from explorer.engine.weights.facts import facts_of_data
from explorer.runs.folder import Run, RunFolder, read_hashes
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import refuse

BEST, _BEFORE = "best.safetensors", "best.previous.safetensors"


def save_best(folder: RunFolder, network: nn.Module) -> None:
    """Write the network's weights as the best so far, with all that is needed to use them. Raises Unwritten."""
    temporary = folder.path / (BEST + ".part")
    try:
        design = trusted_design(folder.manifest["design"])
        # not by save_file, whose files only their owner may read, and which does not tell why the system refuses one
        tensors = {name: values.contiguous() for name, values in network.state_dict().items()}
        temporary.write_bytes(save(tensors, facts_of_data(folder.data).metadata(design)))
        digest = seal(temporary)
        hashes = true_hashes(folder)
        before = {_BEFORE: hashes[BEST]} if BEST in hashes else {}
        folder.sealed = False
        folder.update(hashes={**hashes, **before, BEST: digest})  # first, as for a checkpoint
        temporary.replace(folder.path / BEST)
        folder.sealed = True
    except OSError as error:
        raise unwritten(temporary, BEST, error) from None


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read the weights in a safetensors file. Raises Refused for any other file."""
    try:
        weights: dict[str, Tensor] = load_file(path)
    except (OSError, SafetensorError) as error:
        what = translatable("{path!r} is not a valid safetensors file: {error}")
        raise refuse("weights", what, path=str(path), error=str(error)) from None
    return weights


def weights_of(run: Run) -> dict[str, Tensor]:
    """Return the best weights of a run, or those of its checkpoint if no epoch was finished. Raises Refused."""
    best = run.folder / BEST
    if best.is_file():
        _refuse_unknown(best)
        return load_weights(best)
    found = load_checkpoint(run.folder, read_hashes(run.folder))
    if found is None:
        raise refuse("weights", translatable("run {run} has no weights yet"), run=run.id)
    weights: dict[str, Tensor] = found.state["model"]
    return weights


def _refuse_unknown(best: Path) -> None:
    """Raise Refused if the file is not as its run wrote it."""
    try:
        digest = sha256_of(best)  # before run.json is read: a run under way may just be replacing both, that one first
    except OSError as error:
        raise refuse("weights", UNREADABLE, name=BEST, error=system_words(error)) from None
    if digest not in read_hashes(best.parent).values():
        damage = Sentence(DAMAGED, {"name": BEST, "cause": Sentence(UNKNOWN)})
        what = translatable("{damage}; move it away to use the weights of the last checkpoint")
        raise refuse("weights", what, damage=damage)
