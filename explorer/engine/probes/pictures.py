"""Pictures: images and feature maps in a file of uint8, from which the window reads them. No Qt.

There is one file per answer, in a folder that is removed when this process ends. So travels what else is too long for a
line.
"""

from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.runs.questions.pictures import Sheet, sent_size

KEPT = 8  # files of answers: the window has read older ones
_NUMBERS = count(1)  # of files
_FOLDER = Lock()


def shrink(maps: Tensor) -> Tensor:
    """Average-pool maps, (channels, height, width), to the size in which they are sent."""
    return F.adaptive_avg_pool2d(maps.float(), sent_size(maps.shape))


def write_sheets(pictures: Iterable[tuple[str, Tensor | None]]) -> tuple[str, tuple[Sheet, ...]]:
    """Write pictures of (1 or 3, height, width), 0 … 255, each with its path, into a new file.

    Returns the file, and where in it each picture is; the shape of one that is missing is empty.
    """
    file, sheets, offset = new_file(), [], 0
    with file.open("wb") as stream:
        for path, values in pictures:
            if values is None:
                sheets.append(Sheet(path, offset, ()))
                continue
            pixels = values.round().to(torch.uint8).cpu()
            pixels = pixels[0] if len(pixels) == 1 else pixels.permute(1, 2, 0)
            sheets.append(Sheet(path, offset, tuple(pixels.shape)))
            offset += stream.write(pixels.contiguous().numpy().tobytes())
    return str(file), tuple(sheets)


@cache
def _folder() -> TemporaryDirectory[str]:
    """Return the folder of the answers' files, created for the first answer and removed when this process ends."""
    return TemporaryDirectory(prefix="resnet-explorer-")


def new_file() -> Path:
    """Return a path for the next answer, and remove the file of an old one."""
    with _FOLDER:  # of two folders that two threads create at once, one would be removed with its file
        place = Path(_folder().name)
    number = next(_NUMBERS)
    with suppress(OSError):
        (place / f"{number - KEPT}").unlink(missing_ok=True)
    return place / f"{number}"
