"""The tutor: leads through a lesson page by page, points at what it speaks of, and sees when a task was done."""

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from explorer.gui.lessons.highlight import Highlight, reveal
from explorer.gui.lessons.lesson import TOUR, Lesson, LessonPage, lesson_files, load_lesson
from explorer.gui.lessons.lesson_card import LessonCard
from explorer.gui.lessons.tasks import TASKS
from explorer.gui.widgets.language import chosen_language, say, spoken_language
from explorer.gui.widgets.typed import connect_order
from explorer.gui.workspace import LessonPlace, Workspace
from explorer.validation import Refused


class Tutor(QObject):
    """Teaches one lesson at a time; a task that was done stays so until the lesson is opened again."""

    def __init__(self, window: QMainWindow, workspace: Workspace) -> None:
        super().__init__(window)
        self._window, self._workspace = window, workspace
        self.card, self.highlight = LessonCard(window), Highlight(window)
        self.lesson: Lesson | None = None
        self.card.turned.connect(self.turn)
        self.card.opened.connect(self.check)
        self.card.left.connect(self._forget)
        document, pool = workspace.document, workspace.pool
        for signal in (
            *(document.changed, document.selection_changed, document.vocabulary_changed),
            *(pool.changed, pool.progressed, workspace.identity_trial.changed, workspace.alone_block.changed),
            QGuiApplication.clipboard().dataChanged,
        ):
            signal.connect(self.check)

    @property
    def _place(self) -> LessonPlace:
        return self._workspace.lesson

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
        """Every lesson in the user's language, or why it is none."""
        found: dict[str, Lesson | Refused] = {}
        for name, path in lesson_files(spoken_language(chosen_language())).items():
            try:
                found[name] = load_lesson(path, TASKS)
            except Refused as error:
                found[name] = error
        return found

    def teach(self, name: str) -> None:
        """Open the card at the first page of the lesson called `name`, if it can be read."""
        self._workspace.lesson = LessonPlace(self._workspace.document.design, name)
        self.go_on()

    def go_on(self) -> None:
        """Open the card where the workspace says that the lesson is."""
        lesson = self.lessons().get(self._place.name)
        if not isinstance(lesson, Lesson):
            self._place.name = ""
            return
        self.lesson = lesson
        self._show_page()
        self.card.open()

    @property
    def page(self) -> LessonPage:
        assert self.lesson is not None
        return self.lesson.pages[self._place.page]

    def go(self, number: int) -> None:
        """Turn to page `number` of the lesson, from 0."""
        self._place.page, self._place.before = number, self._workspace.document.design
        self._show_page()

    def _show_page(self) -> None:
        assert self.lesson is not None
        self.card.show_page(self.lesson, self._place.page)
        if control := self.control():
            reveal(control)
        self.check()

    def turn(self, by: int) -> None:
        """Turn `by` pages on or back; the last one leads out of the lesson."""
        assert self.lesson is not None
        if self._place.page + by < len(self.lesson.pages):
            self.go(self._place.page + by)
        else:
            self.card.close()

    def control(self) -> QWidget | None:
        """What the page points at; of several with its name, as while stages come and go, one that is in sight."""
        name = self.page.points_at
        found = self._window.findChildren(QWidget, name) if name else []
        return next((each for each in found if each.isVisible()), found[0] if found else None)

    def check(self) -> None:
        """See whether the page's task is done by now, and where its control is."""
        if self.lesson is None or self.card.isHidden():
            return
        place, asked = self._place, self.page.done
        if asked and place.page not in place.done and TASKS[asked](self._workspace, place.before):
            place.done.add(place.page)
        is_done = place.page in place.done
        self.card.show_verdict(is_done, bool(asked))
        self.highlight.follow(None if is_done else self.control())

    def _forget(self) -> None:
        """The card was closed."""
        self.highlight.follow(None)
        self._place.name = ""
