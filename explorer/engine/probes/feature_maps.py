"""Feature maps: what each section of a network computes for one image, as pictures. No Qt."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from explorer.architecture.design import Design
from explorer.architecture.layers import Shape
from explorer.engine.data.datasets import Images, folder_files, load_data
from explorer.engine.data.decoding import fit_image, open_image
from explorer.engine.data.loader import place_images
from explorer.engine.probes.pictures import shrink, write_sheets
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.runs.answers import MAX_MAPS, FeatureMaps, ImageOrigin, Maps
from explorer.runs.data.catalogue import describe_data
from explorer.sentences import translatable
from explorer.validation import refuse

SETTLING = 16  # images that the norms of an untrained network see
_CPU = torch.device("cpu")


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
    gallery = _open_gallery(probed)
    number = question.image % len(gallery)
    background = probed.recipe.background
    picture = _read_picture(Path(question.file), design, background) if question.file else gallery[number]()
    _settle_norms(probed, gallery)
    pictures = {"": shrink(picture.pixels)}
    for name, maps in section_outputs(probed, picture.pixels):
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
        images=len(gallery),
    )


def _open_gallery(probed: ProbedNetwork) -> Sequence[Callable[[], _Picture]]:
    """Return the validation images of a data set, as functions that read one each. Raises Refused."""
    data_set, design = describe_data(probed.recipe.data), probed.plan.design
    if data_set.shape is None:
        background = probed.recipe.background
        return [partial(_read_picture, path, design, background, label) for path, label in folder_files(data_set)[1]]
    data = probed.loaded or load_data(data_set.name, data_set.fit(design, own_size=True))
    images, own = data.validation, data_set.shape
    return [partial(_dataset_picture, images, own, number, design) for number in range(len(images.labels))]


def _dataset_picture(images: Images, own: Shape, number: int, design: Design) -> _Picture:
    """Return one of a data set's images of `own` shape, scaled as for training; a grey one fills all channels."""
    chosen = slice(number, number + 1)
    scaled = place_images(Images(images.pixels[chosen], images.labels[chosen]), design, _CPU).pixels[0]
    channels, height, width = own
    mode = "L" if channels == 1 else "RGB"
    origin = ImageOrigin(width=width, height=height, mode=mode, label=int(images.labels[number]))
    return _Picture(scaled.expand(design.input), origin)


def _read_picture(path: Path, design: Design, background: str, label: int = -1) -> _Picture:
    """Read the image in a file, resized and cropped as for training. Raises Refused."""
    if not path.is_file():
        raise refuse("data", translatable("there is no file {path!r}"), path=str(path))
    image, turned, (width, height) = open_image(path, design.input[:0:-1])
    _, rows, columns = design.input
    pixels = torch.from_numpy(fit_image(image, design.input, background)).permute(2, 0, 1)
    return _Picture(
        pixels,
        ImageOrigin(
            width=width,
            height=height,
            mode=image.mode,
            turned=turned,
            cropped=width * rows != height * columns,
            label=label,
        ),
    )


def _settle_norms(probed: ProbedNetwork, gallery: Sequence[Callable[[], _Picture]]) -> None:
    """Set the statistics of an untrained network's norms from some images, as the first training step would.

    Before that they normalise nothing and values double from block to block: after hundreds of blocks they overflow.
    """
    norms = [module for module in probed.network.modules() if isinstance(module, nn.BatchNorm2d)]
    if any(int(norm.num_batches_tracked) for norm in norms if norm.num_batches_tracked is not None):
        return
    for norm in norms:
        norm.momentum = None  # the mean over all batches
    batch = torch.stack([gallery[number % len(gallery)]().pixels for number in range(SETTLING)])
    probed.network.train()
    probed.network(batch.to(probed.device).float() / 255)
    probed.network.eval()


def section_outputs(probed: ProbedNetwork, pixels: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield the name of each section and its output for one image, on the CPU: maps, and for the head the logits.

    `pixels` are uint8 of (channels, height, width).
    """
    x = pixels.to(probed.device).float().unsqueeze(0) / 255
    for section in probed.plan.sections:
        for name in [layer.name for layer in section.loose] or [section.name]:
            x = probed.network.get_submodule(name)(x.flatten(1) if name == "fc" else x)
        yield section.name, x[0].cpu()


def sheet(maps: Tensor) -> Tensor:
    """Lay the most active of `maps`, (channels, height, width), side by side, each scaled to 0 … 255 by its own range.

    Returns (1, height, width · shown maps).
    """
    strongest = maps.abs().mean((1, 2)).sort(descending=True, stable=True).indices[:MAX_MAPS]
    shown = shrink(maps[strongest])
    lowest = shown.amin((1, 2), keepdim=True).clamp_max(0)
    value_range = (shown.amax((1, 2), keepdim=True) - lowest).clamp_min(torch.finfo(shown.dtype).tiny)
    return torch.cat(tuple((shown - lowest) / value_range * 255), dim=1).unsqueeze(0)
