"""Another way to compute a convolution against torch's."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from explorer.engine.lean import LeanConv2d


def compare(whole: nn.Conv2d, convolve: Callable[[Tensor, Tensor], Tensor], images: Tensor) -> None:
    """What they put out, and the gradients of all that went in."""
    other, images = LeanConv2d(whole), images.requires_grad_()
    other.convolve = convolve
    expected, found = whole(images), other(images)
    torch.testing.assert_close(found, expected)
    inputs = (images, *whole.parameters())
    gradients = [torch.autograd.grad(out.square().sum(), inputs) for out in (expected, found)]
    torch.testing.assert_close(gradients[1], gradients[0])
