"""The cells of a comparison: a row for each figure and each part of a network, a cell for each column."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from explorer.architecture.conventions import CONVENTIONS
from explorer.architecture.layers import shape_text
from explorer.gui.compare.compare_state import CompareState
from explorer.gui.compare.subject import Subject
from explorer.gui.widgets.text.language import memory, percent, say, short, signed, whole
from explorer.runs.columns import Column, Part, aligned_parts, column_containment, column_differences
from explorer.sentences import translatable

_NONE = "–"


class Cell(NamedTuple):
    """The text of a cell, a `quiet` one below it, and the whole in its tool tip."""

    text: str = _NONE
    quiet: str = ""
    tip: str = ""

    @property
    def spoken(self) -> str:
        return f"{self.text} ({self.quiet})" if self.quiet else self.text


class Row(NamedTuple):
    """A row of cells; one that `begins` a group has a line above it."""

    label: str
    tip: str
    cells: tuple[Cell, ...]
    begins: bool = False


def rows_of(state: CompareState) -> list[Row]:
    """Return all rows; differences are those to the first column."""
    columns = [state.column(subject) for subject in state.subjects]
    return [*_figures(state, columns), *_speeds(state), *_contained(state, columns), *_parts(columns)]


def _figures(state: CompareState, columns: Sequence[Column | None]) -> Iterator[Row]:
    convention = CONVENTIONS[state.convention]
    params, macs = say(translatable("Parameters")), say(convention.label)
    yield _row(params, "", columns, lambda column: column.params, whole)
    yield _row(macs, say(convention.source), columns, lambda column: column.macs[state.convention], whole)
    tip = say(translatable("Output of every layer for one image in float32"))
    yield _row(
        say(translatable("Memory per image")), tip, columns, lambda column: column.activation_bytes, memory, memory
    )
    tip = say(translatable("Side in pixels of what one position sees at the end of the last stage"))
    yield _row(say(translatable("Receptive field")), tip, columns, lambda column: column.receptive_field, whole, whole)
    tip = say(
        translatable(
            "Convolutions and linear layers on the main path; wide networks are called after all their convolutions"
        )
    )
    yield Row(say(translatable("Depth")), tip, tuple(map(_layers_cell, columns)))
    if any(column and column.accuracy is not None for column in columns):
        yield Row(
            say(translatable("Best accuracy")),
            say(translatable("Of a run, on the validation set")),
            tuple(map(_accuracy_cell, columns)),
        )
    yield Row(say(translatable("Input")), "", tuple(map(_input_cell, columns)))


def _row(
    label: str,
    tip: str,
    columns: Sequence[Column | None],
    figure: Callable[[Column], int | None],
    form: Callable[[int], str],
    form_difference: Callable[[int], str] = short,
) -> Row:
    """Return a row of one figure, with the difference to the first column's below it."""
    figures = [figure(column) if column else None for column in columns]

    def cell(number: int, value: int | None) -> Cell:
        first = figures[0]
        if value is None:
            return Cell()
        if number == 0 or first is None:
            return Cell(form(value), tip=form(value))
        change = value - first
        words = signed(form_difference(abs(change)), change) if change else "±0"
        exact = signed(form(abs(change)), change) if change else "±0"
        return Cell(form(value), words, f"{form(value)} ({exact})")

    return Row(label, tip, tuple(cell(number, value) for number, value in enumerate(figures)))


def _layers_cell(column: Column | None) -> Cell:
    if column is None:
        return Cell()
    convolutions = say(translatable("{n} convolutions")).format(n=whole(column.convolutions))
    return Cell(_NONE if column.depth is None else whole(column.depth), convolutions, convolutions)


def _accuracy_cell(column: Column | None) -> Cell:
    return Cell() if column is None or column.accuracy is None else Cell(percent(column.accuracy, 2))


def _input_cell(column: Column | None) -> Cell:
    if column is None:
        return Cell()
    return Cell(shape_text(column.input), say(translatable("{n} classes")).format(n=whole(column.classes)))


def _speeds(state: CompareState) -> Iterator[Row]:
    """Yield the rows of images per second, once a speed was measured or is being measured."""
    found = [state.speed(subject) for subject in state.subjects]
    if not any(found) and not state.measuring:
        return
    tip = say(translatable("Measured on this computer by plain PyTorch in float32, the same for every column"))

    def cell(rate: float | None, number: int) -> Cell:
        speed = found[number]
        if rate is None or speed is None:
            return Cell()
        where = say(translatable("batch {n}, {device}")).format(n=whole(speed.batch_size), device=speed.device)
        return Cell(_rate(rate), where, f"{_rate(rate)} · {where}")

    for label, rates in (
        (say(translatable("Training, images/s")), [speed.training if speed else None for speed in found]),
        (say(translatable("Inference, images/s")), [speed.inference if speed else None for speed in found]),
    ):
        yield Row(label, tip, tuple(cell(rate, number) for number, rate in enumerate(rates)))


def _rate(rate: float) -> str:
    return whole(round(rate)) if rate >= 10 else f"{rate:.2g}"


def _contained(state: CompareState, columns: Sequence[Column | None]) -> Iterator[Row]:
    """Yield the row that says which networks compute all that others can: the chapter's nested function classes."""
    if sum(column is not None and column.plan is not None for column in columns) < 2:
        return
    tip = say(
        translatable(
            "Nested function classes: what this network can compute, whatever its weights, holds all that those can"
        )
    )
    yield Row(
        say(translatable("Contains")), tip, tuple(_contains_cell(state, columns, subject) for subject in state.subjects)
    )


def _contains_cell(state: CompareState, columns: Sequence[Column | None], subject: Subject) -> Cell:
    own = columns[state.subjects.index(subject)]
    if own is None or own.plan is None:
        return Cell()
    names, reasons = [], []
    for other, column in zip(state.subjects, columns, strict=True):
        if other == subject or column is None or column.plan is None:
            continue
        verdict = column_containment(own, column)
        if verdict.holds:
            names.append(state.title(other))
        reasons.append(f"{'⊇' if verdict.holds else '⊉'} {state.title(other)}: {say(verdict.why)}")
    return Cell(" · ".join(f"⊇ {name}" for name in names) or _NONE, tip="\n".join(reasons))


def _parts(columns: Sequence[Column | None]) -> Iterator[Row]:
    """Yield a row for the stem, for each stage or module, and for the head, with what each column has there."""
    there = [column for column in columns if column]
    rows = aligned_parts(there)
    tip = say(translatable("Output, the chapter's name, and parameters"))
    for number, row in enumerate(rows):
        parts = iter(row)
        cells = tuple(_part_cell(next(parts)) if column else Cell() for column in columns)
        yield Row(_part_label(number, len(rows)), tip, cells, begins=number == 0)


def _part_label(number: int, rows: int) -> str:
    if number == 0:
        return say(translatable("Stem"))
    return (
        say(translatable("Head")) if number == rows - 1 else say(translatable("Stage {number}")).format(number=number)
    )


def _part_cell(part: Part | None) -> Cell:
    if part is None:
        return Cell()
    chapter = f" ({part.chapter})" if part.chapter else ""
    params = f"{part.chapter} · {short(part.params)}" if part.chapter else short(part.params)
    figures = say(translatable("{params} parameters, {macs} MACs")).format(
        params=whole(part.params), macs=whole(part.macs)
    )
    return Cell(shape_text(part.output), params, f"{part.name}{chapter}: {part.holds}\n{figures}")


def words_of(state: CompareState) -> str:
    """Return in words how each column differs from the first, and which of the two contains the other."""
    first, *others = ((subject, state.column(subject)) for subject in state.subjects)
    lines = []
    for subject, column in others:
        if first[1] is None or column is None:
            continue
        differences = [say(each) for each in column_differences(first[1], column)]
        lines.append(f"{state.title(first[0])} → {state.title(subject)}")
        lines += [f"  {each}" for each in differences or [say(translatable("the same network"))]]
        if first[1].plan and column.plan and differences:
            lines.append(f"  {_nesting(state.title(first[0]), first[1], column)}")
    return "\n".join(lines)


def _nesting(name: str, first: Column, column: Column) -> str:
    """Return whether a column contains the first, called `name`, or that one it, or neither, and the reason."""
    verdict, inverse = column_containment(column, first), column_containment(first, column)
    if verdict.holds or not inverse.holds:
        return f"{'⊇' if verdict.holds else '⊉'} {name}: {say(verdict.why)}"
    return f"⊆ {name}: {say(inverse.why)}"
