"""Pictures: many JPEGs as `bench data` reads them, made once and kept in the cache folder. No Qt."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from explorer.paths import user_folder

SIDE = 256  # pixels
_CLASSES = 10
_COARSE = 8  # pixels per side of the colours that a picture is a blend of
_GRAIN = 24  # levels: with it a file is as large as that of a photo, some 20 kB
_QUALITY = 85


def made_pictures(count: int) -> Path:
    """Return a folder with one subfolder per class and `count` pictures in all; those that are missing are made."""
    root = user_folder("cache") / "bench" / f"{count}-pictures-{SIDE}"
    paths = [root / f"{number % _CLASSES}" / f"{number:05}.jpg" for number in range(count)]
    for path in paths[:_CLASSES]:
        path.parent.mkdir(parents=True, exist_ok=True)
    missing = [path for path in paths if not path.exists()]
    with ThreadPoolExecutor() as pool:
        list(pool.map(_make, missing))
    return root


def _make(path: Path) -> None:
    """Write one picture, the same each time, whole or not at all."""
    generator = np.random.default_rng(int(path.stem))
    coarse = Image.fromarray(generator.integers(0, 256, (_COARSE, _COARSE, 3), np.uint8))
    smooth = np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), np.int16)
    grain = generator.integers(-_GRAIN, _GRAIN + 1, (SIDE, SIDE, 1), np.int16)
    temporary = path.with_suffix(".part")
    Image.fromarray((smooth + grain).clip(0, 255).astype(np.uint8)).save(temporary, "JPEG", quality=_QUALITY)
    temporary.replace(path)
