"""Boxes: how every spin box, text line, list and slider of the window reacts to the wheel and to keys."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from explorer.gui.widgets.input.numbers import typed_whole
from explorer.gui.widgets.input.typed import commit_typed, take_back_typed


def undo_keys() -> list[QKeySequence]:
    """Return the system's keys for undo."""
    return QKeySequence.keyBindings(QKeySequence.StandardKey.Undo)


def redo_keys() -> list[QKeySequence]:
    """Return the system's keys for redo, then the usual ones that the system lacks."""
    keys = QKeySequence.keyBindings(QKeySequence.StandardKey.Redo)
    return keys + [key for key in map(QKeySequence, ("Ctrl+Shift+Z", "Ctrl+Y")) if key not in keys]


class _BoxFilter(QObject):
    """Ignores the wheel on boxes without the focus, and leaves undo and redo to the window."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Wheel and isinstance(watched, QWidget):
            # a list ignores the wheel even with the focus, as it could scroll to the entry that opens a folder dialog
            is_ignored = isinstance(watched, QComboBox) or not watched.hasFocus()
            event.setAccepted(not is_ignored)  # an ignored event scrolls the area around the box
            return is_ignored
        if kind == QEvent.Type.ShortcutOverride and isinstance(watched, QWidget) and isinstance(event, QKeyEvent):
            return self._is_for_window(watched, event)
        return kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _is_undo(event) | _is_redo(event)

    def _is_for_window(self, box: QWidget, event: QKeyEvent) -> bool:
        """Return whether a key is for the window; typed text is undone before any other step."""
        if _is_undo(event):
            event.setAccepted(take_back_typed(box))
            return True
        if _is_redo(event):
            take_back_typed(box)
            event.ignore()
            return True
        if Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35:
            commit_typed()  # the action of a function key may need the typed value
        return False


def _is_undo(event: QKeyEvent) -> bool:
    return QKeySequence(event.keyCombination()) in undo_keys()


def _is_redo(event: QKeyEvent) -> bool:
    return QKeySequence(event.keyCombination()) in redo_keys()


def watch_box(box: QWidget) -> None:
    """Make `box` react to the wheel and to undo keys as all boxes do."""
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # by click and Tab, not by the wheel
    box.installEventFilter(_BoxFilter(box))


class NumberBox(QSpinBox):
    """A spin box for whole numbers that shows every typed key: with the dot ignored, 1.5 would become 15."""

    def __init__(self, minimum: int, maximum: int) -> None:
        super().__init__()
        self.setRange(minimum, maximum)
        self.setAccelerated(True)
        self.setKeyboardTracking(False)  # 128 is one edit, not 1, 12, 128
        watch_box(self)

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        value = typed_whole(text)
        is_within = value is not None and self.minimum() <= value <= self.maximum()
        return QValidator.State.Acceptable if is_within else QValidator.State.Intermediate, text, place

    def fixup(self, text: str) -> str:
        return text

    def valueFromText(self, text: str) -> int:
        return typed_whole(text) or 0

    def stepBy(self, steps: int) -> None:
        self.interpretText()  # step from the typed value
        super().stepBy(steps)
