"""Extras: the optional dependencies of this program, and the line that installs them. No torch, no Qt."""

from collections.abc import Iterable
from importlib.util import find_spec

from explorer.sentences import NOTHING, Sentence, translatable


def missing_packages(extra: str, modules: Iterable[str]) -> Sentence:
    """Say how to install `extra` where one of its `modules` is not there, without importing any of them.

    Empty if nothing is missing.
    """
    if all(map(find_spec, modules)):
        return NOTHING
    what = translatable(
        'needs packages that are not installed: uv sync --extra {extra}, or pip install "resnet-explorer[{extra}]"'
    )
    return Sentence(what, {"extra": extra})
