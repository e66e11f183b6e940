"""Evidence: where in an image a run's network finds what speaks for a class (Grad-CAM). No Qt.

Selvaraju et al. 2017 (arXiv 1610.02391): each channel of what a section outputs counts by how fast the class's logit
grows with it, on average over the positions; where the sum is negative, nothing speaks for the class.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.architecture.plan import Section
from explorer.engine.kernels.plain_arithmetic import arithmetic_of
from explorer.engine.probes.feature_maps import section_output
from explorer.engine.probes.pictures import write_sheets
from explorer.engine.probes.seen_images import SeenImages, root_of_data
from explorer.engine.results.kept_networks import changed, kept_network
from explorer.engine.results.trained_network import TrainedNetwork
from explorer.engine.training.failure import answered
from explorer.paths import real_name
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.events import Failed
from explorer.runs.questions.question import Answer
from explorer.runs.questions.results import Evidence, EvidenceMaps, Likely, Patch
from explorer.sentences import translatable
from explorer.validation import refuse

_LIKELY = 10  # classes that are told, beside those asked for
_KEPT = 8  # images


def find_evidence(question: Evidence) -> Answer | Failed:
    """Return the maps, or why there are none."""
    return answered(question, lambda: _maps(question))


def _maps(question: Evidence) -> EvidenceMaps:
    """Return the image and its maps. Raises Refused."""
    opened = kept_network(question)
    channels, *size = opened.plan.design.input
    if channels not in (1, 3):
        what = translatable("the design takes {channels} channels; images have 1 or 3")
        raise refuse("input", what, channels=channels)
    pixels = _patched(_pixels(opened, question.file), question.patches)
    seen = opened.images.preprocessing.scale(pixels.unsqueeze(0).to(opened.device))
    before, after = _parts(opened, question.stage or opened.plan.stages[-1].name)
    maps, logits = _answer(opened, before, after, seen)
    if not logits.isfinite().all():
        what = translatable("outputs values too large for a float: the weights are unusable")
        raise refuse(after[-1].name, what)
    classes = _classes(question, logits)
    found = [_resized(_evidence(logits[label], maps), size) for label in classes]
    strengths = [float(each.max()) for each in found]
    shades = (each / (strength or 1.0) * 255 for each, strength in zip(found, strengths, strict=True))
    file, sheets = write_sheets([("", pixels), *(("evidence", shade) for shade in shades)])
    return EvidenceMaps(
        file=file,
        sheets=sheets,
        classes=classes,
        strengths=tuple(strengths),
        likely=_likely(logits, classes),
        class_names=opened.class_names,
        epoch=opened.epoch,
        warning=opened.warning,
    )


def _answer(
    opened: TrainedNetwork, before: Sequence[Section], after: Sequence[Section], seen: Tensor
) -> tuple[Tensor, Tensor]:
    """Return what the sections `before` output for an image, and its logits (classes,), which have gradients by it."""
    bf16 = torch.autocast(opened.device.type, torch.bfloat16, enabled=opened.rewrites.bf16)
    with arithmetic_of(opened.recipe, opened.device), bf16:
        with torch.no_grad():
            maps = _through(opened, before, seen)
        maps.requires_grad_()
        return maps, _through(opened, after, maps.clone())[0].float()  # a copy, for a layer may change what it gets


def _parts(opened: TrainedNetwork, stage: str) -> tuple[Sequence[Section], Sequence[Section]]:
    """Return the sections up to one that outputs maps, and those after it. Raises Refused."""
    sections = opened.plan.sections
    for place, section in enumerate(sections[:-1], 1):
        if section.name == stage:
            return sections[:place], sections[place:]
    raise refuse("stage", translatable("{stage!r} is no part of this design that outputs maps"), stage=stage[:40])


def _through(opened: TrainedNetwork, sections: Sequence[Section], x: Tensor) -> Tensor:
    for section in sections:
        x = section_output(opened.network, section, x)
    return x


def _classes(question: Evidence, logits: Tensor) -> tuple[int, ...]:
    """Return the classes asked for and the most likely one beside them. Raises Refused."""
    for label in question.classes:
        if not 0 <= label < len(logits):
            raise refuse("classes", translatable("the network has no class {number}"), number=label)
    order = logits.sort(descending=True, stable=True).indices.tolist()
    others = [label for label in order if label not in question.classes]
    return tuple(dict.fromkeys((*question.classes, *others[:1])))


def _evidence(logit: Tensor, maps: Tensor) -> Tensor:
    """Return (height, width) of what speaks for the class of a logit in maps of (1, channels, height, width)."""
    (gradient,) = torch.autograd.grad(logit, maps, retain_graph=True)
    weights = gradient.float().mean((2, 3), keepdim=True)
    return (weights * maps.detach().float()).sum((0, 1)).relu()


def _resized(evidence: Tensor, size: Sequence[int]) -> Tensor:
    """Return (1, height, width) at the size of the image."""
    return F.interpolate(evidence[None, None], tuple(size), mode="bilinear")[0].cpu()


def _likely(logits: Tensor, classes: Sequence[int]) -> Likely:
    """Return the most likely classes and those asked for, with their probabilities."""
    probabilities = logits.detach().softmax(0).cpu()
    order = probabilities.sort(descending=True, stable=True).indices.tolist()
    told = [label for place, label in enumerate(order) if place < _LIKELY or label in classes]
    return Likely(classes=tuple(told), probabilities=tuple(probabilities[told].tolist()))


def _pixels(opened: TrainedNetwork, name: str) -> Tensor:
    """Return an image at the size that the network sees, uint8 (channels, height, width). Raises Refused."""
    path = Path(name)
    if not path.is_absolute():
        data = opened.recipe.data
        path = Path() if data in CATALOGUE else root_of_data(data) / real_name(name)
    return _read(opened.images, name, changed(path))


@lru_cache(maxsize=_KEPT)
def _read(images: SeenImages, name: str, changed: int) -> Tensor:
    """Return the image, whose file was last `changed` then. Raises Refused."""
    return images.preprocessing.crop(images.pixels(name).unsqueeze(0))[0]


def _patched(pixels: Tensor, patches: Sequence[Patch]) -> Tensor:
    """Return an image (channels, height, width) after its patches were changed, one after the other."""
    _, height, width = pixels.shape
    mean = pixels.float().mean((1, 2), keepdim=True).round().to(torch.uint8)
    pixels = pixels.clone()
    for patch in patches:
        top, left = max(0, patch.top), max(0, patch.left)
        bottom, right = min(height, patch.top + patch.height), min(width, patch.left + patch.width)
        if bottom <= top or right <= left:
            continue
        held = pixels[:, top:bottom, left:right].clone()
        pixels[:, top:bottom, left:right] = mean
        if patch.down or patch.right:
            _put(pixels, held, top + patch.down, left + patch.right)
    return pixels


def _put(pixels: Tensor, held: Tensor, top: int, left: int) -> None:
    """Write `held` into an image, its upper left corner at (top, left), as far as it lies in there."""
    _, height, width = pixels.shape
    bottom, right = min(height, top + held.shape[1]), min(width, left + held.shape[2])
    if bottom > max(0, top) and right > max(0, left):
        seen = held[:, max(0, -top) : bottom - top, max(0, -left) : right - left]
        pixels[:, max(0, top) : bottom, max(0, left) : right] = seen
