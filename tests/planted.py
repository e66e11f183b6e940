"""A folder of 2,000 images in twelve classes with everything that may be wrong with them, and what that is."""

import hashlib
import os
import struct
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

import numpy as np
from PIL import Image, features

from explorer.runs.data.image_list import Layout, Part
from explorer.runs.questions.data import ProblemKind

CLASSES = ("Bird", "apple", "boat", "cup", "door", "fern", "jar", "lamp", "train", "val", "zebra crossing", "灯塔")
RARE = "lamp"  # has few images
IMAGES, RARE_IMAGES = 2000, 10  # of all classes, the bad ones among them, and of the rare one
SIDE = 32
_COMMON = tuple(name for name in CLASSES if name != RARE)
_PARTS = (*(Part.TRAIN,) * 7, Part.VALIDATION, Part.TEST, Part.VALIDATION)  # by turns
_FOLDERS = {Part.TRAIN: "train", Part.VALIDATION: "Valid", Part.TEST: "test"}
_SYSTEM = (".DS_Store", "Thumbs.db", "._1.jpg", ".hidden/1.jpg", "__MACOSX/1.jpg", "@eaDir/1.jpg")
Way = tuple[str, Callable[[Image.Image, Path], object]]  # of storing an image: the end of its name, and what saves it


@dataclass
class Planted:
    """What is at `path`: the images that can be used, by class and part; folders of classes say no part.

    `problems` has the groups of files of each kind, or of names of classes; `unreadable` the files that are no images,
    with the reason. `skipped` is the number of other files. What lies in `root` is never to be changed.
    """

    path: Path
    root: Path
    layout: Layout
    counts: Counter[tuple[str, Part]] = field(default_factory=Counter)
    problems: dict[ProblemKind, set[frozenset[str]]] = field(default_factory=lambda: defaultdict(set))
    unreadable: dict[str, str] = field(default_factory=dict)
    skipped: int = 0

    def of_class(self, class_name: str) -> int:
        return sum(self.counts[class_name, part] for part in Part)


def fingerprint(folder: Path) -> str:
    """Return a hash over names, modes, times and contents of all that is in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        digest.update(os.fsencode(path.relative_to(folder)) + f" {status.st_mode} {status.st_mtime_ns} ".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def plant(folder: Path, layout: Layout) -> Planted:
    """Write everything into `folder`: as folders of classes, in folders of parts, or beside a table."""
    planter = _Planter(folder, layout)
    planter.plant_copies()
    planter.plant_odd_ones()
    planter.plant_unreadable()
    for _ in range(RARE_IMAGES):
        planter.add(RARE)
    for class_name in cycle(_COMMON):
        if len(planter.rows) == IMAGES:
            break
        planter.add(class_name)
    planter.plant_others()
    return planter.planted


class _Planter:
    def __init__(self, folder: Path, layout: Layout) -> None:
        self.planted = Planted(folder / "images.csv" if layout is Layout.TABLE else folder, folder, layout)
        self.rows: list[tuple[str, str, str]] = []  # file, class, part
        self.random = np.random.default_rng(15)
        self.turns: defaultdict[str, Iterator[Part]] = defaultdict(lambda: cycle(_PARTS))
        self.classes, self.ways, self.lossless = cycle(_COMMON), cycle(_WAYS), cycle(_LOSSLESS)

    def picture(self, blocks: int = 8, size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
        """Draw blocks of random colours, unlike any other picture."""
        drawn = self.random.integers(0, 256, (blocks, blocks, 3), np.uint8)
        return Image.fromarray(drawn).resize(size, Image.Resampling.NEAREST)

    def place(self, class_name: str, part: Part, end: str) -> Path:
        """Return where the next image goes; some lie deeper below their class."""
        number = len(self.rows)
        name, part_name = f"{'a/b/' if number % 50 == 7 else ''}{number:04}{end}", ""
        match self.planted.layout:
            case Layout.CLASSES:
                file = f"{class_name}/{name}"
            case Layout.SPLITS:
                file = f"{_FOLDERS[part]}/{class_name}/{name}"
            case _:
                file, part_name = f"all/{name}", _FOLDERS[part]
        self.rows.append((file, class_name, part_name))
        path = self.planted.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def add(
        self, class_name: str = "", part: Part | None = None, image: Image.Image | None = None, way: Way | None = None
    ) -> str:
        """Save an image that can be used, and return its file; what is not given takes turns."""
        class_name = class_name or next(self.classes)
        part = part or next(self.turns[class_name])
        end, save = way or next(self.ways)
        path = self.place(class_name, part, end)
        save(image or self.picture(), path)
        self.planted.counts[class_name, part] += 1
        return path.relative_to(self.planted.root).as_posix()

    def note(self, kind: ProblemKind, *files: str) -> None:
        self.planted.problems[kind].add(frozenset(files))

    def plant_copies(self) -> None:
        for _ in range(20):
            class_name, image = next(self.classes), self.picture()
            copies = (self.add(class_name, Part.TRAIN, image, next(self.lossless)) for _ in range(2))
            self.note(ProblemKind.DUPLICATE, *copies)
        image = self.picture()
        self.note(ProblemKind.DUPLICATE, *(self.add("boat", Part.TEST, image, way) for way in _LOSSLESS[:3]))
        has_parts = self.planted.layout is not Layout.CLASSES
        for other in (Part.VALIDATION, Part.TEST) * 3:
            class_name, image = next(self.classes), self.picture()
            copies = (self.add(class_name, part, image, next(self.lossless)) for part in (Part.TRAIN, other))
            self.note(ProblemKind.LEAK if has_parts else ProblemKind.DUPLICATE, *copies)
        for other in (*(Part.TRAIN,) * 5, Part.VALIDATION, Part.TEST):
            first, image = next(self.classes), self.picture()
            places = ((first, Part.TRAIN), (next(self.classes), other))
            files = [self.add(class_name, part, image, next(self.lossless)) for class_name, part in places]
            self.note(ProblemKind.TWO_CLASSES, *files)
            if has_parts and other is not Part.TRAIN:
                self.note(ProblemKind.LEAK, *files)
        for size in (SIDE, SIDE + 8) * 4:
            class_name, image = next(self.classes), self.picture()
            near = image.resize((size, size), Image.Resampling.BICUBIC)
            files = (self.add(class_name, image=image, way=_PNG), self.add(class_name, image=near, way=_JPEG))
            self.note(ProblemKind.NEAR_DUPLICATE, *files)

    def plant_odd_ones(self) -> None:
        for _ in range(5):
            self.note(ProblemKind.DARK, self.add(image=self.picture().point(lambda value: value // 5), way=_PNG))
            self.note(ProblemKind.BRIGHT, self.add(image=self.picture().point(lambda value: 255 - value // 25)))
            soft = self.picture(2, (2, 2)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            soft = soft.point(lambda value: 64 + value // 2)
            self.note(ProblemKind.BLURRED, self.add(image=soft, way=_PNG))
        for size in ((6, 6), (8, 40), (100, 12), (300, 200), (150, 150)):
            self.note(ProblemKind.ODD_SIZE, self.add(image=self.picture(6, size), way=_PNG))
        self.note(ProblemKind.FEW, RARE)

    def plant_unreadable(self) -> None:
        for _ in range(4):
            for (end, save), keep, reason in _CUT:
                path = self.place(next(self.classes), Part.TRAIN, end)
                save(self.picture(SIDE), path)
                path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
                self.planted.unreadable[path.relative_to(self.planted.root).as_posix()] = reason
            for end, content, reason in _NO_IMAGES:
                path = self.place(next(self.classes), Part.TRAIN, end)
                path.write_bytes(content)
                self.planted.unreadable[path.relative_to(self.planted.root).as_posix()] = reason

    def plant_others(self) -> None:
        """Write what is no image: the table, files of the system, which nobody counts, and some that are skipped."""
        root, layout = self.planted.root, self.planted.layout
        if layout is Layout.TABLE:
            lines = [f'"{file}",{name},{part}' for file, name, part in [("file", "class", "part"), *self.rows]]
            self.planted.path.write_text("\n".join((*lines, "all/0001.jpg,,")), encoding="utf-8")
            self.planted.skipped = 1
            return
        class_folder = root / self.rows[0][0].rsplit("/", 1)[0]
        for name in _SYSTEM:
            for folder in (root, class_folder):
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(b"\0\5\x16\7")
        self.picture().save(root / "cover.png")  # in no class
        (class_folder / "notes.txt").write_text("nothing to see")
        self.planted.skipped = 2
        if hasattr(os, "mkfifo"):
            os.mkfifo(class_folder / "pipe.jpg")
            self.planted.skipped += 1


# Ways of storing an image


def _save(image: Image.Image, path: Path, mode: str = "", **options: object) -> None:
    (image.convert(mode) if mode else image).save(path, **options)


def _save_turned(image: Image.Image, path: Path) -> None:
    """Save an image that lies on its side, as EXIF data say."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)


def _save_deep(image: Image.Image, path: Path) -> None:
    Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257).save(path)


def _save_floats(image: Image.Image, path: Path) -> None:
    Image.fromarray(np.asarray(image.convert("L")).astype(np.float32) / 255).save(path)


def _save_cut_out(image: Image.Image, path: Path, mode: str = "RGBA") -> None:
    """Save an image of which one quarter is transparent."""
    alpha = Image.new("L", image.size, 255)
    alpha.paste(0, (0, 0, image.width // 2, image.height // 2))
    image.putalpha(alpha)
    image.convert(mode).save(path)


def _save_palette(image: Image.Image, path: Path) -> None:
    image.quantize(200).save(path, transparency=3)


def _save_moving(image: Image.Image, path: Path) -> None:
    image.save(path, save_all=True, append_images=[image.rotate(90), image.rotate(180)])


_PNG: Way = (".png", _save)
_JPEG: Way = (".jpg", partial(_save, quality=90, subsampling=0))
_LOSSLESS: tuple[Way, ...] = (
    *(_PNG, (".bmp", _save), (" copy.png", partial(_save, compress_level=1)), (".tiff", _save)),
    *(
        (".webp", partial(_save, lossless=True)),
        ("-rgba.png", partial(_save, mode="RGBA")),
        ("-lying.png", _save_turned),
    ),
)
_RARE_WAYS: tuple[Way, ...] = (
    *(
        ("-cmyk.jpg", partial(_save, mode="CMYK")),
        (".JPEG", partial(_save, progressive=True)),
        ("-lying.jpg", _save_turned),
    ),
    *(
        ("-grey.jpg", partial(_save, mode="L")),
        ("-16.png", _save_deep),
        ("-16.tiff", _save_deep),
        ("-f.tif", _save_floats),
    ),
    *(("-rgba.png", _save_cut_out), ("-la.png", partial(_save_cut_out, mode="LA")), ("-rgba.webp", _save_cut_out)),
    *(("-p.png", _save_palette), ("-p.gif", _save_palette), (".gif", _save_moving), ("-m.webp", _save_moving)),
    *((".ppm", _save), (".jfif", _save), (".tga", _save), (".jp2", _save), (" (1).PNG", _save)),
    *([(".avif", _save)] if features.check("avif") else []),
)
_WAYS = [way for rare in _RARE_WAYS for way in (rare, _JPEG, _JPEG, _PNG)]


# What is no image


def _png_header(width: int, height: int) -> bytes:
    """Return a PNG file without pixels."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(b"")))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


_DAMAGED = "cut off or damaged"
_CUT: tuple[tuple[Way, float, str], ...] = (  # and how much of the file is left
    ((".jpg", _save), 0.7, _DAMAGED),
    ((".png", _save), 0.5, _DAMAGED),
    ((".gif", _save), 0.8, _DAMAGED),
    ((".webp", _save), 0.6, _DAMAGED),
    ((".tiff", _save), 0.5, _DAMAGED),
)
_NO_IMAGES = (
    (".jpg", b"", "empty"),
    (".png", b"this was a picture once\n", "unknown format"),
    ("-bomb.png", _png_header(60_000, 60_000), "far more pixels than a photo has"),
    ("-none.png", _png_header(0, 0), "unknown format"),
    (".bmp", bytes(range(7, 107)), "unknown format"),
)
