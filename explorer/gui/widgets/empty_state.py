"""EmptyState: what a page shows while it has nothing: what would stand there, and the button that gets it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.look import theme


class EmptyState(QWidget):
    """A sentence and below it the button of `action`, in the middle."""

    def __init__(self, text: str, action: QAction) -> None:
        super().__init__()
        self.text, self.button = QLabel(text), action_button(action)
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.make_secondary(self.text)
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.RHYTHM)
        column.addStretch(1)
        column.addWidget(self.text)
        column.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
