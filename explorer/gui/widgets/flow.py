"""Flow: widgets in a row that goes on in the next line where there is no room."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from explorer.gui.widgets.look import theme


class Flow(QLayout):
    """Lays its widgets out from left to right, each as large as it wants, in as many lines as that takes.

    In a line the lower ones stand in the middle of its height.
    """

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem, /) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int, /) -> QLayoutItem | None:
        return self._items[index] if index < len(self._items) else None

    def takeAt(self, index: int, /) -> QLayoutItem | None:
        return self._items.pop(index) if index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int, /) -> int:
        return max((place.bottom() + 1 for place in self._places(width)), default=0)

    def minimumSize(self) -> QSize:
        sizes = [item.sizeHint() for item in self._items]
        return QSize(
            max((size.width() for size in sizes), default=0), max((size.height() for size in sizes), default=0)
        )

    def sizeHint(self) -> QSize:
        width = sum(item.sizeHint().width() + theme.RHYTHM for item in self._items if not item.isEmpty())
        return QSize(width, self.minimumSize().height())

    def setGeometry(self, area: QRect, /) -> None:
        super().setGeometry(area)
        for item, place in zip(self._items, self._places(area.width()), strict=True):
            item.setGeometry(place.translated(area.topLeft()))

    def _places(self, width: int) -> list[QRect]:
        """Return the rectangle of each widget in an area of this width; that of a hidden one takes no room."""
        places, left, top, line = list[QRect](), 0, 0, list[QRect]()
        for item in self._items:
            size = QSize(0, 0) if item.isEmpty() else item.sizeHint()
            if left and left + size.width() > width:
                left, top, line = 0, top + _centre(line) + theme.RHYTHM // 2, []
            line.append(QRect(QPoint(left, top), size))
            places.append(line[-1])
            left += size.width() + theme.RHYTHM * (not item.isEmpty())
        _centre(line)
        return places


def _centre(line: list[QRect]) -> int:
    """Move what stands in a line to the middle of its height, which is returned."""
    height = max((place.height() for place in line), default=0)
    for place in line:
        place.translate(0, (height - place.height()) // 2)
    return height
