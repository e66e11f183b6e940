"""The effect of a change, on networks whose answers are known."""

import numpy as np
import pytest
import torch
from torch import nn

from explorer.engine.data.loader import PlacedLoader
from explorer.engine.probes import effect as effect_module
from explorer.engine.probes.effect import measure_effect, spread_images
from explorer.validation import Refused
from tests.engine.training.test_growth import DESIGN, little_data, open_probed_network, trained

__all__ = ["little_data"]  # a fixture


class Shade(nn.Module):
    """Logits of `classes` classes: that of the image's shade is larger by `margin`, or by `dark` for a shade of 0."""

    def __init__(self, classes: int = 7, margin: float = 2.0, dark: float | None = None) -> None:
        super().__init__()
        self.classes, self.margin, self.dark = classes, margin, margin if dark is None else dark

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shades = (x[:, 0, 0, 0] * 255).round().long()
        margins = torch.where(shades == 0, self.dark, self.margin)
        return nn.functional.one_hot(shades, self.classes) * margins.unsqueeze(1)


def shades(*values: int) -> PlacedLoader:
    """Images of one shade each, 4×4, whose label is the shade."""
    labels = torch.tensor(values)
    return PlacedLoader(labels.to(torch.uint8).reshape(-1, 1, 1, 1).expand(-1, 1, 4, 4).contiguous(), labels)


def test_no_change_is_none():
    effect = measure_effect(Shade(), Shade(), shades(*range(7)), batch_size=3)
    assert (effect.images, effect.accuracy_before, effect.accuracy_after) == (7, 1.0, 1.0)
    assert (effect.moved, effect.difference, effect.equal) == (0, 0.0, True)
    assert [example.label for example in effect.examples] == [0, 1, 2, 3, 4, 5]


def test_the_examples_are_those_that_moved_most_with_their_pictures_and_likely_classes():
    effect = measure_effect(Shade(), Shade(dark=-3.0), shades(5, 4, 3, 2, 6, 0, 1, 0), batch_size=3)
    assert (effect.moved, effect.accuracy_before, effect.accuracy_after) == (2, 1.0, 0.75)
    assert (effect.difference, effect.equal) == (5.0, False)
    first, second = effect.examples[:2]
    assert (first.label, second.label) == (0, 0)
    assert first.classes[first.answer_before] == 0
    assert first.classes[first.answer_after] == 1
    assert first.before[0] == pytest.approx(np.exp(2) / (np.exp(2) + 6))
    assert len(first.classes) == len(set(first.classes)) == 5
    pixels = np.fromfile(effect.file, np.uint8)
    for example in effect.examples:
        assert example.picture.shape == (4, 4)
        assert set(pixels[example.picture.offset :][:16]) == {example.label}


def test_an_unlikely_true_class_is_among_the_shown_ones():
    images = shades(6)
    (example,) = measure_effect(Shade(), Shade(margin=-5.0), images, 1).examples
    assert 6 in example.classes
    images.labels[0] = 9  # which the network has not
    (example,) = measure_effect(Shade(), Shade(), images, 1).examples
    assert 9 not in example.classes


def test_answers_that_are_no_numbers_are_refused():
    with pytest.raises(Refused, match="no longer finite"):
        measure_effect(Shade(), Shade(margin=float("nan")), shades(1, 2), 2)


def test_a_large_network_is_shown_fewer_images_of_all_classes(monkeypatch):
    found = open_probed_network(trained(DESIGN))
    assert len(spread_images(found, 50, 2000)) == 90
    monkeypatch.setattr(effect_module, "AFFORDABLE", 60 * found.plan.macs)
    chosen = spread_images(found, 50, 2000)
    assert len(chosen) == 60
    assert torch.bincount(chosen.labels).min() > 15
    assert len(spread_images(found, 70, 2000)) == 70
