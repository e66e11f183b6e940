"""CheckDialog: what `check` finds on this computer, looked for in a process of its own, as it imports torch."""

import json
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSettings
from PySide6.QtWidgets import QWidget

from explorer.gui.help.about import versions, versions_text
from explorer.gui.help.error_log import last_errors
from explorer.gui.help.text_dialog import TextDialog, aligned
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.command_process import CommandProcess
from explorer.runs.findings import Findings
from explorer.runs.json_lines import MISREAD, read_record

_LOG_LINES = 40
_LONGEST = 200  # characters of a setting


class CheckDialog(TextDialog):
    """Shows the versions at once, and all findings when they are there."""

    def __init__(self, parent: QWidget, title: str = "", name: str = "check") -> None:
        super().__init__(title or QCoreApplication.translate("CheckDialog", "Check this computer"), name, parent)
        self.show_progress(self.tr("Looking for devices and data; loading torch takes some seconds …"))
        self.show_text(aligned((name, number) for name, number in versions().items() if number))
        self.copy.setEnabled(False)
        self._command = CommandProcess("check", "--json", parent=self)
        self._command.ended.connect(self._show_answer)

    def _show_answer(self, code: int, output: str, errors: str) -> None:
        try:
            found = _findings_text(read_record(Findings, json.loads(output)))
        except MISREAD:
            found = self.tr("The check failed (exit status {code}).").format(code=code) + f"\n{errors or output}"
        self.show_progress("")
        self.show_text(self._compose(found))
        self.copy.setEnabled(True)
        self.copy.setFocus()

    def _compose(self, found: str) -> str:
        """Return the whole text, in which `found` are the findings."""
        return found


class ReportDialog(CheckDialog):
    """The findings with all else that helps to find a fault, to be read before it is passed on."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, QCoreApplication.translate("ReportDialog", "Report"), "report")

    def _compose(self, found: str) -> str:
        parts = (
            (self.tr("Versions"), versions_text()),
            (self.tr("Check"), found),
            (self.tr("Settings"), _settings_text()),
            (self.tr("Last errors"), last_errors(_LOG_LINES)),
        )
        return without_home("\n\n".join(f"— {title} —\n\n{text or '–'}" for title, text in parts))


def _findings_text(findings: Findings) -> str:
    return aligned((say(name), say(words)) for name, words in findings.rows())


def _settings_text() -> str:
    """Return every setting that is a text or a number, one per line."""
    settings = QSettings()
    rows = ((key, settings.value(key)) for key in sorted(settings.allKeys()))
    return aligned((key, str(value)[:_LONGEST]) for key, value in rows if isinstance(value, str | int | float | list))


def without_home(text: str) -> str:
    """Return `text` with ~ for the user's home folder, which often has their name."""
    try:
        home = str(Path.home())
    except RuntimeError:  # there is none
        return text
    return text.replace(home, "~") if len(home) > 1 else text
