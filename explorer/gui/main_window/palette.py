"""The command palette: every order of the window, found by its words."""

from collections.abc import Iterable

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from explorer.gui.widgets.input.menu_entries import MenuEntry
from explorer.gui.widgets.input.search_list import Row, SearchList
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import original

_MAX_USED = 30


class Palette(QDialog):
    """Lists the entries, those last used first; Enter triggers one, and Esc closes the list."""

    def __init__(self, entries: Iterable[MenuEntry], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find a command"))
        used = {name: place for place, name in enumerate(_used())}
        self.entries = sorted(entries, key=lambda entry: used.get(_name(entry), len(used)))
        self.list = SearchList(self.windowTitle(), self.tr("Type some of its words"), width=88)
        self.list.accepted.connect(self._trigger)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        column.setSpacing(theme.RHYTHM)
        self.list.show_rows(list(map(self._row, self.entries)))
        self.list.setFocus()

    def _row(self, entry: MenuEntry) -> Row:
        action = entry.action
        is_on = action.isCheckable() and action.isChecked()
        hint = entry.tip if action.isEnabled() else entry.tip or self.tr("Not available now")
        spoken = [entry.text, self.tr("on") if is_on else "", "" if action.isEnabled() else hint]
        return Row(
            texts=(f"✓ {entry.text}" if is_on else entry.text, entry.place, entry.keys.partition(", ")[0]),
            words=f"{_name(entry)} {original(action.text())}",
            hint=hint,
            enabled=action.isEnabled(),
            spoken=", ".join(filter(None, spoken)),
        )

    def _trigger(self, number: int) -> None:
        """Close the list, then do what was ordered, with the focus back where it was."""
        entry = self.entries[number]
        if not entry.action.isEnabled():
            return
        name = _name(entry)
        others = [known for known in _used() if known != name]
        QSettings().setValue("used_commands", [name, *others][:_MAX_USED])
        self.accept()
        QTimer.singleShot(0, entry.action, entry.action.trigger)


def _name(entry: MenuEntry) -> str:
    """Return a name of the entry in English, the same in each language: its menus, and its object name or its text."""
    own = entry.action.objectName() or original(entry.action.text())
    return "/".join((*map(original, entry.menus), own))


def _used() -> list[str]:
    """Return the names of the entries that were last used, the newest first."""
    stored = QSettings().value("used_commands", [])
    return [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
