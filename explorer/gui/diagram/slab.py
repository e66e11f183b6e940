"""The picture of one slab: a cuboid in its stage's colour, copies behind it for repeated blocks, the shortcut above."""

from functools import lru_cache
from typing import NamedTuple, assert_never

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from explorer.architecture.blocks import Line
from explorer.gui.widgets.look import theme

DEPTH = 5.0  # pixels by which the far side of a slab is shifted, so that it looks like a volume
_STACK = 3.0  # pixels between the copies that stand for repeated blocks
MAX_COPIES = 3
_GAP, _FRAME = 2.0, 2.0  # pixels between a selected slab and its frame, and the width of that
_ARC = 14.0  # pixels that a shortcut's control points stand above its slab
MARGIN, _BELOW = 32.0, 6.0  # pixels that the picture needs beside and above the front of a slab, and below it


class _Brushes(NamedTuple):
    """The brushes and pens that slabs of one hue are painted with."""

    front: QBrush
    top: QBrush
    side: QBrush
    edge: QPen
    frame: QPen
    gap: QPen


@lru_cache(maxsize=64)
def _slab_brushes(colours: theme.Colours, section: int) -> _Brushes:
    hue = theme.stage_colour(section)
    return _Brushes(
        front=QBrush(hue),
        top=QBrush(hue.lighter(118)),
        side=QBrush(hue.darker(115)),
        edge=QPen(hue.darker(125), 1.0),
        frame=QPen(QColor(colours.accent), 2 * (_GAP + _FRAME), j=Qt.PenJoinStyle.MiterJoin),
        gap=QPen(QColor(colours.surface), 2 * _GAP, j=Qt.PenJoinStyle.MiterJoin),
    )


class SlabStyle(NamedTuple):
    """All that makes the picture of one slab differ from that of another, with sizes in whole pixels."""

    colours: theme.Colours
    section: int
    width: int
    height: int
    copies: int
    line: Line | None  # of the shortcut, if there is one
    chosen: bool
    ratio: float  # of physical pixels to logical ones


@lru_cache(maxsize=256)
def slab_picture(style: SlabStyle) -> QPixmap:
    """Return the picture of a slab with its shortcut.

    Pictures are cached, as a tick moves slabs far more often than it changes how one looks.
    """
    size = QSizeF(style.width + 2 * MARGIN, style.height + MARGIN + _BELOW).toSize()
    pixmap = QPixmap(size * style.ratio)
    pixmap.setDevicePixelRatio(style.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_slab(painter, QPointF(MARGIN, MARGIN), style)
    painter.end()
    return pixmap


def paint_slab(painter: QPainter, corner: QPointF, style: SlabStyle) -> None:
    """Paint a slab with its shortcut; the upper left corner of its front is at `corner`."""
    brushes = _slab_brushes(style.colours, style.section)
    box = QRectF(corner, QSizeF(style.width, style.height))
    if style.chosen:
        _paint_frame(painter, box, style.copies, brushes)
    painter.setPen(brushes.edge)
    for copy in reversed(range(style.copies)):
        _paint_volume(painter, box.translated(copy * _STACK, -copy * _STACK), brushes)
    if style.line:
        _paint_arc(painter, box, style, _pen_style(style.line))


def _paint_frame(painter: QPainter, box: QRectF, copies: int, brushes: _Brushes) -> None:
    """Draw a frame around a slab and its copies, with a gap, as no colour is seen on every hue."""
    away = DEPTH + _STACK * (copies - 1)
    shift = QPointF(away, -away)
    corners = (box.topLeft(), box.topLeft() + shift, box.topRight() + shift, box.bottomRight() + shift)
    outline = QPolygonF([*corners, box.bottomRight(), box.bottomLeft()])
    for pen in (brushes.frame, brushes.gap):
        painter.setPen(pen)
        painter.drawPolygon(outline)


def _paint_volume(painter: QPainter, box: QRectF, brushes: _Brushes) -> None:
    away = QPointF(DEPTH, -DEPTH)
    corner, far = box.topRight(), box.topRight() + away
    painter.setBrush(brushes.top)
    painter.drawConvexPolygon(QPolygonF([box.topLeft(), box.topLeft() + away, far, corner]))
    painter.setBrush(brushes.side)
    painter.drawConvexPolygon(QPolygonF([corner, far, box.bottomRight() + away, box.bottomRight()]))
    painter.setBrush(brushes.front)
    painter.drawRect(box)


def _pen_style(line: Line) -> Qt.PenStyle:
    match line:
        case Line.SOLID:
            return Qt.PenStyle.SolidLine
        case Line.DASHED:
            return Qt.PenStyle.DashLine
        case Line.DOTTED:
            return Qt.PenStyle.DotLine
        case _:
            assert_never(line)


def _paint_arc(painter: QPainter, box: QRectF, style: SlabStyle, pen_style: Qt.PenStyle) -> None:
    """Draw the arc of a shortcut from the left of a slab over its top to its right."""
    stacked = _STACK * (style.copies - 1)
    left, right = box.left() - 3, box.right() + DEPTH + 4 + stacked
    top = box.top() - DEPTH - 2 - stacked
    path = QPainterPath(QPointF(left, top + 2))
    path.cubicTo(QPointF(left, top - _ARC), QPointF(right, top - _ARC), QPointF(right, top + 2))
    colour = QColor(style.colours.text)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.4, pen_style))
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(right - 3, top - 1), QPointF(right + 3, top - 1), QPointF(right, top + 4)]))
