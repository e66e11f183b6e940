"""Resized crops: torchvision's rectangles, and its pixels, image by image and all at once."""

import pytest
import torch
import torchvision.transforms.v2.functional as tv
from torchvision.transforms.v2 import RandomResizedCrop

from explorer.engine.data import resized_crop
from explorer.engine.data.resized_crop import draw_rectangles, resize_rectangles

COUNT = 4000
SIZES = [(32, 32), (40, 30), (20, 60)]  # the last is wider than any rectangle


def drawn(share, size, count=COUNT):
    return draw_rectangles(count, share, size, torch.Generator().manual_seed(0))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_rectangles_are_distributed_as_torchvisions(size, share):
    torch.manual_seed(0)
    image = torch.zeros(1, *size)
    make = RandomResizedCrop(size, scale=(share, 1.0))
    found = [make.make_params([image]) for _ in range(COUNT)]
    expected = torch.tensor([[each[name] for each in found] for name in ("top", "left", "height", "width")])
    ours = drawn(share, size)
    for one, other in zip(ours.double(), expected.double(), strict=True):
        assert one.mean() == pytest.approx(float(other.mean()), abs=0.6)
        assert one.std() == pytest.approx(float(other.std()), abs=0.5)
        assert [float(one.min()), float(one.max())] == pytest.approx([float(other.min()), float(other.max())], abs=2)


@pytest.mark.parametrize("size", SIZES)
def test_rectangles_lie_inside_and_have_the_wanted_share(size):
    top, left, tall, wide = drawn(0.4, size)
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (top + tall <= size[0]).all()
    assert (left + wide <= size[1]).all()
    assert (tall > 0).all()
    if size != SIZES[-1]:
        assert (tall * wide).min() > 0.36 * size[0] * size[1]  # sides are whole pixels
    assert (wide / tall).min() > 0.7
    assert (wide / tall).max() < 1.43


@pytest.mark.parametrize("resize", [resize_rectangles, resized_crop._resize_at_once], ids=["one by one", "at once"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(28, 28), (9, 50)])
def test_pixels_are_torchvisions(resize, channels, size):
    noise = torch.randint(0, 256, (20, channels, 40, 32), dtype=torch.uint8)
    rectangles = drawn(0.05, (40, 32), 20)
    found = resize(noise, rectangles, size)
    assert found.dtype == torch.uint8
    for before, after, (top, left, tall, wide) in zip(noise, found, rectangles.t().tolist(), strict=True):
        expected = tv.resized_crop(before, top, left, tall, wide, list(size))
        assert (after.int() - expected.int()).abs().max() <= 1


def test_the_whole_image_is_the_image():
    noise = torch.randint(0, 256, (2, 3, 12, 12), dtype=torch.uint8)
    whole = torch.tensor([[0, 0, 12, 12]] * 2).t()
    assert torch.equal(resize_rectangles(noise, whole, (12, 12)), noise)
    assert torch.equal(resized_crop._resize_at_once(noise, whole, (12, 12)), noise)
