"""What each choice of a box means, in a word or two beside it, once the box is opened."""

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from explorer.gui.widgets.look import theme

_MEANING = Qt.ItemDataRole.AccessibleDescriptionRole  # read out by screen readers as well
_GAP = 2 * theme.RHYTHM
_Index = QModelIndex | QPersistentModelIndex


class _MeaningDelegate(QStyledItemDelegate):
    """Paints the meanings below each other, in a column of their own."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        super().paint(painter, option, index)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if is_chosen else QPalette.ColorRole.PlaceholderText
        painter.setPen(option.palette.color(role))
        painter.setFont(option.font)
        left = option.rect.left() + self._names_width(option, index) + _GAP
        room = QRect(left, option.rect.top(), option.rect.right() - left, option.rect.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, index.data(_MEANING) or "")

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        meaning = option.fontMetrics.horizontalAdvance(index.data(_MEANING) or "")
        width = self._names_width(option, index) + 2 * _GAP + meaning
        return QSize(width, int(1.6 * option.fontMetrics.height()))

    def _names_width(self, option: QStyleOptionViewItem, index: _Index) -> int:
        """Return the width in pixels of the widest name in the list."""
        model = index.model()
        names = (model.index(row, 0).data() for row in range(model.rowCount()))
        return max(option.fontMetrics.horizontalAdvance(name) for name in names) + theme.RHYTHM


def explain_choices(box: QComboBox, meanings: Mapping[str, str]) -> None:
    """Show beside each entry of `box`, when it is opened, what `meanings` has for its value, or else for its text."""
    if not meanings:
        return
    view = box.view()
    if not isinstance(view.itemDelegate(), _MeaningDelegate):
        view.setItemDelegate(_MeaningDelegate(view))
    for row in range(box.count()):
        value = box.itemData(row)
        box.setItemData(row, meanings.get(box.itemText(row) if value is None else value, ""), _MEANING)
    view.setMinimumWidth(view.sizeHintForColumn(0) + 2 * view.frameWidth())
