"""Pictures of an answer, read from the file of uint8 into which a worker wrote them."""

from collections.abc import Iterable
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path

from PySide6.QtGui import QImage

from explorer.runs.questions.pictures import Sheet


def read_pictures(file: str, sheets: Iterable[Sheet]) -> list[QImage]:
    """Return the pictures, copied out of the file. Raises OSError, and ValueError if it is too short."""
    found = []
    with Path(file).open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as pixels:
        for sheet in sheets:
            height, width, *channels = sheet.shape
            content = pixels[sheet.offset : sheet.offset + prod(sheet.shape)]
            if len(content) < prod(sheet.shape):
                raise ValueError(file)
            kind = QImage.Format.Format_RGB888 if channels else QImage.Format.Format_Grayscale8
            found.append(QImage(content, width, height, len(content) // height, kind).copy())
    return found
