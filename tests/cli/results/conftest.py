"""A run to ask the command line about."""

import pytest

from explorer.cli import main
from explorer.runs.folder.survey import list_runs
from tests.engine.shades import shades

_LINE = "basic:1x6x6:3:4x1,8x1/2:stem=cifar,stem_width=4"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of three epochs on a folder of three shades, called 0, 1 and 2."""
    place = tmp_path_factory.mktemp("trained")
    recipe = shades(place / "photos")
    words = ["train", _LINE, "--data", recipe.data, "--epochs", "3", "--lr", "0.02", "--batch-size", "4"]
    assert main([*words, "--device", "cpu", "--runs", str(place / "runs")]) == 0
    (run,) = list_runs(place / "runs")
    return run
