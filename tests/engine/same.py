"""Whether two things are the same but for what a clock put into them."""

from collections.abc import Mapping
from dataclasses import fields, replace

import torch

CLOCK = ("seconds", "epoch_seconds", "examples_per_second")


def timeless(found):
    """Events without what a clock put into them."""
    return [replace(event, **{each.name: 0.0 for each in fields(event) if each.name in CLOCK}) for event in found]


def differences(one, other, path=""):
    """Where two states of a training are not the same, to the last bit."""
    if isinstance(one, torch.Tensor):
        return [] if torch.equal(one, other) else [path]
    if isinstance(one, Mapping):
        assert list(one) == list(other), path
        pairs = [(key, one[key], other[key]) for key in one if key not in CLOCK]
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), path
        pairs = [(number, *pair) for number, pair in enumerate(zip(one, other, strict=True))]
    else:
        return [] if one == other else [path]
    return [found for key, *pair in pairs for found in differences(*pair, f"{path}.{key}")]
