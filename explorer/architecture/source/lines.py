"""Lines of Python source: indenting them, and breaking those that are too long. No torch, no Qt."""

from collections.abc import Iterable, Iterator

_WIDTH = 88  # default line length of ruff and black
_STEP = "    "
Lines = list[str]


def indented(lines: Iterable[str]) -> Lines:
    return [_STEP + line if line else line for line in lines]


def laid_out(lines: Iterable[str]) -> Iterator[str]:
    """Break each call that does not fit into one argument per line.

    The comma after the last argument makes a formatter keep them so, whatever its line length.
    """
    for line in lines:
        if len(line) <= _WIDTH or "(" not in line:
            yield line
            continue
        head, arguments, tail = _opened(line)
        margin = line[: len(line) - len(line.lstrip())]
        yield head
        yield from laid_out(f"{margin}{_STEP}{argument}," for argument in arguments)
        yield margin + tail


def _opened(line: str) -> tuple[str, Lines, str]:
    """Split `a(b, c(d)).e` into `a(`, [`b`, `c(d)`] and `).e`."""
    start = line.index("(") + 1
    arguments, depth = [""], 0
    for place, letter in enumerate(line[start:], start):
        if letter == ")" and depth == 0:
            return line[:start], [argument.strip() for argument in arguments], line[place:]
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and depth == 0:
            arguments.append("")
        else:
            arguments[-1] += letter
    raise AssertionError(f"an open bracket in {line!r}")


def chain(calls: Iterable[str], argument: str) -> str:
    """Write `c(b(a(argument)))` for the calls a, b and c."""
    for call in calls:
        argument = f"{call}({argument})"
    return argument
