"""Evaluation: what a run's network makes of each image of a part of its data. No Qt."""

import time

from explorer.engine.data.progress import Report, Warn
from explorer.engine.data.training_data import open_gallery
from explorer.engine.results.trained_network import TrainedNetwork, open_trained
from explorer.engine.runs.opening import moved_data
from explorer.engine.training.tally import Tally, evaluation_bounds, judge
from explorer.runs.data.image_list import Part
from explorer.runs.folder.manifest import count_test_look, unwritable
from explorer.runs.folder.run import Run, read_run
from explorer.runs.questions.results import Evaluate, Evaluated
from explorer.runs.results.predictions import (
    EvaluatedImages,
    Predictions,
    read_predictions,
    write_images,
    write_predictions,
)
from explorer.validation import Refused

_REPORT_EVERY = 0.2  # seconds


def evaluate(question: Evaluate, report: Report, warn: Warn) -> Evaluated:
    """Evaluate the network and keep its predictions in the run's folder. Raises Refused, and what `report` raises."""
    _, answer = evaluate_part(question, report)
    return answer


def evaluate_part(question: Evaluate, report: Report) -> tuple[Predictions, Evaluated]:
    """Return the predictions, which are kept in the run's folder, and what they add up to.

    Raises Refused, and what `report` raises; of what it is told, reading is one half.
    """
    trained = open_trained(question, last=question.epoch == "last")
    run, place = trained.run, question.recipe.data
    moved_data(run, None if place == run.recipe.data else place)  # refuses what cannot be compared
    predictions = _predicted(trained, question.part, report)
    looks = _keep(run, predictions)
    answer = Evaluated(
        run=run.id,
        part=question.part,
        epoch=trained.epoch,
        images=len(predictions.predicted),
        accuracy=predictions.accuracy,
        loss=predictions.loss,
        looks=looks,
        warning=trained.warning,
    )
    return predictions, answer


def _predicted(trained: TrainedNetwork, part: Part, report: Report) -> Predictions:
    run, device = trained.run, trained.device
    gallery = open_gallery(
        trained.recipe, run.design, device, run.data, part, lambda done, total: report(done, 2 * total)
    )
    loader, tally = gallery.loader, Tally()
    count = len(loader)
    batches = evaluation_bounds(count, run.recipe)
    loader.expect(batches)
    reported = time.monotonic()
    with trained.computing():
        for bounds in batches:
            inputs, labels = loader.batch(bounds)
            tally.add(judge(trained.scores(inputs), labels))
            if (now := time.monotonic()) - reported >= _REPORT_EVERY:
                reported = now
                report(count + bounds.stop, 2 * count)
        outcome = tally.read()
    images = EvaluatedImages(trained.class_names, gallery.files, tuple(loader.labels.tolist()))
    return Predictions(images, part, trained.epoch, outcome.predicted, outcome.confidence, outcome.loss)


def _keep(run: Run, predictions: Predictions) -> int:
    """Write the predictions into the run's folder; return how often its test part has been looked at, if this is one.

    Those that the run itself kept at the end of an epoch stay. Raises Refused.
    """
    part, epoch = predictions.part, predictions.epoch
    if part is Part.VALIDATION and epoch <= read_run(run.folder).epochs_done and _has_predictions(run, epoch):
        return 0
    looks = count_test_look(run.folder) if part is Part.TEST else 0
    try:
        write_images(run.folder, part, predictions.images)
        write_predictions(run.folder, part, epoch, predictions.predicted, predictions.confidence, predictions.loss)
    except OSError as error:
        raise unwritable(run.folder, error) from None
    return looks


def _has_predictions(run: Run, epoch: int) -> bool:
    try:
        read_predictions(run.folder, Part.VALIDATION, epoch)
    except Refused:
        return False
    return True
