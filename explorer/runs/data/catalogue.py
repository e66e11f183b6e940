"""Catalogue of the data sets, described without torch. No Qt.

`engine/data/datasets.py` reads the data sets, `runs/data/download.py` gets those that are not on this machine.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from explorer.architecture.design import Design
from explorer.paths import expand_user, storable, user_folder
from explorer.resources import resource
from explorer.runs.data.files import PublishedFile
from explorer.runs.data.image_list import ImageList, Layout, Part, list_images
from explorer.runs.data.split import divide
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence, translatable
from explorer.validation import Refused, refuse

_USUAL = Recipe()


@dataclass(frozen=True, slots=True)
class DataSet:
    """A data set. `shape` is (channels, height, width); None for a folder of `images` of any shape, or a table of them.

    `class_names` are in the order of the labels. So many images are there to `train` with, to validate and to test,
    before decisions, and if all can be read.
    """

    name: str
    label: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int] | None
    train: int
    validation: int
    path: Path
    test: int = 0
    images: ImageList | None = None

    @property
    def layout(self) -> Layout:
        return self.images.layout if self.images else Layout.NAMED

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


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A named data set, on this machine or not.

    It is in the first of its `places`, relative to any folder of data sets, that has all its `files`; a download goes
    into the first place in the user's folder. The bundled set has an absolute place and no files to download.
    """

    name: str
    label: str
    class_names: tuple[str, ...]
    shape: tuple[int, int, int]
    train: int
    validation: int
    places: tuple[str, ...]
    files: tuple[PublishedFile, ...] = ()

    def find(self) -> DataSet | None:
        """Return the data set if it is on this machine; its files are not checked."""
        places = (root / place for root in _roots() for place in self.places)
        path = next((place for place in places if all(file.find(place) for file in self.files)), None)
        if path is None:
            return None
        return DataSet(
            name=self.name,
            label=self.label,
            class_names=self.class_names,
            shape=self.shape,
            train=self.train,
            validation=self.validation,
            path=path,
        )

    @property
    def size(self) -> int:
        """Bytes to download."""
        return sum(file.size for file in self.files)

    @property
    def target(self) -> Path:
        """The folder that a download goes into."""
        return user_data() / self.places[0]


def user_data() -> Path:
    """Return the folder for the user's data sets."""
    return user_folder("data") / "datasets"


def _roots() -> Iterator[Path]:
    """Yield the folders that may have data sets: this program's, then where torchvision's are kept as a rule."""
    yield user_data()
    yield Path("data")
    with suppress(Refused):  # no home
        yield expand_user("data", "~/data")
        yield expand_user("data", os.environ.get("XDG_DATA_HOME", "~"))


def _own_images(path: Path, recipe: Recipe) -> DataSet:
    """Describe a folder of images or a table, divided as `recipe` has it. Raises Refused."""
    images = list_images(path)
    single = range(len(images.images))  # which of them are equal is known when they are read
    _, parts = divide(images, single, recipe.split_seed, recipe.validation_share, recipe.test_share)
    counts = Counter(parts)
    return DataSet(
        name=storable(str(path)),
        label=storable(path.name or str(path)),
        class_names=images.class_names,
        shape=None,
        train=counts[Part.TRAIN],
        validation=counts[Part.VALIDATION],
        test=counts[Part.TEST],
        path=path,
        images=images,
    )


def data_sets() -> tuple[DataSet, ...]:
    """Return the named data sets that are on this machine."""
    return tuple(found for entry in CATALOGUE.values() if (found := entry.find()))


def describe_data(name: str, recipe: Recipe = _USUAL) -> DataSet:
    """Describe the data set called `name`, or the folder or table of images at that path, divided as `recipe` has it.

    Raises Refused.
    """
    if name not in CATALOGUE:
        return _own_images(expand_user("data", name), recipe)
    found = CATALOGUE[name].find()
    if found is None:
        what = translatable(
            "{data} is not on this computer; to download it, choose it under Data or run `main.py data get {name}`"
        )
        raise refuse("data", what, data=Sentence(CATALOGUE[name].label), name=name)
    return found


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
_CIFAR = (
    translatable("Airplane"),
    translatable("Automobile"),
    translatable("Bird"),
    translatable("Cat"),
    translatable("Deer"),
    translatable("Dog"),
    translatable("Frog"),
    translatable("Horse"),
    translatable("Ship"),
    translatable("Truck"),
)

# MD5s as in torchvision. A set in the IDX format has its files in this order: training images and labels, test images
# and labels.
_ENTRIES = (
    CatalogueEntry(
        name="fashion-mnist-12k",
        label=translatable("Fashion-MNIST 12k (bundled subset)"),
        class_names=_FASHION,
        shape=(1, 28, 28),
        train=10_000,
        validation=2_000,
        places=(str(resource("data", "fashion_mnist_12k.npz")),),
    ),
    CatalogueEntry(
        name="fashion-mnist",
        label=translatable("Fashion-MNIST (full)"),
        class_names=_FASHION,
        shape=(1, 28, 28),
        train=60_000,
        validation=10_000,
        places=("fashion-mnist", "FashionMNIST/raw", "/usr/share/datasets/fashion-mnist"),  # the last is Debian's
        files=(
            PublishedFile(
                name="train-images-idx3-ubyte.gz",
                size=26_421_880,
                md5="8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                sha256="c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            PublishedFile(
                name="train-labels-idx1-ubyte.gz",
                size=29_515,
                md5="25c81989df183df01b3e8a0aad5dffbe",
                sha256="bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            PublishedFile(
                name="t10k-images-idx3-ubyte.gz",
                size=4_422_102,
                md5="bef4ecab320f06d8554ea6380940ec79",
                sha256="5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            PublishedFile(
                name="t10k-labels-idx1-ubyte.gz",
                size=5_148,
                md5="bb300cfdad3c16e7a12a480ee83cd310",
                sha256="0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
    CatalogueEntry(
        name="mnist",
        label="MNIST",
        class_names=tuple("0123456789"),
        shape=(1, 28, 28),
        train=60_000,
        validation=10_000,
        places=("mnist", "MNIST/raw"),
        files=(
            PublishedFile("train-images-idx3-ubyte.gz", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            PublishedFile("train-labels-idx1-ubyte.gz", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
            PublishedFile("t10k-images-idx3-ubyte.gz", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
            PublishedFile("t10k-labels-idx1-ubyte.gz", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
        ),
    ),
    CatalogueEntry(
        name="kmnist",
        label="KMNIST",
        class_names=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        shape=(1, 28, 28),
        train=60_000,
        validation=10_000,
        places=("kmnist", "KMNIST/raw"),
        files=(
            PublishedFile("train-images-idx3-ubyte.gz", 18_165_135, "bdb82020997e1d708af4cf47b453dcf7"),
            PublishedFile("train-labels-idx1-ubyte.gz", 29_497, "e144d726b3acfaa3e44228e80efcd344"),
            PublishedFile("t10k-images-idx3-ubyte.gz", 3_041_136, "5c965bf0a639b31b8f53240b1b52f4d7"),
            PublishedFile("t10k-labels-idx1-ubyte.gz", 5_120, "7320c461ea6c1c855c0b718fb2a4b134"),
        ),
    ),
    CatalogueEntry(
        name="cifar-10",
        label="CIFAR-10",
        class_names=_CIFAR,
        shape=(3, 32, 32),
        train=50_000,
        validation=10_000,
        places=("cifar-10", "."),
        files=(
            PublishedFile(
                name="cifar-10-python.tar.gz",
                size=170_498_071,
                md5="c58f30108f718f92721af3b95e74349a",
                members={
                    "cifar-10-batches-py/data_batch_1": "c99cafc152244af753f735de768cd75f",
                    "cifar-10-batches-py/data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
                    "cifar-10-batches-py/data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
                    "cifar-10-batches-py/data_batch_4": "634d18415352ddfa80567beed471001a",
                    "cifar-10-batches-py/data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
                    "cifar-10-batches-py/test_batch": "40351d587109b95175f43aff81a1287e",
                    "cifar-10-batches-py/batches.meta": "5ff9c542aee3614f3951f8cda6e48888",
                },
                room=190_000_000,
            ),
        ),
    ),
)
CATALOGUE: dict[str, CatalogueEntry] = {entry.name: entry for entry in _ENTRIES}
