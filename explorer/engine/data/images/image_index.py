"""Index: what the examination has found in each image of a folder, kept so that none is opened twice. No Qt."""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

import PIL
from filelock import FileLock

from explorer.atomic_files import write_atomically
from explorer.engine.data.images.examination import Examined, examine_all
from explorer.engine.data.progress import Report, Warn, unwarned
from explorer.garbage import uncollected
from explorer.runs.data.cache_folder import folder_of
from explorer.runs.data.image_list import ImageList, ListedImage
from explorer.sentences import Sentence, system_words, translatable

_NAME = "index.json"
_VERSION = 1  # of what is examined, and how


def index_images(
    images: ImageList, report: Report, warn: Warn = unwarned, verify: bool = False
) -> tuple[Examined, ...]:
    """Return what is found in each image, in their order; only those are opened that are new or have changed.

    With `verify` all are. What `report` raises ends it, and what was found so far is kept. `warn` is told if the index
    cannot be kept.
    """
    folder = folder_of(images.root)
    known = {} if verify else {name: found for name, found in _read_index(folder).items() if not found.error}
    found = {
        image.file: known[image.file]
        for image in images.images
        if image.file in known and _is_unchanged(images, image, known[image.file])
    }
    new = [image for image in images.images if image.file not in found]
    try:
        all_examined = examine_all([images.path(image) for image in new], report)
        for image, examined in zip(new, all_examined, strict=True):
            found[image.file] = examined
    finally:
        if new:
            _keep_index(folder, known | found, warn)
    return tuple(found[image.file] for image in images.images)


def _is_unchanged(images: ImageList, image: ListedImage, examined: Examined) -> bool:
    try:
        status = images.status(image)
    except OSError:
        return False
    return (status.st_size, status.st_mtime_ns) == (examined.size, examined.changed)


@uncollected()
def _read_index(folder: Path) -> dict[str, Examined]:
    """Return the index in `folder`; empty if there is none, if it is damaged, or if another version wrote it."""
    with suppress(OSError, ValueError):
        head, content = (folder / _NAME).read_bytes().split(b"\n", 1)
        if head == _head(content):
            return {file: Examined(*row) for file, row in json.loads(content).items()}
    return {}


def _keep_index(folder: Path, index: dict[str, Examined], warn: Warn) -> None:
    content = json.dumps(index).encode()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{_NAME}.lock"):
            write_atomically(folder / _NAME, _head(content) + b"\n" + content)
    except OSError as error:
        what = translatable("what was found in the images is not kept in {folder!r}: {error}")
        warn(Sentence(what, {"folder": str(folder), "error": system_words(error)}))


def _head(content: bytes) -> bytes:
    """Return the first line of the file with `content`: whose it is, and that it is whole."""
    return f"ResNet Explorer {_VERSION} {PIL.__version__} {hashlib.sha256(content).hexdigest()}".encode()
