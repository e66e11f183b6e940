"""Places: what each layer of a block is called in a sentence. No Qt."""

from collections import Counter

from explorer.engine.block_check.paths import Alignment, Pair
from explorer.engine.block_check.trace import Operation, OperationKind
from explorer.sentences import Sentence, translatable

_COUNTED = {
    OperationKind.CONV: (
        translatable("first convolution"),
        translatable("second convolution"),
        translatable("third convolution"),
    ),
    OperationKind.NORM: (translatable("first norm"), translatable("second norm"), translatable("third norm")),
    OperationKind.RELU: (translatable("first ReLU"), translatable("second ReLU"), translatable("third ReLU")),
}
_SHORTCUT = {
    OperationKind.CONV: translatable("convolution on the shortcut"),
    OperationKind.NORM: translatable("norm on the shortcut"),
    OperationKind.RELU: translatable("ReLU on the shortcut"),
}
_SUM, LAST_RELU = translatable("sum"), translatable("ReLU after the sum")
_ANOTHER = translatable("another layer")


def places_of(alignment: Alignment) -> dict[Pair, Sentence]:
    """Return the name of the place of each pair, in the order of execution."""
    found: dict[Pair, Sentence] = {}
    counts: Counter[OperationKind] = Counter()
    for pair in alignment.branch:
        kind = _kind(pair)
        if pair.expected:
            counts[kind] += 1
            found[pair] = Sentence(_COUNTED[kind][counts[kind] - 1])
        else:
            found[pair] = Sentence(_ANOTHER)
    for pair in alignment.shortcut:
        found[pair] = Sentence(_SHORTCUT.get(_kind(pair), _ANOTHER))
    for pair in alignment.end:
        match _kind(pair):
            case OperationKind.SUM:
                found[pair] = Sentence(_SUM)
            case OperationKind.RELU if pair.expected:
                found[pair] = Sentence(LAST_RELU)
            case _:
                found[pair] = Sentence(_ANOTHER)
    return found


def _kind(pair: Pair) -> OperationKind:
    operation: Operation | None = pair.expected or pair.pasted
    assert operation
    return operation.kind
