"""Confirmation: says for three seconds that an order was carried out, at a place of its own, and moves nothing."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLabel, QWidget

from explorer.gui.widgets.look import theme

_SHOWN = 3000  # milliseconds


class Confirmation(QLabel):
    """A line over the lower right corner of `host`, hidden while there is nothing to say."""

    def __init__(self, host: QWidget, least: Callable[[], int] = int) -> None:
        """Cover at least `least()` pixels of the last line of `host`, so that what it shows there is not cut in two."""
        super().__init__(host)
        self._least = least
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setObjectName("confirmation")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAutoFillBackground(True)
        self.setContentsMargins(theme.RHYTHM, 0, theme.RHYTHM, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.timer = QTimer(self, interval=_SHOWN, singleShot=True)
        self.timer.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    def tell(self, text: str) -> None:
        """Show `text`, and announce it to screen readers."""
        self.setText(text)
        self._place()
        self.show()
        self.raise_()
        self.timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.isVisible():
            self._place()

    def _place(self) -> None:
        host = self.parentWidget()
        assert host is not None
        width = min(max(self.sizeHint().width(), self._least()), host.width())
        height = self.fontMetrics().lineSpacing()
        self.setGeometry(host.width() - width, host.height() - height - theme.RHYTHM, width, height)
