"""The problems of the design, shown beside the control that causes them, each with a button that repairs it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.architecture.checks import Problem
from explorer.gui.document import Document
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say


class ProblemLine(QWidget):
    """One problem: its sign, its sentence, and a button that proposes the repaired design."""

    def __init__(self, document: Document, problem: Problem) -> None:
        super().__init__()
        self.fatal = problem.fatal
        self.sign, self.words = QLabel(), QLabel(say(problem.what))
        self.words.setWordWrap(True)
        self.colour()
        design = problem.repair.design
        repair = word_button(
            say(problem.repair.label), lambda: document.propose(design, say(problem.repair.label)), "repair", "wrench"
        )
        repair.setAccessibleName(self.tr("Repair: {what}").format(what=say(problem.repair.label)))
        repair.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.sign.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.RHYTHM // 2, 0, theme.RHYTHM // 2)
        row.addWidget(self.sign, alignment=Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.addWidget(self.words)
        column.addWidget(repair)
        row.addLayout(column, stretch=1)

    def colour(self) -> None:
        """Draw sign and words in the colours of the palette in use."""
        chosen, size = theme.colours(), self.fontMetrics().height()
        colour = chosen.bad if self.fatal else chosen.warning
        self.sign.setPixmap(theme.icon("circle-x" if self.fatal else "triangle-alert", colour).pixmap(size, size))
        self.words.setStyleSheet(f"color: {colour}")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.colour()


class Problems(QWidget):
    """The list of the problems of one place in the design, hidden while there are none."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.shown: tuple[Problem, ...] = ()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        if tuple(problems) == self.shown:
            return
        self.shown = tuple(problems)
        for line in self.findChildren(ProblemLine):
            self.column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for problem in problems:
            self.column.addWidget(ProblemLine(self.document, problem))
        self.setVisible(bool(problems))
