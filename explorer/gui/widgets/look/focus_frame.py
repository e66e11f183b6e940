"""FocusFrame: a frame around the control that has the keyboard focus, the same around every kind of control."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from explorer.gui.widgets.look.frame import Frame

_KEYS = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)


class FocusFrame(Frame):
    """The frame in one window; after a click it appears once a key is pressed: until then the pointer is there."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)
        self._follow_focus()
        self._waits = True  # what has the focus from the start is framed once a key is pressed

    def _follow_focus(self) -> None:
        """Frame what has the focus in the window now.

        The widgets that the signal carries are not looked at: those of Qt's own dialogs go without Python's knowledge.
        """
        window = self.parentWidget()
        assert window is not None
        if window.isVisible() and window.isActiveWindow() and (target := window.focusWidget()):
            self._waits = QApplication.mouseButtons() != Qt.MouseButton.NoButton
            self.follow(None if target is window else target)  # the window itself has it while nothing in it has

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._waits and watched is self.target and event.type() in _KEYS:
            self._waits = False
            self.settled.start()
        return super().eventFilter(watched, event)

    def place(self) -> None:
        if self._waits:
            self.hide()
        else:
            super().place()
