"""Catalogue of the data sets, described without torch. No Qt.

`engine/data/datasets.py` reads the data sets.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from explorer.architecture.design import Design
from explorer.resources import resource
from explorer.sentences import system_words, translatable
from explorer.validation import refuse

FOLDER_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff")
IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

_FASHION = (
    translatable("T-shirt"),
    translatable("Trousers"),
    translatable("Pullover"),
    translatable("Dress"),
    translatable("Coat"),
    translatable("Sandal"),
    translatable("Shirt"),
    translatable("Sneaker"),
    translatable("Bag"),
    translatable("Ankle boot"),
)


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set. `shape` is (channels, height, width); None for a folder of images of any shape.

    `class_names` are in the order of the labels.
    """

    name: str
    label: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int] | None
    train: int
    path: Path

    @property
    def classes(self) -> int:
        return len(self.class_names)

    def fit(self, design: Design, own_size: bool) -> Design:
        """Return `design` with this data's channels and classes, and with its size unless `own_size`."""
        channels, height, width = design.input
        if self.shape is None:
            channels = channels if channels in (1, 3) else 3
        else:
            channels = self.shape[0]
            if not own_size:
                _, height, width = self.shape
        return design.change(input=(channels, height, width), classes=self.classes)


def user_data() -> Path:
    """Return the folder for the user's data sets."""
    import platformdirs  # only the search for data needs it; the window starts faster without

    return Path(platformdirs.user_data_dir("resnet-explorer", appauthor=False)) / "datasets"


def idx_folder() -> Path | None:
    """Return the folder with the files of Fashion-MNIST, compressed or not: the user's, torchvision's or Debian's."""
    roots = [user_data(), Path("data"), Path.home() / "data", Path(os.environ.get("XDG_DATA_HOME", "~")).expanduser()]
    places = [root / sub for root in roots for sub in ("fashion-mnist", "FashionMNIST/raw")]
    places.append(Path("/usr/share/datasets/fashion-mnist"))
    return next((place for place in places if all(idx_file(place, name) for name in IDX_NAMES)), None)


def idx_file(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def bundled() -> DataSet:
    return DataSet(
        name="fashion-mnist-12k",
        label=translatable("Fashion-MNIST 12k (bundled subset)"),
        class_names=_FASHION,
        shape=(1, 28, 28),
        train=10_000,
        path=resource("data", "fashion_mnist_12k.npz"),
    )


def _full() -> DataSet | None:
    label = translatable("Fashion-MNIST")
    folder = idx_folder()
    if folder is None:
        return None
    return DataSet(
        name="fashion-mnist", label=label, class_names=_FASHION, shape=(1, 28, 28), train=60_000, path=folder
    )


def _image_folder(path: Path) -> DataSet:
    """Describe a folder with one subfolder per class, or with `train` and `val` folders of those. Raises Refused."""
    if not path.is_dir():
        what = translatable("there is no data set or folder {path!r}")
        raise refuse("data", what, path=str(path))
    root = path / "train" if (path / "train").is_dir() else path
    try:
        classes = sorted(each for each in root.iterdir() if each.is_dir() and not each.name.startswith("."))
        counts = {each.name: sum(file.suffix.lower() in FOLDER_SUFFIXES for file in each.iterdir()) for each in classes}
    except OSError as error:
        raise refuse("data", "{path}: {error}", path=error.filename, error=system_words(error)) from None
    if len(classes) < 2:
        what = translatable("{path!r} needs one subfolder of images per class, and at least two classes")
        raise refuse("data", what, path=str(root))
    if empty := [name for name, count in counts.items() if not count]:
        what = translatable("no images in the class folder {path!r}")
        raise refuse("data", what, path=str(root / empty[0]))
    images = sum(counts.values())
    train = images if (path / "val").is_dir() else images - held_out(images)
    return DataSet(name=str(path), label=path.name, class_names=tuple(counts), shape=None, train=train, path=path)


def held_out(images: int) -> int:
    """Return how many images of a folder without `val` are held out for validation: one in six."""
    return max(1, images // 6)


CATALOGUE: dict[str, Callable[[], DataSet | None]] = {"fashion-mnist-12k": bundled, "fashion-mnist": _full}


def data_sets() -> tuple[DataSet, ...]:
    """Return the named data sets that are on this machine."""
    return tuple(found for find in CATALOGUE.values() if (found := find()))


def describe_data(name: str) -> DataSet:
    """Describe the data set called `name`, or the folder of images at that path. Raises Refused."""
    found = CATALOGUE[name]() if name in CATALOGUE else None
    if found is None and name == "fashion-mnist":
        what = translatable("Fashion-MNIST was not found; put its four files into {path}")
        raise refuse("data", what, path=str(user_data() / name))
    return found or _image_folder(Path(name).expanduser())
