"""Augmentation: each change against torchvision's own on every single image, and the same images every time."""

import pytest
import torch
import torchvision.transforms.v2.functional as tv
from torch import nn

from explorer.engine.data.augment import Augmentation, Feed, box_of, boxes_of
from explorer.engine.data.loader import PlacedLoader, batch_bounds, epoch_order
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.data.resized_crop import resize_rectangles
from explorer.runs.recipe import Recipe
from tests.engine import small

COUNT, SIZE = 60, (9, 7)
STORED = (12, 10)
EVERYTHING = Recipe(seed=3, flip=True, crop=2, erase=0.5, cutmix=0.5, resized_crop=0.3, jitter=0.4)


def pictures(count: int = COUNT, channels: int = 2, size: tuple[int, int] = SIZE) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(1, 256, (count, channels, *size), generator=generator, dtype=torch.uint8)


def augmentation(recipe: Recipe, epoch: int = 1) -> Augmentation:
    return Augmentation(recipe, COUNT, SIZE, Preprocessing(SIZE), epoch, small.CPU)


def test_nothing_is_done_where_nothing_is_wanted():
    given = pictures()
    labels = torch.arange(COUNT) % 3
    made = augmentation(Recipe())
    assert made.pixels(given, slice(0, COUNT)) is given
    assert made.mix(given, labels, 3, 0) == (given, labels)


def test_larger_images_are_cropped_at_the_centre():
    given = pictures(size=STORED)
    made = Augmentation(Recipe(), COUNT, STORED, Preprocessing(SIZE), 1, small.CPU)
    assert torch.equal(made.pixels(given, slice(0, COUNT)), given[:, :, 1:10, 1:8])


def test_crops_come_first_and_colours_before_what_is_black():
    given, everywhere = pictures(size=STORED, channels=3), slice(0, COUNT)
    made = Augmentation(EVERYTHING, COUNT, STORED, Preprocessing(SIZE), 1, small.CPU)
    expected = resize_rectangles(given, made.rectangles, SIZE)
    for recipe in (Recipe(seed=3, flip=True, crop=2), Recipe(seed=3, jitter=0.4), Recipe(seed=3, erase=0.5)):
        expected = augmentation(recipe).pixels(expected, everywhere)
    assert torch.equal(made.pixels(given, everywhere), expected)


def test_crops_and_flips_are_torchvisions():
    made, given = augmentation(Recipe(flip=True, crop=2)), pictures()
    found = made.pixels(given, slice(0, COUNT))
    down, right = made.shifts
    for number, (before, after) in enumerate(zip(given, found, strict=True)):
        turned = tv.horizontal_flip(before) if made.flips[number] else before
        expected = tv.crop(tv.pad(turned, [2]), int(down[number]), int(right[number]), *SIZE)
        mirrored = tv.horizontal_flip(tv.crop(tv.pad(before, [2]), int(down[number]), int(right[number]), *SIZE))
        assert torch.equal(after, expected) or (made.flips[number] and torch.equal(after, mirrored))
    assert 15 < made.flips.sum() < 45
    assert {*down.tolist()} == {*right.tolist()} == {0, 1, 2, 3, 4}


def test_erasing_is_torchvisions_and_spares_the_others():
    made, given = augmentation(Recipe(erase=0.5)), pictures()
    found = made.pixels(given, slice(0, COUNT))
    erased = 0
    for number, (before, after) in enumerate(zip(given, found, strict=True)):
        top, left, tall, wide = made.boxes[:, number].tolist()
        assert torch.equal(after, tv.erase(before, top, left, tall, wide, torch.zeros(())))
        erased += not torch.equal(before, after)
    assert 15 < erased < 45


def test_rectangles_lie_inside_and_have_the_papers_shares():
    tops, lefts, tall, wide = boxes_of(torch.rand(4, 5000, generator=torch.Generator().manual_seed(0)), (100, 100))
    assert (tops >= 0).all()
    assert (lefts >= 0).all()
    assert (tops + tall <= 100).all()
    assert (lefts + wide <= 100).all()
    share = tall * wide / 10_000
    assert 0.01 < share.min() < share.max() < 0.35
    assert (tall / wide).min() < 0.4
    assert (tall / wide).max() > 2.5


def test_mixed_images_have_mixed_labels():
    made, given = augmentation(EVERYTHING), pictures(8)
    labels = torch.arange(8) % 3
    mixed = 0
    for start in range(0, COUNT - 8, 4):
        pixels, targets = made.mix(given, labels, 3, start)
        if targets.ndim == 1:
            assert torch.equal(pixels, given)
            continue
        mixed += 1
        changed = (pixels == given.roll(1, 0)) & (given != given.roll(1, 0))
        assert torch.equal(torch.where(changed, given.roll(1, 0), given), pixels)
        for number, (own, other) in enumerate(zip(labels, labels.roll(1), strict=True)):
            assert targets[number].sum() == pytest.approx(1)
            share = float(targets[number, own])
            area = float((pixels[number] == given[number]).float().mean())
            assert share == pytest.approx(area, abs=0.08)
            assert targets[number, other] == pytest.approx(1 - share)
    assert 2 < mixed < 11


@pytest.mark.parametrize(("share", "centre", "box"), [
    (0.25, [0.5, 0.5], (2, 2, 4, 4)),
    (0.25, [0.0, 1.0], (0, 6, 2, 2)),
    (1.0, [0.5, 0.5], (0, 0, 8, 8)),
])  # fmt: skip
def test_a_box_is_cut_at_the_edges(share, centre, box):
    assert box_of(share, centre, (8, 8)) == box


def test_an_epoch_is_drawn_from_seed_and_number_alone():
    given, all_of_them = pictures(channels=3), slice(0, COUNT)
    torch.rand(5)
    first, again = (augmentation(EVERYTHING).pixels(given, all_of_them) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, augmentation(EVERYTHING, epoch=2).pixels(given, all_of_them))
    assert not torch.equal(first, augmentation(EVERYTHING.change(seed=4)).pixels(given, all_of_them))
    parts = [augmentation(EVERYTHING).pixels(given[part], part) for part in (slice(0, 25), slice(25, COUNT))]
    assert torch.equal(torch.cat(parts), first)


def test_a_feed_without_augmentation_is_the_loader_in_its_order():
    feed = Feed(small.TRAIN, small.RECIPE, 2, 3)
    order = epoch_order(len(small.TRAIN), small.RECIPE.seed, 2, small.CPU)
    for bounds in batch_bounds(len(small.TRAIN), 7):
        for found, expected in zip(feed[bounds], small.TRAIN.batch(order[bounds]), strict=True):
            assert torch.equal(found, expected)


def test_the_loader_is_told_what_comes(monkeypatch):
    told, read = [], []
    monkeypatch.setattr(small.TRAIN, "expect", told.extend, raising=False)
    monkeypatch.setattr(small.TRAIN, "read", lambda chosen: read.append(chosen) or small.TRAIN.pixels[chosen])
    bounds = batch_bounds(len(small.TRAIN), 7)[2:]
    feed = Feed(small.TRAIN, small.RECIPE, 1, 3)
    batches = feed.batches(bounds)
    assert [each.tolist() for each in told] == [feed.order[each].tolist() for each in bounds]
    assert len([*batches]) == len(bounds)
    assert all(map(torch.equal, told, read))


def test_balanced_classes_are_drawn_alike():
    labels = torch.tensor([0] * 900 + [1] * 90 + [3] * 10)
    loader = PlacedLoader(torch.zeros(1000, 1, 6, 6, dtype=torch.uint8), labels)
    recipe = small.RECIPE.change(balance="sampling")
    first, again, second = (Feed(loader, recipe, epoch, 4).order for epoch in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, second)
    assert len(first) == 1000
    drawn = labels[first].bincount(minlength=4)
    assert drawn[2] == 0
    assert all(280 < drawn[label] < 390 for label in (0, 1, 3))
    assert len({*first.tolist()}) > 250  # of the frequent class each image about once


def test_mixed_targets_are_learned_from():
    recipe = small.RECIPE.change(cutmix=1.0, crop=1, label_smoothing=0.1, clip=1.0)
    work, plain = small.training(recipe), small.training(recipe)
    pixels, targets = Feed(small.TRAIN, recipe, 1, 3)[slice(0, 8)]
    assert targets.shape == (8, 3)
    scores = plain.scores(plain.network.train(), pixels).detach()
    expected = nn.functional.cross_entropy(scores, targets, label_smoothing=0.1)
    loss, hits = work.learn(pixels, targets)
    assert float(loss) == pytest.approx(float(expected))
    assert int(hits) == int((scores.argmax(1) == targets.argmax(1)).sum())


def test_what_two_recipes_share_is_drawn_alike_whatever_else_they_do():
    """Trained side by side, both see the same rectangles, whether or not the images are moved first."""
    everything = augmentation(EVERYTHING)
    for change in ("flip", "crop", "erase", "cutmix", "resized_crop", "jitter"):
        alone = augmentation(Recipe(seed=3, **{change: getattr(EVERYTHING, change)}))
        if change == "flip":
            assert torch.equal(alone.flips, everything.flips)
        if change == "crop":
            assert torch.equal(alone.shifts, everything.shifts)
        if change == "erase":
            assert torch.equal(alone.boxes, everything.boxes)
        if change == "resized_crop":
            assert torch.equal(alone.rectangles, everything.rectangles)
        if change == "jitter":
            assert torch.equal(alone.factors, everything.factors)
        if change == "cutmix":
            images, labels = pictures(), torch.arange(COUNT) % 3
            for bounds in batch_bounds(COUNT, 8):
                mixed = (each.mix(images[bounds], labels[bounds], 3, bounds.start) for each in (alone, everything))
                (one, targets), (other, same) = mixed
                assert torch.equal(one, other)
                assert torch.equal(targets, same)
