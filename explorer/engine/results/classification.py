"""Classification: which classes images from anywhere are, for a run's network. No Qt."""

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path

import torch
from torch import Tensor

from explorer.engine.data.images.decoding import decode_each
from explorer.engine.data.parallel import in_parallel, returned
from explorer.engine.data.progress import Report, Warn, seldom
from explorer.engine.probes.pictures import new_file
from explorer.engine.probes.seen_images import SeenImages
from explorer.engine.results.trained_network import TrainedNetwork, open_trained
from explorer.engine.training.tally import evaluation_size
from explorer.paths import is_folder, real_name
from explorer.runs.data.image_files import find_files
from explorer.runs.json_lines import record_table
from explorer.runs.questions.results import Classification, Classified, ClassifiedImage, Classify, Likely
from explorer.sentences import NOTHING, Sentence, system_words, translatable

_PIECE = 16  # images that are decoded at a time by one thread or process

_Image = tuple[str, Tensor]  # a file, and its pixels as they are stored for training


def classify(question: Classify, report: Report, warn: Warn) -> Classified:
    """Return where it stands what the network takes the images for. Raises Refused, and what `report` raises."""
    made = classify_images(question, report)
    file = new_file()
    file.write_text(json.dumps(record_table(made)), encoding="utf-8")
    return Classified(file=str(file), images=len(made.images))


def classify_images(question: Classify, report: Report) -> Classification:
    """Return what the network takes the images for. Raises Refused, and what `report` raises.

    The images that can be read come in batches of the size that the run's own validation uses.
    """
    trained = open_trained(question)
    reasons = _files_at(question.paths)
    found: dict[str, ClassifiedImage] = {}
    with closing(_decoded(trained.images, reasons, report)) as images, trained.computing():
        for batch in _batches(images, evaluation_size(trained.run.recipe)):
            likely = _likely(trained, torch.stack([pixels for _, pixels in batch]), question.top)
            found |= {file: ClassifiedImage(file, classes) for (file, _), classes in zip(batch, likely, strict=True)}
    return Classification(
        class_names=trained.class_names,
        images=tuple(found.get(file) or ClassifiedImage(file, reason=reason) for file, reason in reasons.items()),
        warning=trained.warning,
    )


def _files_at(paths: Sequence[str]) -> dict[str, Sentence]:
    """Return the files that paths stand for, in order, each with the reason if it is already known to be no image."""
    files: dict[str, Sentence] = {}
    for text in paths:
        place = Path(text)
        if not is_folder(Path(real_name(text))):
            files[text] = NOTHING
            continue
        try:
            found = find_files(Path(real_name(text)))
        except OSError as error:
            files[text] = system_words(error)
            continue
        if not found.images:
            files[text] = Sentence(translatable("a folder without images"))
        files |= dict.fromkeys((str(place / name) for name in found.images), NOTHING)
        unreadable = Sentence(translatable("a folder that cannot be read"))
        files |= dict.fromkeys((str(place / name) for name in found.unreadable), unreadable)
    return files


def _decoded(images: SeenImages, reasons: dict[str, Sentence], report: Report) -> Generator[_Image, None, None]:
    """Yield the files that are images, decoded by all cores, and note in `reasons` why the others are none.

    Raises what `report` raises.
    """
    files = [file for file, reason in reasons.items() if not reason]
    done, tell = len(reasons) - len(files), seldom(report)
    paths = [Path(real_name(file)).absolute() for file in files]
    work = partial(decode_each, shape=images.shape, background=images.background)
    remaining = iter(files)
    with closing(in_parallel(work, returned, paths, _PIECE, lambda: tell(done, len(reasons)))) as pieces:
        for pixels in chain.from_iterable(pieces):
            file = next(remaining)
            if isinstance(pixels, Sentence):
                reasons[file] = pixels
            else:
                yield file, torch.from_numpy(pixels).permute(2, 0, 1)
            done += 1
            tell(done, len(reasons))


def _batches(images: Iterable[_Image], size: int) -> Iterator[list[_Image]]:
    """Yield batches as `batch_bounds` makes them: a single last image joins the batch before."""
    batch: list[_Image] = []
    for image in images:
        if len(batch) > size:
            yield batch[:size]
            batch = batch[size:]
        batch.append(image)
    if batch:
        yield batch


def _likely(trained: TrainedNetwork, pixels: Tensor, top: int) -> list[Likely]:
    """Return the `top` most likely classes of each image, uint8 (n, channels, height, width)."""
    scores = trained.scores(trained.images.preprocessing.inputs(pixels.to(trained.device)))
    classes = scores.sort(dim=1, descending=True, stable=True).indices[:, :top]  # of equals as `argmax`
    probabilities = scores.softmax(1).gather(1, classes)
    pairs = zip(classes.tolist(), probabilities.tolist(), strict=True)
    return [Likely(classes=tuple(most), probabilities=tuple(shares)) for most, shares in pairs]
