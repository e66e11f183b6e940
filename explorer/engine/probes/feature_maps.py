"""Feature maps: what each section of a network computes for one image, as pictures. No Qt."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from explorer.architecture.design import Design
from explorer.architecture.plan import Section
from explorer.engine.data.images.decoding import decode, open_image
from explorer.engine.data.loader import PlacedLoader
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.data.training_data import Gallery, open_gallery
from explorer.engine.probes.pictures import shrink, write_sheets
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.paths import is_file
from explorer.runs.data.catalogue import describe_data
from explorer.runs.data.storage import stored_size
from explorer.runs.questions.pictures import MAX_MAPS, FeatureMaps, ImageOrigin, Maps
from explorer.sentences import translatable
from explorer.validation import Refused, refuse

SETTLING = 16  # images that the norms of an untrained network see


class _Picture(NamedTuple):
    """An image at the design's input size, uint8 of (channels, height, width), and what it was before."""

    pixels: Tensor
    origin: ImageOrigin


def compute_feature_maps(probed: ProbedNetwork, question: Maps) -> FeatureMaps:
    """Return the feature maps of an image in a file, or of one of the validation images.

    Raises Refused for a file that is no image, and where the network's values are too large for a float.
    """
    design = probed.plan.design
    if design.input[0] not in (1, 3):
        what = translatable("the design takes {channels} channels; images have 1 or 3")
        raise refuse("input", what, channels=design.input[0])
    if question.file:
        picture, gallery, images = _dropped_picture(probed, Path(question.file))
    else:
        gallery = _open_gallery(probed)
        images = len(gallery.loader)
        picture = _validation_picture(probed, gallery, question.image % images)
    settle_norms(probed.network, lambda: _first_images(gallery, design))
    pictures = {"": shrink(picture.pixels)}
    scaled = gallery.loader.preprocessing.scale(picture.pixels.unsqueeze(0).to(probed.device))
    for name, maps in section_outputs(probed, scaled):
        if not maps.isfinite().all():
            what = translatable("outputs values too large for a float: the weights are unusable")
            raise refuse(name, what)
        if name != "head":
            pictures[name] = sheet(maps)
    probability, predicted = maps.softmax(0).max(0)
    file, sheets = write_sheets(pictures.items())
    return FeatureMaps(
        file=file,
        sheets=sheets,
        origin=picture.origin,
        predicted=int(predicted),
        probability=float(probability),
        images=images,
    )


def _open_gallery(probed: ProbedNetwork) -> Gallery:
    """Return the images to validate with, those of a named set in its own channels. Raises Refused."""
    own, design = describe_data(probed.recipe.data), probed.plan.design
    if own.shape is None or own.shape[0] == design.input[0]:
        return probed.gallery
    return open_gallery(probed.recipe, own.fit(design, own_size=True), probed.device)


def _validation_picture(probed: ProbedNetwork, gallery: Gallery, number: int) -> _Picture:
    """Return one of the gallery's images as the network sees it; a grey one fills all channels. Raises Refused."""
    loader, path, design = gallery.loader, gallery.path(number), probed.plan.design
    pixels = loader.preprocessing.crop(loader.read(slice(number, number + 1)))[0].cpu()
    if path:
        origin = _origin(path, design)
    else:
        own = describe_data(probed.recipe.data).shape
        assert own
        channels, height, width = own
        origin = ImageOrigin(width=width, height=height, mode="L" if channels == 1 else "RGB")
    return _Picture(pixels.expand(design.input), replace(origin, label=int(loader.labels[number])))


def _dropped_picture(probed: ProbedNetwork, path: Path) -> tuple[_Picture, Gallery, int]:
    """Read the image in a file, resized and cropped as for training, and open the gallery. Raises Refused.

    A trained network works without its data: then the gallery is this image, and the number of images is 0.
    """
    design, recipe, known = probed.plan.design, probed.recipe, probed.known
    origin = _origin(path, design)
    try:
        gallery = _open_gallery(probed)
        size, preprocessing = gallery.loader.stored, gallery.loader.preprocessing
    except Refused:
        gallery, size = None, stored_size(design, recipe, known)
        preprocessing = Preprocessing(design.input[1:], *((known.mean, known.deviation) if known else ()))
    pixels = torch.from_numpy(decode(path, (design.input[0], *size), recipe.background)).permute(2, 0, 1).unsqueeze(0)
    picture = _Picture(preprocessing.crop(pixels)[0], origin)
    if gallery:
        return picture, gallery, len(gallery.loader)
    labels = torch.zeros(1, dtype=torch.long, device=probed.device)
    return picture, Gallery(PlacedLoader(pixels.to(probed.device), labels, preprocessing)), 0


def _origin(path: Path, design: Design) -> ImageOrigin:
    """Describe the image in a file. Raises Refused."""
    if not is_file(path):
        raise refuse("data", translatable("there is no file {path!r}"), path=str(path))
    image, turned, (width, height) = open_image(path)
    _, rows, columns = design.input
    cropped = width * rows != height * columns
    return ImageOrigin(width=width, height=height, mode=image.mode, turned=turned, cropped=cropped)


def settle_norms(network: nn.Module, read: Callable[[], Tensor]) -> None:
    """Set the statistics of an untrained network's norms from the images that `read` returns, as a training step would.

    Before that they normalise nothing and values double from block to block: after hundreds of blocks they overflow.
    """
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    if any(int(norm.num_batches_tracked) for norm in norms if norm.num_batches_tracked is not None):
        return
    images = read()
    for norm in norms:
        norm.momentum = None  # the mean over all batches
    network.train()
    network(images)
    network.eval()


def _first_images(gallery: Gallery, design: Design) -> Tensor:
    """Return some images as the network sees them; grey ones fill all channels."""
    first = torch.arange(SETTLING, device=gallery.loader.device) % len(gallery.loader)
    return gallery.loader.batch(first)[0].expand(-1, *design.input)


def section_outputs(probed: ProbedNetwork, x: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield the name of each section and its output for one image, on the CPU: maps, and for the head the logits.

    `x` is the image as the network sees it, (1, channels, height, width).
    """
    for section in probed.plan.sections:
        x = section_output(probed.network, section, x)
        yield section.name, x[0].cpu()


def section_output(network: nn.Module, section: Section, x: Tensor) -> Tensor:
    """Return what a section makes of its input: maps, or as the head logits (n, classes)."""
    for name in [layer.name for layer in section.loose] or [section.name]:
        x = network.get_submodule(name)(x.flatten(1) if name == "fc" else x)
    return x


def sheet(maps: Tensor) -> Tensor:
    """Lay the most active of `maps`, (channels, height, width), side by side, each scaled to 0 … 255 by its own range.

    Returns (1, height, width · shown maps).
    """
    strongest = maps.abs().mean((1, 2)).sort(descending=True, stable=True).indices[:MAX_MAPS]
    shown = shrink(maps[strongest])
    lowest = shown.amin((1, 2), keepdim=True).clamp_max(0)
    value_range = (shown.amax((1, 2), keepdim=True) - lowest).clamp_min(torch.finfo(shown.dtype).tiny)
    return torch.cat(tuple((shown - lowest) / value_range * 255), dim=1).unsqueeze(0)
