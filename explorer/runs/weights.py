"""Sources of known weights, as the user names them: torchvision's, a run, or a file. No torch, no Qt."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from explorer.architecture.design import Design
from explorer.architecture.differences import brief_differences, count_differences
from explorer.architecture.known import KnownNetwork, Likeness
from explorer.architecture.presets import preset, preset_families
from explorer.paths import expand_user, is_file
from explorer.runs.folder.manifest import MANIFEST
from explorer.runs.folder.run import Run
from explorer.runs.folder.survey import find_run
from explorer.sentences import Sentence, translatable
from explorer.validation import Refused, refuse

IMAGENET = "imagenet"
_VERSIONS = ("V1", "V2")
_FIRST_ONLY = ("resnet18", "resnet34", "resnext101_64x4d")  # which torchvision never trained again
_INDIFFERENT = ("input", "classes", "zero_init", "init")  # to whoever has weights


@dataclass(frozen=True, slots=True)
class Published:
    """torchvision's weights of a version, or the newest of the network."""

    version: str = ""


def find_weights(source: str, runs: Path) -> Published | Run | Path:
    """Return what `source` names: `imagenet`, `imagenet:V1|V2`, a run below `runs`, or a file. Raises Refused."""
    name, colon, version = source.partition(":")
    if name == IMAGENET:
        if colon and version not in _VERSIONS:
            what = translatable("{source!r}: the versions are {versions}")
            raise refuse("weights", what, source=source[:200], versions=", ".join(_VERSIONS))
        return Published(version)
    path = expand_user("weights", source)
    if any(is_file(folder / MANIFEST) for folder in (runs / source, path)):
        return find_run(source, runs)
    if is_file(path):
        return path.absolute()
    what = translatable("there is no run and no file {source!r}")
    raise refuse("weights", what, source=source[:200])


def published_network(design: Design) -> str:
    """Return which of torchvision's networks a design is, whatever its input and classes. Raises Refused."""
    found = {name: _distance(preset(name), design) for name in preset_families()["torchvision"]}
    nearest = min(found, key=lambda name: found[name])
    if found[nearest] == (0, 0):
        return nearest
    known = _without_task(preset(nearest), design)
    alike = Likeness(KnownNetwork(Sentence(nearest), known), brief_differences(known, design)).sentence
    raise refuse("weights", translatable("there are no ImageNet weights for this design ({network})"), network=alike)


@lru_cache(maxsize=64)
def published_versions(design: Design) -> tuple[str, ...]:
    """Return the versions of torchvision's weights that there are for a design, the newest last; none for most."""
    try:
        name = published_network(design)
    except Refused:
        return ()
    return _VERSIONS[:1] if name in _FIRST_ONLY else _VERSIONS


def is_same_network(known: Design, design: Design) -> bool:
    """Return whether two designs differ in nothing that weights below the head depend on but the number of channels."""
    return known.stages == design.stages and _without_task(known, design) == design


def _distance(known: Design, design: Design) -> tuple[int, int]:
    blocks = (sum(stage.blocks for stage in each.stages) for each in (known, design))
    return count_differences(_without_task(known, design), design), abs(int.__sub__(*blocks))


def _without_task(known: Design, design: Design) -> Design:
    return known.change(**{key: getattr(design, key) for key in _INDIFFERENT})
