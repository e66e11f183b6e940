"""Near-duplicates: found among thousands as by comparing all pairs, and not where only the hashes are alike."""

import numpy as np
import pytest
from PIL import Image

from explorer.engine.data.images.examination import SMALL
from explorer.engine.data.images.near_duplicates import group_alike


def reduced(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize(SMALL, Image.Resampling.LANCZOS))


def random_images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 8, 9, 3), np.uint8)


def hashes(images: np.ndarray) -> np.ndarray:
    grey = images @ np.array([299, 587, 114])
    return (grey[:, :, 1:] > grey[:, :, :-1]).reshape(len(images), 64)


def connected(images: np.ndarray) -> list[list[int]]:
    """Groups by comparing each image with each."""
    bits, values = hashes(images), images.astype(int)
    groups = list(range(len(images)))
    for one in range(len(images)):
        for other in range(one):
            if (bits[one] != bits[other]).sum() <= 3 and np.abs(values[one] - values[other]).mean() <= 4:
                least, most = sorted((groups[one], groups[other]))
                groups = [least if group == most else group for group in groups]
    found = {group: [place for place, own in enumerate(groups) if own == group] for group in groups}
    return [places for _, places in sorted(found.items()) if len(places) > 1]


def test_it_finds_what_comparing_all_pairs_finds():
    random = np.random.default_rng(3)
    originals = random_images(60)
    copies = originals[:40, None] + random.integers(-9, 10, (40, 4, 8, 9, 3)) * random.random(
        (40, 1, 1, 1, 1)
    )  # some alike, some not
    images = np.concatenate((originals, copies.reshape(-1, 8, 9, 3).clip(0, 255).astype(np.uint8)))
    images = images[random.permutation(len(images))]
    expected = connected(images)
    assert group_alike(images) == expected
    assert len(expected) > 5
    assert sum(map(len, expected)) < 200  # some copies are too different


@pytest.mark.parametrize("change", [
    lambda image: image.resize((150, 100), Image.Resampling.BICUBIC),
    lambda image: image.resize((900, 600)),
    lambda image: image.point(lambda value: min(255, value + 2)),
    lambda image: image.crop((2, 1, 299, 199)),
])  # fmt: skip
def test_a_photo_that_was_edited_a_little_is_almost_the_same(change):
    down, right = np.mgrid[0:1:200j, 0:1:300j]
    waves = [np.sin(9 * right + 5 * down), np.cos(11 * down - 4 * right), np.sin(7 * right * down)]
    photo = Image.fromarray(((np.stack(waves, axis=2) + 1) * 127).astype(np.uint8))
    assert group_alike(np.stack((reduced(photo), random_images(1)[0], reduced(change(photo))))) == [[0, 2]]


def test_the_same_shape_in_another_colour_is_another_image():
    red, blue = (Image.new("RGB", (90, 80), "white") for _ in range(2))
    red.paste((200, 40, 40), (20, 20, 70, 60))
    blue.paste((40, 40, 255), (20, 20, 70, 60))
    assert group_alike(np.stack((reduced(red), reduced(blue)))) == []


def test_images_of_one_colour_have_one_hash_and_are_told_apart_by_it():
    flat = [np.full((8, 9, 3), level, np.uint8) for level in (10, 120, 13, 250, 123, 60, 16)]
    assert group_alike(np.stack(flat)) == [[0, 2, 6], [1, 4]]


def test_thousands_are_compared_even_if_many_have_one_hash():
    images = np.concatenate((random_images(20_000), np.zeros((2000, 8, 9, 3), np.uint8)))
    images[20_000:, 0, 0, 0] = np.arange(2000) % 200
    assert group_alike(images) == [[*range(20_000, 22_000)]]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_images_are_no_trouble(count):
    assert group_alike(np.repeat(random_images(1), count, 0)) == ([[0, 1]] if count == 2 else [])
