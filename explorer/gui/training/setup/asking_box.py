"""Boxes of the training panel: a list of values in words; some entries ask for more, such as a folder."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox


class AskingBox(QComboBox):
    """A list in which some entries open a dialog or an offer, so that keys do not step through them.

    They open the list instead.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.showPopup()
        else:
            super().keyPressEvent(event)


def fill_box(box: QComboBox, entries: Mapping[str, str], chosen: str) -> None:
    """Let `box` offer `entries`, the texts by their values, and show the chosen one."""
    if entries != {box.itemData(number): box.itemText(number) for number in range(box.count())}:
        box.clear()
        for value, words in entries.items():
            box.addItem(words, value)
    box.setCurrentIndex(box.findData(chosen))
    box.setToolTip(chosen if _is_path(chosen) else "")


def names_of_paths(paths: list[str]) -> dict[str, str]:
    """Return a short name for each path, with its folder's name where two would be alike."""
    names = {path: _parts(path)[-1] for path in paths}
    alike = [name for name in names.values() if [*names.values()].count(name) > 1]
    return {path: "/".join(_parts(path)[-2:]) if name in alike else name for path, name in names.items()}


def _parts(path: str) -> list[str]:
    return path.replace("\\", "/").rstrip("/").split("/")


def _is_path(value: str) -> bool:
    return len(_parts(value)) > 1
