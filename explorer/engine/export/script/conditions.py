"""Conditions: what holds for a run, by the names that `template.py` has for it. No Qt."""

from explorer.engine.export.script.images import FILES, READERS
from explorer.engine.export.script.repetition import Repetition


def conditions(found: Repetition) -> dict[str, bool]:
    """Return what holds."""
    run, recipe, history, beginning, images = found.run, found.recipe, found.history, found.beginning, found.images
    return {
        **{name: images.reader == name for name in (*READERS.values(), FILES)},
        "resizes": images.is_resized,
        "larger": images.stored != found.plan.design.input[1:],
        "normalised": bool(run.data and run.data.mean),
        "sampled": recipe.balance == "sampling",
        "weighted": recipe.balance == "weights",
        "resized_crop": recipe.resized_crop > 0,
        "crop": recipe.crop > 0,
        "flip": recipe.flip,
        "jitter": recipe.jitter > 0,
        "erase": recipe.erase > 0,
        "cutmix": recipe.cutmix > 0,
        "draws": any((recipe.resized_crop, recipe.flip, recipe.crop, recipe.jitter, recipe.erase, recipe.cutmix)),
        "smooths": recipe.label_smoothing > 0,
        "sgd": recipe.optimizer == "sgd",
        "one_rate": recipe.head_epochs == 0 and recipe.backbone_rate == 1,
        "decays": recipe.weight_decay > 0,
        "clips": recipe.clip > 0,
        "one_cycle": recipe.schedule == "one-cycle",
        "cosine": recipe.schedule == "cosine",
        "constant": recipe.schedule == "constant",
        "warms_up": recipe.warm_up > 0,
        "scheduled": found.is_scheduled,
        "stretches": found.is_scheduled and bool(history.stretches),
        "changes_rate": bool(history.factors),
        "freezes": recipe.head_epochs > 0 or recipe.frozen_stages > 0,
        "head_first": recipe.head_epochs > 0,
        "ema": recipe.ema > 0,
        "stops_early": recipe.early_stop > 0,
        "own_seed": run.seed != recipe.seed,
        "known": beginning.file is not None,
        "safetensors": beginning.is_safetensors,
        "fitted": beginning.is_fitted,
        "shares": beginning.first is not None,
        "threads": bool(history.threads),
        "channels_last": "channels_last" in history.rewrites[0],
        "bf16": "bf16" in history.rewrites[0],
        "plain_cuda": recipe.arithmetic == "plain" and history.devices[0] == "cuda",
    }
