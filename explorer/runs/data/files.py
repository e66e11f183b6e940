"""Files of data sets as they are published: in which forms they may be here, and whether they are sound. No torch."""

import gzip
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from explorer.paths import is_file


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file as it is published: a gzipped file, or an archive of `members`, which are unpacked after a download.

    `size` is in bytes; `md5` is that of the file, and each member has its own. `sha256` is that of the content of a
    gzipped file, if it is also found unpacked or packed by others. `room` is how many bytes the members take.
    """

    name: str
    size: int
    md5: str
    sha256: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    room: int = 0

    def find(self, folder: Path) -> tuple[Path, ...]:
        """Return the paths that hold the content of this file in `folder`, empty if it is not there."""
        forms: list[tuple[str, ...]] = [(self.name,)]
        if self.members:
            forms = [tuple(self.members)]
        elif self.sha256:
            forms.append((self.name.removesuffix(".gz"),))
        found = (tuple(folder / name for name in names) for names in forms)
        return next((paths for paths in found if all(map(is_file, paths))), ())

    def is_sound(self, folder: Path) -> bool:
        """Return whether `folder` has the content of this file, undamaged. Raises OSError."""
        paths = self.find(folder)
        if self.members:
            return bool(paths) and list(map(md5_of, paths)) == list(self.members.values())
        return bool(paths) and self.content(paths[0]) is not None

    def content(self, path: Path) -> bytes | None:
        """Return the content of this gzipped file from where it was found, or None if damaged. Raises OSError."""
        content = path.read_bytes()
        is_published = hashlib.md5(content, usedforsecurity=False).hexdigest() == self.md5
        if path.suffix == ".gz":
            try:
                content = gzip.decompress(content)
            except (gzip.BadGzipFile, EOFError, zlib.error):
                return None
        return content if is_published or hashlib.sha256(content).hexdigest() == self.sha256 else None


def md5_of(path: Path) -> str:
    """Return the MD5 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
