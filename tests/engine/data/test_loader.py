"""Batches: resizing as PIL does it, ToTensor and nothing else, order by seed and epoch, no batch of one."""

import numpy as np
import pytest
import torch
from PIL import Image
from torchvision.transforms.functional import to_tensor

from explorer.architecture.presets import preset
from explorer.engine.data.datasets import Images
from explorer.engine.data.loader import batch_bounds, epoch_order, place_images

CPU = torch.device("cpu")
NOISE = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (3, 1, 28, 28), np.uint8))
LABELS = torch.arange(3)
MINI = preset("mini")


def test_a_batch_is_what_totensor_makes():
    pixels, labels = place_images(Images(NOISE, LABELS), MINI, CPU).batch(slice(0, 2))
    expected = torch.stack([to_tensor(image.numpy()[0]) for image in NOISE[:2]])
    assert torch.equal(pixels, expected)
    assert labels.tolist() == [0, 1]


def test_enlarging_equals_pil():
    placed = place_images(Images(NOISE, LABELS), MINI.change(input=(1, 96, 96)), CPU)
    for image, enlarged in zip(NOISE, placed.pixels, strict=True):
        expected = np.asarray(Image.fromarray(image.numpy()[0]).resize((96, 96), Image.Resampling.BILINEAR))
        assert np.array_equal(enlarged.numpy()[0], expected)


def test_the_order_depends_on_seed_and_epoch_alone():
    first = epoch_order(100, 0, 1, CPU)
    torch.rand(5)
    assert torch.equal(first, epoch_order(100, 0, 1, CPU))
    assert sorted(first.tolist()) == list(range(100))
    orders = {tuple(epoch_order(100, seed, epoch, CPU).tolist()) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


@pytest.mark.parametrize(
    ("images", "batch_size", "sizes"),
    [(9, 4, [4, 5]), (10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 4, [3]), (1, 4, [1]), (3, 1, [1, 1, 1])],
)
def test_a_last_single_image_joins_the_batch_before(images, batch_size, sizes):
    bounds = batch_bounds(images, batch_size)
    assert [each.stop - each.start for each in bounds] == sizes
    assert bounds[0].start == 0
    assert bounds[-1].stop == images
