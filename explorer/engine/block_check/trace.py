"""Trace: the operations of a block in the order of execution, whatever its layers are called. No Qt.

torch tells of each operation with its tensors, so a layer that is called as a function is seen like a module.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_module_registration_hook
from torch.utils._python_dispatch import TorchDispatchMode

PASTED = "<pasted>"  # the file name of what was pasted
INPUT = -1  # the number of the block's input among the operations


class OperationKind(Enum):
    CONV = auto()
    NORM = auto()
    RELU = auto()
    SUM = auto()
    OTHER = auto()


@dataclass(eq=False)
class Operation:
    """One operation on what came from the block's input.

    `sources` are the numbers of the operations whose outputs it reads. `values` are its parameters and statistics,
    `settings` how torch's constructor would be told. `output` is None if it failed. `line` is where the pasted code
    ordered it, and `made` where it made the layer; 0 in other code.
    """

    kind: OperationKind
    name: str
    sources: tuple[int, ...]
    values: Mapping[str, Tensor]
    settings: Mapping[str, object]
    line: int
    made: int = 0
    output: Tensor | None = None

    @property
    def source_text(self) -> str:
        """Return the operation as torch writes it."""
        inner = ", ".join(f"{name}={value}" for name, value in self.settings.items())
        return f"{self.name}({inner})"


@dataclass
class Trace:
    """The operations of one forward pass; `result` is the number of the one that made what was returned.

    It is None where nothing of the block was returned, and the last operation where `error` ended the pass.
    """

    operations: list[Operation]
    result: int | None = None
    returned: object = None
    error: BaseException | None = None


MAX_OPERATIONS = 200  # are noted; a block has about ten
_IGNORED = {"detach", "alias", "clone", "view", "_to_copy", "lift_fresh", "contiguous", "empty", "empty_like"}
_NORMS = {"native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training", "batch_norm"}


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the operations on `x` and on all that is made of it."""

    def __init__(self, x: Tensor) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[Operation] = []
        self._numbers = {id(x): INPUT}
        self._kept: list[object] = [x]  # a number of an object is only its own while it lives

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Say that nothing here is to be kept from the compiler, whose import would take 7 s of processor time."""
        return False

    def number(self, value: object) -> int | None:
        return self._numbers.get(id(value))

    def __torch_dispatch__(
        self, call: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        tensors = [each for part in args for each in (part if isinstance(part, list | tuple) else [part])]
        sources = tuple(n for n in map(self.number, tensors) if n is not None)
        name = call.overloadpacket.__name__
        if not sources or len(self.operations) >= MAX_OPERATIONS:
            return call(*args, **(kwargs or {}))
        if name in _IGNORED:
            result = call(*args, **(kwargs or {}))
            self._keep(result, sources[0])
            return result
        operation = _operation(name, args, sources)
        self.operations.append(operation)
        number = len(self.operations) - 1
        result = call(*args, **(kwargs or {}))
        first = result[0] if isinstance(result, tuple | list) and result else result
        if isinstance(first, Tensor):
            operation.output = first.detach().clone()
        for each in result if isinstance(result, tuple | list) else [result]:
            self._keep(each, number)
        return result

    def _keep(self, value: object, number: int) -> None:
        self._numbers[id(value)] = number
        self._kept.append(value)


def _operation(name: str, args: tuple[Any, ...], sources: tuple[int, ...]) -> Operation:
    line = _pasted_line()
    match name.rstrip("_"):
        case "convolution":
            return _convolution(args, sources, line)
        case _ if name in _NORMS:
            return _norm(args, sources, line)
        case "relu":
            return Operation(OperationKind.RELU, nn.ReLU.__name__, sources, {}, {}, line)
        case "add" if isinstance(args[1], Tensor):
            return Operation(OperationKind.SUM, "+", sources, {}, {}, line)
        case other:
            return Operation(OperationKind.OTHER, other, sources, {}, {}, line)


def _convolution(args: tuple[Any, ...], sources: tuple[int, ...], line: int) -> Operation:
    _, weight, bias, stride, padding, dilation, transposed, _, groups = args[:9]
    settings: dict[str, object] = {
        "in_channels": weight.shape[1] * groups,
        "out_channels": weight.shape[0],
        "kernel_size": _one(weight.shape[2:]),
        "stride": _one(stride),
        "padding": _one(padding),
    }
    for key, value, usual in (("dilation", _one(dilation), 1), ("groups", groups, 1), ("bias", bias is not None, True)):
        if value != usual:
            settings[key] = value
    values = {key: value for key, value in (("weight", weight), ("bias", bias)) if value is not None}
    name = (nn.ConvTranspose2d if transposed else nn.Conv2d).__name__
    return Operation(OperationKind.CONV, name, sources, values, settings, line)


def _norm(args: tuple[Any, ...], sources: tuple[int, ...], line: int) -> Operation:
    x, *given = args
    named = dict(zip(("weight", "bias", "running_mean", "running_var"), given, strict=False))
    values = {key: value for key, value in named.items() if isinstance(value, Tensor)}
    settings: dict[str, object] = {"num_features": x.shape[1]}
    numbers = [each for each in args if type(each) is float]  # momentum and eps, in this order
    for key, value, usual in zip(("momentum", "eps"), numbers, (0.1, 1e-5), strict=False):
        if value != usual:
            settings[key] = value
    if "weight" not in values:
        settings["affine"] = False
    if "running_mean" not in values:
        settings["track_running_stats"] = False
    return Operation(OperationKind.NORM, nn.BatchNorm2d.__name__, sources, values, settings, line)


def _one(numbers: Any) -> object:
    """Return a number for all dimensions alike, or the tuple of them."""
    found = tuple(int(each) for each in numbers)
    return found[0] if len({*found}) == 1 else found


def _pasted_line() -> int:
    """Return the innermost line of the pasted code that runs now, 0 if none does."""
    frame = sys._getframe(1)
    while frame:
        if frame.f_code.co_filename == PASTED:
            return frame.f_lineno
        if frame.f_back is None:
            break
        frame = frame.f_back
    return 0


@contextmanager
def noted_lines() -> Iterator[dict[int, int]]:
    """Note where the pasted code makes layers: the lines, by the ids of the modules that it gives to others."""
    lines: dict[int, int] = {}

    def note(parent: nn.Module, name: str, layer: nn.Module | None) -> None:
        if layer is not None:
            lines.setdefault(id(layer), _pasted_line())

    handle = register_module_module_registration_hook(note)
    try:
        yield lines
    finally:
        handle.remove()


def trace(block: nn.Module, x: Tensor, lines: Mapping[int, int] | None = None) -> Trace:
    """Return the operations of `block` on maps `x` (n, channels, height, width), up to an exception if there is one.

    `lines` are those of its modules, as `noted_lines` has them.
    """
    recorder = _Recorder(x)
    try:
        with torch.no_grad(), recorder:
            returned = block(x)
    except BaseException as error:  # SystemExit as well
        found = Trace(recorder.operations, len(recorder.operations) - 1, error=error)
    else:
        found = Trace(recorder.operations, recorder.number(returned), returned)
    made = {id(value): (lines or {}).get(id(module), 0) for module in block.modules() for value in _own(module)}
    for operation in found.operations:
        operation.made = next((made.get(id(value), 0) for value in operation.values.values()), 0)
    return found


def _own(module: nn.Module) -> Iterator[Tensor]:
    yield from module.parameters(recurse=False)
    yield from module.buffers(recurse=False)
