"""ThumbnailModel: the files whose pictures are shown, in groups, and what stands with each."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, QUrl

from explorer.gui.data.thumbnails.pictures import ThumbnailPictures
from explorer.gui.widgets.text.language import say
from explorer.runs.data.decisions import Decisions, Fate
from explorer.runs.data.image_files import has_image_suffix
from explorer.sentences import translatable

Index = QModelIndex | QPersistentModelIndex


class ThumbnailModel(QAbstractListModel):
    """One row per file, of which a subclass says more; a file with a path can be dragged out as a copy."""

    def __init__(self, pictures: ThumbnailPictures) -> None:
        super().__init__()
        self._pictures = pictures
        self.groups: tuple[tuple[str, ...], ...] = ()
        self.files: tuple[str, ...] = ()
        self._fates: Mapping[str, tuple[Fate, str]] = {}

    def show_files(self, groups: Sequence[Sequence[str]]) -> None:
        """Show these files, those of a group beside one another; nothing moves if they are those that are shown."""
        shown = tuple(filter(None, map(tuple, groups)))
        differ = shown != self.groups
        if differ:
            self.beginResetModel()
            self.groups, self.files = shown, tuple(file for group in shown for file in group)
        self.note_files()
        if differ:
            self.endResetModel()
        self.note_changes()

    def note_files(self) -> None:
        """Look up what is said of the files, which may be others, before they are shown."""

    def note_changes(self) -> None:
        """Tell that something else is said of the files."""
        if self.files:
            self.dataChanged.emit(self.index(0), self.index(len(self.files) - 1))

    # What stands with a file

    @property
    def line_count(self) -> int:
        """How many lines stand below each picture."""
        return 1

    def lines(self, file: str) -> tuple[str, ...]:
        """Return what stands below a picture."""
        return (file.rpartition("/")[2],)

    def facts(self, file: str) -> tuple[str, ...]:
        """Return what a screen reader says of an image beside its mark."""
        return self.lines(file)

    def note_decisions(self, decisions: Decisions) -> None:
        """Let the files have the marks of these decisions from now on; they are told of by `note_changes`."""
        self._fates = decisions.fates

    def moved_to(self, file: str) -> str:
        """Return the class that the user has given an image, empty if none."""
        return self._fates[file][1] if file in self._fates else ""

    def mark(self, file: str) -> str:
        """Return in a few words what the user has decided about an image."""
        if file not in self._fates:
            return ""
        fate, name = self._fates[file]
        match fate:
            case Fate.LEFT_OUT:
                return say(translatable("left out"))
            case Fate.EXCLUDED:
                return say(translatable("none of these"))
            case Fate.MOVED:
                return f"→ {name}"
            case _:
                assert_never(fate)

    def is_left_out(self, file: str) -> bool:
        return file in self._fates and self._fates[file][0] is not Fate.MOVED

    def path(self, file: str) -> Path | None:
        """Return the path of a file, None in a named data set, which has none."""
        return None

    def trouble(self, file: str) -> str:
        """Return in a few words what stands in place of a picture that there is none of."""
        return say(translatable("cannot be read"))

    def tip(self, file: str) -> tuple[str, ...]:
        """Return the lines of the tool tip before the size of the image."""
        path = self.path(file)
        return (str(path), *self.facts(file)) if path else self.facts(file)

    def reason(self, file: str) -> str:
        """Return why there is no picture of a file, for its tool tip."""
        return self.trouble(file)

    # The model

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.files)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        file = self.files[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.lines(file)[0]
            case Qt.ItemDataRole.AccessibleTextRole:
                return say(translatable(", ")).join(filter(None, (*self.facts(file), self.mark(file))))
            case Qt.ItemDataRole.ToolTipRole:
                return self._whole_tip(file)
        return None

    def viewable(self, file: str) -> Path | None:
        """Return the path of a file that the system takes for an image too, so that it runs no program; else None."""
        path = self.path(file)
        return path if path and has_image_suffix(path.name) else None

    def _whole_tip(self, file: str) -> str:
        lines, picture = [*self.tip(file)], self._pictures.picture(file)
        if picture and picture.size:
            lines.append(self.tr("{width}×{height} pixels").format(height=picture.size[0], width=picture.size[1]))
        if picture and picture.pixmap is None:
            lines.append(self.reason(file))
        text = "<br>".join(map(escape, filter(None, (*lines, self.mark(file)))))
        return f"<p style='white-space: pre'>{text}</p>"  # a file may be called <b>.png, and a long path is not broken

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        has_path = index.isValid() and self.path(self.files[index.row()]) is not None
        return flags | Qt.ItemFlag.ItemIsDragEnabled if has_path else flags

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return files as other programs take them, and their paths as text."""
        paths = [path for index in indexes if (path := self.path(self.files[index.row()]))]
        found = QMimeData()
        found.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        found.setText("\n".join(map(str, paths)))
        return found

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction  # the receiver never removes them
