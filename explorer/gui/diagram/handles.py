"""The handles of the diagram: buttons, grips and the strip of costs on the stage under the pointer.

Without a pointer there they are on the selected stage while the diagram has the keyboard focus. They lie over the
diagram, in room that it keeps, and stay where they are while the pointer is on them, however the network changes.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolButton, QWidget

from explorer.architecture.design import MAX_BLOCKS
from explorer.architecture.plan import costs_by_blocks
from explorer.gui.design.outline import RUN
from explorer.gui.design.stage_edits import Gesture, StageEdits, least_blocks, selected_stage, stage_index
from explorer.gui.diagram.cost_strip import CostStrip
from explorer.gui.diagram.diagram import Diagram
from explorer.gui.diagram.grip import Grip
from explorer.gui.diagram.places import Column
from explorer.gui.diagram.slab import DEPTH
from explorer.gui.diagram.stage_drag import BLOCKS, PLACE, WIDTH, StageDrag
from explorer.gui.widgets.buttons import sign_button
from explorer.gui.widgets.look.style import TARGET

_LEASH = 16  # pixels of the way that the pointer has come by which its direction is judged
_REST = 250  # milliseconds after which a pointer that rests is not on its way any more
_ABOVE, _INSIDE = 28, 8  # pixels of a grip above and inside the slabs


class DiagramHandles(QObject):
    """Places the handles after every new layout and every move of the pointer, and turns their use into edits."""

    def __init__(self, diagram: Diagram) -> None:
        super().__init__(diagram)
        self._diagram, self._document, self._viewport = diagram, diagram.document, diagram.viewport()
        self._edits, self._gesture = StageEdits(diagram.document), Gesture(self)
        self._hovered: int | None = None  # the stage under the pointer
        self._gap: int | None = None  # the stage before the gap under the pointer
        self._pointer, self._behind = QPointF(), QPointF()  # in the viewport: the pointer, and where it came from
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._stop_following)
        self.drag = StageDrag(diagram, self._edits)
        cursors = Qt.CursorShape
        more_blocks, wider = (
            self.tr("Drag up for more blocks, down for fewer"),
            self.tr("Drag to the side for the width"),
        )
        self.top = self._grip(BLOCKS, cursors.SizeVerCursor, more_blocks, Qt.Edge.TopEdge)
        self.edge = self._grip(WIDTH, cursors.SizeHorCursor, wider, Qt.Edge.RightEdge)
        self.caption = self._grip(PLACE, cursors.OpenHandCursor, self.tr("Drag the stage to another place"))
        for grip in (self.top, self.edge):
            grip.clicked.connect(diagram.click)
            grip.double_clicked.connect(diagram.open_pressed)
        self.caption.clicked.connect(lambda: self._document.select(f"layer{self._grasped() + 1}"))
        self.fewer = self._button("minus", self.tr("One block less"), partial(self._add_blocks, -1), "-")
        self.more = self._button("plus", self.tr("One block more"), partial(self._add_blocks, 1), "+")
        self.remove = self._button("x", self.tr("Remove the stage"), self._remove, "Del")
        self.add = self._button("plus", self.tr("Add a stage here"), self._add_in_gap)
        self.add.setAutoFillBackground(True)
        for button in (self.fewer, self.more):
            button.setAutoRepeat(True)
        self.strip = CostStrip(self._viewport)
        self.strip.pressed.connect(self._gesture.begin)
        self.strip.released.connect(self._gesture.end)
        self.strip.chosen.connect(self._choose_blocks)
        self._widgets = (self.top, self.edge, self.caption, self.fewer, self.more, self.remove, self.strip)
        self._viewport.setMouseTracking(True)
        self._viewport.installEventFilter(self)
        diagram.installEventFilter(self)
        diagram.drawn.connect(self.place)
        diagram.horizontalScrollBar().valueChanged.connect(self.place)

    def _grip(self, name: str, cursor: Qt.CursorShape, tip: str, bar: Qt.Edge | None = None) -> Grip:
        grip = Grip(self._viewport, cursor, tip, bar)
        grip.setObjectName(name)
        grip.begun.connect(lambda: self.drag.begin(self.index, name))
        grip.dragged.connect(self.drag.go_on)
        grip.ended.connect(self._end_drag)
        return grip

    def _grasped(self) -> int:
        """Return the stage whose handle is used."""
        assert self.index is not None  # without a stage no handle is shown
        return self.index

    def _end_drag(self) -> None:
        self._hovered = self.drag.end()  # until the pointer moves again
        self.place()

    def _button(self, icon: str, text: str, do: Callable[[], object], keys: str = "") -> QToolButton:
        button = sign_button(icon, text, do, keys)
        button.setParent(self._viewport)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys do the same while the diagram has the focus
        button.resize(TARGET, TARGET)
        button.hide()
        return button

    def _add_blocks(self, blocks: int) -> None:
        self._edits.add_blocks(self._grasped(), blocks, self._gesture.name())

    def _choose_blocks(self, blocks: int) -> None:
        self._edits.set_value(self._grasped(), BLOCKS, blocks, self._gesture.name())

    def _remove(self) -> None:
        index, self._hovered = self._grasped(), None
        self.remove.hide()  # else it would keep its place, as it is under the pointer
        self._edits.remove(index)

    def _add_in_gap(self) -> None:
        gap, self._gap = self._gap, None
        self.add.hide()
        if gap is not None:
            self._edits.add_after(gap)

    @property
    def index(self) -> int | None:
        """Return the stage that has the handles: the dragged one, the one under the pointer, or the selected one."""
        if self.drag.index is not None:
            return self.drag.index
        if self._hovered is not None and self._hovered < len(self._document.design.stages):
            return self._hovered
        return selected_stage(self._document) if self._diagram.hasFocus() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.place()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            return self.drag.cancel()
        elif watched is self._viewport:
            if isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseMove:
                self._follow(event.position())
            elif kind == QEvent.Type.Leave:
                self._rest.stop()
                self._hovered = self._gap = None
                self.place()
        return False

    def _follow(self, pointer: QPointF) -> None:
        """Find what is under the pointer now; on its way to the strip of costs it may cross other stages."""
        way = pointer - self._behind
        if way.manhattanLength() > _LEASH:
            self._behind = pointer - way * (_LEASH / way.manhattanLength())
        self._pointer = pointer
        if self._is_on_way_to_strip():
            self._rest.start()
        else:
            self._find_hovered()

    def _is_on_way_to_strip(self) -> bool:
        """Return whether the pointer moves from a stage up and would reach the strip if it went on like this."""
        box, way = self.strip.geometry(), self._pointer - self._behind
        if self._hovered is None or not self.strip.isVisible() or way.y() >= 0:
            return False
        reached = self._pointer.x() - way.x() / way.y() * (self._pointer.y() - box.bottom())
        return box.left() <= reached <= box.right()

    def _stop_following(self) -> None:
        """Find what is under a pointer that rests, unless it has come to one of the handles."""
        if not any(map(_is_under_pointer, self._widgets)):
            self._find_hovered()

    def _find_hovered(self) -> None:
        self._rest.stop()
        point = self._pointer - QPointF(self._diagram.start, 0)
        self._hovered = self._stage_at(point)
        self._gap = self._gap_at(point)
        self.place()

    def _stage_at(self, point: QPointF) -> int | None:
        """Return the stage in whose column a point is; in the free room above the slabs the one before."""
        columns = self._diagram.columns
        now = self._column(self._hovered)
        if now and point.y() < now.slabs.top() and not any(each.slabs.contains(point) for each in columns):
            return self._hovered
        found = (each for each in columns if each.box.left() <= point.x() <= each.box.right())
        return next((stage_index(each.path) for each in found), None)

    def _gap_at(self, point: QPointF) -> int | None:
        """Return the stage before the gap in which a point is, if another stage can stand there."""
        columns = self._diagram.columns
        if self._hovered is not None or not self._document.design.can_add_stage:
            return None
        for one, other in pairwise(columns):
            if one.box.right() < point.x() < other.box.left():
                return stage_index(one.path)
        return None

    def _column(self, index: int | None) -> Column | None:
        path = "" if index is None else f"layer{index + 1}"
        return next((each for each in self._diagram.columns if each.path == path and path), None)

    def place(self) -> None:
        """Show the handles of the stage that has them where it is now; those under the pointer stay."""
        index = self.index
        column = self._column(index)
        if column is None or index is None:
            for widget in self._widgets:
                widget.hide()
        else:
            slabs, caption = (box.translated(self._diagram.start, 0) for box in (column.slabs, column.caption))
            self._place_grips(slabs, caption)
            self._place_buttons(slabs, caption, index)
            self._place_strip(caption.center().x(), index)
        self._place_addition()

    def _place_grips(self, slabs: QRectF, caption: QRectF) -> None:
        if not slabs.isNull():
            right = slabs.right() + DEPTH
            wide = max(TARGET, right - slabs.left())
            _show(self.top, QRectF(right - wide, slabs.top() - _ABOVE, wide, _ABOVE + _INSIDE))
            high = max(TARGET, slabs.height() - _INSIDE)
            _show(self.edge, QRectF(right - _INSIDE, slabs.bottom() - high, TARGET, high))
        elif self.drag.index is None:
            self.top.hide()
            self.edge.hide()
        _show(self.caption, caption)

    def _place_buttons(self, slabs: QRectF, caption: QRectF, index: int) -> None:
        design = self._document.design
        blocks = design.stages[index].blocks
        self.fewer.setEnabled(blocks > least_blocks(design, index))
        self.more.setEnabled(blocks < MAX_BLOCKS)
        if any(_is_under_pointer(button) for button in (self.fewer, self.more, self.remove)):
            return
        if slabs.isNull():
            slabs = QRectF(caption.left(), caption.top() - 2 * TARGET, caption.width(), TARGET)
        middle, top = slabs.center().x(), slabs.bottom() + 2
        left, right = middle - 1, middle + 1
        if badge := self._diagram.badges.get(f"layer{index + 1}.1{RUN}"):  # the buttons stand beside it
            left, right = (edge + self._diagram.start for edge in (badge.left(), badge.right()))
            top = badge.center().y() - TARGET / 2
        _show(self.fewer, QRectF(left - TARGET, top, TARGET, TARGET))
        _show(self.more, QRectF(right, top, TARGET, TARGET))
        _show(self.remove, QRectF(slabs.right() + 2 * DEPTH, slabs.top() - _ABOVE - DEPTH, TARGET, TARGET))
        self.remove.setVisible(design.can_remove_stage)

    def _place_strip(self, middle: float, index: int) -> None:
        plan, strip, room = self._document.plan, self.strip, self._viewport.width()
        blocks = plan.design.stages[index].blocks
        counts = strip.counts(blocks)
        costs = costs_by_blocks(plan, index, counts) if self._diagram.strip_room else ()
        if not costs:
            strip.hide()
            return
        strip.show_costs(counts, costs, blocks, room)
        if not _is_under_pointer(strip):
            strip.move(round(max(0, min(middle - strip.width() / 2, room - strip.width()))), 2)
        strip.show()

    def _place_addition(self) -> None:
        """Show the button that adds a stage in the gap under the pointer."""
        columns = self._diagram.columns
        number = next((place for place, each in enumerate(columns) if each is self._column(self._gap)), None)
        if number is None:
            self.add.hide()
        elif not _is_under_pointer(self.add):
            left, top = self._diagram.gap_after(number) - TARGET / 2, self._diagram.middle - TARGET / 2
            _show(self.add, QRectF(left, top, TARGET, TARGET))


def _is_under_pointer(widget: QWidget) -> bool:
    return widget.isVisible() and widget.underMouse()


def _show(widget: QWidget, box: QRectF) -> None:
    widget.setGeometry(box.toRect())
    widget.show()
