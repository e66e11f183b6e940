"""SourceView: the source of a block in colours, as high as it is long."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.python_colours import PythonColours


class SourceView(QPlainTextEdit):
    """Shows source to read and copy; what is around it scrolls."""

    def __init__(self) -> None:
        super().__init__(readOnly=True)
        self.setFont(theme.code_font())
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # no line is cut
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(self.tr("Source code of the block"))
        self._colours = PythonColours(self.document())
        self.document().documentLayout().documentSizeChanged.connect(self.updateGeometry)

    def show_source(self, source: str) -> None:
        if source != self.toPlainText():
            self.setPlainText(source)

    def minimumSizeHint(self) -> QSize:
        """Return a size with room for all lines, wrapped at the present width."""
        lines = self.document().size().height()  # a plain text document counts in lines
        edges = 2 * (self.frameWidth() + self.document().documentMargin())
        width = self.fontMetrics().averageCharWidth() * 24
        return QSize(width, round(lines * self.fontMetrics().lineSpacing() + edges) + 1)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colours.rehighlight()
