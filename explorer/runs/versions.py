"""Versions of this program and of the packages that it uses, read without importing them. No torch, no Qt."""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from explorer import resources
from explorer.sentences import translatable

PROGRAM = "resnet-explorer"
PACKAGES = {  # what each package is for
    "PySide6-Essentials": translatable("the window"),
    "pyqtgraph": translatable("the window's plots"),
    "torch": translatable("training and --verify"),
    "torchvision": translatable("training"),
    "torchinfo": translatable("training and --verify"),
    "numpy": translatable("training"),
    "safetensors": translatable("training"),
    "pydantic": translatable("reading designs"),
    "platformdirs": translatable("finding the folder of runs"),
    "filelock": translatable("training"),
    "nvidia-ml-py": translatable("the state of an NVIDIA card"),
}


def installed_version(package: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def program_version() -> str:
    """Return the version of this program, as installed or of a checkout that runs without being installed."""
    if found := installed_version(PROGRAM):
        return found
    import tomllib

    pyproject = Path(resources.__file__).parent.parent / "pyproject.toml"
    return str(tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["version"])
