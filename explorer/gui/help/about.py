"""About: the versions of the program and of all it is made of, and the licences."""

import platform
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QCoreApplication, qVersion
from PySide6.QtWidgets import QWidget

from explorer import resources
from explorer.gui.help.text_dialog import TextDialog, aligned
from explorer.resources import resource
from explorer.runs.versions import PACKAGES, installed_version, program_version

_PROGRAM_LICENCE = "resnet-explorer.txt"


def about_dialog(parent: QWidget) -> TextDialog:
    translate = QCoreApplication.translate
    dialog = TextDialog(translate("About", "About ResNet Explorer"), "about", parent)
    licences = "\n\n".join(f"{title}\n\n{text}" for title, text in _licences())
    dialog.show_text(f"{versions_text()}\n\n{licences}")
    return dialog


def versions() -> dict[str, str | None]:
    """Return the versions of Python and of the packages, by their names; None for one that is missing."""
    return {"Python": platform.python_version(), **{name: installed_version(name) for name in PACKAGES}}


def versions_text() -> str:
    rows = {"ResNet Explorer": program_version(), **versions(), "Qt": qVersion()}
    found = ((name, number) for name, number in rows.items() if number)
    return aligned([*found, (platform.system(), platform.platform())])


def _licences() -> Iterator[tuple[str, str]]:
    """Yield the licences of the program, of its icons and of its data: whose, and the text."""
    translate = QCoreApplication.translate
    for title, path in (
        (translate("About", "Licence of the program"), _program_licence()),
        (translate("About", "Licence of the icons"), resource("licences", "lucide.txt")),
        (translate("About", "Licence of the data"), resource("licences", "fashion-mnist.txt")),
    ):
        yield f"— {title} —", path.read_text(encoding="utf-8").strip()


def _program_licence() -> Path:
    """Return the path of the licence: among the resources in a wheel, beside the package in a checkout."""
    inside = resource("licences", _PROGRAM_LICENCE)
    return inside if inside.is_file() else Path(resources.__file__).parent.parent / "LICENSE"
