"""One case compared: the same weights in both blocks, the same inputs, in training and in evaluation mode. No Qt."""

import math
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn

from explorer.engine.block_check.pasted import PastedClass, exception_remark
from explorer.engine.block_check.paths import Alignment, Paths, align, find_paths
from explorer.engine.block_check.standard import Case
from explorer.engine.block_check.trace import Trace, noted_lines, trace
from explorer.runs.questions.block_check import Remark
from explorer.sentences import Sentence, translatable

INPUTS = 20  # random ones, in either mode
_TOLERANCE = 1e-9  # of outputs around 1, computed in float64
_SEED = 0


class Mode(StrEnum):
    TRAINING = translatable("in training mode")
    EVALUATION = translatable("in evaluation mode")


class Fault(StrEnum):
    """Where two blocks differ that were run with the same weights."""

    OUTPUT = "output"
    INPUT = "input"  # the pasted block changes its input in place
    STATISTICS = "statistics"
    GRADIENT = "gradient"
    VALUES = "values"  # its parameters are not the expected ones


@dataclass(frozen=True)
class Compared:
    """What was found in one case: a `fault` or an `error`, or neither if the blocks are equal.

    `expected` and `pasted` are the paths of the two, and `alignment` tells what stands for what. `unused` are the
    names of the parameters that the pasted block has and does not use.
    """

    case: Case
    mode: Mode
    fault: Fault | None = None
    error: Remark | None = None
    expected: Paths | None = None
    pasted: Paths | None = None
    traced: Trace | None = None
    alignment: Alignment | None = None
    unused: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        return self.fault is None and self.error is None


class _Differs(Exception):
    def __init__(self, fault: Fault, mode: Mode, x: Tensor) -> None:
        super().__init__(fault)
        self.fault, self.mode, self.x = fault, mode, x


def compare(pasted: PastedClass, case: Case) -> Compared:
    """Compare the blocks of one case, all in float64 on the processor."""
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(_SEED)
        ours = case.make().double()
        _randomise(ours)
        try:
            with noted_lines() as lines:
                theirs = pasted.make(case.inputs, case.width, case.projected, case.stride, case.brief)
            theirs.to("cpu", torch.float64).eval()
        except BaseException as error:
            return Compared(case, Mode.EVALUATION, error=exception_remark(error))
        ours.eval()
        x = _maps(case, 0)
        seen, traced = trace(ours, x.clone()), trace(theirs, x.clone(), lines)
        expected, found = find_paths(seen), find_paths(traced)
        alignment = align(expected, found)
        copied = _copy_values(alignment)
        unused = _unused(theirs, traced)
        mode, fault, failure = Mode.EVALUATION, None, None
        try:
            if traced.error:
                raise traced.error
            _run(ours, theirs, alignment, case)
            if not copied:
                fault = Fault.VALUES
        except _Differs as differs:
            fault, mode, x = differs.fault, differs.mode, differs.x
        except BaseException as error:
            failure = exception_remark(error)
            if not traced.error:
                fault = Fault.INPUT if "inplace" in str(error) else None
        if not traced.error:  # now with the same weights
            ours.train(mode is Mode.TRAINING)
            theirs.train(mode is Mode.TRAINING)
            seen, again = trace(ours, x.clone()), trace(theirs, x.clone(), lines)
            if not again.error:
                traced, expected, found = again, find_paths(seen), find_paths(again)
                alignment = align(expected, found)
        return Compared(case, mode, fault, failure, expected, found, traced, alignment, unused)


def _maps(case: Case, number: int) -> Tensor:
    """Return the input `number`: some images, whose sides are not always the same."""
    channels, height, width = case.block.input
    return torch.randn(2 + number % 3, channels, height + number % 2, width + 2 * (number % 3), dtype=torch.float64)


def _randomise(block: nn.Module) -> None:
    """Draw every parameter and statistic, as a norm's initial 1 and 0 would hide what is wrong."""
    for name, values in block.named_parameters():
        with torch.no_grad():
            fan = math.prod(values.shape[1:]) if values.dim() > 1 else 1
            values.copy_(torch.randn_like(values) / math.sqrt(fan))
            if values.dim() == 1 and name.endswith("weight"):
                values.copy_(0.5 + torch.rand_like(values))
    for name, statistics in block.named_buffers():
        if name.endswith("running_mean"):
            statistics.copy_(torch.randn_like(statistics) / 2)
        elif name.endswith("running_var"):
            statistics.copy_(0.5 + torch.rand_like(statistics))


def _copy_values(alignment: Alignment) -> bool:
    """Copy the values of each expected layer to the pasted one in its place; return whether all could be copied once.

    What has another shape keeps its own values, and so differs.
    """
    complete, taken = True, set()
    for pair in alignment.pairs:
        ours = pair.expected.values if pair.expected else {}
        theirs = pair.pasted.values if pair.pasted else {}
        complete &= ours.keys() == theirs.keys()
        for name in ours.keys() & theirs.keys():
            place = theirs[name].data_ptr()
            if ours[name].shape == theirs[name].shape and place not in taken:
                with torch.no_grad():
                    theirs[name].copy_(ours[name])
            else:
                complete = False
            taken.add(place)
    return complete


def _unused(block: nn.Module, traced: Trace) -> tuple[str, ...]:
    used = {id(value) for each in traced.operations for value in each.values.values()}
    return tuple(name for name, value in block.named_parameters() if id(value) not in used)


def _run(ours: nn.Module, theirs: nn.Module, alignment: Alignment, case: Case) -> None:
    """Run both on the inputs in training mode, then in evaluation mode. Raises _Differs, and what the pasted raises."""
    for mode in Mode:
        for block in (ours, theirs):
            block.train(mode is Mode.TRAINING)
        for number in range(INPUTS):
            x = _maps(case, number)
            with_gradient = mode is Mode.TRAINING and number == 0
            first, second = (x.clone().requires_grad_(with_gradient) for _ in range(2))
            with torch.set_grad_enabled(with_gradient):
                # a tensor that needs gradients cannot be changed in place; one that was made of it can
                expected = ours(first * 1)
                given = second * 1
                output = theirs(given)
            if not _agree(expected, output):
                raise _Differs(Fault.OUTPUT, mode, x)
            if not _agree(x, given):
                raise _Differs(Fault.INPUT, mode, x)
            if with_gradient:
                _compare_gradients(alignment, (expected, output), (first, second), x)
            if not _statistics_agree(alignment):
                raise _Differs(Fault.STATISTICS, mode, x)


def _compare_gradients(
    alignment: Alignment, outputs: tuple[Tensor, Tensor], inputs: tuple[Tensor, Tensor], x: Tensor
) -> None:
    weights = torch.randn_like(outputs[0])
    pairs = [inputs]
    for pair in alignment.pairs:
        if pair.expected and pair.pasted:
            ours, theirs = pair.expected.values, pair.pasted.values
            pairs += [(ours[name], theirs[name]) for name in ours if name in theirs and ours[name].requires_grad]
    for place, output in enumerate(outputs):
        wanted = [pair[place] for pair in pairs if pair[place].requires_grad]
        if not output.requires_grad:
            raise _Differs(Fault.GRADIENT, Mode.TRAINING, x)
        torch.autograd.backward((output * weights).sum(), inputs=wanted)
    for one, other in pairs:
        if one.grad is None or other.grad is None or not _agree(one.grad, other.grad):
            raise _Differs(Fault.GRADIENT, Mode.TRAINING, x)


def _statistics_agree(alignment: Alignment) -> bool:
    for pair in alignment.pairs:
        if pair.expected and pair.pasted:
            ours, theirs = pair.expected.values, pair.pasted.values
            for name in ours:
                if name.startswith("running") and not (name in theirs and _agree(ours[name], theirs[name])):
                    return False
    return True


def _agree(one: Tensor, other: object) -> bool:
    if not isinstance(other, Tensor) or one.shape != other.shape:
        return False
    return torch.allclose(one, other.to(one.dtype), rtol=_TOLERANCE, atol=_TOLERANCE)


def difference(one: Tensor | None, other: Tensor | None) -> float | None:
    """Return the largest difference of two outputs, None if they cannot be compared."""
    if one is None or other is None or one.shape != other.shape:
        return None
    return float((one - other).abs().max()) if one.numel() else 0.0


def is_same(one: Tensor | None, other: Tensor | None) -> bool:
    return one is not None and _agree(one, other)


def error_words(compared: Compared) -> Sentence:
    """Return in which case a block failed, and with what."""
    assert compared.error
    what = translatable("Your block fails {case}: {error}")
    return Sentence(what, {"case": compared.case.words, "error": compared.error.words})
