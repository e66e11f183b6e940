"""Class weights: the loss of rare classes counts more, whatever else is done to labels; validation knows no weights."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from explorer.architecture.plan import plan_network
from explorer.engine.runs.opening import open_runs
from explorer.engine.training.state import Training
from explorer.runs.commands import Train
from explorer.runs.data.balance import class_weights
from tests.engine import small
from tests.engine.shades import shades

COUNTS = (30, 8, 2)
WEIGHTS = class_weights(COUNTS)


def training(**changes):
    recipe = small.RECIPE.change(**{"balance": "weights", **changes})
    return Training(plan_network(small.DESIGN), recipe, small.CPU, small.STEPS, class_counts=COUNTS)


def loss_of(targets, **changes):
    """The loss of a step on the first images, and the scores it is computed from."""
    work = training(**changes)
    pixels, _ = small.TRAIN.batch(slice(0, len(targets)))
    scores = work.scores(work.network.train(), pixels).detach()
    return float(work.learn(pixels, targets)[0]), scores


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_each_image_counts_by_its_class(smoothing):
    labels = torch.tensor([0, 1, 2, 0, 0, 1])
    loss, scores = loss_of(labels, label_smoothing=smoothing)
    each = cross_entropy(scores, labels, reduction="none", label_smoothing=smoothing)
    assert loss == pytest.approx(float((each * torch.tensor(WEIGHTS)[labels]).mean()))
    plain, _ = loss_of(labels, balance="off", label_smoothing=smoothing)
    assert plain == pytest.approx(float(each.mean()))


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_of_a_mixed_image_each_part_counts_by_its_class(smoothing):
    own, other, share = torch.tensor([0, 1, 2]), torch.tensor([2, 0, 1]), 0.7
    targets = torch.eye(3)[own] * share + torch.eye(3)[other] * (1 - share)
    loss, scores = loss_of(targets, label_smoothing=smoothing)
    parts = [
        cross_entropy(scores, labels, reduction="none", label_smoothing=smoothing) * torch.tensor(WEIGHTS)[labels]
        for labels in (own, other)
    ]
    assert loss == pytest.approx(float((share * parts[0] + (1 - share) * parts[1]).mean()))


def test_labels_and_their_shares_are_the_same_targets():
    labels = torch.tensor([0, 1, 2, 2])
    assert loss_of(labels)[0] == pytest.approx(loss_of(torch.eye(3)[labels])[0])


def test_validation_knows_no_weights():
    batch = small.VALIDATION.batch(slice(0, 15))
    assert torch.equal(training().test(*batch).sums, training(balance="off").test(*batch).sums)


def test_the_weights_are_those_of_the_images_trained_with(tmp_path):
    recipe = shades(tmp_path / "images").change(balance="weights")
    for number in range(7):
        (tmp_path / "images" / "0" / f"{number}.png").unlink()
    (run,) = open_runs(Train(small.DESIGN, recipe, tmp_path / "runs"))
    run.folder.close()
    pixels, labels = run.train.batch(slice(0, len(run.train)))
    work = run.training
    scores = work.scores(work.network.train(), pixels).detach()
    weights = torch.tensor(class_weights(labels.bincount().tolist()))[labels]
    assert len(weights.unique()) > 1
    assert float(work.learn(pixels, labels)[0]) == pytest.approx(
        float((cross_entropy(scores, labels, reduction="none") * weights).mean())
    )
