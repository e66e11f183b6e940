"""Menus of choices, of which one is checked."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from explorer.gui.widgets.input.typed import connect_order


def fill_choices(menu: QMenu, choices: Mapping[str, str], chosen: str, choose: Callable[[str], object]) -> None:
    """Add an entry to `menu` for each of `choices`, a mapping of values to words; the `chosen` one is checked."""
    group = QActionGroup(menu)
    for value, words in choices.items():
        action = menu.addAction(words)
        connect_order(action, partial(choose, value))
        action.setObjectName(value)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        group.addAction(action)


def show_choice(menu: QMenu, chosen: str) -> None:
    """Check the entry of `chosen`, which may have been chosen elsewhere."""
    for action in menu.actions():
        action.setChecked(action.objectName() == chosen)
