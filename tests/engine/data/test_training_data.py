"""Data of a recipe: the same batches wherever the images lie, and a record that tells what has changed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.engine.data import cache, training_data
from explorer.engine.data.augment import Feed
from explorer.engine.data.cache import NoRoom
from explorer.engine.data.decoding_loader import DecodingLoader
from explorer.engine.data.images.own_images import divide_images
from explorer.engine.data.loader import PlacedLoader, batch_bounds
from explorer.engine.data.mapped_loader import MappedLoader
from explorer.engine.data.progress import unreported
from explorer.engine.data.training_data import open_data, open_gallery
from explorer.engine.training.state import Training
from explorer.runs.data.decisions import Decisions, Move, write_decisions
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.split import SplitKind
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from explorer.validation import Refused

CPU = torch.device("cpu")
DESIGN = Design((3, 14, 14), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4)
EACH = 10  # images of a class


def draw(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(number).integers(0, 256, (18, 20, 3), np.uint8)
    Image.fromarray(noise).save(path)


@pytest.fixture
def root(tmp_path) -> Path:
    for number in range(3 * EACH):
        draw(tmp_path / "photos" / "abc"[number % 3] / f"{number:02}.png", number)
    return tmp_path / "photos"


@pytest.fixture
def recipe(root) -> Recipe:
    return Recipe(data=str(root), device="cpu", batch_size=4, epochs=2, lr=0.05)


def no_room(*_):
    raise NoRoom(Sentence("the disk is full"))


@pytest.fixture
def everywhere(monkeypatch):
    """Opens the data mapped, placed, and decoded on the fly."""

    def open_each(recipe):
        mapped = open_data(recipe, DESIGN, CPU)
        monkeypatch.setattr(training_data, "store", no_room)
        return mapped, open_data(recipe, DESIGN, CPU, room=10**9), open_data(recipe, DESIGN, CPU, room=0)

    return open_each


def losses(train, recipe) -> list[float]:
    """The losses of two epochs of a small network."""
    torch.manual_seed(0)
    bounds = batch_bounds(len(train), recipe.batch_size)
    training = Training(plan_network(DESIGN), recipe, CPU, len(bounds))
    return [
        training.learn(pixels, targets)[0].item()
        for epoch in (1, 2)
        for pixels, targets in Feed(train, recipe, epoch, 3).batches(bounds)
    ]


@pytest.mark.slow
def test_the_same_losses_and_validation_wherever_the_images_lie(recipe, everywhere):
    recipe = recipe.change(resized_crop=0.3, flip=True, jitter=0.2, normalise="data", erase=0.5)
    mapped, placed, decoded = found = everywhere(recipe)
    kinds = [type(each.train) for each in found]
    assert kinds == [MappedLoader, PlacedLoader, DecodingLoader]
    assert mapped.record == placed.record == decoded.record
    assert len({each.train.fingerprint() for each in found}) == 1
    assert len({each.validation.fingerprint() for each in found} - {mapped.train.fingerprint()}) == 1
    assert [bool(each.warning) for each in found] == [False, True, True]
    first, *others = (losses(each.train, recipe) for each in found)
    assert others == [first, first]
    batches = [each.validation.batch(slice(0, 3)) for each in found]
    assert all(torch.equal(*pair) for other in batches[1:] for pair in zip(batches[0], other, strict=True))


@pytest.mark.slow
def test_what_was_not_expected_is_read_all_the_same(recipe, everywhere):
    for data in everywhere(recipe):
        order = torch.tensor([5, 3, 8, 1, 0, 2])
        data.train.expect([order[:2], order[2:4], slice(0, 2)])
        whole = data.train.read(slice(None))
        assert torch.equal(data.train.read(order[4:]), whole[order[4:]])
        for batch in (order[:2], order[2:4], slice(0, 2)):
            assert torch.equal(data.train.read(batch), whole[batch])


def test_two_runs_read_ahead_without_disturbing_one_another(recipe, everywhere):
    for data in everywhere(recipe)[:2]:
        whole, order = data.train.read(slice(None)), torch.randperm(len(data.train))
        batches = list(order.split(4))
        first, second = data.train.apart(), data.train.apart()
        first.expect(batches)
        second.expect(batches[::-1])
        for one, other in zip(batches, batches[::-1], strict=True):
            assert torch.equal(first.read(one), whole[one])
            assert torch.equal(second.read(other), whole[other])


@pytest.mark.slow
def test_an_image_that_has_gone_is_said_plainly(recipe, everywhere, root):
    *_, decoded = everywhere(recipe)
    (root / divide_images(recipe, DESIGN, unreported, None).parts[Part.TRAIN].files[3]).unlink()
    numbers = torch.arange(5)
    for expected in ([], [numbers]):
        if expected:
            decoded.train.expect(expected)
        with pytest.raises(Refused, match=r"not a usable image: No such file or directory$"):
            decoded.train.read(numbers)


def test_the_record_tells_what_was_used(recipe, root):
    (root / "a" / "broken.png").write_bytes(b"no image")
    (root / "a" / "notes.txt").write_text("text")
    Image.open(root / "b" / "01.png").save(root / "b" / "copy.bmp")  # the same pixels
    write_decisions(root, decisions := Decisions(left_out=("c/02.png",), moved=(Move("c/05.png", "a"),)))
    data = open_data(recipe, DESIGN, CPU)
    record = data.record
    assert (record.name, record.layout, record.class_names) == (str(root), Layout.CLASSES, ("a", "b", "c"))
    assert record.train + record.validation + record.test == 3 * EACH
    assert (len(data.train), len(data.validation)) == (record.train, record.validation)
    assert (record.unreadable, record.skipped, record.decisions) == (1, 1, decisions)
    assert (record.split.kind, record.split.seed) == (SplitKind.STRATIFIED, 0)
    trained = divide_images(recipe, DESIGN, unreported, None).parts[Part.TRAIN].files
    files, found = (*trained, *data.validation_files), (*data.train.labels, *data.validation.labels)
    labels = dict(zip(files, found, strict=True))
    assert "c/02.png" not in labels
    assert labels.get("c/05.png", 0) == 0
    assert len({"b/01.png", "b/copy.bmp"} & {*trained}) in (0, 2)
    assert not {*trained} & {*data.validation_files}


def test_mean_and_deviation_are_those_of_the_training_images(recipe):
    data = open_data(recipe.change(normalise="data"), DESIGN, CPU)
    values = data.train.read(slice(None)).double() / 255
    assert torch.allclose(torch.tensor(data.record.mean).double(), values.mean((0, 2, 3)))
    assert torch.allclose(torch.tensor(data.record.deviation).double(), values.std((0, 2, 3), correction=0))
    seen, _ = data.train.batch(slice(None))
    assert seen.mean().abs() < 1e-5
    assert abs(seen.std() - 1) < 0.01


def test_known_weights_bring_their_own_mean_and_deviation(recipe):
    recipe = recipe.change(normalise="weights")
    assert open_data(recipe, DESIGN, CPU).record.mean == (0.485, 0.456, 0.406)
    grey = open_data(recipe, DESIGN.change(input=(1, 14, 14)), CPU).record
    assert grey.mean == pytest.approx([(0.485 + 0.456 + 0.406) / 3])
    own = open_data(recipe, DESIGN, CPU, statistics=((0.5,) * 3, (0.25,) * 3)).record
    assert (own.mean, own.deviation) == ((0.5,) * 3, (0.25,) * 3)


def test_there_is_room_for_crops_and_validation_sees_the_centre(recipe):
    recipe = recipe.change(resized_crop=0.5)
    data = open_data(recipe, DESIGN, CPU)
    assert data.train.stored == (16, 16)
    pixels, _ = data.validation.batch(slice(0, 2))
    assert torch.equal(pixels, data.validation.read(slice(0, 2))[..., 1:15, 1:15].float() / 255)


def test_the_gallery_is_the_validation_part(recipe, root):
    for changed in (recipe, recipe.change(normalise="data")):
        data, gallery = open_data(changed, DESIGN, CPU), open_gallery(changed, DESIGN, CPU)
        assert gallery.files == data.validation_files
        assert gallery.path(0) == root / data.validation_files[0]
        for pair in zip(gallery.loader.batch(slice(None)), data.validation.batch(slice(None)), strict=True):
            assert torch.equal(*pair)


def test_only_training_and_validation_images_are_decoded(recipe, monkeypatch):
    seen, decode = [], cache.decode
    monkeypatch.setattr(cache, "decode", lambda path, *rest: seen.append(path) or decode(path, *rest))
    record = open_data(recipe, DESIGN, CPU).record
    assert record.test
    assert len(seen) == record.train + record.validation


def test_progress_rises_to_the_end(recipe):
    told = []
    open_data(recipe, DESIGN, CPU, lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert told[-1] == 1


def test_a_named_set_has_a_record_too():
    design = DESIGN.change(input=(1, 28, 28), classes=10)
    record = open_data(Recipe(normalise="data"), design, CPU).record
    assert (record.layout, record.split.kind) == (Layout.NAMED, SplitKind.PUBLISHED)
    assert (record.train, record.validation, record.test) == (10_000, 2_000, 0)
    assert record.mean == pytest.approx([0.286], abs=0.01)  # as published for Fashion-MNIST
    assert record.deviation == pytest.approx([0.353], abs=0.01)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda root: draw(root / "a" / "more.png", 90), "images to train with instead of"),
        (lambda root: (root / "b").rename(root / "dog"), "the class 'b' is called 'dog'"),
        (lambda root: draw(root / "d" / "0.png", 91), "with the classes d"),
        (lambda root: [path.unlink() for path in (root / "c").iterdir()] + [(root / "c").rmdir()], "without the cl"),
        (lambda root: draw(root / "a" / "00.png", 92), "files have another name or content"),
        (lambda root: (root / "a" / "00.png").write_bytes(b"broken"), "1 unreadable instead of 0"),
    ],
)
def test_data_that_have_changed_are_refused_with_what_changed(recipe, root, change, words):
    known = open_data(recipe, DESIGN.change(classes=4), CPU).record
    change(root)
    with pytest.raises(Refused, match=rf"photos has changed since the run began: .*{words}"):
        open_data(recipe, DESIGN.change(classes=4), CPU, known=known)


def test_what_moved_and_what_was_decided_since_change_nothing(recipe, root, tmp_path):
    known = open_data(recipe, DESIGN, CPU)
    write_decisions(root, Decisions(left_out=("a/00.png",)))
    moved = root.rename(tmp_path / "elsewhere")
    again = open_data(recipe.change(data=str(moved)), DESIGN, CPU, known=known.record)
    assert again.record == replace(known.record, name=str(moved))
    assert again.train.fingerprint() == known.train.fingerprint()


def test_data_that_do_not_fit_the_design_are_refused(recipe):
    for changes, words in (({"input": (5, 6, 6)}, "images have 1 or 3"), ({"classes": 2}, "has 3 classes")):
        with pytest.raises(Refused, match=words):
            open_data(recipe, DESIGN.change(**changes), CPU)
