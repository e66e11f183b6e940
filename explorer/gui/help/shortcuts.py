"""The list of keyboard shortcuts, made from the actions themselves, and of what Qt's own boxes and lists understand."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from explorer.gui.widgets.input.menu_entries import MenuEntry
from explorer.gui.widgets.input.search_list import Row, SearchList
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.sentences import translatable


class _Habit(NamedTuple):
    """What a widget understands without an action; `keys` are parted by spaces, a `gesture` is the mouse's."""

    place: str
    text: str
    keys: str = ""
    gesture: str = ""


_EVERYWHERE, _BOXES, _LISTS = translatable("Everywhere"), translatable("Number boxes"), translatable("Choices")
_SLIDERS, _TABLES, _PLOTS = translatable("Sliders"), translatable("Tables"), translatable("Plots")
_DIAGRAM = translatable("Diagram")
_HABITS = (
    _Habit(_EVERYWHERE, translatable("Next control; the one before"), "Tab Shift+Tab"),
    _Habit(_EVERYWHERE, translatable("Close the page, else the lesson, else the presentation"), "Esc"),
    _Habit(_BOXES, translatable("One more; one less"), "Up Down"),
    _Habit(_BOXES, translatable("Ten more; ten less"), "PgUp PgDown"),
    _Habit(_BOXES, translatable("Use the number that was typed"), "Return"),
    _Habit(_BOXES, translatable("One more or less, once the box has been clicked"), gesture=translatable("wheel")),
    _Habit(_LISTS, translatable("The choice before; the next one"), "Up Down"),
    _Habit(_LISTS, translatable("Show all choices, with what they mean"), "Space Alt+Down"),
    _Habit(_SLIDERS, translatable("One step down; one step up"), "Left Right"),
    _Habit(_SLIDERS, translatable("Three steps up; three steps down"), "PgUp PgDown"),
    _Habit(_TABLES, translatable("The row above; the row below"), "Up Down"),
    _Habit(_TABLES, translatable("Select several rows"), "Shift+Up Shift+Down"),
    _Habit(_TABLES, translatable("Fold a row; unfold it"), "Left Right"),
    _Habit(_DIAGRAM, translatable("Select a part; a double click opens a block"), gesture=translatable("click")),
    _Habit(
        _DIAGRAM,
        translatable("A stage's blocks at its top, its width at its right edge, its place at its name"),
        gesture=translatable("drag"),
    ),
    _Habit(_PLOTS, translatable("Zoom"), gesture=translatable("wheel")),
    _Habit(_PLOTS, translatable("Move what is shown"), gesture=translatable("drag")),
    _Habit(_PLOTS, translatable("Show everything again"), gesture=translatable("double click")),
)


class ShortcutsDialog(QDialog):
    """The list, which can be searched by what a key does, by the key, and by where it works."""

    def __init__(self, entries: Iterable[MenuEntry], parent: QWidget) -> None:
        """`entries` are those of the menus; what single widgets understand is found below `parent`."""
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.list = SearchList(self.windowTitle(), self.tr("Search by words or keys"), width=124)
        column = QVBoxLayout(self)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(self.list)
        self.list.show_rows(list(_rows(list(entries), parent)))
        self.list.setFocus()


def _rows(entries: list[MenuEntry], window: QWidget) -> Iterator[Row]:
    listed = {entry.action for entry in entries}
    for entry in entries:
        if entry.keys:
            yield _row(entry.text, entry.keys, entry.place)
    found: dict[tuple[str, str], list[str]] = {}  # some keys do alike, as arrows do
    for action in window.findChildren(QAction):
        owner = action.parent()
        if action not in listed and action.shortcuts() and isinstance(owner, QWidget) and owner.accessibleName():
            found.setdefault((action.text(), owner.accessibleName()), []).append(MenuEntry(action).keys)
    for (text, place), keys in found.items():
        yield _row(text, ", ".join(dict.fromkeys(keys)), place)
    for habit in _HABITS:
        yield _row(say(habit.text), say(habit.gesture) or _native(habit.keys), say(habit.place))


def _row(text: str, keys: str, place: str) -> Row:
    spoken = QCoreApplication.translate("Shortcuts", "{text}: {keys}").format(text=text, keys=keys)
    return Row((text, place, keys), spoken=spoken)


def _native(keys: str) -> str:
    """Return several key sequences as the system writes them."""
    return ", ".join(QKeySequence(each).toString(QKeySequence.SequenceFormat.NativeText) for each in keys.split())
