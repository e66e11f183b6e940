"""A dense convolution is the convolution, forwards and backwards."""

from functools import partial

import pytest
import torch
from torch import nn

from explorer.engine.kernels import dense
from explorer.engine.kernels.fast_layers import FastConv2d
from tests.engine.convolution import both_ways


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("kernel", "stride", "height", "width"),
    [
        (1, 1, 1, 1),
        (1, 2, 2, 1),
        (3, 1, 1, 1),
        (3, 1, 2, 1),
        (3, 1, 3, 3),
        (3, 2, 2, 2),
        (3, 2, 6, 5),
        (7, 1, 4, 3),
        (7, 2, 4, 4),
        (7, 3, 3, 4),
    ],
)
def test_it_is_the_convolution(kernel, stride, height, width, bias):
    torch.manual_seed(0)
    whole = nn.Conv2d(2, 3, kernel, stride, kernel // 2, bias=bias).double()
    expected, found = both_ways(whole, partial(dense.convolve, stride=stride), torch.rand(2, 2, height, width).double())
    torch.testing.assert_close(found, expected)


def test_it_obeys_autocast():
    torch.manual_seed(0)
    whole = nn.Conv2d(4, 3, 3, 1, 1)
    products, image, gradients = FastConv2d(whole), torch.rand(2, 4, 3, 3), []
    products.convolve = partial(dense.convolve, stride=1)
    for convolution in (whole, products):
        with torch.autocast("cpu", torch.bfloat16):
            out = convolution(image)
        assert out.dtype == torch.bfloat16
        gradients.append(torch.autograd.grad(out.float().square().sum(), whole.weight)[0])
    torch.testing.assert_close(gradients[1], gradients[0], rtol=0.02, atol=0.02)
