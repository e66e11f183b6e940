"""The card below the network on which a lesson stands: its text, its drawing, Back and Next."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPalette, QResizeEvent, QShowEvent, QTextDocument
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QTextBrowser,
    QWidget,
)

from explorer.gui.lessons.drawing import Drawing
from explorer.gui.lessons.lesson import Lesson, LessonPage
from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import sign_button, word_button

if TYPE_CHECKING:
    from explorer.gui.main_window.window import Window

MAX_LINES = 9  # of a step's text; what is longer scrolls


class LessonCard(QDockWidget):
    """Shows one step of a lesson; `turned` by a person who wants the step before (−1) or after it (1).

    `opened` and `left` when it comes and goes.
    """

    turned = Signal(int)
    opened = Signal()
    left = Signal()

    def __init__(self, window: "Window") -> None:
        self.lesson: Lesson | None = None  # first of all: Qt tells of a font before there is anything to set in it
        super().__init__(window)
        self.main = window
        self.diagram_height = 0
        self.setObjectName("card")
        self.heading, self.count, self.verdict = QLabel(), QLabel(), QLabel()
        theme.make_heading(self.heading)
        theme.make_secondary(self.count)
        self.back = word_button(self.tr("Back"), lambda: self.turned.emit(-1))
        self.next = word_button("", lambda: self.turned.emit(1))
        self.leave = sign_button("x", "", self.close)
        self.text = QTextBrowser()
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.viewport().setAutoFillBackground(False)
        self.text.document().setDocumentMargin(0)
        self.drawing = Drawing()
        self.lay_out()
        self.place()

    def lay_out(self) -> None:
        title, body = QWidget(), QWidget()
        head, row = QHBoxLayout(title), QHBoxLayout(body)
        self.row = row
        head.setContentsMargins(2 * theme.RHYTHM, theme.RHYTHM, theme.RHYTHM, 0)
        head.setSpacing(theme.RHYTHM)
        for widget in (self.heading, self.count, self.verdict):
            head.addWidget(widget)
        head.addStretch(1)
        for button in (self.back, self.next, self.leave):
            head.addWidget(button)
        row.setContentsMargins(2 * theme.RHYTHM, theme.RHYTHM, 2 * theme.RHYTHM, theme.RHYTHM)
        row.setSpacing(2 * theme.RHYTHM)
        row.addWidget(self.text, stretch=1)
        row.addWidget(self.drawing)
        body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setTitleBarWidget(title)
        self.setWidget(body)

    def place(self) -> None:
        """Below the network, between the side docks, where it covers nothing."""
        window, area, feature = self.main, Qt.DockWidgetArea, QDockWidget.DockWidgetFeature
        window.setCorner(Qt.Corner.BottomLeftCorner, area.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, area.RightDockWidgetArea)
        self.setFeatures(feature.DockWidgetClosable | feature.DockWidgetMovable)
        self.setAllowedAreas(area.BottomDockWidgetArea | area.TopDockWidgetArea)
        self.hide()
        window.addDockWidget(area.BottomDockWidgetArea, self)
        window.pages.currentChanged.connect(self.make_room)
        window.splitter.splitterMoved.connect(self.follow_diagram)

    def show_step(self, lesson: Lesson, number: int) -> None:
        """LessonPage `number` of `lesson`, from 0."""
        self.lesson = lesson
        step, last = lesson.steps[number], number + 1 == len(lesson.steps)
        self.setWindowTitle(lesson.title)
        self.heading.setText(lesson.title)
        self.count.setText(f"{number + 1}/{len(lesson.steps)}")
        self.leave.setToolTip(self.tr("Close (Esc)") if last else self.tr("Skip the rest (Esc)"))
        self.leave.setAccessibleName(self.leave.toolTip())
        self.text.setMarkdown(step.markdown)
        self.text.setAccessibleName(lesson.title)
        self.drawing.show_file(step.drawing)
        self.verdict.setVisible(bool(step.done))
        self.back.setEnabled(number > 0)
        self.next.setText(self.tr("Finish") if last else self.tr("Next"))
        self.fit(lesson)

    def show_verdict(self, done: bool, asked: bool) -> None:
        """Next is the obvious button where nothing that was `asked` is left to do."""
        role = QPalette.ColorRole
        self.verdict.setText(self.tr("✓ Done") if done else self.tr("○ Your turn"))
        self.verdict.setForegroundRole(role.Accent if done else role.PlaceholderText)
        obvious = done or not asked
        if obvious == bool(self.next.property("style_name")):
            return  # a style sheet is dear, even the same again, and this is asked with every tick of a slider
        if obvious:
            theme.apply_style(self.next, "primary")
        else:
            self.next.setProperty("style_name", "")
            self.next.setStyleSheet("")

    def fit(self, lesson: Lesson) -> None:
        """As high as the longest step needs, so that nothing jumps between one step and the next."""
        line = self.fontMetrics().lineSpacing()
        room = max(20 * line, self.main.splitter.width() - 4 * theme.RHYTHM)
        drawn = QSize(room * 3 // 8, room * 5 // 32)
        self.drawing.setFixedSize(drawn)
        beside = room - drawn.width() - 2 * theme.RHYTHM
        tall = max(self.height_of(step, beside if step.drawing else room) for step in lesson.steps)
        if any(step.drawing for step in lesson.steps):
            tall = max(tall, drawn.height())
        self.text.setFixedHeight(min(int(tall) + 1, MAX_LINES * line))
        policy = Qt.ScrollBarPolicy
        fits = tall < MAX_LINES * line  # a bar that comes and goes would break the lines anew
        self.text.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded)
        self.row.activate()  # else the card opens with its old height, and the window grows for it

    def height_of(self, step: LessonPage, width: int) -> float:
        page = QTextDocument()
        page.setDefaultFont(self.text.font())
        page.setDocumentMargin(0)
        page.setMarkdown(step.markdown)
        page.setTextWidth(width)
        return page.size().height()

    def open(self) -> None:
        if self.isHidden():
            self.note_diagram()
        self.show()
        self.next.setFocus()

    def note_diagram(self) -> None:
        """How high the diagram is when nothing presses."""
        self.diagram_height = self.main.splitter.sizes()[0]

    def follow_diagram(self) -> None:
        if self.isVisible():
            self.note_diagram()

    def make_room(self) -> None:
        QTimer.singleShot(0, self, self.share_room)

    def share_room(self) -> None:
        """The page below makes room for the card; the diagram keeps its height as long as that page has enough."""
        splitter, page, layout = self.main.splitter, self.main.pages.currentWidget(), self.main.layout()
        assert page
        assert layout
        if not self.diagram_height:
            return
        layout.activate()
        first, *between, last = splitter.sizes()
        room, diagram = first + last, self.diagram_height
        if self.isHidden():
            self.diagram_height = 0  # without a card the diagram is as high as a person makes it
        diagram = min(diagram, room - self.main.totals.height() - least_height(page))
        splitter.setSizes([diagram, *between, room - diagram])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.lesson:
            self.fit(self.lesson)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.lesson:
            self.fit(self.lesson)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.make_room()
        self.opened.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.make_room()
        self.left.emit()


def least_height(page: QWidget) -> int:
    """What a page must have in height at the width that it has."""
    inner = page.layout()
    return inner.totalMinimumHeightForWidth(page.width()) if inner else page.minimumSizeHint().height()
