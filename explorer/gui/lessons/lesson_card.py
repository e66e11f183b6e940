"""The card below the network that shows a lesson: its text, what to do, its drawing, Back and Next."""

from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, Signal
from PySide6.QtGui import (
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QTextDocument,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QDockWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QSizePolicy,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.lessons.lesson import Lesson, LessonPage
from explorer.gui.widgets.buttons import sign_button, word_button
from explorer.gui.widgets.look import theme

_MAX_LINES = 9  # of the text of a page; longer texts scroll


class LessonCard(QDockWidget):
    """The card, which shows one page of a lesson; `turned` carries −1 for the page before, 1 for the page after.

    Enter presses the button that has the focus, and Next wherever else in the card the focus is.

    `opening` is emitted before the card takes its height, `opened` when it is shown, and `left` when it is closed, but
    not when its window is hidden.
    """

    turned = Signal(int)
    opening = Signal()
    opened = Signal()
    left = Signal()

    def __init__(self, window: QMainWindow) -> None:
        self.lesson: Lesson | None = None  # first, as Qt reports a font change before the widgets exist
        self._note, self._number, self._is_answered = "", 0, False
        super().__init__(window)
        self._window = window
        self.setObjectName("card")
        self.heading, self.count, self.task = QLabel(), QLabel(), QLabel()
        theme.make_heading(self.heading)
        theme.make_secondary(self.count)
        self.task.setTextFormat(Qt.TextFormat.MarkdownText)
        self.task.setWordWrap(True)
        self.back = word_button(self.tr("Back"), lambda: self.turned.emit(-1))
        self.next = word_button("", lambda: self.turned.emit(1))
        for button in (self.back, self.next):
            button.setAutoDefault(True)
        theme.apply_style(self.next, "primary")
        self.next.setMinimumHeight(self.next.sizeHint().height())  # of either style, so that nothing moves
        self.leave = sign_button("x", "", self.close)
        self.text = QTextBrowser()
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.viewport().setAutoFillBackground(False)
        self.text.document().setDocumentMargin(0)
        self.drawing = _Drawing()
        self._lay_out()
        self._place()

    def _lay_out(self) -> None:
        title, body = QWidget(), QWidget()
        head, row, words = QHBoxLayout(title), QHBoxLayout(body), QVBoxLayout()
        self._row = row
        head.setContentsMargins(2 * theme.RHYTHM, theme.RHYTHM, theme.RHYTHM, 0)
        head.setSpacing(theme.RHYTHM)
        self.heading.setWordWrap(True)
        head.addWidget(self.heading, stretch=1)
        for widget in (self.count, self.back, self.next, self.leave):
            head.addWidget(widget)
        row.setContentsMargins(2 * theme.RHYTHM, theme.RHYTHM, 2 * theme.RHYTHM, theme.RHYTHM)
        row.setSpacing(2 * theme.RHYTHM)
        words.setSpacing(theme.RHYTHM // 2)
        words.addWidget(self.text)
        words.addWidget(self.task)
        row.addLayout(words, stretch=1)
        row.addWidget(self.drawing)
        body.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setTitleBarWidget(title)
        self.setWidget(body)

    def _place(self) -> None:
        """Dock the card below the network, between the side docks, where it covers nothing."""
        window, area, feature = self._window, Qt.DockWidgetArea, QDockWidget.DockWidgetFeature
        window.setCorner(Qt.Corner.BottomLeftCorner, area.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, area.RightDockWidgetArea)
        self.setFeatures(feature.DockWidgetClosable | feature.DockWidgetMovable)
        self.setAllowedAreas(area.BottomDockWidgetArea | area.TopDockWidgetArea)
        self.hide()
        window.addDockWidget(area.BottomDockWidgetArea, self)

    def show_page(self, lesson: Lesson, number: int, note: str, following: str, drawing: Path | None) -> None:
        """Show page `number` of `lesson`, from 0, with the `drawing` if it has one.

        `note` is added to the first page; `following` is the title of the lesson that follows, or empty.
        """
        self.lesson, self._note, self._number, self._is_answered = lesson, note, number, False
        last = number + 1 == len(lesson.pages)
        self.setWindowTitle(lesson.title)
        self.heading.setText(lesson.title)
        self.count.setText(f"{number + 1}/{len(lesson.pages)}")
        self.leave.setToolTip(self.tr("Close (Esc)") if last else self.tr("Skip the rest (Esc)"))
        self.leave.setAccessibleName(self.leave.toolTip())
        self.text.setMarkdown(self._text_of(lesson, number, answered=False))
        self.text.setAccessibleName(lesson.title)
        self.drawing._show_file(drawing)
        self.back.setEnabled(number > 0)
        end = self.tr("Next lesson") if following else self.tr("Finish")
        self.next.setText(end if last else self.tr("Next"))
        self.next.setToolTip(following if last else "")
        self._fit(lesson)

    def _text_of(self, lesson: Lesson, number: int, answered: bool) -> str:
        text = lesson.pages[number].markdown(answered)
        return f"{text}\n\n*{self._note}*" if self._note and number == 0 else text

    def show_steps(self, done: int) -> None:
        """Show what to do on the page, so many steps of which are `done`, and its answer once all are.

        Next is the primary button if they are, or if there are none.
        """
        assert self.lesson is not None
        steps = self.lesson.pages[self._number].steps
        is_done = done >= len(steps)
        if steps and is_done and not self._is_answered:
            self._is_answered = True
            self.text.setMarkdown(self._text_of(self.lesson, self._number, answered=True))
        self.task.setText(_steps_text(self.lesson.pages[self._number], done))
        words = [self.tr("Done: {task}")] * done + [self.tr("To do: {task}")] * (len(steps) - done)
        spoken = (text.format(task=step.task.replace("*", "")) for text, step in zip(words, steps, strict=False))
        self.task.setAccessibleName("\n".join(spoken))
        theme.apply_style(self.next, "primary" if is_done else "plain")

    def show_fault(self, words: str) -> None:
        """Say in place of the page why the file of the lesson, which has changed, cannot be read."""
        self.text.setPlainText(words)
        self.task.clear()

    def _fit(self, lesson: Lesson) -> None:
        """Set the height that the longest page needs, so that nothing moves between one page and the next."""
        line = self.fontMetrics().lineSpacing()
        centre = self._window.centralWidget()
        assert centre is not None
        room = max(20 * line, centre.width() - 4 * theme.RHYTHM)
        drawn = QSize(room * 3 // 8, room * 5 // 32)
        self.drawing.setFixedSize(drawn)
        beside = room - drawn.width() - 2 * theme.RHYTHM
        widths = [beside if page.drawing else room for page in lesson.pages]
        texts = (self._text_of(lesson, number, answered=True) for number in range(len(widths)))
        tall = max(map(self._height_of, texts, widths))
        task = max(map(self._height_of, (_steps_text(page, 0) for page in lesson.pages), widths))
        if any(page.drawing for page in lesson.pages):
            tall = max(tall, drawn.height() - task)
        self.text.setFixedHeight(min(int(tall) + 1, _MAX_LINES * line))
        self.task.setFixedHeight(int(task) + 1)
        policy = Qt.ScrollBarPolicy
        fits = tall < _MAX_LINES * line  # a scroll bar that comes and goes would wrap the lines again
        self.text.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded)
        self._row.activate()  # otherwise the card opens with its old height, and the window grows

    def _height_of(self, markdown: str, width: int) -> float:
        text = QTextDocument()
        text.setDefaultFont(self.text.font())
        text.setDocumentMargin(0)
        text.setMarkdown(markdown)
        text.setTextWidth(width)
        return text.size().height()

    def open(self) -> None:
        if self.isHidden():
            self.opening.emit()
        self.show()
        self.next.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.next.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.lesson:
            self._fit(self.lesson)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.lesson:
            self._fit(self.lesson)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.opened.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self.isHidden():
            self.left.emit()


class _Drawing(QWidget):
    """An SVG with its aspect ratio, in the colour of the text, so that it suits every palette."""

    def __init__(self) -> None:
        super().__init__()
        self._svg = ""
        self.setAccessibleName(self.tr("Drawing"))

    def _show_file(self, path: Path | None) -> None:
        """Show the file, or hide if there is none or it cannot be read."""
        self._svg = ""
        with suppress(OSError, UnicodeDecodeError):
            self._svg = path.read_text(encoding="utf-8") if path else ""
        self.setVisible(bool(self._svg))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colour = theme.colours().text
        renderer = QSvgRenderer(QByteArray(self._svg.replace("currentColor", colour).encode()))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(QPainter(self))


def _steps_text(page: LessonPage, done: int) -> str:
    """Return the steps of a page in Markdown, a line each, with a tick before those that are done."""
    return "  \n".join(f"{'☑' if number < done else '▢'} {step.task}" for number, step in enumerate(page.steps))
