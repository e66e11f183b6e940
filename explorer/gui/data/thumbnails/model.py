"""ThumbnailModel: the files whose pictures are shown, in groups, and what is known of each."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, QUrl

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_state import DataState
from explorer.gui.data.thumbnails.pictures import ThumbnailPictures
from explorer.gui.widgets.text.language import say, whole
from explorer.paths import real_name
from explorer.runs.data.image_files import has_image_suffix
from explorer.runs.data.image_list import ListedImage, Part
from explorer.runs.questions.data import ProblemKind
from explorer.sentences import translatable

Index = QModelIndex | QPersistentModelIndex


class ThumbnailModel(QAbstractListModel):
    """One row per file; files can be dragged out as copies, but not those of a named data set, which has none."""

    def __init__(
        self, parent: QObject, data_state: DataState, choice: TrainingChoice, pictures: ThumbnailPictures
    ) -> None:
        super().__init__(parent)
        self._data_state, self._choice, self._pictures = data_state, choice, pictures
        self._data = choice.data  # that the files are of
        self.groups: tuple[tuple[str, ...], ...] = ()
        self.files: tuple[str, ...] = ()
        self._listed: dict[str, ListedImage] = {}
        self._left_out: frozenset[str] = frozenset()
        self._moved: dict[str, str] = {}
        self.differ = False  # whether the images are of several classes or parts
        data_state.changed.connect(self._note_decisions)
        choice.chosen.connect(self._note_data)

    def show_files(self, groups: Sequence[Sequence[str]]) -> None:
        """Show these files, those of a group beside one another; nothing moves if they are those that are shown."""
        shown = tuple(filter(None, map(tuple, groups)))
        differ = shown != self.groups
        if differ:
            self.beginResetModel()
            self.groups, self.files = shown, tuple(file for group in shown for file in group)
        self._data = self._choice.data
        wanted, images = set(self.files), self._data.images
        self._listed = {image.file: image for image in images.images if image.file in wanted} if images else {}
        self._note_decisions()
        if differ:
            self.endResetModel()

    def _note_data(self) -> None:
        if self._choice.data != self._data:
            self.show_files(())

    def _note_decisions(self) -> None:
        decisions = self._data_state.decisions
        self._left_out = frozenset(decisions.left_out)
        self._moved = {move.file: move.class_name for move in decisions.moved}
        self.differ = len({self.place(file) for file in self.files}) > 1
        if self.files:
            self.dataChanged.emit(self.index(0), self.index(len(self.files) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.files)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        file = self.files[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.name(file)
            case Qt.ItemDataRole.AccessibleTextRole:
                return say(translatable(", ")).join(filter(None, (self.name(file), self.place(file), self.mark(file))))
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(file)
        return None

    def name(self, file: str) -> str:
        """Return what stands below a picture: the file's name, or which one it is of its class."""
        if self._data.images:
            return file.rpartition("/")[2]
        return self.tr("no. {number}").format(number=whole(int(file.partition("/")[2]) + 1))

    def class_name(self, file: str) -> str:
        """Return the class of an image, after decisions; empty if it is not known."""
        if file in self._moved:
            return self._moved[file]
        data = self._data
        if data.images:
            listed = self._listed.get(file)
            return data.images.class_names[listed.label] if listed else ""
        return say(data.class_names[int(file.partition("/")[0])])

    def place(self, file: str) -> str:
        """Return the class of an image, and its part if the folder says that."""
        listed = self._listed.get(file)
        words = {Part.TRAIN: self.tr("training"), Part.VALIDATION: self.tr("validation"), Part.TEST: self.tr("test")}
        part = words[listed.part] if listed and listed.part else ""
        return " · ".join(filter(None, (self.class_name(file), part)))

    def mark(self, file: str) -> str:
        """Return in a few words what the user has decided about an image."""
        if file in self._left_out:
            return say(translatable("left out"))
        return f"→ {self._moved[file]}" if file in self._moved else ""

    def is_left_out(self, file: str) -> bool:
        return file in self._left_out

    def path(self, file: str) -> Path | None:
        """Return the path of a file, None in a named data set."""
        images = self._data.images
        return images.root / real_name(file) if images else None

    def viewable(self, file: str) -> Path | None:
        """Return the path of a file that the system takes for an image too, so that it runs no program; else None."""
        path = self.path(file)
        return path if path and has_image_suffix(path.name) else None

    def _tip(self, file: str) -> str:
        path, picture = self.path(file), self._pictures.picture(file)
        lines = [str(path) if path else self.name(file), self.place(file)]
        if picture and picture.size:
            lines.append(self.tr("{width}×{height} pixels").format(height=picture.size[0], width=picture.size[1]))
        if picture and picture.pixmap is None:
            lines.append(self._trouble(file))
        text = "<br>".join(map(escape, filter(None, (*lines, self.mark(file)))))
        return f"<p style='white-space: pre'>{text}</p>"  # a file may be called <b>.png, and a long path is not broken

    def _trouble(self, file: str) -> str:
        """Return that a file cannot be read, and why, as far as the scan has found that."""
        words, scanned = say(translatable("cannot be read")), self._data_state.scanned
        problems = scanned.problems if scanned else ()
        unreadable = next((each for each in problems if each.kind is ProblemKind.UNREADABLE), None)
        for group, reason in zip(unreadable.groups, unreadable.reasons, strict=False) if unreadable else ():
            if file in group:
                return self.tr("{trouble}: {reason}").format(trouble=words, reason=say(reason.what))
        return words

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsDragEnabled if self._data.images else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return files as other programs take them, and their paths as text."""
        paths = [path for index in indexes if (path := self.path(self.files[index.row()]))]
        found = QMimeData()
        found.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        found.setText("\n".join(map(str, paths)))
        return found

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction  # whoever takes them never removes them
