"""A finished run on a folder of images, with what its network made of those to validate with."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from explorer.architecture.presets import preset
from explorer.runs.data.decisions import Decisions
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.folder.run import Run, RunState, read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import EvaluatedImages, write_images, write_predictions

NAMES = ("cat", "dog", "owl")
FILES = tuple(f"{name}/{number:03}.jpg" for name in NAMES for number in range(4))
RECORD = DataRecord(
    name="",
    layout=Layout.CLASSES,
    class_names=NAMES,
    train=24,
    validation=12,
    test=0,
    split=Split(SplitKind.STRATIFIED, 0, (0.7, 0.15, 0.15), before_decisions=True),
    fingerprint="f",
)


def make_run(runs: Path, data: str, decisions: Decisions | None = None, noted: bool = True, **entries: object) -> Run:
    """A run on the folder `data`, whose network takes everything for a cat; it has `decisions`, if it `noted` any."""
    design = preset("mini").change(classes=3)
    folder = RunFolder.create(runs, design, Recipe(data=data), 1)
    record = replace(RECORD, name=data, decisions=decisions or Decisions())
    folder.update(state=RunState.FINISHED, **({"data": record_table(record)} if noted else {}), **entries)
    folder.close()
    images = EvaluatedImages(NAMES, FILES, tuple(NAMES.index(file.partition("/")[0]) for file in FILES))
    write_images(folder.path, Part.VALIDATION, images)
    taken, sure = np.zeros(len(FILES), np.int32), np.full(len(FILES), 0.9, np.float32)
    write_predictions(folder.path, Part.VALIDATION, 1, taken, sure, 1.0)
    return read_run(folder.path)
