"""Classification: what images from anywhere were taken for: as a worker writes it, and as a table. No torch, no Qt."""

import json
from csv import writer
from io import StringIO
from pathlib import Path

from explorer.runs.json_lines import MISREAD, read_record
from explorer.runs.questions.results import Classification, Likely
from explorer.sentences import system_words, translatable
from explorer.validation import refuse


def read_classification(file: str) -> Classification:
    """Return what stands in the file of a `Classified`. Raises Refused."""
    try:
        return read_record(Classification, json.loads(Path(file).read_bytes()))
    except OSError as error:
        raise refuse("classification", "{path}: {error}", path=file, error=system_words(error)) from None
    except MISREAD:
        raise refuse("classification", translatable("{path} is damaged"), path=file) from None


def csv_text(made: Classification) -> str:
    """Return a table of the images: the classes, the likeliest first, each with its confidence, and the problem.

    A file that is no image has nothing but that. Nine digits tell a float32 from any other.
    """
    ranks = range(1, 1 + max((len(each.likely.classes) for each in made.images if each.likely), default=1))
    numbers = ["" if rank == 1 else f" {rank}" for rank in ranks]
    text = StringIO(newline="")
    table = writer(text, lineterminator="\n")
    table.writerow(("file", *(f"{name}{number}" for number in numbers for name in ("class", "confidence")), "problem"))
    for each in made.images:
        cells = _cells(made.class_names, each.likely) if each.likely else [""] * 2 * len(numbers)
        table.writerow((each.file, *cells, each.reason))
    return text.getvalue()


def _cells(class_names: tuple[str, ...], likely: Likely) -> list[str]:
    pairs = zip(likely.classes, likely.probabilities, strict=True)
    return [cell for label, probability in pairs for cell in (class_names[label], f"{probability:.9g}")]
