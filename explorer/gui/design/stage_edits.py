"""Edits of the stages, with their words: the editor and the diagram order the same steps by the same names."""

from bisect import bisect_left
from itertools import count

from PySide6.QtCore import QObject, QTimer

from explorer.architecture.design import MAX_BLOCKS, Design, Stage
from explorer.fields import fields_of
from explorer.gui.document import Document
from explorer.gui.widgets.text.language import say

SCALES = {
    "blocks": (*range(17), 18, 20, 24, 28, 32, 36, 40, 48, 56, 64, 80, 96, 111, 128, 160, 200, 256, 320, 384, 448, 512),
    "width": (
        *(1, 2, 4, 8, 12, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512),
        *(640, 768, 1024, 1280, 1536, 2048, 3072, 4096, 8192),
    ),
}
_SETTLED = 700  # milliseconds without a tick that end a gesture of keys or wheel


def step_on_scale(name: str, value: int, steps: int) -> int:
    """Return the value of a scale that is so many steps above `value`, or below it; the last one where it ends."""
    scale = SCALES[name]
    place = bisect_left(scale, value) + steps
    if not steps:
        return value
    if steps > 0 and value not in scale:
        place -= 1  # the first step goes to the next value above
    return scale[max(0, min(place, len(scale) - 1))]


class Gesture(QObject):
    """Gives the gesture under way a name, so that its ticks become one undo step."""

    numbers = count()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.number = next(self.numbers)
        self.timer = QTimer(self, interval=_SETTLED, singleShot=True)
        self.timer.timeout.connect(self.end)

    def name(self) -> str:
        self.timer.start()
        return f"gesture {self.number}"

    def begin(self) -> None:
        self.timer.stop()
        self.number = next(self.numbers)

    end = begin


class StageEdits(QObject):
    """Proposes edits of the document's stages, which are counted from 0; what cannot be is left undone.

    The ticks of one `gesture` on one value are one undo step. The selection goes where its stage goes.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document

    def set_value(self, index: int, name: str, value: int, gesture: str) -> None:
        """Set the field `name` of a stage."""
        field = say(fields_of(Stage)[name].label.text)
        words = self.tr("Stage {number}: {field} {value}").format(number=index + 1, field=field, value=value)
        design = self._document.design.with_stage(index, **{name: value})
        self._document.propose(design, words, f"{gesture}, {name} of {index}")

    def add_blocks(self, index: int, blocks: int, gesture: str) -> None:
        """Add so many blocks to a stage, or take them away."""
        design = self._document.design
        blocks += design.stages[index].blocks
        if least_blocks(design, index) <= blocks <= MAX_BLOCKS:
            self.set_value(index, "blocks", blocks, gesture)

    def step(self, index: int, name: str, value: int, steps: int, gesture: str) -> None:
        """Set a field to what is so many steps of its scale from `value`; a network keeps one block at least."""
        value = step_on_scale(name, value, steps)
        least = least_blocks(self._document.design, index) if name == "blocks" else value
        self.set_value(index, name, max(least, value), gesture)

    def removal(self, index: int) -> str:
        return self.tr("Remove stage {number}").format(number=index + 1)

    def remove(self, index: int) -> None:
        if not self._document.design.can_remove_stage:
            return
        design, chosen = self._document.design.without_stage(index), selected_stage(self._document)
        self._document.propose(design, self.removal(index))
        if chosen is not None and chosen >= index:
            self._select(min(max(index, chosen - 1), len(design.stages) - 1))

    def add_after(self, index: int) -> None:
        if self._document.design.can_add_stage:
            words = self.tr("Add stage {number}").format(number=index + 2)
            self._document.propose(self._document.design.with_stage_after(index), words)
            self._select(index + 1)

    def movement(self, index: int, place: int) -> str:
        """Return the words for moving a stage to `place`, which name the stage that it will stand beside."""
        after, before = (
            self.tr("Move stage {number} after stage {other}"),
            self.tr("Move stage {number} before stage {other}"),
        )
        return (after if place > index else before).format(number=index + 1, other=place + 1)

    def move(self, index: int, place: int) -> None:
        if 0 <= place < len(self._document.design.stages):
            self._document.propose(self._document.design.with_stage_moved(index, place), self.movement(index, place))
            self._select(place)

    def _select(self, index: int) -> None:
        self._document.select(f"layer{index + 1}")


def least_blocks(design: Design, index: int) -> int:
    """Return how few blocks a stage can have: none where another one has some."""
    return 0 if any(stage.blocks for number, stage in enumerate(design.stages) if number != index) else 1


def stage_index(path: str) -> int | None:
    """Return which stage, from 0, the part at `path` is or belongs to; None for none."""
    number = path.partition(".")[0].removeprefix("layer")
    return int(number) - 1 if number.isdecimal() else None


def selected_stage(document: Document) -> int | None:
    """Return the index of the stage that is selected or has the selected part; None for none."""
    index = stage_index(document.selection)
    return index if index is not None and index < len(document.design.stages) else None
