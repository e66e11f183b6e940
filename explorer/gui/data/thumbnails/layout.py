"""ThumbnailLayout: in which cell each picture stands, row by row. No widgets."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator


class ThumbnailLayout:
    """Pictures in groups of so many, in rows of equal cells; a group that fits into a row is not broken.

    Pictures, rows and columns count from 0.
    """

    def __init__(self, groups: Iterable[int], columns: int) -> None:
        self.columns = columns
        self._cells: list[int] = []  # of each picture, rising
        self._starts: list[int] = []  # the first picture of each group
        for size in groups:
            cell = self._cells[-1] + 1 if self._cells else 0
            left = -cell % columns
            if left and size > left:
                cell += left
            self._starts.append(len(self._cells))
            self._cells.extend(range(cell, cell + size))

    def __len__(self) -> int:
        return len(self._cells)

    @property
    def rows(self) -> int:
        return self._cells[-1] // self.columns + 1 if self._cells else 0

    def place(self, picture: int) -> tuple[int, int]:
        """Return the row and the column of a picture."""
        return divmod(self._cells[picture], self.columns)

    def between(self, row: int, left: int, right: int) -> range:
        """Return the pictures in columns `left` to `right` of a row; columns may lie outside."""
        first = row * self.columns
        start = bisect_left(self._cells, first + max(left, 0))
        return range(start, max(start, bisect_right(self._cells, first + min(right, self.columns - 1))))

    def in_rows(self, first: int, last: int) -> range:
        """Return the pictures in the rows from `first` to `last`; rows may lie outside."""
        start = bisect_left(self._cells, first * self.columns)
        return range(start, max(start, bisect_left(self._cells, (last + 1) * self.columns)))

    def nearest(self, row: int, column: int) -> int:
        """Return the picture in a cell, or the last one before it."""
        return max(0, bisect_right(self._cells, row * self.columns + column) - 1)

    def groups_of(self, pictures: range) -> Iterator[range]:
        """Yield the groups of which some are among `pictures`."""
        if pictures:
            for number in range(bisect_right(self._starts, pictures[0]) - 1, bisect_left(self._starts, pictures.stop)):
                yield range(self._starts[number], [*self._starts[number + 1 : number + 2], len(self)][0])
