"""Journey: one image on its way through a network, as a worker tells of it. No torch, no Qt."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from explorer.architecture.layers import Shape

MOST_MAPS = 9  # a sheet shows the most active ones
MOST_SIDE = 88  # pixels; ten sheets of nine maps of noise, which nothing compresses, still fit into one line
SHEET = "sheet "  # begins the keys of sheets on the wire


@dataclass(frozen=True, slots=True)
class Origin:
    """What an image was before it was brought to the design's input: its size, and its mode as Pillow calls it.

    `turned`: its EXIF data knew better which side is up. `cropped`: the longer side lost both ends. `label` is the
    true class, or −1 where nobody knows it.
    """

    width: int
    height: int
    mode: str
    turned: bool = False
    cropped: bool = False
    label: int = -1


@dataclass(frozen=True, slots=True)
class Journey:
    """`sheets`: a PNG for the input, at the empty path, and one of the most active maps for each section but the head.

    Maps stand side by side, each `sent_size` large. `images` is how many there are to choose from.
    """

    sheets: Mapping[str, bytes]
    origin: Origin
    predicted: int
    probability: float
    images: int


def sent_size(shape: Shape) -> tuple[int, int]:
    """Height and width of one map on its sheet: its own, the longer side at most `MOST_SIDE`."""
    shrink = max(1.0, max(shape[1:]) / MOST_SIDE)
    return max(1, round(shape[1] / shrink)), max(1, round(shape[2] / shrink))


def journey_values(journey: Journey) -> dict[str, int | float | str | bool]:
    """What travels in an answer: plain values, the sheets in base64."""
    values = asdict(journey)
    sheets = {SHEET + name: b64encode(sheet).decode() for name, sheet in values.pop("sheets").items()}
    return {**values.pop("origin"), **values, **sheets}


def read_journey(values: Mapping[str, Any]) -> Journey:
    """The inverse of `journey_values`."""
    sheets = {key.removeprefix(SHEET): b64decode(values[key]) for key in values if key.startswith(SHEET)}
    origin = Origin(**{each.name: values[each.name] for each in fields(Origin)})
    return Journey(sheets, origin, values["predicted"], values["probability"], values["images"])
