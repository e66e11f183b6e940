"""Exact resume: stopped anywhere and gone on with, a run is the uninterrupted one, bit for bit."""

import os
import random

import pytest
import torch

from explorer.engine.training import fit as fit_module
from explorer.runs import events
from explorer.runs.commands import Stop
from tests.engine import small
from tests.engine.same import differences, timeless

EPOCHS = 6
RECIPES = {  # whatever a recipe can ask for belongs into one of them
    "sgd": small.RECIPE.change(epochs=EPOCHS),
    "plain": small.RECIPE.change(epochs=EPOCHS, momentum=0.0, nesterov=False, weight_decay=0.0, schedule="constant"),
    "adamw": small.RECIPE.change(epochs=EPOCHS, optimizer="adamw", schedule="cosine", lr=0.01),
    "everything": small.RECIPE.change(
        epochs=EPOCHS,
        schedule="cosine",
        warm_up=1.5,
        clip=1.0,
        label_smoothing=0.1,
        flip=True,
        crop=1,
        erase=0.5,
        cutmix=0.5,
        ema=0.9,
        early_stop=EPOCHS,
    ),
    "head first": small.RECIPE.change(
        epochs=EPOCHS,
        head_epochs=2,
        backbone_rate=0.5,
        frozen_stages=1,
        ema=0.9,
        clip=1.0,
        resized_crop=0.5,
        jitter=0.3,
        balance="sampling",
    ),
}
MIDDLES = [step for step in range(1, EPOCHS * small.STEPS) if step % small.STEPS]
EVERY = range(2 * small.STEPS + 1, 3 * small.STEPS)  # every step in the middle of one epoch
STOPS = sorted({*random.Random(0).sample(MIDDLES, 16), *EVERY})
THOROUGH = (
    "adamw",
    "everything",
    "head first",
)  # what has most to remember is stopped at every one of these steps, the rest at four


@pytest.fixture(autouse=True)
def everything_at_every_step(monkeypatch):
    for name in ("READ_EVERY", "MEASURE_EVERY", "SHOW_EVERY"):
        monkeypatch.setattr(fit_module, name, 0.0)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # waits for a disk that others may keep busy


@pytest.fixture
def new_folder(tmp_path):
    opened = []

    def make():
        opened.append(small.new_folder(tmp_path))
        return opened[-1]

    yield make
    for folder in opened:
        folder.close()


UNINTERRUPTED = {}


@pytest.fixture
def uninterrupted(new_folder):
    """Events and final state of a recipe's run from beginning to end."""

    def run(recipe):
        if recipe not in UNINTERRUPTED:
            work = small.training(recipe)
            found = small.run(work, new_folder())
            UNINTERRUPTED[recipe] = timeless(found), work.state()
        return UNINTERRUPTED[recipe]

    return run


@pytest.mark.matrix("stop")
@pytest.mark.parametrize("name", THOROUGH)
@pytest.mark.parametrize("stop", STOPS)
def test_stopped_in_mid_epoch_it_goes_on_as_if_nothing_had_been(new_folder, uninterrupted, name, stop):
    recipe, folder = RECIPES[name], new_folder()
    first = small.run(small.training(recipe), folder, {stop: [Stop()]})
    assert first[-1] == events.Stopped(stop)
    again = small.resumed(folder, recipe)
    second = small.run(again, folder)
    expected, state = uninterrupted(recipe)
    assert timeless(first[:-2] + second) == expected  # without that checkpoint and that end
    assert differences(state, again.state()) == []


@pytest.mark.parametrize("name", RECIPES)
def test_stopped_again_and_again(new_folder, uninterrupted, name):
    recipe, folder = RECIPES[name], new_folder()
    work, found = small.training(recipe), []
    for stop in STOPS[2::5]:
        found += small.run(work, folder, {stop: [Stop()]})[:-2]
        work = small.resumed(folder, recipe)
    expected, state = uninterrupted(recipe)
    assert timeless(found + small.run(work, folder)) == expected
    assert differences(state, work.state()) == []


@pytest.mark.parametrize("epochs", [1, 2, 3])
def test_epochs_that_are_added_are_those_of_a_longer_run(new_folder, uninterrupted, epochs):
    """Also where the added ones are the first in which all layers learn."""
    recipe = RECIPES["head first"].change(schedule="constant")
    folder = new_folder()
    small.run(small.training(recipe.change(epochs=epochs)), folder)
    work = small.resumed(folder, recipe)
    small.run(work, folder)
    _, state = uninterrupted(recipe)
    assert differences({**state, "steps": 0}, {**work.state(), "steps": 0}) == []


@pytest.mark.parametrize("epoch", [1, 3])
def test_stopped_while_it_validates(new_folder, uninterrupted, epoch):
    recipe, folder = RECIPES["sgd"], new_folder()
    work, first, control = small.training(recipe), [], None
    steps = fit_module.fit(work, small.TRAIN, small.VALIDATION, folder)
    for _ in range(1000):
        event = steps.send(control)
        first.append(event)
        if isinstance(event, events.Stopped):
            break
        control = Stop() if isinstance(event, events.Progress) and work.counters.epoch == epoch else None
    again = small.resumed(folder, recipe)
    second = small.run(again, folder)
    expected, state = uninterrupted(recipe)
    assert timeless(first[:-3] + second) == expected
    assert differences(state, again.state()) == []


def test_the_comparison_sees_the_last_bit(uninterrupted):
    _, state = uninterrupted(RECIPES["sgd"])
    weights = dict(state["model"])
    weights["fc.bias"] = torch.nextafter(weights["fc.bias"], torch.tensor(torch.inf))
    assert differences(state, {**state, "model": weights}) == [".model.fc.bias"]
