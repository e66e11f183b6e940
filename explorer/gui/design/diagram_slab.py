"""How one slab of the diagram looks: a volume in its stage's hue, copies behind it for a run, the shortcut above it."""

from functools import lru_cache
from typing import NamedTuple, assert_never

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from explorer.architecture.blocks import Line
from explorer.gui.widgets import theme

DEPTH = 5.0  # pixels by which a slab's far side is shifted, for a slab_style of volume
_STACK = 3.0  # pixels between the copies that stand for a run
MAX_COPIES = 3
_ARC = 14.0  # pixels that a shortcut's control points stand above its slab
MARGIN, _BELOW = 32.0, 2.0  # pixels around a slab's front that its picture needs: beside it and above, and below


class _Brushes(NamedTuple):
    """What a slab of one hue is painted with."""

    front: QBrush
    top: QBrush
    side: QBrush
    edge: QPen
    chosen: QPen


@lru_cache(maxsize=64)
def _slab_brushes(colours: theme.Colours, section: int) -> _Brushes:
    hue = theme.stage_colour(section)
    return _Brushes(
        QBrush(hue),
        QBrush(hue.lighter(118)),
        QBrush(hue.darker(115)),
        QPen(hue.darker(125), 1.0),
        QPen(QColor(colours.accent), 2.0),
    )


class SlabStyle(NamedTuple):
    """All that makes one slab slab_style different from another, whole pixels; the place does not."""

    colours: theme.Colours
    section: int
    width: int
    height: int
    copies: int
    line: Line | None  # of the shortcut, if there is one
    chosen: bool
    ratio: float  # of the screen's pixels to ours


@lru_cache(maxsize=256)
def slab_picture(slab_style: SlabStyle) -> QPixmap:
    """A slab with its shortcut. A tick moves slabs far more often than it changes one."""
    pixmap = QPixmap(
        QSizeF(slab_style.width + 2 * MARGIN, slab_style.height + MARGIN + _BELOW).toSize() * slab_style.ratio
    )
    pixmap.setDevicePixelRatio(slab_style.ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    brushes, box = (
        _slab_brushes(slab_style.colours, slab_style.section),
        QRectF(MARGIN, MARGIN, slab_style.width, slab_style.height),
    )
    for copy in reversed(range(slab_style.copies)):
        painter.setPen(brushes.chosen if slab_style.chosen and copy == 0 else brushes.edge)
        _paint_volume(painter, box.translated(copy * _STACK, -copy * _STACK), brushes)
    if slab_style.line:
        _paint_arc(painter, box, slab_style, _pen_style(slab_style.line))
    painter.end()
    return pixmap


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


def _paint_arc(painter: QPainter, box: QRectF, slab_style: SlabStyle, style: Qt.PenStyle) -> None:
    """From before the block to behind it, over its top."""
    stacked = _STACK * (slab_style.copies - 1)
    left, right = box.left() - 3, box.right() + DEPTH + 4 + stacked
    top = box.top() - DEPTH - 2 - stacked
    path = QPainterPath(QPointF(left, top + 2))
    path.cubicTo(QPointF(left, top - _ARC), QPointF(right, top - _ARC), QPointF(right, top + 2))
    ink = QColor(slab_style.colours.text)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink, 1.4, style))
    painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawPolygon(QPolygonF([QPointF(right - 3, top - 1), QPointF(right + 3, top - 1), QPointF(right, top + 4)]))
