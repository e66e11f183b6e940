"""Names of parts in three vocabularies: torchvision's, the chapter's and the paper's. No torch, no Qt.

Elsewhere a part of a network has its path in torchvision's words: a section (`stem`, `layer3`, `head`), a block
(`layer3.1`), repeated blocks (`layer3.1…`) or a layer (`conv1`, `layer3.1.conv2`). A vocabulary turns such a path into
the name in another text; within one design no two paths have the same name.
"""

from collections.abc import Callable
from dataclasses import dataclass

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, Wiring
from explorer.architecture.design import Design
from explorer.architecture.layers import Conv2d

_HEAD = ("norm", "avgpool", "fc")
_SHORTCUT = "downsample."
Name = Callable[[Design, str], str]


def _in_torchvision(design: Design, path: str) -> str:
    """Return the path itself: `layer2.0.downsample.0`."""
    return _leaf(path)


def _in_chapter(design: Design, path: str) -> str:
    """Return the chapter's name: `b1` for the stem, `b2` … for the stages, a projection as one more convolution."""
    place = _find(design, path)
    if place.stage is None:
        return _name_outside(place, "b1", {"avgpool": "pool", "fc": "linear"})
    stage = f"b{place.stage + 1}"
    if not place.layer.startswith(_SHORTCUT):
        return _joined(stage, place.block, place.layer)
    kind = dict(SHORTCUTS[design.shortcut].make(_wiring(design), 64).steps)[place.layer]
    return _joined(stage, place.block, f"{kind.short}{branch_convolutions(design) + 1}")


def _in_paper(design: Design, path: str) -> str:
    """Return the name in He et al. 2015, table 1: `conv1` for the stem, `conv2_x` for a stage, `conv3_1` for a block.

    The paper counts blocks from 1 and writes the max pooling into `conv2_x`; here it stays with the stem.
    """
    place = _find(design, path)
    if place.stage is None:
        return _name_outside(place, "conv1", {})
    stage = f"conv{place.stage + 1}"
    if not place.block:
        return f"{stage}_x"
    number = int(place.block.removesuffix("…")) + 1
    rest = "…" if place.block.endswith("…") else ""
    return _joined(f"{stage}_{number}{rest}", place.layer.replace(_SHORTCUT, "projection."))


VOCABULARIES: dict[str, Name] = {
    "torchvision": _in_torchvision,
    "chapter": _in_chapter,
    "paper": _in_paper,
}


@dataclass(frozen=True, slots=True)
class _Place:
    """A path in parts: `stage` counts from 1, None for stem and head; missing parts are empty."""

    section: str
    stage: int | None = None
    block: str = ""
    layer: str = ""


def _find(design: Design, path: str) -> _Place:
    path = _leaf(path)
    name, _, rest = path.partition(".")
    if name.startswith("layer"):
        block, _, layer = rest.partition(".")
        return _Place(name, int(name.removeprefix("layer")), block, layer)
    if path in ("stem", "head"):
        return _Place(path)
    last = path in _HEAD or (path == "relu" and design.preactivation)
    return _Place("head" if last else "stem", layer=path)


def _leaf(path: str) -> str:
    """Return the path without `stem.` or `head.`, which torchvision's names do not have."""
    return path.removeprefix("stem.").removeprefix("head.")


def _name_outside(place: _Place, stem: str, others: dict[str, str]) -> str:
    """Name a part of the stem, which is one part called `stem`, or of the head, whose layers are parts themselves."""
    if place.section == "stem":
        return _joined(stem, place.layer)
    return others.get(place.layer, place.layer) or "head"


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)


def branch_convolutions(design: Design) -> int:
    """Return how many convolutions a block has besides its shortcut."""
    return sum(isinstance(kind, Conv2d) for part in BLOCKS[design.block].make(_wiring(design)) for _, kind in part)


def _wiring(design: Design) -> Wiring:
    """Return surroundings in which a block has all the layers that it may have."""
    return Wiring(
        inputs=64,
        width=64,
        stride=2,
        bias=False,
        groups=1,
        group_width=64,
        stride_on=design.stride_on,
        shortcut=design.shortcut,
        shortcut_norm=True,
    )
