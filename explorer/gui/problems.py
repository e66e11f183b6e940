"""What is wrong with the design, said beside the control that is to blame, with the repair one click away."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from explorer.architecture.checks import Problem
from explorer.gui import theme
from explorer.gui.document import Document
from explorer.gui.language import say


class ProblemLine(QWidget):
    def __init__(self, document: Document, problem: Problem) -> None:
        super().__init__()
        chosen = theme.colours()
        colour = chosen.bad if problem.fatal else chosen.warning
        sign = QLabel()
        size = self.fontMetrics().height()
        sign.setPixmap(theme.icon("circle-x" if problem.fatal else "triangle-alert", colour).pixmap(size, size))
        words = QLabel(say(problem.what))
        words.setWordWrap(True)
        words.setStyleSheet(f"color: {colour}")
        repair = QPushButton(say(problem.repair.label))
        theme.set_icon(repair, "wrench")
        repair.setAccessibleName(self.tr("Repair: {what}").format(what=say(problem.repair.label)))
        design = problem.repair.design
        repair.clicked.connect(lambda: document.propose(design, say(problem.repair.label)))
        repair.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        sign.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.RHYTHM // 2, 0, theme.RHYTHM // 2)
        row.addWidget(sign, alignment=Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.addWidget(words)
        column.addWidget(repair)
        row.addLayout(column, stretch=1)


class Problems(QWidget):
    """The problems of one place, one below the other; nothing where there are none."""

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
