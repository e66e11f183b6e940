"""What stands where in the diagram: slabs, columns and texts, in pixels from its left and its top."""

from typing import NamedTuple

from PySide6.QtCore import QRectF

from explorer.gui.diagram.layout import SlabSpec


class Slab(NamedTuple):
    """A slab with its place, which is that of its front."""

    drawn: SlabSpec
    box: QRectF
    chosen: bool


class Column(NamedTuple):
    """The place of a section: the fronts of its slabs together, and the words below them."""

    path: str
    slabs: QRectF
    caption: QRectF

    @property
    def box(self) -> QRectF:
        return self.slabs | self.caption


class Text(NamedTuple):
    """A text that is centred at `centre` and hangs below `top`."""

    text: str
    centre: float
    top: float
    colour: str
    bold: bool = False
