"""Menu entries: every order that the menus of a window offer, with the titles of the menus it stands in."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from explorer.gui.widgets.text.language import plain

_FORM = QKeySequence.SequenceFormat.NativeText


class MenuEntry(NamedTuple):
    """One action, and the titles of the menus that lead to it, the outermost first."""

    action: QAction
    menus: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return plain(self.action.text())

    @property
    def place(self) -> str:
        return " ▸ ".join(self.menus)

    @property
    def keys(self) -> str:
        """The keys that trigger the action, as the system writes them: the two Enter keys alike, in Chinese."""
        return ", ".join(dict.fromkeys(keys.toString(_FORM) for keys in self.action.shortcuts()))

    @property
    def tip(self) -> str:
        """The tool tip, if it was given one; Qt makes one of the text for an action without."""
        tip = self.action.toolTip()
        return "" if tip in (self.text, self.action.iconText()) else tip


def entries_of(actions: Iterable[QAction], menus: tuple[str, ...] = ()) -> Iterator[MenuEntry]:
    """Yield the visible entries among the `actions` of a menu or a menu bar, and those of the menus in it."""
    for action in actions:
        if not action.isVisible() or action.isSeparator():
            continue
        below = action.menu()
        if isinstance(below, QMenu):
            below.aboutToShow.emit()  # some menus are filled when they open
            yield from entries_of(below.actions(), (*menus, plain(action.text())))
        else:
            yield MenuEntry(action, menus)
