"""Presence: a widget that is there only while it has something to show."""

from PySide6.QtWidgets import QWidget


def show_if(wanted: bool, widget: QWidget) -> None:
    """Show a widget or hide it; what stands nowhere yet comes with its place and not as a window of its own."""
    if widget.parentWidget() or not wanted:
        widget.setVisible(wanted)
