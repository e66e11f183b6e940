"""Rewrites: ways to compute a network faster that leave its function and its parameters as they are. No Qt.

Each may be on or off. Sums may round in another order, and bf16 rounds more. `training/tuning.py` finds which of them
are faster.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor, nn

from explorer.architecture.plan import Plan
from explorer.engine.devices import multiplies_bf16_fast
from explorer.engine.kernels import fast_layers
from explorer.engine.model import build_model
from explorer.runs.recipe import Recipe
from explorer.sentences import translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class Rewrites:
    """Which rewrites are on.

    `channels_last`: the memory format of maps. `cropped`, `dense`, `winograd`, `folded`: see `fast_layers`. `bf16`:
    products of 16 bits. `graph`: a step's kernels on an NVIDIA GPU are launched together.
    """

    channels_last: bool = False
    cropped: bool = False
    dense: bool = False
    winograd: bool = False
    folded: bool = False
    bf16: bool = False
    graph: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the rewrites that are on."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name))


def rewrites_called(names: Sequence[str]) -> Rewrites:
    """Return the rewrites that are on by their names. Raises Refused."""
    known = {each.name for each in fields(Rewrites)}
    if unknown := [name for name in names if name not in known]:
        what = translatable("this version does not know {names}, by which the run computes")
        raise refuse("rewrites", what, names=", ".join(unknown))
    return Rewrites(**dict.fromkeys(names, True))


_FAST = Rewrites(channels_last=True, cropped=True, dense=True, folded=True)  # less work, whatever the network


def exact_rewrites(recipe: Recipe) -> Rewrites:
    """Return the rewrites that are less work whatever the network and keep fp32; none where arithmetic is plain."""
    return Rewrites() if recipe.arithmetic == "plain" else _FAST


def promised(plan: Plan, recipe: Recipe, device: torch.device) -> Rewrites:
    """Return all rewrites that should be faster for this network on this device; `tuning` measures them.

    A GPU's own convolutions are fast for any map. Winograd's sums are of values too different for the few digits of
    bf16. Where arithmetic is plain there are none. Raises Refused for plain arithmetic in bf16.
    """
    if recipe.arithmetic == "plain":
        if recipe.precision == "bf16":
            raise refuse("precision", translatable("must be fp32 or auto: plain arithmetic has 32 bits per number"))
        return Rewrites()
    on_cpu = device.type == "cpu"
    bf16 = recipe.precision == "bf16" or (recipe.precision == "auto" and multiplies_bf16_fast(device))
    return Rewrites(
        channels_last=True,
        cropped=any(fast_layers.croppable(plan)),
        dense=on_cpu and any(fast_layers.dense_convolutions(plan)),
        winograd=on_cpu and not bf16 and any(fast_layers.winograd_convolutions(plan)),
        folded=any(fast_layers.foldable(plan)),
        bf16=bf16,
        graph=device.type == "cuda",
    )


def make_network(plan: Plan, device: torch.device, rewrites: Rewrites = _FAST) -> nn.Module:
    """Build the plan's network on `device` with the given rewrites."""
    network: nn.Module = build_model(plan)
    layout = torch.channels_last if rewrites.channels_last else torch.contiguous_format
    network = network.to(device, memory_format=layout)  # type: ignore[call-overload]
    for rewrite, wanted in (
        (fast_layers.crop_taps, rewrites.cropped),
        (fast_layers.make_dense, rewrites.dense),
        (fast_layers.use_winograd, rewrites.winograd),
        (fast_layers.fold_biases, rewrites.folded),
    ):
        if wanted:
            rewrite(network, plan)
    if not rewrites.names:  # images come channels last, and maps would stay so
        network.register_forward_pre_hook(_in_default_layout)
    return network


def _in_default_layout(network: nn.Module, inputs: tuple[Tensor]) -> tuple[Tensor]:
    """Return images in torch's default memory format; of one channel they seem to have it, with other strides."""
    return (inputs[0].clone(memory_format=torch.contiguous_format),)
