"""The menu of presets, made from the files in resources/presets."""

from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

from explorer.architecture.presets import preset, preset_families
from explorer.gui.document import Document
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.text.language import say
from explorer.sentences import translatable

# Families are named by their folders, which lupdate does not read; one that is missing here is not translated.
FAMILIES = (
    translatable("chapter"),
    translatable("wide"),
    translatable("pre-activation"),
    translatable("small"),
)


def fill_preset_menu(menu: QMenu, document: Document) -> None:
    """Add every preset below the heading of its family; opening one is one undoable step."""
    if not menu.isEmpty():
        return
    for heading, names in preset_families().items():
        menu.addSection(say(heading))
        for name in names:
            design = preset(name)
            label = QCoreApplication.translate("Window", "Preset {name}").format(name=design.name)
            action = menu.addAction(design.name)
            connect_order(action, partial(document.propose, design, label))
            action.setObjectName(name)
            action.setToolTip(name)
    menu.setToolTipsVisible(True)
