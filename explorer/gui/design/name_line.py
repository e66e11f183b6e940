"""NameLine: the design's title, which is edited in place."""

from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QLineEdit

from explorer.gui.document import Document
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.look import theme

_MAX_CHARACTERS = 80  # as in a design file


class NameLine(QLineEdit):
    """Shows the design's title, and while it is edited the name alone; a new name is one undoable step."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._is_edited = False
        self.setMaxLength(_MAX_CHARACTERS)
        self.setAcceptDrops(False)  # the window opens dropped files
        self.setAccessibleName(self.tr("Name of the design"))
        self.setToolTip(self.tr("Name of the design: click to edit it"))
        self.setObjectName("name")
        theme.make_heading(self)
        watch_box(self)
        self.editingFinished.connect(self._propose)
        document.changed.connect(self._show_title)
        self._show_title()

    def _show_title(self) -> None:
        document = self._document
        text = document.design.name if self._is_edited else document.title
        if text != self.text():  # Qt repaints a line even if its text stays
            self.setText(text)
            self.setCursorPosition(0)
        self.setPlaceholderText(document.title)

    def _propose(self) -> None:
        design, name = self._document.design, self.text().strip()
        if self._is_edited and name != design.name:
            self._document.propose(design.change(name=name), self.tr("Name: {name}").format(name=name))
            self.setText(name)  # undo is the program's from here on

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._is_edited = True
        self._show_title()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)  # which proposes what was typed
        self._is_edited = False
        self._show_title()
