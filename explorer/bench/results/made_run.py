"""A run with predictions that no network made, so that it has as many images and classes as are wanted. No Qt."""

from pathlib import Path

import numpy as np

from explorer.architecture.presets import preset
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.folder.run import RunState
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import EvaluatedImages, write_images, write_predictions

_SIZE = (3, 64, 64)  # of the images that the network would see
_MISTAKEN = 0.25  # of the images
_NEAR = 9  # other classes that a class is taken for


def made_run(runs: Path, pictures: Path, classes: int) -> str:
    """Make a run that validates with all pictures below a folder, each taken for its class or one near to it.

    Returns its id.
    """
    files = sorted(path.relative_to(pictures).as_posix() for path in pictures.rglob("*.jpg"))
    chance, count = np.random.default_rng(classes), len(files)
    labels = np.arange(count) % classes
    away = chance.integers(1, 1 + min(_NEAR, classes - 1), count) * (chance.random(count) < _MISTAKEN)
    predicted = (labels + away) % classes
    confidence = chance.uniform(1 / classes, 1, count).astype(np.float32)
    names = tuple(f"class {label:04}" for label in range(classes))
    record = DataRecord(
        name=str(pictures),
        layout=Layout.CLASSES,
        class_names=names,
        train=count,
        validation=count,
        test=0,
        split=Split(SplitKind.STRATIFIED, 0, (0.5, 0.5, 0.0)),
        fingerprint="",
    )
    design = preset("mini").change(input=_SIZE, classes=classes)
    folder = RunFolder.create(runs, design, Recipe(data=str(pictures), device="cpu"), params=0)
    write_images(folder.path, Part.VALIDATION, EvaluatedImages(names, tuple(files), tuple(labels.tolist())))
    write_predictions(folder.path, Part.VALIDATION, 1, predicted.astype(np.int32), confidence, 1.0)
    accuracy = float((predicted == labels).mean())
    entries = {"data": record_table(record), "epochs_done": 1, "best_epoch": 1, "best_accuracy": accuracy}
    folder.update(state=RunState.FINISHED, **entries)
    folder.close()
    return folder.path.name
