"""Hints: what is likely meant where a pasted block differs from the expected one. No Qt."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from torch import Tensor

from explorer.engine.block_check.comparison import Compared, Fault
from explorer.engine.block_check.paths import Pair
from explorer.engine.block_check.places import LAST_RELU, places_of
from explorer.engine.block_check.trace import INPUT, MAX_OPERATIONS, Operation, OperationKind
from explorer.runs.questions.block_check import Remark
from explorer.sentences import Sentence, translatable

_Kind = OperationKind
_MOST = 4  # hints that help; the table of layers shows the rest


def hints_for(cases: Sequence[Compared]) -> tuple[Remark, ...]:
    """Return what is likely meant, the surest first; of several cases that differ the first is looked at closely."""
    wrong = next(case for case in cases if not case.equal)
    found = [*_returned_hints(wrong)] or [*_shortcut_hints(cases)]
    if not found:
        for look in _LOOKS:
            found += look(wrong)
        found = found or [*_fault_hints(wrong)] or [*_other_hints(wrong)]
    unique = {hint.words: hint for hint in reversed(found)}
    return tuple(reversed(unique.values()))[:_MOST]


def _remark(template: str, operation: Operation | None = None, **values: object) -> Remark:
    return Remark(Sentence(template, values), operation.line if operation else 0)


def _made_remark(template: str, operation: Operation, **values: object) -> Remark:
    """Return a remark about the line in which a layer is made."""
    return Remark(Sentence(template, values), operation.made or operation.line)


def _shortcut_convolution(case: Compared) -> Operation | None:
    """Return the convolution that the pasted block has on its shortcut in a case."""
    pairs = case.alignment.shortcut if case.alignment else ()
    on_shortcut = (pair.pasted for pair in pairs if pair.pasted and pair.pasted.kind is _Kind.CONV)
    return next(on_shortcut, None)


def _shortcut_remark(template: str, case: Compared) -> Remark:
    convolution = _shortcut_convolution(case)
    assert convolution
    return _made_remark(template, convolution)


def _shortcut_hints(cases: Sequence[Compared]) -> Iterator[Remark]:
    """Look at which cases have a 1×1 convolution, and whether they should."""
    known = [case for case in cases if case.pasted and case.pasted.total and case.pasted.branch]
    unasked = [case for case in known if not case.case.projected and _shortcut_convolution(case)]
    lacking = [case for case in known if case.case.projected and not _shortcut_convolution(case)]
    lacking = [
        case for case in lacking if case.expected and any(op.kind is _Kind.CONV for op in case.expected.shortcut)
    ]
    projected = [case for case in known if case.case.projected]
    if unasked and lacking:
        what = translatable(
            "The shortcut has its 1×1 convolution where none is asked for, and none where it is: the two branches of "
            "the if are swapped, so that None stands in the wrong one."
        )
        yield _shortcut_remark(what, unasked[0])
    elif unasked:
        what = translatable("The shortcut has its 1×1 convolution even where none is asked for: use_1x1conv is False.")
        yield _shortcut_remark(what, unasked[0])
    elif lacking and len(lacking) == len(projected):
        if moved := _moved_convolution(lacking[0]):
            what = translatable("The 1×1 convolution is applied to the branch; it belongs on the shortcut, to X.")
            yield _remark(what, moved)
        elif any("conv" in name for name in lacking[0].unused) or (lacking[0].pasted and lacking[0].pasted.unused):
            what = translatable("The 1×1 convolution is there, but what it computes is not added.")
            yield _remark(what)
        elif not any(_reused(case) for case in lacking):
            what = translatable("The shortcut has no 1×1 convolution where one is asked for: use_1x1conv is True.")
            yield _remark(what)


def _moved_convolution(case: Compared) -> Operation | None:
    extra = [pair.pasted for pair in case.alignment.branch if not pair.expected] if case.alignment else []
    return next((each for each in extra if each and each.settings.get("kernel_size") == 1), None)


def _reused(case: Compared) -> bool:
    """Return whether what is added to the branch is no path from the input of the block but an inner result."""
    paths = case.pasted
    if not (paths and paths.total and case.expected):
        return False
    return bool(paths.before) and not case.expected.before


def _returned_hints(case: Compared) -> Iterator[Remark]:
    """Look at what forward returns: anything else than what its layers have made?"""
    traced = case.traced
    if traced is None or traced.error or (case.pasted and case.pasted.main):
        return
    if traced.returned is None:
        yield _remark(translatable("forward returns nothing: its last line should return Y."))
    elif traced.result == INPUT:
        yield _remark(translatable("forward returns its input as it is: its last line should return Y."))
    elif not isinstance(traced.returned, Tensor):
        what = translatable("forward returns a {kind}; a tensor is expected.")
        yield _remark(what, kind=type(traced.returned).__name__)
    elif len(traced.operations) < MAX_OPERATIONS:
        yield _remark(translatable("What forward returns is not made by the layers of the block."))


def _sum_hints(case: Compared) -> Iterator[Remark]:
    traced, paths, expected = case.traced, case.pasted, case.expected
    if traced is None or paths is None or expected is None or expected.total is None:
        return
    if paths.total is None:
        for name, what in _INSTEAD.items():
            other = next((op for op in paths.main if op.name == name), None)
            if other:
                yield _remark(what, other)
                return
        if not traced.error:
            yield _remark(translatable("The input is never added: Y += X is missing."))
        return
    if not paths.branch and not paths.shortcut:
        yield _remark(translatable("The branch is added to itself, not to the block’s input."), paths.total)
    elif _reused(case):
        what = translatable(
            "What is added is not the block’s input but the output of an inner layer: X has been overwritten."
        )
        yield _remark(what, paths.total)


_INSTEAD = {
    "mul": translatable("The branch is multiplied by the shortcut; the two are added."),
    "cat": translatable("Branch and shortcut are concatenated; the two are added."),
    "sub": translatable("The shortcut is subtracted; the two are added."),
}


def _relu_hints(case: Compared) -> Iterator[Remark]:
    if case.alignment is None or case.pasted is None or case.pasted.total is None:
        return
    last = case.alignment.branch[-1:]
    early = [pair.pasted for pair in last if not pair.expected and pair.pasted and pair.pasted.kind is _Kind.RELU]
    is_whole = case.traced is not None and not case.traced.error
    missing = is_whole and any(_lacks(pair, _Kind.RELU) for pair in case.alignment.end)
    if early and missing:
        yield _remark(translatable("The last ReLU comes before the sum; it belongs after it."), early[0])
    elif early:
        yield _remark(
            translatable("There is a ReLU between the second norm and the sum, which is one too many."), early[0]
        )
    elif missing and (other := _other_layer(case.alignment.end)):
        what = translatable("There is {layer} in place of the {place}.")
        yield _remark(what, other, layer=other.source_text, place=Sentence(LAST_RELU))
    elif missing:
        yield _remark(translatable("The ReLU after the sum is missing."), case.pasted.total)
    on_shortcut = [pair.pasted for pair in case.alignment.shortcut if pair.pasted and pair.pasted.kind is _Kind.RELU]
    if on_shortcut:
        yield _remark(translatable("There is a ReLU on the shortcut, which is one too many."), on_shortcut[0])


def _lacks(pair: Pair, kind: OperationKind) -> bool:
    return bool(pair.expected and pair.expected.kind is kind and not pair.pasted)


def _shared_hints(case: Compared) -> Iterator[Remark]:
    """Look for a layer that is used twice: one norm in place of two."""
    seen: dict[int, Operation] = {}
    for operation in case.traced.operations if case.traced else ():
        weight = operation.values.get("weight")
        if weight is None:
            continue
        if id(weight) in seen:
            if operation.kind is _Kind.NORM:
                what = translatable("One norm is used twice; each convolution needs a norm of its own.")
            else:
                what = translatable("One convolution is used twice; two with weights of their own are needed.")
            yield _remark(what, operation)
        seen[id(weight)] = operation


def _stride_hints(case: Compared) -> Iterator[Remark]:
    if case.alignment is None:
        return
    pairs = [p for p in case.alignment.branch if p.expected and p.pasted and p.expected.kind is _Kind.CONV]
    wrong = [p for p in pairs if _setting(p.expected, "stride") != _setting(p.pasted, "stride")]
    moved = wrong[1].pasted if len(wrong) == 2 else None
    if moved and _setting(wrong[0].expected, "stride") == _setting(moved, "stride"):
        what = translatable("The stride is on the second convolution; it belongs on the first.")
        yield _made_remark(what, moved)


def _setting(operation: Operation | None, name: str) -> object:
    return operation.settings.get(name, True if name == "bias" else None) if operation else None


def _setting_hints(case: Compared) -> Iterator[Remark]:
    """Name each setting that is not the expected one; those of the shortcut have words of their own."""
    if case.alignment is None:
        return
    places = places_of(case.alignment)
    swapped = next(_stride_hints(case), None)
    on_the_shortcut = {*case.alignment.shortcut}
    before_norm = {
        pair
        for path in (case.alignment.branch, case.alignment.shortcut)
        for pair, after in pairwise(path)
        if after.expected and after.expected.kind is _Kind.NORM
    }
    for pair in sorted(places, key=lambda each: each not in on_the_shortcut):
        ours, theirs = pair.expected, pair.pasted
        if not (ours and theirs):
            continue
        names = [
            name for name in {**ours.settings, **theirs.settings} if _setting(ours, name) != _setting(theirs, name)
        ]
        on_shortcut = pair in on_the_shortcut and theirs.kind is _Kind.CONV
        if on_shortcut and "kernel_size" in names:
            what = translatable("The convolution on the shortcut has kernel {kernel}; it should be a 1×1.")
            yield _made_remark(what, theirs, kernel=_setting(theirs, "kernel_size"))
            continue
        for name in names:
            if on_shortcut and name == "padding":
                what = translatable("The 1×1 convolution on the shortcut has padding {padding}; a 1×1 needs none.")
                yield _made_remark(what, theirs, padding=_setting(theirs, name))
            elif on_shortcut and name == "stride":
                what = translatable(
                    "The 1×1 convolution on the shortcut has stride {pasted}; it needs the block’s, {expected}."
                )
                yield _made_remark(what, theirs, pasted=_setting(theirs, name), expected=_setting(ours, name))
            elif name == "bias":
                yield _bias_hint(places[pair], theirs, before_norm=pair in before_norm)
            elif name == "stride" and swapped:
                continue
            else:
                what = translatable("The {place} has {name}={pasted}; expected is {name}={expected}.")
                values = {"place": places[pair], "name": name}
                yield _made_remark(what, theirs, **values, pasted=_shown(theirs, name), expected=_shown(ours, name))


def _shown(operation: Operation, name: str) -> object:
    usual: dict[str, object] = {"dilation": 1, "groups": 1, "eps": 1e-5, "momentum": 0.1}
    return operation.settings.get(name, usual.get(name, True))


def _bias_hint(place: Sentence, theirs: Operation, before_norm: bool) -> Remark:
    if _setting(theirs, "bias") is not False:
        what = translatable("The {place} has a bias; the expected one has none.")
    elif before_norm:
        what = translatable("The {place} has no bias; the expected one has, though the norm after it cancels the bias.")
    else:
        what = translatable("The {place} has no bias; the expected one has.")
    return _made_remark(what, theirs, place=place)


def _layer_hints(case: Compared) -> Iterator[Remark]:
    """Name each layer that is missing, stands in another place, or is one too many."""
    if case.alignment is None or case.pasted is None or (case.traced and case.traced.error):
        return
    places = places_of(case.alignment)
    extra = [pair.pasted for pair in places if pair.pasted and not pair.expected]
    for pair in places:
        # of the sum and what follows it, other hints speak
        if not pair.expected or pair.pasted or pair in case.alignment.end:
            continue
        kind = pair.expected.kind
        if moved := next((each for each in extra if each.kind is kind), None):
            extra.remove(moved)
            yield _remark(translatable("The {place} stands in another place."), moved, place=places[pair])
        elif other := next((each for each in extra if each.kind is _Kind.OTHER), None):
            extra.remove(other)
            what = translatable("There is {layer} in place of the {place}.")
            yield _remark(what, other, layer=other.source_text, place=places[pair])
        else:
            yield _remark(translatable("The {place} is missing."), place=places[pair])
    for each in extra:
        if each.kind is _Kind.NORM and any(pair.pasted is each for pair in case.alignment.shortcut):
            yield _remark(translatable("There is a norm on the shortcut; the expected block has none there."), each)
        elif each.kind not in (_Kind.RELU, _Kind.OTHER):
            yield _remark(translatable("{layer} is one too many."), each, layer=each.source_text)


def _other_layer(pairs: Sequence[Pair]) -> Operation | None:
    """Return the first operation of no kind that an expected block has."""
    return next((p.pasted for p in pairs if p.pasted and not p.expected and p.pasted.kind is _Kind.OTHER), None)


def _other_hints(case: Compared) -> Iterator[Remark]:
    if case.alignment and not (case.traced and case.traced.error) and (other := _other_layer(case.alignment.pairs)):
        yield _remark(translatable("{layer} is one too many."), other, layer=other.source_text)


def _fault_hints(case: Compared) -> Iterator[Remark]:
    match case.fault:
        case Fault.INPUT:
            what = translatable(
                "The block changes its input in place, or something that the backward pass still needs: use Y = Y + X "
                "or a ReLU that is not in place there."
            )
            yield _remark(what)
        case Fault.GRADIENT:
            what = translatable(
                "Outputs agree, but gradients do not: a detach() or no_grad() keeps the gradient from one of the paths."
            )
            yield _remark(what)
        case Fault.STATISTICS:
            yield _remark(translatable("Outputs agree, but the running statistics of the norms do not: see momentum."))
        case Fault.VALUES:
            yield _remark(translatable("Outputs agree, but the block has not the expected parameters."))
        case _:
            pass


_LOOKS: tuple[Callable[[Compared], Iterator[Remark]], ...] = (
    _sum_hints,
    _shared_hints,
    _stride_hints,
    _relu_hints,
    _setting_hints,
    _layer_hints,
)
