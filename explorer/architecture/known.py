"""Known networks: the published one that a design is, or is nearest to, and in what they differ. No torch, no Qt.

They are the presets, and the families that papers describe by a formula.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from explorer.architecture.design import Design, Stage
from explorer.architecture.differences import brief_differences, count_differences
from explorer.architecture.presets import preset, preset_files
from explorer.sentences import Sentence, joined, translatable

_FEW = 3  # differences; of one with more only the number is said
_TASK = ("input", "classes")  # what a network is trained on makes it no other network


@dataclass(frozen=True, slots=True)
class KnownNetwork:
    """A published network and what it is called."""

    title: Sentence
    design: Design


@dataclass(frozen=True, slots=True)
class Likeness:
    """The known network that a design is or is nearest to, and what the design has and that one has not."""

    network: KnownNetwork
    differences: tuple[Sentence, ...]

    @property
    def sentence(self) -> Sentence:
        """Say what the design is: `the paper's ResNet-56 (CIFAR), but shortcut B (1×1 where the shape changes)`."""
        title = self.network.title
        if not self.differences:
            return title
        if len(self.differences) > _FEW:
            text = translatable("nearest: {network}, with {count} differences")
            return Sentence(text, {"network": title, "count": len(self.differences)})
        changes = joined(", ", self.differences)
        return Sentence(translatable("{network}, but {changes}"), {"network": title, "changes": changes})


def likeness(design: Design) -> Likeness:
    """Return the known network with the fewest differences; other data count less than anything else does."""

    def distance(network: KnownNetwork) -> tuple[int, int, int]:
        known = network.design
        task = sum(getattr(known, key) != getattr(design, key) for key in _TASK)
        blocks = abs(sum(stage.blocks for stage in known.stages) - sum(stage.blocks for stage in design.stages))
        return count_differences(known, design) - task, task, blocks

    nearest = min((*_family_members(design), *_presets()), key=distance)
    return Likeness(nearest, brief_differences(nearest.design, design))


_SOURCES = {  # by the folder of a preset
    "chapter": translatable("the chapter's {name}"),
    "torchvision": translatable("torchvision's {name}"),
    "timm": translatable("timm's {name}"),
}


@cache
def _presets() -> tuple[KnownNetwork, ...]:
    found = []
    for name, path in preset_files().items():
        source = _SOURCES.get(path.parent.name.partition("-")[2])
        called = preset(name).name
        title = Sentence(source, {"name": called.partition(" (")[0]}) if source else Sentence(called)
        found.append(KnownNetwork(title, preset(name)))
    return tuple(found)


def _family_members(design: Design) -> Iterator[KnownNetwork]:
    """Yield the member of each family that is as deep, and as wide, as `design`; they come before presets alike."""
    stages = design.stages
    blocks = round(sum(stage.blocks for stage in stages) / len(stages))
    yield _paper_cifar(blocks)
    yield _wide(blocks, max(1, round(stages[0].width / 16)))
    yield _preactivation(blocks)
    for name in ("resnet50", "resnet101", "resnet152"):
        title = Sentence(translatable("the paper's {name} (v1)"), {"name": preset(name).name})
        yield KnownNetwork(title, preset(name).change(stride_on="1x1"))


def _three_stages(blocks: int, width: int) -> tuple[Stage, ...]:
    return tuple(Stage(blocks, width * 2**index, 1 if index == 0 else 2) for index in range(3))


def _paper_cifar(blocks: int) -> KnownNetwork:
    """Return the network of 6n + 2 layers for CIFAR-10 (He et al. 2015, section 4.2)."""
    title = Sentence(translatable("the paper's ResNet-{depth} (CIFAR)"), {"depth": 6 * blocks + 2})
    return KnownNetwork(title, preset("cifar-resnet20").change(stages=_three_stages(blocks, 16)))


def _wide(blocks: int, factor: int) -> KnownNetwork:
    """Return the wide network WRN-d-k with d = 6n + 4 (Zagoruyko & Komodakis 2016, arXiv 1605.07146)."""
    title = Sentence(f"WRN-{6 * blocks + 4}-{factor}")
    return KnownNetwork(title, preset("wrn-16-8").change(stages=_three_stages(blocks, 16 * factor)))


def _preactivation(blocks: int) -> KnownNetwork:
    """Return the pre-activation network of 9n + 2 layers for CIFAR-10 (He et al. 2016, arXiv 1603.05027)."""
    title = Sentence(translatable("pre-activation ResNet-{depth}"), {"depth": 9 * blocks + 2})
    return KnownNetwork(title, preset("preact-resnet164").change(stages=_three_stages(blocks, 16)))
