"""Weights of a run as safetensors files, which hold data without code. No Qt."""

from dataclasses import dataclass, replace
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
    usable_checkpoint,
)
from explorer.engine.training.state import evaluated_weights
from explorer.engine.weights.facts import facts_of_data
from explorer.engine.weights.files import read_metadata
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import Run
from explorer.runs.folder.run_folder import RunFolder
from explorer.sentences import NOTHING, Sentence, joined, system_words, translatable
from explorer.validation import refuse

BEST, _BEFORE = "best.safetensors", "best.previous.safetensors"


@dataclass(frozen=True, slots=True)
class StoredWeights:
    """Weights of a run after an epoch, or within it; `warning` says why they are not those that were asked for."""

    tensors: dict[str, Tensor]
    epoch: int
    warning: Sentence = NOTHING


def save_best(folder: RunFolder, network: nn.Module, **facts: str) -> None:
    """Write the network's weights as the best so far, with all that is needed to use them. Raises Unwritten.

    The `facts`, such as after which epoch they are, stand in the metadata too.
    """
    temporary = folder.path / (BEST + ".part")
    try:
        design = trusted_design(folder.manifest["design"])
        # not by save_file, whose files only their owner may read, and which does not tell why the system refuses one
        tensors = {name: values.contiguous() for name, values in network.state_dict().items()}
        temporary.write_bytes(save(tensors, {**facts_of_data(folder.data).metadata(design), **facts}))
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
    if not best.is_file():
        return last_weights(run).tensors
    if damage := _damage_of(best):
        what = translatable("{damage}; move it away to use the weights of the last checkpoint")
        raise refuse("weights", what, damage=damage)
    return load_weights(best)


def best_weights(run: Run) -> StoredWeights:
    """Return the best weights of a run, or those of its last checkpoint if they are damaged or gone. Raises Refused."""
    best = run.folder / BEST
    if best.is_file():
        damage = _damage_of(best)
        if not damage:
            return _with_epoch(run, best)
    else:
        damage = Sentence(translatable("{name} is missing"), {"name": BEST}) if run.best_epoch else NOTHING
    last = last_weights(run)
    if not damage:
        return last
    what = translatable("{damage}; the weights of the last checkpoint were taken, of epoch {epoch}")
    warning = Sentence(what, {"damage": damage, "epoch": last.epoch})
    return replace(last, warning=joined("; ", filter(None, (warning, last.warning))))


def _with_epoch(run: Run, best: Path) -> StoredWeights:
    """Return the weights in a file with the epoch that they are of, which need not be the best. Raises Refused."""
    while True:
        facts, weights = best_facts(run), load_weights(best)
        if facts == best_facts(run):  # else a run under way has replaced them meanwhile
            break
    epoch = int(facts["epoch"])
    if epoch >= run.best_epoch:  # later if the run has just replaced them
        return StoredWeights(weights, epoch)
    what = translatable("the best weights, of epoch {best}, were not written; those of epoch {epoch} were taken")
    return StoredWeights(weights, epoch, Sentence(what, {"best": run.best_epoch, "epoch": epoch}))


def last_weights(run: Run) -> StoredWeights:
    """Return the weights of a run's last checkpoint, averaged if these are validated. Raises Refused."""
    while True:
        hashes = read_hashes(run.folder)
        found = load_checkpoint(run.folder, hashes)
        if found is None:
            raise refuse("weights", translatable("run {run} has no weights yet"), run=run.id)
        if not found.warning or hashes == read_hashes(run.folder):  # else a run under way has replaced it meanwhile
            break
    with usable_checkpoint():
        counters = found.state["counters"]
        epoch = counters["epoch"] - (not counters["position"])
        return StoredWeights(evaluated_weights(found.state), epoch, found.warning)


def best_facts(run: Run) -> dict[str, str]:
    """Return after which epoch the weights of `weights_of` are, and their validation accuracy if it is known.

    Raises Refused.
    """
    best = run.folder / BEST
    if not best.is_file():
        return {"epoch": str(run.epochs_done)}
    metadata = read_metadata(best)
    if "epoch" not in metadata:  # of an older version
        return {"epoch": str(run.best_epoch), "accuracy": str(run.best_accuracy)}
    if not metadata["epoch"].isdecimal():
        raise refuse(
            "weights", DAMAGED, name=BEST, cause=Sentence(translatable("it does not say of which epoch it is"))
        )
    return {key: metadata[key] for key in ("epoch", "accuracy") if key in metadata}


def _damage_of(best: Path) -> Sentence:
    """Return what is wrong with the file, nothing if it is as its run wrote it. Raises Refused."""
    try:
        digest = sha256_of(best)  # before run.json is read: a run under way may just be replacing both, that one first
    except OSError as error:
        return Sentence(UNREADABLE, {"name": BEST, "error": system_words(error)})
    if digest in read_hashes(best.parent).values():
        return NOTHING
    return Sentence(DAMAGED, {"name": BEST, "cause": Sentence(UNKNOWN)})
