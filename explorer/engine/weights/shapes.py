"""Shapes of the tensors of a network, by arithmetic: to build it, if only without memory, takes a second. No Qt."""

from collections.abc import Iterator, Mapping

from explorer.architecture.layers import BatchNorm2d, Conv2d, Kind, Linear, Shape
from explorer.architecture.plan import Plan

COUNTER, VARIANCE = "num_batches_tracked", "running_var"  # of a norm


def tensor_shapes(plan: Plan) -> Mapping[str, Shape]:
    """Return the shape of each entry of the network's state_dict, in its order."""
    return {f"{layer.name}.{name}": shape for layer in plan.layers() for name, shape in _shapes(layer.kind)}


def _shapes(kind: Kind) -> Iterator[tuple[str, Shape]]:
    match kind:
        case Conv2d():
            yield "weight", (kind.outputs, kind.inputs // kind.groups, kind.kernel, kind.kernel)
            if kind.bias:
                yield "bias", (kind.outputs,)
        case Linear():
            yield "weight", (kind.outputs, kind.inputs)
            yield "bias", (kind.outputs,)
        case BatchNorm2d():
            for name in ("weight", "bias", "running_mean", VARIANCE):
                yield name, (kind.features,)
            yield COUNTER, ()
