"""ClassifyPanel: images from files, a folder, a drop or the clipboard, and what the network takes them for."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeySequence,
    QPalette,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.actions import Actions
from explorer.gui.results.classify.state import ClassifiedBy
from explorer.gui.results.classify.table import ClassifyTable
from explorer.gui.results.results_state import ResultsState
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.input.typed import commit_typed, connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import clock, say, whole
from explorer.gui.workers.pool import WorkerPool
from explorer.paths import storable
from explorer.runs.destination import write_content
from explorer.runs.results.classification import csv_text
from explorer.sentences import Sentence, translatable
from explorer.validation import Refused

_BAR = 12  # characters wide
_MOST = 4  # classes that are counted in the line
_SUFFIX = ".csv"


class ClassifyPanel(QWidget):
    """The list of images, and above it the orders that get one; `ordered` when images are about to be classified."""

    ordered = Signal()

    def __init__(self, state: ResultsState, pool: WorkerPool, actions: Actions) -> None:
        super().__init__()
        self._results, self._state, self._actions = state, state.classified, actions
        self.table = ClassifyTable(state.classified, pool)
        self.empty = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.words, self.bar, self._order = QLabel(), QProgressBar(textVisible=False), QStackedWidget()
        self.content = QStackedWidget()
        self._lay_out()
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        orders: tuple[tuple[QAction, Callable[[], None]], ...] = (
            (actions.classify_images, self.ask_images),
            (actions.classify_folder, self.ask_folder),
            (actions.classify_clipboard, self.paste),
            (actions.cancel_classifying, self._state.cancel),
            (actions.save_classified, self.ask_save),
        )
        for action, do in orders:
            connect_order(action, do)
        paste = actions.classify_clipboard
        add_keys(self, paste.text(), paste.trigger, QKeySequence.StandardKey.Paste)
        self.table.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the table of images")))
        for signal in (state.changed, self._state.changed):
            signal.connect(self.show_state)
        self._state.progressed.connect(self._show_progress)
        self.show_state()

    def _lay_out(self) -> None:
        actions = self._actions
        theme.make_secondary(self.empty)
        self.words.setWordWrap(True)
        self.words.setFont(theme.figures_font(self.words.font()))
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.words.setFixedHeight(2 * self.words.fontMetrics().lineSpacing())
        self.bar.setAccessibleName(self.tr("Classification"))
        self.bar.setFixedWidth(_BAR * self.fontMetrics().averageCharWidth())
        theme.apply_style(self.bar, "progress")
        for action in (actions.save_classified, actions.cancel_classifying):
            self._order.addWidget(action_button(action, action.objectName()))
        self._order.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        gets = (actions.classify_images, actions.classify_folder, actions.classify_clipboard)
        line = QHBoxLayout()
        line.setSpacing(theme.RHYTHM)
        line.addWidget(self.words, stretch=1)
        line.addWidget(self.bar)
        line.addWidget(self._order)
        for widget in (self.empty, self.table):
            self.content.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(Flow(*(action_button(action, action.objectName()) for action in gets)))
        column.addLayout(line)
        column.addWidget(self.content, stretch=1)

    # What to classify

    def ask_images(self) -> None:
        files, _ = QFileDialog.getOpenFileNames(self, self.tr("Images to classify"), self._state.folder)
        self.classify(files)

    def ask_folder(self) -> None:
        title = self.tr("Folder with images to classify, at any depth")
        if folder := QFileDialog.getExistingDirectory(self, title, self._state.folder):
            self.classify([folder])

    def paste(self) -> None:
        """Classify the files or the image on the clipboard."""
        found = QGuiApplication.clipboard().mimeData()
        if paths := _local_paths(found):
            self.classify(paths)
        elif (image := QGuiApplication.clipboard().image()) and not image.isNull():
            self._classify_image(image)
        else:
            self._state.refuse(Sentence(translatable("There is no image on the clipboard.")))

    def classify(self, paths: list[str]) -> None:
        """Classify the images at these paths, if there are any."""
        run = self._results.run
        if paths and run:
            self._state.folder = str(Path(paths[0]).parent)
            self.ordered.emit()
            self._state.classify(run, [storable(path) for path in paths])

    def _classify_image(self, image: QImage) -> None:
        if run := self._results.run:
            self.ordered.emit()
            self._state.classify_image(run, image, self.tr("clipboard"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._accept_copies(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if paths := self._accept_copies(event):
            commit_typed()
            self.classify(paths)

    def _accept_copies(self, event: QDropEvent) -> list[str]:
        """Return the files that a drag offers for copying; a move is not accepted, for it would delete them."""
        can_copy = bool(event.possibleActions() & Qt.DropAction.CopyAction)
        paths = _local_paths(event.mimeData()) if can_copy and self._actions.classify_images.isEnabled() else []
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        return paths

    # What they are

    @property
    def _found(self) -> ClassifiedBy | None:
        """What the network of the run that is shown has taken images for."""
        found, run = self._state.found, self._results.run
        return found if found and run and found.run.id == run.id else None

    def show_state(self) -> None:
        """Enable the orders, and show the list or what would stand there; one that is not seen does so when it is."""
        state, run, actions, found = self._state, self._results.run, self._actions, self._found
        for action in (actions.classify_images, actions.classify_folder, actions.classify_clipboard):
            action.setEnabled(run is not None and run.epochs_done > 0)
        actions.cancel_classifying.setEnabled(state.is_classifying)
        actions.save_classified.setEnabled(found is not None and not state.is_classifying)
        if not self.isVisible():
            return
        self.table.show_found(found)
        self.content.setCurrentIndex(int(found is not None))
        self.empty.setText(self._empty_words())
        self._order.setCurrentIndex(int(state.is_classifying))
        self.bar.setVisible(state.is_classifying)
        if state.is_classifying:
            self.bar.setRange(0, 0 if not state.waiting_reason() else 1)
            self._tell(state.waiting_reason() or self.tr("Looking for images …"))
        else:
            self._tell(say(state.refusal) or (self._summary(found) if found else ""), is_bad=bool(state.refusal))

    def _tell(self, text: str, is_bad: bool = False) -> None:
        self.words.setText(text)
        self.words.setToolTip(text)
        self.words.setForegroundRole(QPalette.ColorRole.BrightText if is_bad else QPalette.ColorRole.WindowText)

    def _show_progress(self, done: int, total: int) -> None:
        if not total:  # while images are looked for
            return
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        amount = self.tr("{done} of {total} images").format(done=whole(done), total=whole(total))
        seconds = self._state.seconds_left
        left = "" if seconds is None else self.tr("{time} left").format(time=clock(seconds))
        self._tell(" · ".join(filter(None, (amount, left))))

    def _empty_words(self) -> str:
        run = self._results.run
        if run and not run.epochs_done:
            return self.tr("Images can be classified once the first epoch has been validated.")
        return self.tr(
            "Drop images or folders here, paste an image, or choose some:"
            " the network of this run tells which class each of them is."
        )

    def _summary(self, found: ClassifiedBy) -> str:
        """Return how many images are of which class, those with the most first."""
        made, names = found.made, self.table.images.names
        counts = Counter(names[each.likely.classes[0]] for each in made.images if each.likely)
        unread = len(made.images) - counts.total()
        separator = say(translatable(", "))
        each = [f"{name} {whole(count)}" for name, count in counts.most_common(_MOST)]
        each += ["…"] if len(counts) > _MOST else []
        words = self.tr("{n} images: {classes}").format(n=whole(counts.total()), classes=separator.join(each))
        parts = (
            words if counts else "",
            self.tr("no image: {n}").format(n=whole(unread)) if unread else "",
            say(made.warning),
        )
        return " · ".join(filter(None, parts))

    # The table

    def ask_save(self) -> None:
        """Ask for a file, and write the table into it as `predict --csv` does."""
        found = self._found
        assert found
        dialog = QFileDialog(self, self.tr("Save the table"), self._state.folder, self.tr("Tables (*.csv)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(_SUFFIX)
        dialog.selectFile(self.tr("classes of images") + _SUFFIX)
        if not dialog.exec():
            return
        path = Path(dialog.selectedFiles()[0])
        try:
            write_content(path, csv_text(found.made))
        except Refused as refused:
            self._state.refuse(refused.sentence)
        else:
            self._actions.confirmed.emit(self.tr("Saved {name}").format(name=path.name))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.show_state()


def _local_paths(found: QMimeData) -> list[str]:
    """Return the files and folders of this computer that a drag or the clipboard has."""
    return [path for url in found.urls() if url.isLocalFile() and (path := url.toLocalFile())]
