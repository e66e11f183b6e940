"""Files that stand for images, for what opens none."""

from pathlib import Path


def put(folder: Path, *files: str) -> Path:
    """Make files, which need not be images, and the folders in which they lie; a name that ends in / is a folder."""
    for file in files:
        path = folder / file
        if file.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"no image")
    return folder
