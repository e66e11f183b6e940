"""The tutor: opens a lesson on its design, highlights the control of each step, and notices when the step is done."""

from functools import partial
from itertools import dropwhile
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from explorer.gui.actions import Actions
from explorer.gui.document import title_of
from explorer.gui.lessons.highlight import Highlight, reveal
from explorer.gui.lessons.lesson import Lesson, LessonPage, LessonStep
from explorer.gui.lessons.lesson_card import LessonCard
from explorer.gui.lessons.lesson_file import TOUR, drawing_file, is_own, lesson_files, load_lesson, make_own_lessons
from explorer.gui.lessons.lesson_watch import LessonWatch
from explorer.gui.lessons.tasks import TASKS, Task
from explorer.gui.lessons.vocabulary import TaskKind
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.text.language import chosen_language, say, spoken_language
from explorer.gui.workspace import LessonPlace, Workspace
from explorer.sentences import system_words
from explorer.validation import Refused

_DONE = "lessons_done"  # setting with the names of the lessons all of whose steps were done
_WIDTH = 100  # characters of the widest entry of the menu


class Tutor(QObject):
    """Shows one lesson at a time; a step that was done stays done until the lesson is opened again.

    `page_wanted` carries the name of the page of the window that a page of a lesson opens, `failed` what an order could
    not do and why.
    """

    page_wanted = Signal(str)
    failed = Signal(str, str)

    def __init__(self, window: QMainWindow, workspace: Workspace, actions: Actions) -> None:
        super().__init__(window)
        self._window, self._workspace, self._actions = window, workspace, actions
        self.card, self.highlight = LessonCard(window), Highlight(window)
        self.lesson: Lesson | None = None
        self._watch = LessonWatch(self)
        self._watch.changed.connect(self._reload)
        self.card.turned.connect(self.turn)
        self.card.opened.connect(self.check)
        self.card.left.connect(self._forget)
        document, pool = workspace.document, workspace.pool
        for signal in (
            *(document.changed, document.selection_changed, document.vocabulary_changed),
            *(pool.changed, pool.progressed, workspace.identity_trial.changed, workspace.alone_block.changed),
            *(workspace.choice.chosen, workspace.data_state.changed, workspace.run_history.changed),
            QGuiApplication.clipboard().dataChanged,
        ):
            signal.connect(self.check)

    @property
    def _place(self) -> LessonPlace:
        return self._workspace.lesson

    def fill_menu(self, menu: QMenu) -> None:
        """Fill `menu` with the chapter's lessons, those that answer a question, and the user's, those done with a tick.

        One with a faulty file is disabled, and says why.
        """
        menu.clear()
        menu.setToolTipsVisible(True)
        questions, own = QMenu(self.tr("Questions"), menu), dict[str, Lesson | Refused]()
        for name, lesson in self.lessons().items():
            if is_own(name):
                own[name] = lesson
            elif name != TOUR:
                is_question = isinstance(lesson, Lesson) and lesson.question
                self._add_entry(questions if is_question else menu, name, lesson)
        menu.addSeparator()
        menu.addMenu(questions)
        menu.addSeparator()
        for name, lesson in own.items():
            self._add_entry(menu, name, lesson)
        menu.addAction(self._actions.own_lessons)

    def _add_entry(self, menu: QMenu, name: str, lesson: Lesson | Refused) -> None:
        """Add the entry of a lesson; the text of a faulty one says as much as fits of why it cannot be read."""
        if isinstance(lesson, Lesson):
            action = menu.addAction(lesson.title.replace("&", "&&"))
            action.setObjectName(name)
            action.setCheckable(True)
            action.setChecked(name in _lessons_done())
            connect_order(action, partial(self.teach, name))
            return
        reason, words = say(lesson.sentence), self.tr("Could not read {name}").format(name=name)
        text = reason.split("\n")[0] if is_own(name) else words
        shown = menu.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, _WIDTH * menu.fontMetrics().averageCharWidth()
        )
        action = menu.addAction(shown.replace("&", "&&"))
        action.setToolTip(reason)
        action.setEnabled(False)

    def lessons(self) -> dict[str, Lesson | Refused]:
        """Return every lesson by its name, the program's in the user's language, or why its file was refused."""
        return {name: _read_lesson(path) for name, path in self._files().items()}

    def _files(self) -> dict[str, Path]:
        return lesson_files(spoken_language(chosen_language()))

    def open_own_lessons(self) -> None:
        """Show the folder with the user's lessons, with an example if there was none."""
        try:
            folder = make_own_lessons(spoken_language(chosen_language()))
        except OSError as error:
            self.failed.emit(self.tr("The folder of own lessons cannot be made"), say(system_words(error)))
            return
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.failed.emit(self.tr("The folder cannot be shown here"), str(folder))

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
        self._watch.watch(self._files().get(self._place.name) if is_own(self._place.name) else None)
        self._show_page()
        self.card.open()

    def _reload(self) -> None:
        """Show the lesson as its file is now, or why that cannot be read; nothing if the file is gone."""
        lesson = self.lessons().get(self._place.name)
        if isinstance(lesson, Lesson):
            self.lesson = lesson
            self._place.page = min(self._place.page, len(lesson.pages) - 1)
            self._show_page()
        elif lesson:
            self.card.show_fault(say(lesson.sentence))

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
        path = self._files().get(self._place.name)  # a file of the user may be gone
        drawing = drawing_file(path, self.page.drawing) if path and self.page.drawing else None
        title = following[1].title if following else ""
        self.card.show_page(self.lesson, self._place.page, self._note(), title, drawing)
        if self.page.opens:
            self.page_wanted.emit(self.page.opens)
        self._show_step()
        self.check()

    def _show_step(self) -> None:
        """Bring the control of the step that is asked for into view, or of a page without steps."""
        if (self.step or not self.page.steps) and (control := self.control()):
            reveal(control)
        if (task := self._open_task()) and (control := self._find(task.answer)):
            control.update()  # an answer that is already there counts too

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
        """Return the name of the next lesson that can be read, and that lesson; None after one whose file is gone."""
        lessons = self.lessons()
        later = [*dropwhile(lambda name: name != self._place.name, lessons)][1:]
        return next(((name, lesson) for name in later if isinstance(lesson := lessons[name], Lesson)), None)

    def turn(self, by: int) -> None:
        """Turn `by` pages forward, or back if negative; after the last page comes the next lesson, if there is one."""
        if by < 0 or not self._is_last():
            self.go(self._place.page + by)
        elif following := self._following():
            self.teach(following[0])
        else:
            self.card.close()

    @property
    def step(self) -> LessonStep | None:
        """The step that is asked for; None if the page has none or all are done."""
        done = self._place.done.get(self._place.page, 0)
        return self.page.steps[done] if done < len(self.page.steps) else None

    def control(self) -> QWidget | None:
        """Return the control that the step or the page points at, or None."""
        return self._find((self.step.points_at if self.step else "") or self.page.points_at)

    def _find(self, name: str) -> QWidget | None:
        """Return the control with the object name `name`, or None.

        If several have the name, as while stages are added and removed, return a visible one.
        """
        found = self._window.findChildren(QWidget, name) if name else []
        return next((widget for widget in found if widget.isVisible()), found[0] if found else None)

    def check(self) -> None:
        """Show which steps of the page are done, and highlight the control of the one that is asked for."""
        if self.lesson is None or self.card.isHidden():
            return
        while (task := self._open_task()) and not task.answer and task.is_done(self._workspace, self._place.before):
            self._note_done()
            self._show_step()
        if task and (control := self._find(task.answer)):
            control.installEventFilter(self)
        place, steps = self._place, [len(page.steps) for page in self.lesson.pages]
        self.card.show_steps(place.done.get(place.page, 0))
        self.highlight.follow(None if self.page.steps and not self.step else self.control())
        is_done = all(place.done.get(number, 0) >= count for number, count in enumerate(steps))
        if self._is_last() and is_done and place.name not in _lessons_done():
            QSettings().setValue(_DONE, [*_lessons_done(), place.name])

    def _open_task(self) -> Task | None:
        """Return the task of the step that is asked for, or None if there is none."""
        shown = self.lesson is not None and not self.card.isHidden()
        return TASKS[TaskKind(self.step.done)] if shown and self.step else None

    def _note_done(self) -> None:
        """Note that the step that is asked for is done, and ask for the next one."""
        place = self._place
        place.done[place.page] = place.done.get(place.page, 0) + 1
        place.before = self._workspace.document.design

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note that a step is done once a control, which is watched for that, paints the answer to it."""
        if event.type() == QEvent.Type.Paint:
            task = self._open_task()
            if task is None or task.answer != watched.objectName():
                watched.removeEventFilter(self)
            elif task.is_done(self._workspace, self._place.before):
                self._note_done()
                QTimer.singleShot(0, self, self._go_on_from_answer)
        return False

    def _go_on_from_answer(self) -> None:
        self._show_step()
        self.check()

    def _forget(self) -> None:
        """Remove the highlight and forget the lesson after the card was closed."""
        self._watch.watch(None)
        self.highlight.follow(None)
        self._place.name = ""


def _read_lesson(path: Path) -> Lesson | Refused:
    try:
        return load_lesson(path)
    except Refused as error:
        return error


def _lessons_done() -> list[str]:
    stored = QSettings().value(_DONE, [])
    return [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
