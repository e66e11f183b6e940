"""Folders of files that are called images, and what a worker would say of them."""

from pathlib import Path

from explorer.runs.data.split import Split, SplitKind
from explorer.runs.questions.data import ClassCount, DataProblem, ProblemKind, Scanned

NAMES = ("cat", "dog", "owl")


def make_folder(root: Path, names: tuple[str, ...] = NAMES, images: int = 12, parts: tuple[str, ...] = ("",)) -> Path:
    """Empty files of the name of images in a folder per class, in each of the parts' folders."""
    for part in parts:
        for name in names:
            folder = root / part / name
            folder.mkdir(parents=True)
            for number in range(images):
                (folder / f"{number:03}.jpg").touch()
    return root


def made_scan(**changes: object) -> Scanned:
    """Three classes, the first of which is the largest, drawn class by class, with three kinds of problems."""
    values: dict[str, object] = {
        "data": "animals",
        "layout": "classes",
        "classes": (ClassCount("cat", 70, 15, 15), ClassCount("dog", 35, 8, 7), ClassCount("owl", 10, 2, 2)),
        "split": Split(SplitKind.STRATIFIED, 0, (0.7, 0.15, 0.15)),
        "problems": (
            DataProblem(ProblemKind.DARK, 2, (("dog/001.jpg",), ("dog/002.jpg",))),
            DataProblem(ProblemKind.UNREADABLE, 1, (("cat/003.jpg",),)),
            DataProblem(ProblemKind.DUPLICATE, 3, (("cat/000.jpg", "cat/001.jpg", "cat/002.jpg"),)),
        ),
        "skipped": 4,
        "bytes": 3_000_000,
        "coloured": 1.0,
        "sides": (480, 640),
    }
    return Scanned(**(values | changes))
