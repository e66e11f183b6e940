"""Predictions: what a run's network made of each image of a part of its data. No torch, no Qt.

The folder `predictions` in a run's folder has two kinds of files. `PART.json` names the images of a part, once.
`PART-EPOCH.npz` is what the network made of them after an epoch, whose weights may have gone long since. numpy is
imported when the first file is read or written.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.atomic_files import write_atomically
from explorer.runs.data.image_list import Part
from explorer.runs.json_lines import MISREAD, json_line, read_record, record_table
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import refuse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = "predictions"


@dataclass(frozen=True, slots=True)
class EvaluatedImages:
    """The images of a part, in the order in which they are evaluated, each with the place of its class.

    `files` are relative to the root of the data, as they were when the run saw them. Those of a named set are called
    LABEL/N, as in `Thumbnails`. `class_names` are in the order of the logits.
    """

    class_names: tuple[str, ...]
    files: tuple[str, ...]
    labels: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Predictions:
    """What the network made of `images` after an epoch.

    `predicted`, int32 (n,), are the most likely classes, and `confidence`, float32 (n,), their probabilities. `loss` is
    the mean cross-entropy, without weights of classes.
    """

    images: EvaluatedImages
    part: Part
    epoch: int
    predicted: "NDArray[np.int32]"
    confidence: "NDArray[np.float32]"
    loss: float

    @property
    def labels(self) -> "NDArray[np.int32]":
        """Return the true classes, int32 (n,)."""
        import numpy as np

        return np.array(self.images.labels, np.int32)

    @property
    def accuracy(self) -> float:
        """Return the share of the images whose most likely class is the true one."""
        return int((self.predicted == self.labels).sum()) / len(self.predicted)


def numbered_files(labels: Iterable[int], before: Iterable[int] = ()) -> tuple[str, ...]:
    """Return the names LABEL/N of a named set's images; N counts those of a class, after the images with the labels
    `before`, which are the training images for those to validate with.
    """
    counts = Counter(before)
    found = []
    for label in labels:
        found.append(f"{label}/{counts[label]}")
        counts[label] += 1
    return tuple(found)


def write_images(run_folder: Path, part: Part, images: EvaluatedImages) -> None:
    """Note which images of a part are evaluated, before the first predictions about them. Raises OSError."""
    (run_folder / FOLDER).mkdir(exist_ok=True)
    write_atomically(_images_file(run_folder, part), json_line(record_table(images)))


def write_predictions(
    run_folder: Path,
    part: Part,
    epoch: int,
    predicted: "NDArray[np.int32]",
    confidence: "NDArray[np.float32]",
    loss: float,
) -> Path:
    """Write the predictions after an epoch in place of those before; return their file. Raises OSError."""
    import numpy as np

    content = io.BytesIO()
    np.savez_compressed(content, predicted=predicted, confidence=confidence, loss=np.array(loss))
    path = run_folder / FOLDER / f"{part}-{epoch:04}.npz"
    write_atomically(path, content.getvalue())
    return path


def evaluated_epochs(run_folder: Path, part: Part) -> tuple[int, ...]:
    """Return the epochs of which there are predictions, in order."""
    found = (re.fullmatch(rf"{part}-(\d+)\.npz", path.name) for path in (run_folder / FOLDER).glob(f"{part}-*.npz"))
    return tuple(sorted(int(match[1]) for match in found if match))


def prediction_files(run_folder: Path, part: Part, epoch: int) -> tuple[Path, Path]:
    """Return the file that names the images of a part, and that of the predictions about them after an epoch."""
    return _images_file(run_folder, part), run_folder / FOLDER / f"{part}-{epoch:04}.npz"


def read_images(run_folder: Path, part: Part) -> EvaluatedImages:
    """Return the images of a part. Raises Refused."""
    path = _images_file(run_folder, part)
    try:
        return read_record(EvaluatedImages, json.loads(path.read_bytes()))
    except FileNotFoundError:
        what = translatable("run {run} has not been evaluated on its {part} part")
        raise refuse("predictions", what, run=run_folder.name, part=Sentence(part)) from None
    except OSError as error:
        raise refuse("predictions", "{path}: {error}", path=str(path), error=system_words(error)) from None
    except MISREAD:
        raise refuse("predictions", translatable("{path} is damaged"), path=str(path)) from None


def read_predictions(run_folder: Path, part: Part, epoch: int, images: EvaluatedImages | None = None) -> Predictions:
    """Return the predictions after an epoch, about `images` if they have been read before. Raises Refused."""
    import numpy as np

    images = images or read_images(run_folder, part)
    path = run_folder / FOLDER / f"{part}-{epoch:04}.npz"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        what = translatable("run {run} has no predictions of epoch {epoch}")
        raise refuse("predictions", what, run=run_folder.name, epoch=epoch) from None
    except OSError as error:
        raise refuse("predictions", "{path}: {error}", path=str(path), error=system_words(error)) from None
    try:
        with np.load(io.BytesIO(content)) as arrays:
            predicted, confidence, loss = (arrays[name] for name in ("predicted", "confidence", "loss"))
        if not 0 < len(images.files) == len(images.labels) == len(predicted) == len(confidence):
            raise ValueError(path)
        if not {*images.labels, *predicted.tolist()} <= {*range(len(images.class_names))}:
            raise ValueError(path)
        return Predictions(
            images=images,
            part=part,
            epoch=epoch,
            predicted=predicted,
            confidence=confidence,
            loss=float(loss),
        )
    except Exception:  # zipfile raises almost anything on a bad file
        raise refuse("predictions", translatable("{path} is damaged"), path=str(path)) from None


def _images_file(run_folder: Path, part: Part) -> Path:
    return run_folder / FOLDER / f"{part}.json"
