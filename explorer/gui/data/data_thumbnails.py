"""DataThumbnails: what stands with the images of the chosen data, and with them what the user has decided."""

from pathlib import Path

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_state import DataState
from explorer.gui.data.thumbnails.model import ThumbnailModel
from explorer.gui.data.thumbnails.pictures import ThumbnailPictures
from explorer.gui.widgets.text.language import say, whole
from explorer.paths import real_name
from explorer.runs.data.image_list import ListedImage, Part
from explorer.runs.questions.data import ProblemKind


class DataThumbnails(ThumbnailModel):
    """Files of the chosen data; of which class and part they are stands below them if they differ in that."""

    def __init__(self, data_state: DataState, choice: TrainingChoice, pictures: ThumbnailPictures) -> None:
        super().__init__(pictures)
        self._data_state, self._choice = data_state, choice
        self._data = choice.data  # that the files are of
        self._listed: dict[str, ListedImage] = {}
        self._differ = False  # whether the images are of several classes or parts
        data_state.changed.connect(self._show_decisions)
        choice.chosen.connect(self._note_data)

    def note_files(self) -> None:
        self._data = self._choice.data
        wanted, images = set(self.files), self._data.images
        self._listed = {image.file: image for image in images.images if image.file in wanted} if images else {}
        self._note_decisions()

    def _note_data(self) -> None:
        if self._choice.data != self._data:
            self.show_files(())

    def _note_decisions(self) -> None:
        self.note_decisions(self._data_state.decisions)
        self._differ = len({self._place(file) for file in self.files}) > 1

    def _show_decisions(self) -> None:
        self._note_decisions()
        self.note_changes()

    @property
    def line_count(self) -> int:
        return 2 if self._differ else 1

    def lines(self, file: str) -> tuple[str, ...]:
        """Return the file's name, or which one it is of its class, and what it is of if not all are alike."""
        return self.facts(file)[: self.line_count]

    def facts(self, file: str) -> tuple[str, ...]:
        return self._name(file), self._place(file)

    def path(self, file: str) -> Path | None:
        images = self._data.images
        return images.root / real_name(file) if images else None

    def tip(self, file: str) -> tuple[str, ...]:
        path = self.path(file)
        return str(path) if path else self._name(file), self._place(file)

    def reason(self, file: str) -> str:
        """Return that a file cannot be read, and why, as far as the scan has found that."""
        scanned = self._data_state.scanned
        problems = scanned.problems if scanned else ()
        unreadable = next((each for each in problems if each.kind is ProblemKind.UNREADABLE), None)
        for group, reason in zip(unreadable.groups, unreadable.reasons, strict=False) if unreadable else ():
            if file in group:
                return self.tr("{trouble}: {reason}").format(trouble=self.trouble(file), reason=say(reason.what))
        return self.trouble(file)

    def _name(self, file: str) -> str:
        if self._data.images:
            return file.rpartition("/")[2]
        return self.tr("no. {number}").format(number=whole(int(file.partition("/")[2]) + 1))

    def _class_name(self, file: str) -> str:
        """Return the class of an image, after decisions; empty if it is not known."""
        if name := self.moved_to(file):
            return name
        data = self._data
        if data.images:
            listed = self._listed.get(file)
            return data.images.class_names[listed.label] if listed else ""
        return say(data.class_names[int(file.partition("/")[0])])

    def _place(self, file: str) -> str:
        """Return the class of an image, and its part if the folder says that."""
        listed = self._listed.get(file)
        words = {Part.TRAIN: self.tr("training"), Part.VALIDATION: self.tr("validation"), Part.TEST: self.tr("test")}
        part = words[listed.part] if listed and listed.part else ""
        return " · ".join(filter(None, (self._class_name(file), part)))
