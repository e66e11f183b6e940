"""Runs with predictions, made in no time."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from explorer.architecture.presets import preset
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import EvaluatedImages, numbered_files, write_images, write_predictions
from tests.gui.runs.made_runs import make_run

CLOTHES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
NAMED = "fashion-mnist-12k"


def make_results(
    root: Path,
    rows: Sequence[Sequence[int]],
    names: Sequence[str] = CLOTHES,
    data: str = NAMED,
    part: Part = Part.VALIDATION,
    epochs: Sequence[int] = (1,),
    **entries: object,
) -> str:
    """Make a run in whose last epoch the matrix of its predictions is `rows`; after each one before all are class 0."""
    counts = np.array(rows)
    labels = np.repeat(np.arange(len(counts)), counts.sum(1))
    predicted = np.concatenate([np.repeat(np.arange(len(counts)), row) for row in counts])
    record = data_record(data, names, validation=len(labels))
    design = preset("mini").change(classes=len(names))
    recipe = Recipe(data=data, seed=int(str(entries.pop("seed", 0))))
    values = {"data": record_table(record), "best_epoch": epochs[-1], "epochs_done": epochs[-1], **entries}
    run = make_run(root, design, recipe, **values)
    add_predictions(root / run, names, labels, predicted, part, epochs, data == NAMED)
    return run


def add_predictions(
    folder: Path, names, labels, predicted, part=Part.VALIDATION, epochs=(1,), is_named: bool = True
) -> None:
    """Add predictions to a run; an image is the surer the later it comes."""
    confidence = np.linspace(0.3, 0.9, len(labels)).astype(np.float32)
    files = numbered_files(labels.tolist())
    if not is_named:
        files = tuple(
            f"{names[int(label)]}/{number}.jpg" for label, _, number in (file.partition("/") for file in files)
        )
    write_images(folder, part, EvaluatedImages(tuple(names), files, tuple(labels.tolist())))
    for epoch in epochs:
        made = predicted if epoch == epochs[-1] else np.zeros_like(predicted)
        write_predictions(folder, part, epoch, made.astype(np.int32), confidence, 1 / epoch)


def data_record(data: str, names: Sequence[str], validation: int = 100, test: int = 0) -> DataRecord:
    return DataRecord(
        name=data,
        layout=Layout.NAMED if data == NAMED else Layout.CLASSES,
        class_names=tuple(names),
        train=10 * validation,
        validation=validation,
        test=test,
        split=Split(SplitKind.STRATIFIED, 0, (0.8, 0.1, 0.1)),
        fingerprint="",
    )
