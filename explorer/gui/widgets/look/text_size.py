"""Text size of the whole window, in steps from the system's; the size is kept for the next start."""

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

STEP = 1.12  # factor from one size to the next
MIN_SIZE, MAX_SIZE = -3, 8


def saved_size() -> int:
    """Return the saved size in steps from the system's, 0 if the setting is no number."""
    try:
        return int(str(QSettings().value("text_size", 0)))
    except ValueError:
        return 0


def chosen_size() -> int:
    """Return the size in steps that was applied last."""
    app = QApplication.instance()
    return int(app.property("text_size") or 0) if app else 0


def apply_size(size: int) -> int:
    """Set the text size to `size` steps, limited to MIN_SIZE and MAX_SIZE, and return the size that was set."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    size = max(MIN_SIZE, min(size, MAX_SIZE))
    font = app.font()
    font.setPointSizeF(font.pointSizeF() * STEP ** (size - chosen_size()))
    app.setFont(font)
    app.setProperty("text_size", size)
    return size
