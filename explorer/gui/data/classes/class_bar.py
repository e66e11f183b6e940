"""ClassBar: paints the images of a class as a bar in the shades of the parts, with their number on its right."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from explorer.gui.data.classes.class_model import ClassModel, ClassRow
from explorer.gui.data.classes.part_legend import part_colour
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import whole
from explorer.runs.data.image_list import Part

_HIGH, _THIN, _GAP = 8, 3, 1  # pixels: the bar, the one of what an epoch draws, and what parts the shades


class ClassBar(QStyledItemDelegate):
    """Paints the column of images of a `ClassModel`."""

    def __init__(self, classes: ClassModel) -> None:
        super().__init__()
        self._classes = classes

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        figure_width = option.fontMetrics.horizontalAdvance(whole(self._classes.longest)) + 2 * theme.RHYTHM
        super().paint(painter, option, index)  # the number, at the right
        room = QRectF(option.rect).adjusted(0, 0, -figure_width, 0)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room.adjusted(0, 2, 0, -2), QColor(theme.colours().surface))
        self._paint_bars(painter, room.adjusted(2, 0, -2, 0), self._classes.rows[index.row()])

    def _paint_bars(self, painter: QPainter, room: QRectF, row: ClassRow) -> None:
        scale = room.width() / self._classes.longest
        has_drawn = row.drawn is not None
        top = room.center().y() - (_HIGH + (_GAP + _THIN) * has_drawn) / 2
        left = room.left()
        for part, count in ((Part.TRAIN, row.train), (Part.VALIDATION, row.validation), (Part.TEST, row.test)):
            if count:
                width = max(1.0, count * scale)
                painter.fillRect(QRectF(left, top, max(1.0, width - _GAP), _HIGH), part_colour(part))
                left += width
        if row.drawn:
            thin = QRectF(room.left(), top + _HIGH + _GAP, max(1.0, row.drawn * scale), _THIN)
            painter.fillRect(thin, QColor(theme.colours().quiet))
