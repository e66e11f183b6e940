"""Published reruns of the chapter's notebook: their numbers, and which runs may be compared with them."""

import numpy as np
import pytest

from explorer.architecture.presets import preset
from explorer.runs.folder.run import read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.published import published, reference_of
from explorer.runs.recipe import RECIPES

CHAPTER = preset("d2l-resnet18")
RECIPE = RECIPES["chapter"].change(data="fashion-mnist")


def test_the_published_numbers():
    runs = published()
    assert (len(runs.accuracies), runs.least, runs.most) == (80, 0.814, 0.927)
    assert runs.quartiles == pytest.approx(np.percentile(runs.accuracies, [25, 50, 75]))
    assert runs.quartiles[1] == 0.913


@pytest.mark.parametrize(
    ("accuracy", "share"),
    [(0.5, 0), (0.814, 0), (0.8146, 1), (0.902, 25), (0.9024, 25), (0.9026, 26), (0.9271, 99), (0.93, 100)],
)
def test_a_run_beats_those_below_it_at_the_digits_they_have(accuracy, share):
    assert published().standing(accuracy) == f"better than {share} % of 80 published runs"


def reference(tmp_path, design=CHAPTER, recipe=RECIPE, parent=None):
    folder = RunFolder.create(tmp_path, design, recipe, 1, parent)
    folder.close()
    return reference_of(read_run(folder.path))


def test_the_same_network_recipe_and_data_may_be_compared(tmp_path):
    assert reference(tmp_path) is published()
    assert reference(tmp_path, CHAPTER.change(name="mine"), RECIPE.change(seed=7, device="cpu")) is published()


@pytest.mark.parametrize(
    "changes",
    [
        {"recipe": RECIPES["chapter"]},
        {"recipe": RECIPE.change(data="mnist")},
        {"recipe": RECIPE.change(data="kmnist")},
        {"recipe": RECIPE.change(epochs=11)},
        {"recipe": RECIPE.change(lr=0.1)},
        {"recipe": RECIPES["quick"].change(data="fashion-mnist")},
        {"design": CHAPTER.change(input=(1, 28, 28))},
        {"design": CHAPTER.with_stage(0, blocks=3)},
        {"design": CHAPTER.change(shortcut="none")},
        {"parent": "another run, whose weights it began with"},
    ],
)
def test_nothing_else_may(tmp_path, changes):
    assert reference(tmp_path, **changes) is None
