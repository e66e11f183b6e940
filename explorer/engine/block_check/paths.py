"""Paths: the branch and the shortcut of a traced block, found by following what is added back to the input. No Qt."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from explorer.engine.block_check.trace import INPUT, Operation, OperationKind, Trace

Chain = tuple[Operation, ...]


@dataclass(frozen=True)
class Paths:
    """The operations of a block: what both paths share, the branch, the shortcut, their sum, and what follows.

    Without a `total` everything that led to the result is the branch. `unused` are those that led to nothing.
    """

    before: Chain
    branch: Chain
    shortcut: Chain
    total: Operation | None
    after: Chain
    unused: Chain = field(default=())

    @property
    def main(self) -> Chain:
        """Return all but the shortcut."""
        return self.before + self.branch + ((self.total,) if self.total else ()) + self.after


def find_paths(traced: Trace) -> Paths:
    operations = traced.operations
    if traced.result is None or traced.result == INPUT:
        return Paths((), (), (), None, (), tuple(operations))
    whole = _chain(operations, traced.result, lambda n: operations[n].kind is OperationKind.SUM)
    join = operations[whole[0]].sources if operations[whole[0]].kind is OperationKind.SUM else ()
    if not join:
        used = {*whole}
        unused = tuple(each for n, each in enumerate(operations) if n not in used)
        return Paths((), tuple(operations[n] for n in whole), (), None, (), unused)
    sides = [_chain(operations, n) for n in (join if len(join) > 1 else join * 2)]
    sides.sort(key=lambda side: (_convolutions(operations, side), len(side)), reverse=True)
    shared = 0
    while shared < len(sides[1]) and sides[0][: shared + 1] == sides[1][: shared + 1]:
        shared += 1
    before, branch, shortcut = sides[0][:shared], sides[0][shared:], sides[1][shared:]
    used = {*whole, *sides[0], *sides[1]}

    def pick(numbers: list[int]) -> Chain:
        return tuple(operations[n] for n in numbers)

    unused = tuple(each for n, each in enumerate(operations) if n not in used)
    return Paths(pick(before), pick(branch), pick(shortcut), operations[whole[0]], pick(whole[1:]), unused)


def _chain(operations: list[Operation], end: int, stop: Callable[[int], bool] = lambda n: False) -> list[int]:
    """Return the numbers of the operations that lead to `end`, from the block's input or one that is to `stop` it."""
    found = []
    while end != INPUT:
        found.append(end)
        if stop(end):
            break
        end = operations[end].sources[0]
    return found[::-1]


def _convolutions(operations: list[Operation], numbers: list[int]) -> int:
    return sum(operations[n].kind is OperationKind.CONV for n in numbers)


@dataclass(frozen=True, eq=False)
class Pair:
    """An expected operation and the pasted one in its place; one of them may be missing."""

    expected: Operation | None
    pasted: Operation | None

    @property
    def alike(self) -> bool:
        """Return whether both are there, with the same settings."""
        return self.expected is not None and self.pasted is not None and not _differing(self.expected, self.pasted)


@dataclass(frozen=True)
class Alignment:
    """The pairs of operations: those of shared start and branch, of the shortcut, and from the sum on."""

    branch: tuple[Pair, ...]
    shortcut: tuple[Pair, ...]
    end: tuple[Pair, ...]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return self.branch + self.shortcut + self.end


def align(expected: Paths, pasted: Paths) -> Alignment:
    """Find which pasted operation stands in the place of which expected one, with the fewest differences."""
    if pasted.total is None or expected.total is None:
        main, _ = _match(expected.main, pasted.main)
        beside, _ = _match(expected.shortcut, pasted.unused)
        number = next((n for n, pair in enumerate(main) if pair.expected is expected.total), len(main))
        if expected.total is None:
            number = len(main)
        return Alignment(main[:number], beside, main[number:])
    choices = []
    for branch, shortcut in ((pasted.branch, pasted.shortcut), (pasted.shortcut, pasted.branch)):
        first, cost = _match(expected.before + expected.branch, pasted.before + branch)
        second, more = _match(expected.shortcut, shortcut)
        choices.append((cost + more, first, second))
    _, on_branch, on_shortcut = min(choices, key=lambda choice: choice[0])
    after, _ = _match(expected.after, pasted.after)
    return Alignment(on_branch, on_shortcut, (Pair(expected.total, pasted.total), *after))


def _differing(expected: Operation, pasted: Operation) -> int:
    names = {*expected.settings, *pasted.settings}
    return sum(expected.settings.get(name) != pasted.settings.get(name) for name in names)


_ABSENT = 1.0  # what an operation without a counterpart costs
_SETTING = 0.2  # what each different setting costs, up to four


def _match(expected: Chain, pasted: Chain) -> tuple[tuple[Pair, ...], float]:
    """Return the pairs of two chains in order, and what their differences cost."""

    @cache
    def best(i: int, j: int) -> tuple[float, tuple[Pair, ...]]:
        if i == len(expected) or j == len(pasted):
            rest = (*(Pair(each, None) for each in expected[i:]), *(Pair(None, each) for each in pasted[j:]))
            return _ABSENT * len(rest), rest
        a, b = expected[i], pasted[j]
        found = []
        if (a.kind is b.kind and a.kind is not OperationKind.OTHER) or a.name == b.name:
            cost, pairs = best(i + 1, j + 1)
            found.append((cost + _SETTING * min(_differing(a, b), 4), (Pair(a, b), *pairs)))
        for di, dj, pair in ((1, 0, Pair(a, None)), (0, 1, Pair(None, b))):
            cost, pairs = best(i + di, j + dj)
            found.append((cost + _ABSENT, (pair, *pairs)))
        return min(found, key=lambda one: one[0])

    cost, pairs = best(0, 0)
    return pairs, cost
