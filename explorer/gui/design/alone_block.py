"""One block on any input, without a network around it. No widgets."""

from PySide6.QtCore import QObject, Signal

from explorer.architecture.blocks import Block, build_block
from explorer.architecture.design import Design
from explorer.architecture.layers import Signal as Flow

MAXIMA = {"channels": 8192, "size": 4096, "width": 8192, "stride": 8}


class AloneBlock(QObject):
    """One block with an input, width and stride of its own; its kind and its shortcut are the design's.

    While `is_shown`, the block view shows this block instead of the selected one. `values` start with the chapter's
    example: Residual(3, 6) with stride 2 on 3×6×6 gives 6×3×3.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_shown = False
        self.values = {"channels": 3, "size": 6, "width": 6, "stride": 2}

    def show(self, shown: bool) -> None:
        self.is_shown = shown
        self.changed.emit()

    def set_value(self, name: str, value: int) -> None:
        self.values[name] = value
        self.changed.emit()

    def build(self, design: Design) -> Block:
        """Return the block with the kind and the shortcut of `design`. Raises CannotBuild."""
        channels, size, width, stride = self.values.values()
        block, _ = build_block(
            "block", design.block, design.wiring(channels, width, stride), Flow((channels, size, size))
        )
        return block
