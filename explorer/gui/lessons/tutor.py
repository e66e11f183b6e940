"""The tutor: opens a lesson on its design, highlights the control of each page, and notices when its task is done."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSettings, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from explorer.gui.document import title_of
from explorer.gui.lessons.highlight import Highlight, reveal
from explorer.gui.lessons.lesson import TOUR, Lesson, LessonPage, lesson_files, load_lesson
from explorer.gui.lessons.lesson_card import LessonCard
from explorer.gui.lessons.tasks import TASKS, Task
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.text.language import chosen_language, say, spoken_language
from explorer.gui.workspace import LessonPlace, Workspace
from explorer.validation import Refused

_DONE = "lessons_done"  # setting with the names of the lessons all of whose tasks were done


class Tutor(QObject):
    """Shows one lesson at a time; a task that was done stays done until the lesson is opened again.

    `page_wanted` carries the name of the page of the window that a page of a lesson opens.
    """

    page_wanted = Signal(str)

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
        """Fill `menu` with the chapter's lessons and, below them, those that answer a question, those done with a tick.

        One with a faulty file is disabled, with the reason as tool tip.
        """
        menu.clear()
        menu.setToolTipsVisible(True)
        done, questions = _lessons_done(), QMenu(self.tr("Questions"), menu)
        for name, lesson in self.lessons().items():
            if name == TOUR:
                continue
            if isinstance(lesson, Lesson):
                action = (questions if lesson.question else menu).addAction(lesson.title)
                action.setObjectName(name)
                action.setCheckable(True)
                action.setChecked(name in done)
                connect_order(action, partial(self.teach, name))
            else:
                action = menu.addAction(self.tr("Could not read {name}").format(name=name))
                action.setToolTip(say(lesson.sentence))
                action.setEnabled(False)
        menu.addSeparator()
        menu.addMenu(questions)

    def lessons(self) -> dict[str, Lesson | Refused]:
        """Return every lesson by its name in the user's language, or why its file was refused."""
        found: dict[str, Lesson | Refused] = {}
        for name, path in lesson_files(spoken_language(chosen_language())).items():
            try:
                found[name] = load_lesson(path, TASKS)
            except Refused as error:
                found[name] = error
        return found

    def teach(self, name: str) -> None:
        """Open the card at the first page of the lesson called `name`, on its design, if that can be read."""
        lesson, document = self.lessons().get(name), self._workspace.document
        if not isinstance(lesson, Lesson):
            return
        self.lesson = None  # what changes now is not done for the lesson before
        replaced = lesson.first_design != document.design
        if replaced:
            document.propose(lesson.first_design, self.tr("Lesson: {title}").format(title=lesson.title))
        self._workspace.lesson = LessonPlace(document.design, name, replaced=replaced)
        self._open_card(lesson)

    def show_tour(self) -> None:
        self.teach(TOUR)

    def go_on(self) -> None:
        """Open the card at the lesson and the page that the workspace holds."""
        lesson = self.lessons().get(self._place.name)
        if isinstance(lesson, Lesson):
            self._open_card(lesson)
        else:
            self._place.name = ""

    def _open_card(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self._show_page()
        self.card.open()

    @property
    def page(self) -> LessonPage:
        assert self.lesson is not None
        return self.lesson.pages[self._place.page]

    def go(self, number: int) -> None:
        """Open page `number` of the lesson, from 0."""
        self._place.page, self._place.before = number, self._workspace.document.design
        self._show_page()

    def _show_page(self) -> None:
        assert self.lesson is not None
        following = self._following() if self._is_last() else None
        self.card.show_page(self.lesson, self._place.page, self._note(), following[1].title if following else "")
        if self.page.opens:
            self.page_wanted.emit(self.page.opens)
        if control := self.control():
            reveal(control)
        if (task := self._open_task()) and (control := self._find(task.answer)):
            control.update()  # an answer that is already there counts too
        self.check()

    def _is_last(self) -> bool:
        """Return whether the last page of the lesson is shown."""
        assert self.lesson is not None
        return self._place.page + 1 == len(self.lesson.pages)

    def _note(self) -> str:
        """Return what the first page says of the design that the lesson begins with."""
        if not self._place.replaced or self.lesson is None:
            return ""
        words = self.tr("This lesson starts with {name}; Undo brings back yours.")
        return words.format(name=title_of(self.lesson.first_design))

    def _following(self) -> tuple[str, Lesson] | None:
        """Return the name of the next lesson that can be read, and that lesson; the chapter's follow the tour."""
        lessons = self.lessons()
        order = sorted(lessons, key=lambda name: (name != TOUR, name))
        later = order[order.index(self._place.name) + 1 :]
        return next(((name, lesson) for name in later if isinstance(lesson := lessons[name], Lesson)), None)

    def turn(self, by: int) -> None:
        """Turn `by` pages forward, or back if negative; after the last page comes the next lesson, if there is one."""
        if by < 0 or not self._is_last():
            self.go(self._place.page + by)
        elif following := self._following():
            self.teach(following[0])
        else:
            self.card.close()

    def control(self) -> QWidget | None:
        """Return the control that the page points at, or None."""
        return self._find(self.page.points_at)

    def _find(self, name: str) -> QWidget | None:
        """Return the control with the object name `name`, or None.

        If several have the name, as while stages are added and removed, return a visible one.
        """
        found = self._window.findChildren(QWidget, name) if name else []
        return next((widget for widget in found if widget.isVisible()), found[0] if found else None)

    def check(self) -> None:
        """Show whether the page's task is done, and highlight its control while it is not."""
        if self.lesson is None or self.card.isHidden():
            return
        place, task = self._place, self._open_task()
        if task and not task.answer and task.is_done(self._workspace, place.before):
            place.done.add(place.page)
        elif task and (control := self._find(task.answer)):
            control.installEventFilter(self)
        is_done = place.page in place.done
        self.card.show_task(self.page.task, is_done)
        self.highlight.follow(None if is_done else self.control())
        asked = {number for number, page in enumerate(self.lesson.pages) if page.done}
        if self._is_last() and asked <= place.done and place.name not in _lessons_done():
            QSettings().setValue(_DONE, [*_lessons_done(), place.name])

    def _open_task(self) -> Task | None:
        """Return the task of the page that is shown, or None if it has none or it is done."""
        shown = self.lesson is not None and not self.card.isHidden() and self._place.page not in self._place.done
        return TASKS.get(self.page.done) if shown else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that a task is done once a control, which is watched for that, paints the answer to it."""
        if event.type() == QEvent.Type.Paint:
            task = self._open_task()
            if task is None or task.answer != watched.objectName():
                watched.removeEventFilter(self)
            elif task.is_done(self._workspace, self._place.before):
                self._place.done.add(self._place.page)
                QTimer.singleShot(0, self, self.check)
        return False

    def _forget(self) -> None:
        """Remove the highlight and forget the lesson after the card was closed."""
        self.highlight.follow(None)
        self._place.name = ""


def _lessons_done() -> list[str]:
    stored = QSettings().value(_DONE, [])
    return [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
