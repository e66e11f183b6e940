"""The tutor: leads through a lesson step by step, points at what it speaks of, and sees when a step was done."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QMenu, QWidget

from explorer.gui.lessons.highlight import Highlight, reveal
from explorer.gui.lessons.lesson import TOUR, Lesson, LessonPage, lesson_files, load_lesson
from explorer.gui.lessons.lesson_card import LessonCard
from explorer.gui.lessons.tasks import TASKS
from explorer.gui.widgets.language import chosen_language, say, spoken_language
from explorer.gui.widgets.typed import connect_order
from explorer.validation import Refused

if TYPE_CHECKING:
    from explorer.gui.main_window.window import Window


class Tutor(QObject):
    """Teaches one lesson at a time; a step that was done stays so until the lesson is opened anew."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.window = window
        self.card, self.mark = LessonCard(window), Highlight(window)
        self.name = ""
        self.lesson: Lesson | None = None
        self.number = 0
        self.done: set[int] = set()
        self.before = window.document.design
        self.card.turned.connect(self.turn)
        self.card.opened.connect(self.check)
        self.card.left.connect(lambda: self.mark.follow(None))
        self.listen()

    def listen(self) -> None:
        """To whatever may make a step done, and to Escape."""
        window, block = self.window, self.window.block
        document, pool = window.document, window.pool
        for signal in (
            *(document.changed, document.selection_changed, document.vocabulary_changed),
            *(pool.changed, pool.progressed, block.experiment.trial.changed),
            *(window.pages.currentChanged, block.alone.toggled, block.form.changed, window.menus.see_travel.toggled),
            QGuiApplication.clipboard().dataChanged,
        ):
            signal.connect(self.check)
        window.installEventFilter(self)

    def fill_menu(self, menu: QMenu) -> None:
        """The chapter's lessons; one whose file has a fault is there too, with the reason and without use."""
        menu.clear()
        menu.setToolTipsVisible(True)
        for name, lesson in self.lessons().items():
            if name == TOUR:
                continue
            if isinstance(lesson, Lesson):
                action = menu.addAction(lesson.title)
                action.setObjectName(name)
                connect_order(action, partial(self.teach, name))
            else:
                action = menu.addAction(self.tr("{name} cannot be read").format(name=name))
                action.setToolTip(say(lesson.sentence))
                action.setEnabled(False)

    def lessons(self) -> dict[str, Lesson | Refused]:
        """Every lesson in the person's language, or why it is none."""
        controls = {each.objectName() for each in self.window.findChildren(QWidget)}
        found: dict[str, Lesson | Refused] = {}
        for name, path in lesson_files(spoken_language(chosen_language())).items():
            try:
                found[name] = load_lesson(path, controls, TASKS)
            except Refused as error:
                found[name] = error
        return found

    def teach(self, name: str) -> bool:
        """Open the card at the first step of the lesson called `name`; False if it cannot be read."""
        lesson = self.lessons().get(name)
        if not isinstance(lesson, Lesson):
            return False
        self.name, self.lesson = name, lesson
        self.done.clear()
        self.go(0)
        self.card.open()
        return True

    def take_over(self, old: "Tutor") -> None:
        """Go on where `old` was, in the language that is spoken now."""
        if old.card.isVisible() and self.teach(old.name):
            self.done |= old.done
            self.go(old.number)

    @property
    def step(self) -> LessonPage:
        assert self.lesson is not None
        return self.lesson.steps[self.number]

    def go(self, number: int) -> None:
        """Show step `number` of the lesson, from 0."""
        assert self.lesson is not None
        self.number = number
        self.before = self.window.document.design
        self.card.show_step(self.lesson, number)
        if control := self.control():
            reveal(control)
        self.check()

    def turn(self, by: int) -> None:
        """`by` steps on or back; the last step leads out of the lesson."""
        assert self.lesson is not None
        if self.number + by < len(self.lesson.steps):
            self.go(self.number + by)
        else:
            self.card.close()

    def control(self) -> QWidget | None:
        """What the step points at; of several with its name, as while stages come and go, one that is in sight."""
        name = self.step.points_at
        found = self.window.findChildren(QWidget, name) if name else []
        return next((each for each in found if each.isVisible()), found[0] if found else None)

    def check(self) -> None:
        """See whether the step is done by now, and where its control is."""
        if self.lesson is None or self.card.isHidden():
            return
        asked = self.step.done
        if asked and self.number not in self.done and TASKS[asked](self.window, self.before):
            self.done.add(self.number)
        is_done = self.number in self.done
        self.card.show_verdict(is_done, bool(asked))
        self.mark.follow(None if is_done else self.control())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape leaves the lesson, wherever in the window nobody else wants it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self.card.close()
        return False
