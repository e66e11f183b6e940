"""Pictures of the data's images: whole ones in their own colours, or the very pixels that a network trains on."""

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import prod
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.engine.data.augment import Augmentation, Feed
from explorer.engine.data.datasets import load_data
from explorer.engine.data.images.decoding import decode
from explorer.engine.data.loader import PlacedLoader
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.probes import pictures as pictures_module
from explorer.engine.probes.thumbnails import thumbnails
from explorer.runs.data.catalogue import describe_data
from explorer.runs.data.image_list import Layout, list_images
from explorer.runs.data.storage import stored_size
from explorer.runs.events import Failed
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.recipe import Recipe
from tests.engine.small import DESIGN
from tests.planted import fingerprint, plant

COLOUR = DESIGN.change(input=(3, 24, 24))


@pytest.fixture
def folder(tmp_path):
    """Two classes with images of many kinds, some of which cannot be read."""
    root = tmp_path / "images"
    for name in ("a", "b/inner"):
        (root / name).mkdir(parents=True)
    chance = np.random.default_rng(0)
    for number in range(4):
        Image.fromarray(chance.integers(0, 255, (40, 60, 3), np.uint8)).save(root / "b/inner" / f"{number}.png")
    wide = Image.new("RGB", (600, 300), "red")
    wide.paste("blue", (300, 0, 600, 300))
    wide.save(root / "a/wide.jpg", quality=95)
    turned = Image.Exif()
    turned[0x0112] = 6  # the right side of the stored pixels is the bottom of the image
    wide.save(root / "a/turned.jpg", quality=95, exif=turned)
    Image.new("RGBA", (10, 20), (0, 0, 0, 0)).save(root / "a/clear.png")
    Image.new("I;16", (8, 8), 40_000).save(root / "a/deep.png")
    (root / "a/broken.jpg").write_bytes((root / "a/wide.jpg").read_bytes()[:400])
    (root / "a/words.png").write_text("no image")
    return root


def ask(folder: Path | str, *files: str, design=COLOUR, seen=0, side=128, **recipe) -> Pictured:
    answer = thumbnails(Thumbnails(design, Recipe(data=str(folder), **recipe), files=files, seen=seen, side=side))
    assert isinstance(answer, Pictured), answer
    return answer


def pixels(answer: Pictured) -> list[np.ndarray]:
    """What the window reads."""
    content = Path(answer.file).read_bytes()
    found = [content[sheet.offset : sheet.offset + prod(sheet.shape)] for sheet in answer.sheets if sheet.shape]
    shapes = [sheet.shape for sheet in answer.sheets if sheet.shape]
    return [np.frombuffer(each, np.uint8).reshape(shape) for each, shape in zip(found, shapes, strict=True)]


def test_images_are_whole_upright_and_small(folder):
    answer = ask(folder, "a/wide.jpg", "a/turned.jpg", "b/inner/0.png")
    assert [sheet.shape for sheet in answer.sheets] == [(64, 128, 3), (128, 64, 3), (40, 60, 3)]
    assert [sheet.path for sheet in answer.sheets] == ["a/wide.jpg", "a/turned.jpg", "b/inner/0.png"]
    assert answer.sizes == ((300, 600), (600, 300), (40, 60))
    wide, turned, same = pixels(answer)
    assert wide[32, 20] == pytest.approx((254, 0, 0), abs=3)  # red on the left
    assert turned[20, 32] == pytest.approx((254, 0, 0), abs=3)  # and on top
    assert (same == np.asarray(Image.open(folder / "b/inner/0.png"))).all()
    assert [sheet.shape for sheet in ask(folder, "a/wide.jpg", side=256).sheets] == [(128, 256, 3)]


@pytest.mark.parametrize(("background", "level"), [("white", 255), ("grey", 128), ("black", 0)])
def test_transparent_images_lie_on_the_background(folder, background, level):
    for seen in (0, 1):
        (clear,) = pixels(ask(folder, "a/clear.png", background=background, seen=seen))
        assert (clear == level).all()


def test_deep_images_are_scaled_by_their_type(folder):
    (deep,) = pixels(ask(folder, "a/deep.png"))
    assert (deep == 156).all()


@pytest.mark.parametrize("seen", [0, 1])
def test_what_cannot_be_read_has_no_picture_and_hides_no_other(folder, seen):
    answer = ask(folder, "a/broken.jpg", "a/wide.jpg", "a/words.png", "a/gone.png", seen=seen)
    assert [bool(sheet.shape) for sheet in answer.sheets] == [False, True, False, False]
    assert [bool(size) for size in answer.sizes] == [False, True, False, False]
    assert len(pixels(answer)) == 1
    assert not any(sheet.shape for sheet in ask(folder, "a/words.png", seen=seen).sheets)


RECIPES = {
    "plain": {},
    "flips and crops": {"flip": True, "crop": 4},
    "photos": {"resized_crop": 0.3, "flip": True, "jitter": 0.4, "erase": 0.5},
    "mixed": {"cutmix": 1.0},
}
FILES = tuple(f"b/inner/{number}.png" for number in range(4))


@pytest.mark.parametrize("changes", RECIPES.values(), ids=RECIPES)
def test_the_network_sees_what_training_feeds_it(folder, changes, monkeypatch):
    """A run on these four images alone, with the seed that the pictures were drawn with, gets the same pixels."""
    seeds = []
    make = Augmentation.__init__

    def note(self, recipe, *rest):
        seeds.append(recipe.seed)
        make(self, recipe, *rest)

    monkeypatch.setattr(Augmentation, "__init__", note)
    answer = ask(folder, *FILES, seen=3, normalise="data", balance="sampling", **changes)
    recipe = Recipe(seed=seeds[0], **changes)
    size = stored_size(COLOUR, recipe)
    stored = torch.from_numpy(np.stack([decode(folder / file, (3, *size)) for file in FILES])).permute(0, 3, 1, 2)
    monkeypatch.setattr("explorer.engine.data.augment.epoch_order", lambda images, *_: torch.arange(images))
    loader = PlacedLoader(stored, torch.zeros(4, dtype=torch.int64), Preprocessing((24, 24)))
    fed, _ = Feed(loader, recipe, 3, COLOUR.classes)[slice(0, 4)]
    expected = (fed * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert (np.stack(pixels(answer)) == expected).all()


def test_another_epoch_is_another_draw_and_the_same_one_is_not(folder):
    one, two, again = (pixels(ask(folder, *FILES, seen=seen, resized_crop=0.3, flip=True)) for seen in (1, 2, 1))
    assert all((first == third).all() for first, third in zip(one, again, strict=True))
    assert any((first != second).any() for first, second in zip(one, two, strict=True))


def test_images_of_one_place_in_two_questions_are_drawn_apart(folder):
    """Else the first image of every screenful would be cropped alike."""
    crops = {}
    for file in FILES:
        (crops[file],) = pixels(ask(folder, file, seen=1, erase=1.0))
    boxes = {tuple(np.argwhere((picture == 0).all(2))[0]) for picture in crops.values()}
    assert len(boxes) > 1


def test_a_grey_network_sees_grey(folder):
    (picture,) = pixels(ask(folder, "a/wide.jpg", design=DESIGN.change(input=(1, 24, 32)), seen=1))
    assert picture.shape == (24, 32)


def test_images_of_a_named_set_are_counted_within_their_class():
    name = "fashion-mnist-12k"
    answer = ask(name, "0/0", "9/1000", design=DESIGN)
    data = load_data(name, describe_data(name).fit(DESIGN, own_size=True))
    first, other = pixels(answer)
    assert (first == data.train.pixels[data.train.labels == 0][0, 0].numpy()).all()
    assert (other == data.validation.pixels[data.validation.labels == 9][0, 0].numpy()).all()  # after 1000 to train
    assert answer.sizes == ((28, 28), (28, 28))
    (small,) = pixels(ask(name, "0/0", design=DESIGN, seen=1))
    assert small.shape == DESIGN.input[1:]


@pytest.mark.parametrize("file", ["10/0", "0/5000", "0/-1", "-1/0", "shoe", "0", "²/0", ""])
def test_what_is_no_image_of_a_named_set_is_refused(file):
    answer = thumbnails(Thumbnails(DESIGN, Recipe(), files=(file,), id=7))
    assert isinstance(answer, Failed)
    assert answer.id == 7
    assert repr(file) in answer.reason


def test_a_folder_that_is_gone_is_said(tmp_path):
    answer = thumbnails(Thumbnails(DESIGN, Recipe(data=str(tmp_path / "gone")), files=("a/1.png",)))
    assert isinstance(answer, Failed)
    assert str(tmp_path / "gone") in answer.reason
    assert "Error" not in answer.reason


@pytest.mark.parametrize("data", ["fashion-mnist-12k", "gone"])
def test_images_from_elsewhere_are_shown_by_their_full_paths_whatever_the_data(folder, tmp_path, data):
    answer = ask(data, str(folder / "a/wide.jpg"), str(folder / "a/words.png"), str(folder / "a/none.png"), side=60)
    assert [sheet.shape for sheet in answer.sheets] == [(30, 60, 3), (), ()]
    assert answer.sizes == ((300, 600), (), ())


def test_files_of_a_table_are_beside_it(folder):
    table = folder / "b" / "table.csv"
    table.write_text("file,class\ninner/0.png,x\ninner/1.png,y\n")
    assert [sheet.shape for sheet in ask(table, "inner/0.png").sheets] == [(40, 60, 3)]


@pytest.mark.slow
def test_every_image_of_a_messy_folder_has_its_picture_and_what_is_none_has_none(tmp_path):
    planted = plant(tmp_path / "planted", Layout.CLASSES)
    before = fingerprint(planted.root)
    files = [image.file for image in list_images(planted.path).images]
    assert len(files) == 2000
    for seen in (0, 1):
        pictures = [
            sheet
            for start in range(0, len(files), 50)
            for sheet in ask(planted.path, *files[start : start + 50], seen=seen).sheets
        ]
        assert {sheet.path for sheet in pictures if not sheet.shape} == {*planted.unreadable}
    assert fingerprint(planted.root) == before


def test_first_answers_in_two_threads_keep_their_files(folder, monkeypatch):
    """Each would else create the folder of answers, and one of the two goes away with what is in it."""
    make, both = pictures_module.TemporaryDirectory, Barrier(2)

    def slow(**options):
        with suppress(BrokenBarrierError):
            both.wait(timeout=0.5)  # where both get here, both are let go on at once
        return make(**options)

    monkeypatch.setattr(pictures_module, "TemporaryDirectory", slow)
    pictures_module._folder.cache_clear()
    with ThreadPoolExecutor(2) as threads:
        found = [each.result() for each in [threads.submit(ask, folder, "a/wide.jpg") for _ in range(2)]]
    gc.collect()
    assert [len(pixels(answer)) for answer in found] == [1, 1]
