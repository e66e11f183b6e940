"""A study of nested classes, trained: a grown network begins as the function that the one before it ended as."""

import pytest
import torch

from explorer.architecture.design import Design, Stage
from explorer.engine.data import training_data
from explorer.engine.data.datasets import Data, Images
from explorer.engine.runs.opening import open_runs
from explorer.runs import events
from explorer.runs.commands import Train
from explorer.runs.events import Learned
from explorer.runs.folder.survey import list_runs
from explorer.runs.recipe import Recipe
from explorer.runs.studies.folder import create_study
from explorer.runs.studies.nested import nested_knobs
from explorer.runs.studies.outcome import outcome
from explorer.runs.studies.schedule import claim_next
from explorer.runs.studies.study import Measure, Study, StudyKind
from tests.engine.driven import drive

DESIGN = Design((1, 8, 8), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4, name="tiny")
RECIPE = Recipe(device="cpu", epochs=1, batch_size=16, schedule="constant", lr=0.05)


@pytest.fixture(autouse=True)
def little_data(monkeypatch):
    pixels = torch.randint(0, 80, (90, 1, 8, 8), generator=torch.Generator().manual_seed(0))
    labels = torch.arange(90) * 3 // 90
    images = Images((pixels + 80 * labels.reshape(-1, 1, 1, 1)).to(torch.uint8), labels)
    monkeypatch.setattr(training_data, "load_data", lambda name, design: Data(images, images))
    monkeypatch.setattr(events, "MAX_LEARNED", 40)


@pytest.fixture
def new_study(tmp_path):
    def make(block, depths, **changes):
        design, recipe = DESIGN.change(block=block), RECIPE.change(**changes)
        measure, knobs = Measure.TRAINING_LOSS, nested_knobs(depths)
        return create_study(tmp_path, Study(StudyKind.NESTED, design, recipe, knobs, 1, measure))

    return make


def loss_at_the_start(order):
    """What a run would have learned if it ended before its first step."""
    (opened,) = open_runs(order)
    opened.training.counters.epoch = order.recipe.epochs + 1
    found = list(opened.events())
    opened.folder.close()
    opened.folder.discard()
    return next(event.loss for event in found if isinstance(event, Learned))


def train(study, *left_out):
    """Train one run after the other, as claimed; the loss of each grown one before its first step, by its parent."""
    begun = {}
    while claim := claim_next(study, "cpu", left_out):
        order = claim.order
        assert isinstance(order, Train)
        if order.grown:
            begun[order.weights] = loss_at_the_start(order)
        drive(order)
        claim.release()
    return begun


@pytest.mark.parametrize(
    ("block", "depths", "changes"),
    [("basic", "6,8,10", {}), ("preact-bottleneck", "8,11,14", {"ema": 0.9, "optimizer": "adamw", "lr": 0.01})],
    ids=["basic", "pre-activation, averaged"],
)
def test_a_grown_network_begins_with_the_loss_that_its_parent_ended_with(new_study, block, depths, changes):
    study = new_study(block, depths, **changes)
    begun = train(study, 1, 2, 4, 5, 7)  # only the chain
    runs = {run.id: run for run in list_runs(study.runs)}
    assert len(begun) == 2
    assert len(runs) == 3
    for parent, loss in begun.items():
        assert loss == runs[parent].learned.loss  # bit for bit


def test_the_outcome_has_three_series_and_says_what_is_seen(new_study):
    study = new_study("basic", "6,8", epochs=2)
    train(study)
    runs = {run.id: run for run in list_runs(study.runs)}
    found = outcome(study, runs.values())
    assert [series.name for series in found.series] == ["from scratch", "grown", "plain"]
    scratch, grown, plain = found.series
    assert scratch.points[0] == grown.points[0]
    assert {point.spread.count for series in found.series for point in series.points} == {1}
    assert [runs[point.runs[0]].epochs_done for point in (*scratch.points, *plain.points)] == [2, 4, 2, 4]
    assert runs[grown.points[1].runs[0]].epochs_done == 2
    assert (runs[grown.points[1].runs[0]].parent,) == grown.points[0].runs
    first, second = (point.spread.mean for point in grown.points)
    assert f"grown {int(second <= first)} of 1, from scratch" in found.words[-1]
