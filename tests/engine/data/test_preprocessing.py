"""Preprocessing: what the preset of torchvision's own weights makes of the same images."""

import torch
from torchvision.transforms._presets import ImageClassification

from explorer.engine.data.preprocessing import Preprocessing

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def test_inputs_are_torchvisions_to_the_bit():
    pixels = torch.randint(0, 256, (4, 3, 36, 36), dtype=torch.uint8)
    expected = ImageClassification(crop_size=32, resize_size=36, mean=MEAN, std=DEVIATION)(pixels)
    found = Preprocessing((32, 32), MEAN, DEVIATION).inputs(pixels)
    assert torch.equal(found, expected)
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_without_mean_and_deviation_values_are_from_0_to_1():
    pixels = torch.tensor([0, 51, 255], dtype=torch.uint8).view(1, 1, 1, 3)
    assert torch.equal(Preprocessing((1, 3)).inputs(pixels), pixels / 255)
    assert int(pixels[0, 0, 0, 1]) == 51  # the images themselves stay
