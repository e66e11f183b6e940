"""StageDrag: a drag of a stage by one of its grips: its blocks, its width or its place, with words at the pointer."""

from PySide6.QtCore import QObject, QPointF, QRect, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel

from explorer.architecture.design import Design
from explorer.gui.design.stage_edits import Gesture, StageEdits, stage_index
from explorer.gui.diagram.diagram import Diagram
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import whole

BLOCKS, WIDTH, PLACE = "blocks", "width", "place"  # what is dragged; the first two are fields of a stage
_STEP = 8  # pixels of a drag per step of the scale
_AWAY = QPointF(20, -30)  # from the pointer to the words
_NEAR = 24  # pixels from an edge, and pixels to scroll there
_LINE = 4  # pixels, the width of the line where a stage would go


class StageDrag(QObject):
    """Begins, goes on and ends; each drag is one undo step, and none after Esc. `index` is None while there is none."""

    def __init__(self, diagram: Diagram, edits: StageEdits) -> None:
        super().__init__(diagram)
        self._diagram, self._document, self._edits = diagram, diagram.document, edits
        self._gesture = Gesture(self)
        self.index: int | None = None
        self._name = ""
        self._before: Design = self._document.design
        self._place = 0  # where the stage would go
        self._line, self._words = QFrame(diagram.viewport()), QLabel(diagram.viewport())
        self._words.setMargin(theme.RHYTHM // 2)
        for widget, role in ((self._line, QPalette.ColorRole.Highlight), (self._words, QPalette.ColorRole.ToolTipBase)):
            widget.setBackgroundRole(role)
            widget.setAutoFillBackground(True)
            widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            widget.hide()
        self._words.setForegroundRole(QPalette.ColorRole.ToolTipText)

    def begin(self, index: int | None, name: str) -> None:
        """Begin to drag a stage; None is for a grip that has lost its stage since it was pressed."""
        self.index, self._name, self._before, self._place = index, name, self._document.design, index or 0
        self._gesture.begin()

    def go_on(self, moved: QPointF, pointer: QPointF) -> None:
        """Follow the pointer, which is `moved` pixels from where the drag began, at a point of the viewport."""
        if self.index is None or self.index >= len(self._document.design.stages):
            return  # after Esc, or after an undo that took the stage away
        if self._name == PLACE:
            self._scroll_to(pointer.x())
            self._place = self._place_at(pointer.x())
            self._show_line()
        else:
            steps = round((moved.x() if self._name == WIDTH else -moved.y()) / _STEP)
            value = getattr(self._before.stages[self.index], self._name)
            self._edits.step(self.index, self._name, value, steps, f"drag {self._gesture.number}")
        self._show_words(pointer)

    def end(self) -> int | None:
        """End the drag; return where its stage is now."""
        index, place = self.index, self._place
        self._stop()
        if index is not None and place != index:
            self._edits.move(index, place)
        return place

    def cancel(self) -> bool:
        """Go back to what was before the drag; return whether there was one."""
        index = self.index
        self._stop()
        if index is not None and self._name != PLACE and index < len(self._document.design.stages):
            value = getattr(self._before.stages[index], self._name)
            self._edits.set_value(index, self._name, value, f"drag {self._gesture.number}")
        return index is not None

    def _stop(self) -> None:
        self.index = None
        self._line.hide()
        self._words.hide()

    def _scroll_to(self, x: float) -> None:
        """Scroll a diagram that is wider than its window when the pointer comes near the window's edge."""
        bar, width = self._diagram.horizontalScrollBar(), self._diagram.viewport().width()
        bar.setValue(bar.value() + _NEAR * ((x > width - _NEAR) - (x < _NEAR)))

    def _place_at(self, x: float) -> int:
        """Return which stage the dragged one would become if it were dropped at `x`."""
        x -= self._diagram.start
        others = [each for each in self._diagram.columns if stage_index(each.path) not in (None, self.index)]
        return sum(each.box.center().x() < x for each in others)

    def _show_line(self) -> None:
        """Show between which stages the dragged one would go; nothing where it is already."""
        assert self.index is not None
        self._line.setVisible(self._place != self.index)
        columns = self._diagram.columns
        stages = [number for number, each in enumerate(columns) if stage_index(each.path) is not None]
        middle = self._diagram.gap_after(stages[self._place] - (self._place < self.index))
        top, bottom = min(each.box.top() for each in columns), max(each.box.bottom() for each in columns)
        self._line.setGeometry(QRect(round(middle - _LINE / 2), round(top), _LINE, round(bottom - top)))

    def _show_words(self, pointer: QPointF) -> None:
        assert self.index is not None
        stage = self._document.design.stages[self.index]
        if self._name == BLOCKS:
            text = self.tr("{n} blocks") if stage.blocks != 1 else self.tr("{n} block")
            words = text.format(n=whole(stage.blocks))
        elif self._name == WIDTH:
            text = self.tr("{n} channels") if stage.width != 1 else self.tr("{n} channel")
            words = text.format(n=whole(stage.width))
        else:
            words = self._edits.movement(self.index, self._place) if self._place != self.index else ""
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._words.resize(self._words.sizeHint())
        top = self._diagram.strip_room  # the words do not lie over the costs
        room = self._diagram.viewport().rect().adjusted(0, top, -self._words.width(), -self._words.height())
        place = (pointer + _AWAY).toPoint()
        self._words.move(max(room.left(), min(place.x(), room.right())), max(room.top(), min(place.y(), room.bottom())))
