"""Another way to compute a convolution beside torch's."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from explorer.engine.kernels.fast_layers import FastConv2d

Results = tuple[Tensor, ...]


def both_ways(
    whole: nn.Conv2d, convolve: Callable[[Tensor, Tensor], Tensor], images: Tensor
) -> tuple[Results, Results]:
    """What `whole` and `convolve` put out, and the gradients of all that went in."""
    other, images = FastConv2d(whole), images.requires_grad_()
    other.convolve = convolve
    inputs = (images, *whole.parameters())
    outputs = whole(images), other(images)
    expected, found = ((out, *torch.autograd.grad(out.square().sum(), inputs)) for out in outputs)
    return expected, found
