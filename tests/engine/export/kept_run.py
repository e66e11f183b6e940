"""A run as training leaves it, without the training: weights that do something, curves, and predictions."""

from pathlib import Path

import numpy as np
import torch

from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.engine.model import build_model
from explorer.engine.training.weights import save_best
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Epoch, Started, Verdict
from explorer.runs.folder.run import Run, RunState, read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import EvaluatedImages, write_images, write_predictions


def scrambled(network: torch.nn.Module) -> torch.nn.Module:
    """The network with norms that do something."""
    for name, values in network.state_dict().items():
        if "running_var" in name:
            values.uniform_(0.5, 2)
        elif values.dim() == 1 and values.is_floating_point():
            values.normal_(std=0.5)
    return network.eval()


def record(class_names: tuple[str, ...], **changes) -> DataRecord:
    """What is known about some images of the user's own."""
    known = {
        "name": "images",
        "layout": Layout.CLASSES,
        "class_names": class_names,
        "train": 70,
        "validation": 15,
        "test": 15,
        "split": Split(SplitKind.STRATIFIED, seed=3, ratio=(0.7, 0.15, 0.15)),
        "fingerprint": "0" * 64,
    }
    return DataRecord(**{**known, **changes})


def keep_run(root: Path, design: Design, data: DataRecord | None = None, recipe: Recipe | None = None) -> Run:
    """A finished run of three epochs, the second one the best."""
    recipe = recipe or Recipe(data="images", device="cpu", epochs=3)
    folder = RunFolder.create(root, design, recipe, 1)
    folder.update(data=record_table(data or record(tuple(f"class {n}" for n in range(design.classes)))))
    torch.manual_seed(0)
    save_best(folder, scrambled(build_model(plan_network(design))))
    folder.log(Started(folder.path.name, str(folder.path), 1, Verdict(True, 1, 1), "cpu", 5, 3))
    for epoch, loss in enumerate((1.5, 0.75, 0.875), 1):
        folder.log(
            Epoch(
                epoch=epoch,
                step=5 * epoch,
                train_loss=loss,
                train_accuracy=1 - loss / 2,
                validation_loss=loss + 0.125,
                validation_accuracy=0.9 - loss / 2,
                seconds=1.0,
            )
        )
    folder.update(state=RunState.FINISHED, best_epoch=2, best_accuracy=0.525, epochs_done=3, seconds=3.0)
    folder.close()
    return read_run(folder.path)


def keep_predictions(
    run: Run,
    files: tuple[str, ...],
    labels: tuple[int, ...],
    predicted: tuple[int, ...],
    confidence: tuple[float, ...],
    part: Part = Part.VALIDATION,
) -> None:
    """What the best epoch made of these images."""
    write_images(run.folder, part, EvaluatedImages(run.class_names, files, labels))
    made = np.array(predicted, np.int32), np.array(confidence, np.float32)
    write_predictions(run.folder, part, run.best_epoch, *made, loss=0.875)
