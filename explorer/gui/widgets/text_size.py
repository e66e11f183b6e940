"""Text size: larger or smaller than the system's, for the whole window, kept for the next start."""

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

STEP = 1.12  # from one size to the next
MIN_SIZE, MAX_SIZE = -3, 8


def saved_size() -> int:
    """Steps from the system's size; settings that make no sense count as none."""
    try:
        return int(str(QSettings().value("text_size", 0)))
    except ValueError:
        return 0


def chosen_size() -> int:
    """The size applied last."""
    app = QApplication.instance()
    return int(app.property("text_size") or 0) if app else 0


def apply_size(size: int) -> int:
    """Write in this size from now on, or in the nearest that there is, which is returned."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    size = max(MIN_SIZE, min(size, MAX_SIZE))
    font = app.font()
    font.setPointSizeF(font.pointSizeF() * STEP ** (size - chosen_size()))
    app.setFont(font)
    app.setProperty("text_size", size)
    return size
