"""MatrixCells: the classes that a confusion matrix shows, in their order, and what each cell says. No widgets."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, assert_never

from explorer.gui.results.results_state import ShownResults
from explorer.gui.results.results_view import ClassOrder, Measure, ResultsView
from explorer.gui.widgets.text.language import whole
from explorer.runs.results.confusion import confusion_order, worst_pairs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_CLASSES = 40  # with numbers; of more classes the worst are shown
_WORST = 30


@dataclass(frozen=True, eq=False, slots=True)
class MatrixCells:
    """The cells of `classes`, by their places among all.

    `counts` are the numbers of images, int64 (n, n), `shares` those of all images of the true class, or of all that are
    taken for the other one, float64 (n, n). `strengths` are how much of its colour a cell has, from 0 to 1: that of a
    hit is its share, that of a mistake grows with its share of the largest.
    """

    classes: tuple[int, ...]
    counts: "NDArray[np.int64]"
    shares: "NDArray[np.float64]"
    strengths: "NDArray[np.float64]"
    measure: Measure

    @classmethod
    def of(cls, results: ShownResults, view: ResultsView) -> Self:
        """Return the cells of all classes, of very many only the worst unless `view` wants a picture of all."""
        import numpy as np

        matrix, names = results.matrix, results.names
        is_large = len(names) > MAX_CLASSES
        kept = _most_confused(matrix) if is_large and not view.is_whole else tuple(range(len(names)))
        inside = matrix[np.ix_(kept, kept)]
        if view.order is ClassOrder.CONFUSION:
            order = confusion_order(inside)
        else:
            order = tuple(sorted(range(len(kept)), key=lambda place: names[kept[place]].casefold()))
        classes, counts = tuple(kept[place] for place in order), inside[np.ix_(order, order)]
        is_of_prediction = view.measure is Measure.OF_PREDICTION
        totals = matrix.sum(0)[[*classes]] if is_of_prediction else matrix.sum(1)[[*classes]][:, None]
        shares = counts / np.maximum(totals, 1)
        mistakes = shares.copy()
        np.fill_diagonal(mistakes, 0)
        strengths = np.sqrt(mistakes / (mistakes.max(initial=0) or 1))
        np.fill_diagonal(strengths, shares.diagonal())
        return cls(classes, counts, shares, strengths, view.measure)

    def text(self, row: int, column: int) -> str:
        """Return the number in a cell; that of no images is left away."""
        count = int(self.counts[row, column])
        if not count:
            return ""
        match self.measure:
            case Measure.COUNTS:
                return whole(count)
            case Measure.OF_TRUTH | Measure.OF_PREDICTION:
                hundredths = round(100 * float(self.shares[row, column]))
                return whole(hundredths) if hundredths else "<1"
            case _:
                assert_never(self.measure)

    @property
    def longest(self) -> str:
        """The longest number that a cell may show."""
        return whole(int(self.counts.max(initial=0))) if self.measure is Measure.COUNTS else "100"


def _most_confused(matrix: "NDArray[np.int64]") -> tuple[int, ...]:
    """Return the classes of the pairs that are confused most, so many as have room."""
    found: set[int] = set()
    for pair in worst_pairs(matrix, _WORST * _WORST):
        both = found | {pair.truth, pair.predicted}
        found = both if len(both) <= _WORST else found
    return tuple(sorted(found))
