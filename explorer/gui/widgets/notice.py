"""The notice of what went wrong: a line or two beside the control, with the whole log under Details."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QMessageBox, QVBoxLayout, QWidget

from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.focus_frame import FocusFrame


class Notice(QWidget):
    """The notice, which is hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.log = ""
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.words.setForegroundRole(QPalette.ColorRole.BrightText)  # the role that our palettes use for errors
        self.details = word_button(self.tr("Details …"), self._show_details, "details")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.words)
        column.addWidget(self.details, alignment=Qt.AlignmentFlag.AlignLeft)

    def tell(self, sentences: list[str], advice: str) -> None:
        """Show the sentences, with `advice` below them if it is one line; more lines are a log, shown under Details."""
        is_log = "\n" in advice
        self.log = advice if is_log else ""
        self.words.setText("\n".join(filter(None, [*sentences, "" if is_log else advice])))
        self.details.setVisible(is_log)
        self.setVisible(any(sentences))

    def _show_details(self) -> None:
        box = QMessageBox(QMessageBox.Icon.Warning, self.tr("What went wrong"), self.words.text(), parent=self)
        box.setObjectName("details")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(self.log)
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        FocusFrame(box)
        box.open()
