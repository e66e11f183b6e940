"""CodeEditor: Python source to type and paste, with its colours, the numbers of its lines, and one line marked."""

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.python_colours import PythonColours

_INDENT = "    "
_TINT = 48  # of 255: a marked line stays readable


class _Numbers(QWidget):
    """The numbers of the lines, at the left of the editor."""

    def __init__(self, editor: "CodeEditor") -> None:
        super().__init__(editor)
        self._editor = editor

    def sizeHint(self) -> QSize:
        return QSize(self._editor.numbers_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._editor.paint_numbers(self, event.rect())


class CodeEditor(QPlainTextEdit):
    """Tab indents and Enter keeps the indentation; Shift+Tab leaves the editor."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setFont(theme.code_font())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(name)
        self._marked = 0
        self._colours = PythonColours(self.document())
        self._numbers = _Numbers(self)
        self.blockCountChanged.connect(self._make_room)
        self.updateRequest.connect(self._update_numbers)
        self._make_room()

    def mark_line(self, number: int) -> None:
        """Mark line `number` and bring it into view; 0 marks none."""
        self._marked = number
        marks = []
        block = self.document().findBlockByNumber(number - 1)
        if number and block.isValid():
            mark = QTextEdit.ExtraSelection()
            tint = QColor(theme.colours().bad)
            tint.setAlpha(_TINT)
            mark.format.setBackground(tint)
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            mark.cursor = QTextCursor(block)
            marks.append(mark)
            self.setTextCursor(mark.cursor)
            self.ensureCursorVisible()
        self.setExtraSelections(marks)
        self._numbers.update()

    def numbers_width(self) -> int:
        digits = max(2, len(str(self.blockCount())))
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * theme.RHYTHM

    def paint_numbers(self, strip: QWidget, area: QRect) -> None:
        """Paint the numbers of the lines that are seen in `area` of the strip."""
        painter = QPainter(strip)
        chosen = theme.colours()
        painter.fillRect(area, QColor(chosen.window))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        width = strip.width() - theme.RHYTHM
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber() + 1
            painter.setPen(QColor(chosen.bad if number == self._marked else chosen.quiet))
            place = QRect(0, round(top), width, round(height))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number))
            top += height
            block = block.next()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        cursor = self.textCursor()
        match event.key():
            case Qt.Key.Key_Tab if not cursor.hasSelection():
                cursor.insertText(_INDENT)
            case Qt.Key.Key_Backtab:
                self.focusPreviousChild()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                line = cursor.block().text()[: cursor.positionInBlock()]
                indent = line[: len(line) - len(line.lstrip())]
                cursor.insertText("\n" + indent + (_INDENT if line.rstrip().endswith(":") else ""))
                self.ensureCursorVisible()
            case _:
                super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        inner = self.contentsRect()
        self._numbers.setGeometry(inner.left(), inner.top(), self.numbers_width(), inner.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colours.rehighlight()
            self.mark_line(self._marked)

    def _make_room(self) -> None:
        self.setViewportMargins(self.numbers_width(), 0, 0, 0)

    def _update_numbers(self, area: QRect, moved: int) -> None:
        if moved:
            self._numbers.scroll(0, moved)
        else:
            self._numbers.update(0, area.y(), self._numbers.width(), area.height())
