"""Tally: the figures of batches, and what the network makes of each image."""

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from explorer.engine.training.tally import Tally, evaluation_bounds, judge
from tests.engine import small

BATCHES = [(torch.randn(count, 5) * 3, torch.arange(count) % 5) for count in (16, 16, 7)]


def test_it_adds_up_as_plain_sums_in_order_do():
    tally, loss, hits = Tally(), torch.zeros(()), 0
    for scores, labels in BATCHES:
        tally.add(judge(scores, labels))
        loss += F.cross_entropy(scores, labels, reduction="sum")
        hits += int((scores.argmax(1) == labels).sum())
    outcome = tally.read()
    assert (outcome.loss, outcome.accuracy) == (loss.item() / 39, hits / 39)


def test_every_image_has_its_most_likely_class_and_the_probability_of_it():
    tally = Tally()
    for batch in BATCHES:
        tally.add(judge(*batch))
    outcome, scores = tally.read(), torch.cat([scores for scores, _ in BATCHES])
    assert (outcome.predicted.dtype, outcome.confidence.dtype) == ("int32", "float32")
    assert outcome.predicted.tolist() == scores.argmax(1).tolist()
    exact = scores.double().exp().amax(1) / scores.double().exp().sum(1)
    assert outcome.confidence == pytest.approx(exact.numpy(), rel=1e-5)


def test_batches_are_twice_those_of_training():
    assert evaluation_bounds(40, small.RECIPE) == [slice(0, 16), slice(16, 32), slice(32, 40)]
