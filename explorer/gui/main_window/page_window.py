"""PageWindow: a page in a window of its own."""

from collections.abc import MutableMapping

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import QCloseEvent, QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class PageWindow(QWidget):
    """Shows `page`; emits `closed` with its name when the user closes it.

    `places` has the place on the screen of each such window by its page's name, as text, and is kept up to date.
    """

    closed = Signal(str)

    def __init__(self, name: str, title: str, page: QWidget, places: MutableMapping[str, str], window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Window)
        self.page = page
        self._name, self._places = name, places
        self.setWindowTitle(f"{title} · ResNet Explorer")
        self.addActions(window.actions())  # so that their keys work here too
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(page)
        page.show()
        self.resize(page.size())
        self.restoreGeometry(QByteArray.fromBase64(places.get(name, "").encode()))
        self._note_place()

    def _note_place(self) -> None:
        self._places[self._name] = bytes(self.saveGeometry().toBase64().data()).decode()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._note_place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._note_place()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit(self._name)
