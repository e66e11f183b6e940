"""ProblemList: what is wrong with the data, a line each; a click on one shows its images."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem

from explorer.gui.data.data_view import DataView
from explorer.gui.data.problem_line import ProblemLine
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.runs.questions.data import ProblemKind

_SIGN = 48  # pixels that the sign of a warning is drawn with


class ProblemList(QListWidget):
    """The lines, the worst first; `chosen` is emitted when the user goes to one, after `view` has noted it."""

    chosen = Signal()

    def __init__(self, view: DataView) -> None:
        super().__init__()
        self._view = view
        self._is_showing = False
        self.lines: Sequence[ProblemLine] = ()
        self.setObjectName("problems")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFont(theme.figures_font(self.font()))
        self.setAccessibleName(self.tr("What may be wrong"))
        self._cell = QSize(0, max(TARGET, int(1.4 * self.fontMetrics().height())))
        self.currentRowChanged.connect(self._choose)

    @property
    def row_height(self) -> int:
        return self._cell.height()

    def show_rows(self, rows: int) -> None:
        """Be as high as so many lines, whatever there is to say, so that nothing moves below."""
        self.setFixedHeight(rows * self.row_height)

    def show_lines(self, lines: Sequence[ProblemLine]) -> None:
        """Show these lines, with the one selected whose images are shown."""
        if lines != self.lines or not self.count():
            self.lines = lines
            self._is_showing = True
            try:
                self.clear()
                for line in lines:
                    self._add(line)
                if not lines:
                    self._add_nothing()
            finally:
                self._is_showing = False
        self.show_choice()

    def show_choice(self) -> None:
        """Select the line whose images are shown, or none."""
        kinds = [line.kind for line in self.lines]
        shown = self._view.shown_line
        self._is_showing = True
        try:
            self.setCurrentRow(kinds.index(shown) if shown in kinds else -1)
        finally:
            self._is_showing = False

    @property
    def shown(self) -> ProblemLine | None:
        """The line whose images are shown, if any."""
        return next((line for line in self.lines if line.kind is self._view.shown_line), None)

    def _add(self, line: ProblemLine) -> None:
        item = QListWidgetItem(line.text)
        item.setSizeHint(self._cell)
        item.setToolTip(line.text)
        if line.kind is ProblemKind.LEAK:
            item.setIcon(_warning())
        if not line.groups:  # there is nothing to show
            item.setForeground(QBrush(QColor(theme.colours().quiet)))
        self.addItem(item)

    def _add_nothing(self) -> None:
        item = QListWidgetItem(self.tr("Nothing seems to be wrong."))
        item.setSizeHint(self._cell)
        item.setForeground(QBrush(QColor(theme.colours().quiet)))
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.addItem(item)

    def _choose(self, row: int) -> None:
        if not self._is_showing and 0 <= row < len(self.lines):
            self._view.show_line(self.lines[row].kind)
            self.chosen.emit()


def _warning() -> QIcon:
    """Return the sign of a warning, which is seen on a selected line too."""
    found = QIcon(theme.icon("triangle-alert", theme.colours().warning))
    selected = theme.icon("triangle-alert", theme.colours().on_accent)
    found.addPixmap(selected.pixmap(_SIGN), QIcon.Mode.Selected)
    return found
