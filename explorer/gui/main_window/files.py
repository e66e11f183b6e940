"""Opening, saving, dropping, copying and pasting designs, images to train on, and the question before the end."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDir, QMimeData, QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from explorer.architecture.notation import OPENED, SUFFIX, from_line, load_design, to_line, to_toml
from explorer.architecture.source.network import python_source
from explorer.architecture.weights_file import is_weights_file
from explorer.atomic_files import write_atomically
from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.example_images import example_images, make_example_images
from explorer.gui.document import Document, called_as
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.workers.pool import WorkerPool
from explorer.paths import is_file, is_folder
from explorer.sentences import system_words
from explorer.validation import Refused

_MAX_RECENT = 8
_TABLES = (".csv", ".tsv")
_SEPARATORS = str.maketrans("/\\", "--")  # characters that no file name may have


class Files(QObject):
    """The file actions of a window.

    `image_dropped` carries the path of an image that was dropped on the window. `images_chosen` tells that the user has
    named a folder or a table of images to train on, whether it can be used or not.
    """

    image_dropped = Signal(object)
    images_chosen = Signal()

    def __init__(
        self,
        window: QWidget,
        document: Document,
        choice: TrainingChoice,
        pool: WorkerPool,
        actions: Actions,
    ) -> None:
        super().__init__(window)
        self.window, self.document, self.pool = window, document, pool
        self.choice = choice
        self.tell = actions.confirmed.emit
        for action, do in (
            (actions.open, self.ask_open),
            (actions.open_images, self.ask_images),
            (actions.open_table, self.ask_table),
            (actions.example_images, self.ask_example),
            (actions.save, self.save),
            (actions.save_as, self.ask_save),
            (actions.copy_text, self.copy_line),
            (actions.paste_text, self.paste_line),
            (actions.copy_source, self.copy_source),
        ):
            connect_order(action, do)

    def ask_open(self) -> None:
        kinds = self.tr("Designs and trained networks (*{suffix})").format(suffix=" *".join(OPENED))
        name, _ = QFileDialog.getOpenFileName(self.window, self.tr("Open design"), self.folder(), kinds)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open the design in a file as one undoable step; a file that is refused changes nothing.

        The weights in the file, if there are any, become those to start with.
        """
        try:
            design = load_design(path)
        except Refused as error:
            self.complain(self.tr("Could not open {name}").format(name=path.name), say(error.sentence))
            return
        if is_weights_file(path):
            self.document.open(called_as(design, path), None)  # saving must not replace the weights
            self.choice.use_weights(str(path))
            self.tell(self.tr("Opened {name}; training starts with its weights").format(name=path.name))
        else:
            self.document.open(design, path)
        self.remember(path)

    def ask_images(self) -> None:
        title = self.tr("Folder with one subfolder of images per class")
        if name := QFileDialog.getExistingDirectory(self.window, title, self._images_folder()):
            self.use_images(Path(name))

    def ask_table(self) -> None:
        title, kinds = self.tr("Table of images and their classes"), self.tr("Tables (*.csv *.tsv *.txt)")
        name, _ = QFileDialog.getOpenFileName(self.window, title, self._images_folder(), kinds)
        if name:
            self.use_images(Path(name))

    def ask_example(self) -> None:
        """Train on the example images, which are made if the user agrees, unless they are there."""
        place = example_images()
        words = self.tr("Make a folder of 167 small images of clothing? It takes less than 1 MB:\n{place}")
        title = self.tr("Example images")
        if not is_folder(place):
            if QMessageBox.question(self.window, title, words.format(place=place)) != QMessageBox.StandardButton.Yes:
                return
            try:
                make_example_images()
            except OSError as error:
                self.complain(self.tr("The example images cannot be made"), say(system_words(error)))
                return
        self.use_images(place)

    def _images_folder(self) -> str:
        recent = self.choice.recent_data
        return str(Path(recent[0]).parent) if recent else QDir.homePath()

    def use_images(self, path: Path) -> None:
        """Train on the images of a folder or a table; nothing is copied, and none of them changes."""
        self.choice.use_data(str(path))
        data = self.choice.data
        if not self.choice.refusal:
            text = self.tr("Images to train on: {name}, {n} classes")
            self.tell(text.format(name=say(data.label), n=whole(data.classes)))
        self.images_chosen.emit()

    def save(self) -> bool:
        return self.write(self.document.path) if self.document.path else self.ask_save()

    def ask_save(self) -> bool:
        name = file_name(self.document.design.name or "design")
        kinds = {SUFFIX: self.tr("Designs (*{suffix})").format(suffix=SUFFIX)}
        path = self.ask_where(self.tr("Save design"), name, kinds)
        return path is not None and self.write(path)

    def ask_where(self, title: str, name: str, kinds: Mapping[str, str]) -> Path | None:
        """Ask for the path of a file to write, and before an existing file is replaced.

        It ends with one of the suffixes of `kinds`, for each of which there is what the dialog calls such files.
        """
        suffix = next(iter(kinds))
        dialog = QFileDialog(self.window, title, self.folder(), ";;".join(kinds.values()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(name + suffix)
        if not dialog.exec():
            return None
        chosen, kind = Path(dialog.selectedFiles()[0]), dialog.selectedNameFilter()
        if chosen.name.lower().endswith(tuple(kinds)):
            return chosen
        suffix = next(suffix for suffix, words in kinds.items() if words == kind)
        path = chosen.with_name(chosen.name + suffix)  # Qt takes the .5x of wrn-1.5x for a suffix
        return path if not is_file(path) or self._may_replace(path) else None

    def _may_replace(self, path: Path) -> bool:
        answer = QMessageBox.question(
            self.window,
            self.tr("File already exists"),
            self.tr("{name} already exists. Replace it?").format(name=path.name),
        )
        return answer == QMessageBox.StandardButton.Yes

    def write(self, path: Path) -> bool:
        try:
            write_atomically(path, to_toml(self.document.design))
        except OSError as error:
            self.complain(self.tr("Could not save {name}").format(name=path.name), say(system_words(error)))
            return False
        self.document.saved_as(path)
        self.remember(path)
        self.tell(self.tr("Saved {name}").format(name=path.name))
        return True

    def copy_line(self) -> None:
        QGuiApplication.clipboard().setText(to_line(self.document.design))
        self.tell(self.tr("Copied the design as text"))

    def copy_source(self) -> None:
        """Copy the design as standalone PyTorch source, in the names that the window shows."""
        QGuiApplication.clipboard().setText(python_source(self.document.plan, self.document.vocabulary))
        self.tell(self.tr("Copied as PyTorch"))

    def paste_line(self) -> None:
        try:
            design = from_line(QGuiApplication.clipboard().text())
        except Refused as error:
            self.complain(self.tr("There is no design on the clipboard"), say(error.sentence))
            return
        self.document.propose(design, self.tr("Paste design"))
        self.tell(self.tr("Pasted {name}").format(name=self.document.title))

    def dropped(self, data: QMimeData) -> Path | None:
        """Return the first dropped design file, else the first folder or table, else the first file, or None."""
        paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
        kinds = _is_design, _has_images, is_file
        return next((path for is_kind in kinds for path in paths if is_kind(path)), None)

    def use_dropped(self, path: Path) -> None:
        """Open a dropped design, train on a dropped folder or table, or show the feature maps of a dropped image."""
        if _is_design(path):
            self.open(path)
        elif _has_images(path):
            self.use_images(path)
        else:
            self.image_dropped.emit(path)

    def fill_recent(self, menu: QMenu) -> None:
        menu.clear()
        for path in self.recent():
            action = menu.addAction(path.name)
            action.setToolTip(str(path))
            connect_order(action, partial(self.open, path))
        menu.setToolTipsVisible(True)
        if menu.isEmpty():
            menu.addAction(self.tr("No recent files")).setEnabled(False)

    def recent(self) -> list[Path]:
        stored = QSettings().value("recent", [])
        names = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return [Path(name) for name in names if is_file(Path(name))]

    def remember(self, path: Path) -> None:
        others = [recent for recent in self.recent() if recent != path]
        QSettings().setValue("recent", [str(recent) for recent in (path, *others)][:_MAX_RECENT])

    def folder(self) -> str:
        recent = self.recent()
        return str((self.document.path or (recent[0] if recent else Path(QDir.homePath()) / "x")).parent)

    def complain(self, text: str, details: str) -> None:
        """Open a dialog that says what failed and why."""
        box = QMessageBox(QMessageBox.Icon.Warning, self.tr("ResNet Explorer"), text, parent=self.window)
        box.setInformativeText(details)
        box.open()

    def may_close(self) -> bool:
        """Ask once about runs under way, queued runs and unsaved changes, and return whether the window may close."""
        choice = QMessageBox.StandardButton
        going, waiting = len(self.pool.busy), len(self.pool.queue.orders)  # studies go on at the next start
        unsaved = self.document.path if not self.document.undo_stack.isClean() else None
        if not (going or waiting or unsaved):
            return True
        titles = (self.tr("A run is in progress"), going), (self.tr("Runs are queued"), waiting)
        answer = QMessageBox.question(
            self.window,
            next((title for title, reason in titles if reason), self.tr("Unsaved changes")),
            self.losses(going, waiting, unsaved.name if unsaved else ""),
            choice.Save | choice.Discard | choice.Cancel if unsaved else choice.Close | choice.Cancel,
        )
        return answer in (choice.Close, choice.Discard) or (answer == choice.Save and self.save())

    def losses(self, going: int, waiting: int, unsaved: str) -> str:
        """Return the questions about the numbers of runs under way and queued, and about the `unsaved` file."""
        words = []
        if going == 1:
            words.append(self.tr("Close and stop the run? It saves a checkpoint and can be resumed."))
        elif going:
            what = self.tr("Close and stop the {n} runs? They save checkpoints and can be resumed.")
            words.append(what.format(n=whole(going)))
        if waiting == 1:
            words.append(self.tr("1 queued run will be discarded."))
        elif waiting:
            words.append(self.tr("{n} queued runs will be discarded.").format(n=whole(waiting)))
        if unsaved:
            what = self.tr(
                "Save the changes to {name}? If not, the file stays as it is; the next start shows them again."
            )
            words.append(what.format(name=unsaved))
        return "\n\n".join(words)


def file_name(title: str) -> str:
    """Return a title as the name of a file."""
    return title.translate(_SEPARATORS)


def _is_design(path: Path) -> bool:
    return path.name.lower().endswith(OPENED)


def _has_images(path: Path) -> bool:
    """Return whether `path` is a folder, or a file that may be a table of images."""
    return is_folder(path) or (path.suffix.lower() in _TABLES and is_file(path))
