"""Boxes: what every spin box, line, list and slider of the window does alike with the wheel and with keys."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from explorer.gui.widgets.numbers import typed_whole
from explorer.gui.widgets.typed import commit_typed, take_back_typed


def undo_keys() -> list[QKeySequence]:
    """The system's."""
    return QKeySequence.keyBindings(QKeySequence.StandardKey.Undo)


def redo_keys() -> list[QKeySequence]:
    """The system's, then the usual ones that it lacks."""
    keys = QKeySequence.keyBindings(QKeySequence.StandardKey.Redo)
    return keys + [each for each in map(QKeySequence, ("Ctrl+Shift+Z", "Ctrl+Y")) if each not in keys]


class _BoxFilter(QObject):
    """Turns away the wheel where nobody clicked, and leaves undo and redo to the window."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Wheel and isinstance(watched, QWidget):
            # a list would turn to what nobody clicked, and that may be the entry that asks for a folder
            turned_away = isinstance(watched, QComboBox) or not watched.hasFocus()
            event.setAccepted(not turned_away)  # and whatever it lies in scrolls
            return turned_away
        if kind == QEvent.Type.ShortcutOverride and isinstance(watched, QWidget) and isinstance(event, QKeyEvent):
            return self._is_for_window(watched, event)
        return kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and _is_undo(event) | _is_redo(event)

    def _is_for_window(self, box: QWidget, event: QKeyEvent) -> bool:
        """Whether the key is an order, not for the box; typing is the last that was done, so it is undone first."""
        if _is_undo(event):
            event.setAccepted(take_back_typed(box))
            return True
        if _is_redo(event):
            take_back_typed(box)
            event.ignore()
            return True
        if Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35:
            commit_typed()  # what is typed may be what makes the order possible
        return False


def _is_undo(event: QKeyEvent) -> bool:
    return QKeySequence(event.keyCombination()) in undo_keys()


def _is_redo(event: QKeyEvent) -> bool:
    return QKeySequence(event.keyCombination()) in redo_keys()


def watch_box(box: QWidget) -> None:
    """Let a box behave as all do."""
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
    box.installEventFilter(_BoxFilter(box))


class NumberBox(QSpinBox):
    """Whole numbers. Every key is shown, for one that is passed over makes another number: 1.5 would be 15."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.setRange(least, most)
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
        self.interpretText()  # from what stands there
        super().stepBy(steps)
