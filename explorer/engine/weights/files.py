"""Files of weights: safetensors, or what `torch.save` wrote, read without running any code of theirs. No Qt."""

import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple
from zipfile import ZipFile

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from explorer.paths import is_file
from explorer.sentences import system_words, translatable
from explorer.validation import Refused, refuse

_ZIP, _LEGACY = b"PK\x03\x04", b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # what files of torch.save begin with
SAFE = ".safetensors"
_DEPTH = 4  # of tables in tables
_CHUNK = 2**20  # bytes
_AVERAGE = re.compile(r"ema|average|swa")


class Group(NamedTuple):
    """Tensors that stand together in a file, by their names below `path`, such as `state_dict`."""

    path: str
    tensors: Mapping[str, Tensor]

    def full_name(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


class WeightFile(NamedTuple):
    """The groups of tensors of a file, averages before what they are averages of, and its metadata."""

    groups: tuple[Group, ...]
    metadata: Mapping[str, str]


def read_file(path: Path) -> WeightFile:
    """Read a file of weights; what it is, its content tells. Raises Refused."""
    if not is_file(path):
        raise refuse("weights", translatable("there is no file {path!r}"), path=str(path))
    try:
        with path.open("rb") as file:
            start = file.read(len(_LEGACY))
        if start[8:9] == b"{" or path.suffix == SAFE:
            return _read_safetensors(path)
        if start.startswith((_ZIP, _LEGACY)):
            return WeightFile(_groups_of(_read_pickle(path, is_zip=start.startswith(_ZIP)), path), {})
    except OSError as error:
        what = translatable("{path!r} cannot be read: {error}")
        raise refuse("weights", what, path=str(path), error=system_words(error)) from None
    what = translatable("{path!r} is neither a file of PyTorch nor of safetensors")
    raise refuse("weights", what, path=str(path))


def _read_safetensors(path: Path) -> WeightFile:
    """Raises Refused."""
    try:
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # it is no mapping
            return WeightFile((Group("", tensors),), file.metadata() or {})
    except SafetensorError as error:
        raise _damaged(path, str(error)) from None


def read_metadata(path: Path) -> Mapping[str, str]:
    """Return the metadata of a safetensors file, none of another. Raises Refused."""
    try:
        with safe_open(path, "pt") as file:
            return file.metadata() or {}
    except SafetensorError:
        return {}
    except OSError as error:
        what = translatable("{path!r} cannot be read: {error}")
        raise refuse("weights", what, path=str(path), error=system_words(error)) from None


def load_plain(path: Path, mapped: bool = False) -> Any:
    """Return the plain values that `torch.save` wrote, on the processor. Raises almost anything on a bad file.

    Warnings of torch are not shown: the caller says what is wrong with the file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)


def _read_pickle(path: Path, is_zip: bool) -> Any:
    """Return the plain values that `torch.save` wrote; a large file is mapped, not copied. Raises Refused, OSError."""
    try:
        if is_zip:
            _check_sums(path)
        return load_plain(path, mapped=is_zip)
    except UnpicklingError:
        what = translatable(
            "{path!r} contains more than plain data, such as a whole model; none of it was executed. "
            "Save the model's state_dict() instead"
        )
        raise refuse("weights", what, path=str(path)) from None
    except (OSError, MemoryError):
        raise
    except Exception as error:  # torch.load raises almost anything on a bad file
        raise _damaged(path, str(error) or type(error).__name__) from None


def _check_sums(path: Path) -> None:
    """Raise BadZipFile where content does not have its checksum, which torch does not look at.

    A file that was saved without checksums has zeros in their place.
    """
    with ZipFile(path) as archive:
        for part in archive.infolist():
            if part.CRC:
                with archive.open(part) as content:
                    while content.read(_CHUNK):
                        pass


def _damaged(path: Path, cause: str) -> Refused:
    what = translatable("{path!r} is damaged or incomplete: {cause}")
    return refuse("weights", what, path=str(path), cause=cause.splitlines()[0][:120])


def _groups_of(values: Any, path: Path) -> tuple[Group, ...]:
    """Return what tensors there are in a table and the tables in it. Raises Refused if there are none."""
    groups = tuple(_walk(values, "", _DEPTH))
    if not groups:
        raise refuse("weights", translatable("{path!r} has no tensors with names"), path=str(path))
    return tuple(sorted(groups, key=lambda group: not _AVERAGE.search(group.path)))


def _walk(values: Any, path: str, depth: int) -> Iterator[Group]:
    if not isinstance(values, Mapping) or not depth:
        return
    tables = {name: value for name, value in values.items() if isinstance(name, str)}
    if tensors := {name: value.detach() for name, value in tables.items() if _is_usable(value)}:
        yield Group(path, tensors)
    for name, value in tables.items():
        yield from _walk(value, f"{path}.{name}" if path else name, depth - 1)


def _is_usable(value: object) -> bool:
    """Return whether `value` is a tensor of plain floats, or a counter."""
    return (
        isinstance(value, Tensor)
        and value.layout is torch.strided
        and (value.is_floating_point() or not value.dim())
        and not value.is_quantized
    )
