"""Delivering Qt's events without waiting for time to pass."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

_ROUNDS = 5  # events lead to events: a deleted widget to a layout, a layout to a resize


def settle() -> None:
    """Deliver all events that are due, and delete what is to be deleted."""
    for _ in range(_ROUNDS):
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
