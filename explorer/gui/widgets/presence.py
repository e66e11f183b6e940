"""Presence: widgets that are visible only while they have something to show."""

from PySide6.QtWidgets import QWidget


def show_if(wanted: bool, widget: QWidget) -> None:
    """Show a widget or hide it; one without a parent is not shown, as it would become a window of its own."""
    if widget.parentWidget() or not wanted:
        widget.setVisible(wanted)
