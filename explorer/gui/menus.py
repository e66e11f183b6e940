"""Menus that are made when they open."""

from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from explorer.architecture.presets import preset, preset_families
from explorer.gui.document import Document


def fill_preset_menu(menu: QMenu, document: Document) -> None:
    """Every preset below the heading of its family; each is one undoable step."""
    if not menu.isEmpty():
        return
    for heading, names in preset_families().items():
        menu.addSection(heading)
        for name in names:
            design = preset(name)
            label = QCoreApplication.translate("Window", "Preset {name}").format(name=design.name)
            action = menu.addAction(design.name, partial(document.propose, design, label))
            action.setObjectName(name)
            action.setToolTip(name)
    menu.setToolTipsVisible(True)
