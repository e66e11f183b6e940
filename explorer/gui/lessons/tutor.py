"""The tutor: shows a lesson page by page, highlights the control of a page, and notices when its task is done."""

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
    """Shows one lesson at a time; a task that was done stays done until the lesson is opened again."""

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
        """Fill `menu` with the chapter's lessons; one with a faulty file is disabled, with the reason as tool tip."""
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
                action = menu.addAction(self.tr("Could not read {name}").format(name=name))
                action.setToolTip(say(lesson.sentence))
                action.setEnabled(False)

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
        """Open the card at the first page of the lesson called `name`, if that can be read."""
        self._workspace.lesson = LessonPlace(self._workspace.document.design, name)
        self.go_on()

    def show_tour(self) -> None:
        self.teach(TOUR)

    def go_on(self) -> None:
        """Open the card at the lesson and the page that the workspace holds."""
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
        """Open page `number` of the lesson, from 0."""
        self._place.page, self._place.before = number, self._workspace.document.design
        self._show_page()

    def _show_page(self) -> None:
        assert self.lesson is not None
        self.card.show_page(self.lesson, self._place.page)
        if control := self.control():
            reveal(control)
        self.check()

    def turn(self, by: int) -> None:
        """Turn `by` pages forward, or back if negative; after the last page the card closes."""
        assert self.lesson is not None
        if self._place.page + by < len(self.lesson.pages):
            self.go(self._place.page + by)
        else:
            self.card.close()

    def control(self) -> QWidget | None:
        """Return the control that the page points at, or None.

        If several have the name, as while stages are added and removed, return a visible one.
        """
        name = self.page.points_at
        found = self._window.findChildren(QWidget, name) if name else []
        return next((widget for widget in found if widget.isVisible()), found[0] if found else None)

    def check(self) -> None:
        """Show whether the page's task is done, and highlight its control while it is not."""
        if self.lesson is None or self.card.isHidden():
            return
        place, asked = self._place, self.page.done
        if asked and place.page not in place.done and TASKS[asked](self._workspace, place.before):
            place.done.add(place.page)
        is_done = place.page in place.done
        self.card.show_verdict(is_done, bool(asked))
        self.highlight.follow(None if is_done else self.control())

    def _forget(self) -> None:
        """Remove the highlight and forget the lesson after the card was closed."""
        self.highlight.follow(None)
        self._place.name = ""
