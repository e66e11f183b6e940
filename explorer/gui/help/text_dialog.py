"""TextDialog: a text to read, to select and to copy."""

from collections.abc import Iterable
from unicodedata import east_asian_width

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QProgressBar, QVBoxLayout, QWidget

from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.confirmation import Confirmation
from explorer.gui.widgets.look import theme

_SIZE = (86, 34)  # characters and lines; half as many lines are the least


class TextDialog(QDialog):
    """Shows a text; `progress` and the line above the text are hidden unless something goes on."""

    def __init__(self, title: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.said, self.progress = QLabel(), QProgressBar()
        self.said.setWordWrap(True)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        theme.apply_style(self.progress, "progress")
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(theme.code_font())
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.setAccessibleName(title)
        metrics = self.text.fontMetrics()
        self.text.setMinimumSize(_SIZE[0] * metrics.averageCharWidth(), _SIZE[1] // 2 * metrics.lineSpacing())
        self.confirmation = Confirmation(self.text.viewport())
        buttons = QDialogButtonBox()
        self.copy = word_button(self.tr("Copy"), self._copy, "copy")
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setIcon(QIcon())
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(theme.RHYTHM)
        for widget in (self.said, self.progress, self.text, buttons):
            column.addWidget(widget, stretch=1 if widget is self.text else 0)
        self.resize(self.sizeHint().width(), _SIZE[1] * metrics.lineSpacing())
        self.copy.setDefault(True)
        self.show_progress("")
        self.copy.setFocus()

    def show_progress(self, words: str) -> None:
        """Say what goes on, or with no words that nothing does any more."""
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self.progress.setVisible(bool(words))

    def show_text(self, text: str) -> None:
        self.text.setPlainText(text)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.confirmation.tell(self.tr("Copied"))


def aligned(rows: Iterable[tuple[str, str]]) -> str:
    """Return a line per row, the second texts below each other in a font whose Chinese characters are twice as wide."""
    table = [(first, second, _width(first)) for first, second in rows]
    widest = max((width for *_, width in table), default=0)
    return "\n".join(f"{first}{' ' * (widest + 2 - width)}{second}".rstrip() for first, second, width in table)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
