"""The division: which part an image is for does not depend on what the user decides about others."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.engine.data.images.division import divide_data
from explorer.engine.data.images.own_images import divide_images
from explorer.engine.data.progress import unreported
from explorer.runs.data.decisions import Decisions, Move, write_decisions
from explorer.runs.data.image_list import Part, list_images
from explorer.runs.data.split import divide
from explorer.runs.recipe import Recipe
from tests.engine.shades import shades
from tests.engine.small import DESIGN


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def recipe(tmp_path) -> Recipe:
    recipe = shades(tmp_path / "photos")
    for path in sorted(Path(recipe.data).rglob("*.png"))[::5]:  # some images are there twice
        path.with_name(f"copy of {path.name}").write_bytes(path.read_bytes())
    return recipe


def parts(recipe: Recipe) -> dict[str, Part]:
    division = divide_data(recipe, unreported)
    return dict(zip((image.file for image in division.images.images), division.parts, strict=True))


@pytest.mark.parametrize("seed", range(5))
def test_images_that_stay_keep_their_part(recipe, seed):
    before, chance = parts(recipe), random.Random(seed)
    names = list_images(Path(recipe.data)).class_names
    validated = [file for file, part in before.items() if part is Part.VALIDATION]
    gone = {*chance.sample(sorted(before), 6), *chance.sample(validated, 2)}
    moved = chance.sample(sorted({*before} - gone), 6)
    write_decisions(
        Path(recipe.data),
        Decisions(
            left_out=tuple(sorted(gone)[::2]),
            excluded=tuple(sorted(gone)[1::2]),
            moved=tuple(Move(file, chance.choice(names)) for file in moved),
        ),
    )
    assert parts(recipe) == {file: part for file, part in before.items() if file not in gone}


def test_a_run_of_an_older_version_is_divided_as_it_was(recipe, tmp_path):
    """It divided only what was left: that is what it is resumed and evaluated on."""
    root = Path(recipe.data)
    files = [image.file for image in list_images(root).images]
    decisions = Decisions(left_out=tuple(files[:9]))
    write_decisions(root, decisions)
    now = divide_images(recipe, DESIGN, unreported, None).record
    assert now.split.before_decisions
    assert divide_images(recipe, DESIGN, unreported, now).record == now
    older = replace(now, split=replace(now.split, before_decisions=False))
    left = decisions.apply(list_images(root))
    division = divide_data(recipe, unreported, older)
    numbers = {digest: number for number, digest in enumerate(each.digest for each in division.examined)}
    groups = [numbers[each.digest] for each in division.examined]
    assert division.images == left
    _, wanted = divide(left, groups, recipe.split_seed, recipe.validation_share, recipe.test_share)
    assert division.parts == wanted
