"""What a screen reader says of a widget that draws itself: its present state in words, and that it has changed."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget


def speak(widget: QWidget, words: str) -> None:
    """Let `words` describe what `widget` shows; while it has the focus, a screen reader reads them out at once."""
    if words == widget.accessibleDescription():
        return
    widget.setAccessibleDescription(words)
    if widget.hasFocus():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))
