"""Matrix: which classes are taken for which, as a table with a colour for each share. No Qt."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from explorer.figures import element
from explorer.sentences import Sentence, translatable
from explorer.translations import Say

_MOST = 30  # classes; of more, those with the most mistakes


def matrix_table(matrix: NDArray[np.int64], names: Sequence[str], say: Say) -> list[Element]:
    """Return the table of counts, int64 (classes, classes) with a row for each true class, and what it shows."""
    shown = _worst(matrix)
    is_part = len(shown) < len(matrix)
    counts = matrix[np.ix_(shown, shown)].tolist()
    totals = matrix[shown].sum(1).tolist()
    corner = element("th", say(translatable("truth ↓ · taken for →")), class_="corner")
    heads = [element("th", element("span", names[place]), scope="col") for place in shown]
    heads += [element("th", element("span", say(translatable("others"))), scope="col")] if is_part else []
    rows = []
    for number, (place, row, total) in enumerate(zip(shown, counts, totals, strict=True)):
        cells = [_cell(count, total, column == number) for column, count in enumerate(row)]
        cells += [_cell(total - sum(row), total, is_right=False)] if is_part else []
        rows.append(element("tr", element("th", names[place], scope="row"), *cells))
    made = element("table", element("thead", element("tr", corner, *heads)), element("tbody", *rows), class_="matrix")
    said = say(translatable("The colour is the share of the images of a class; the diagonal is right."))
    if is_part:
        text = translatable("Of {count:,} classes, the {shown:,} with the most mistakes.")
        said = f"{say(Sentence(text, {'count': len(matrix), 'shown': len(shown)}))} {said}"
    return [element("p", said), element("div", made, class_="wide")]


def _worst(matrix: NDArray[np.int64]) -> list[int]:
    """Return the classes to show, in their order."""
    mistakes = matrix.sum(0) + matrix.sum(1) - 2 * matrix.diagonal()
    return sorted(np.argsort(-mistakes, kind="stable")[:_MOST].tolist())


def _cell(count: int, total: int, is_right: bool) -> Element:
    if not count:
        return element("td")
    share = count / total
    kind = "right" if is_right else "wrong"
    return element("td", f"{count:,}", class_=kind, style=f"--share:{100 * share:.0f}%", title=f"{100 * share:.1f} %")
