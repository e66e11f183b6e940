"""Seeds: which runs differ in nothing else, and the spread of their results."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from explorer.architecture.presets import preset
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.folder.run import Run, RunState
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import EvaluatedImages, Predictions
from explorer.runs.results.seeds import runs_of_other_seeds, spread_over_seeds

DATA = DataRecord(
    name="photos",
    layout=Layout.CLASSES,
    class_names=("a", "b"),
    train=8,
    validation=4,
    test=0,
    split=Split(SplitKind.FOUND),
    fingerprint="1",
)
RUN = Run(
    id="0",
    folder=Path("0"),
    state=RunState.FINISHED,
    created=datetime(2026, 1, 1),
    design=preset("mini"),
    recipe=Recipe(),
    best_accuracy=0.5,
    best_epoch=1,
    epochs_done=1,
    parent=None,
    params=1,
    seed=0,
    batches="",
    data=DATA,
)


def test_runs_of_other_seeds_are_found():
    weights = replace(RUN, id="weights", seed=1)
    order = replace(RUN, id="order", recipe=Recipe(seed=1, device="cpu"), seed=1)
    others = [
        replace(RUN, id="repeated"),
        replace(RUN, id="recipe", recipe=Recipe(epochs=7), seed=2),
        replace(RUN, id="design", design=preset("resnet18"), seed=2),
        replace(RUN, id="images", data=replace(DATA, fingerprint="2"), seed=2),
        replace(RUN, id="parent", parent="9", seed=2),
        replace(weights, id="repeated too"),
    ]
    assert runs_of_other_seeds(RUN, [RUN, weights, order, *others]) == (weights, order)


def predictions(predicted) -> Predictions:
    images = EvaluatedImages(("a", "b"), ("1", "2", "3", "4"), (0, 0, 1, 1))
    return Predictions(images, Part.VALIDATION, 1, np.array(predicted, np.int32), np.ones(4, np.float32), 0.1)


def test_the_spread_is_of_accuracies_and_of_the_f1_of_each_class():
    found = spread_over_seeds([predictions([0, 0, 1, 1]), predictions([0, 0, 0, 0])])
    assert (found.accuracy.mean, found.accuracy.count) == (0.75, 2)
    assert found.accuracy.deviation == pytest.approx(0.5 / 2**0.5)
    assert [each.mean for each in found.f1] == pytest.approx([(1 + 2 / 3) / 2, 0.5])
    alone = spread_over_seeds([predictions([0, 1, 1, 1])])
    assert (alone.accuracy.mean, alone.accuracy.deviation, alone.accuracy.count) == (0.75, 0.0, 1)
