"""The menu of what can be added to a comparison: the baseline, presets, runs, networks of torchvision, a file."""

from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from explorer.architecture.notation import OPENED, load_design
from explorer.architecture.presets import preset, preset_families
from explorer.gui.compare.compare_state import CompareState
from explorer.gui.compare.subject import BASELINE, CURRENT, Subject, SubjectKind
from explorer.gui.document import title_of_run
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.text.language import say
from explorer.runs.columns import OUTSIDE
from explorer.runs.folder.survey import list_runs
from explorer.validation import Refused

_MOST_RUNS = 20  # the newest; more would not fit a screen
GOOGLENET = Subject(SubjectKind.OUTSIDE, "googlenet")


def preset_subject(name: str) -> Subject:
    design = preset(name)
    return Subject(SubjectKind.DESIGN, design.name, design)


class AddMenu(QMenu):
    """The menu, filled when it opens; a file that cannot be read is told to the state."""

    def __init__(self, state: CompareState, runs: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._runs = state, runs
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        self._add(self, self.tr("Current design"), CURRENT)
        baseline = self._add(self, self.tr("Baseline"), BASELINE)
        baseline.setEnabled(baseline.isEnabled() and self._state.document.baseline is not None)
        self._add(self, OUTSIDE[GOOGLENET.name], GOOGLENET)
        self.addSeparator()
        presets = self.addMenu(self.tr("Preset"))
        for heading, names in preset_families().items():
            presets.addSection(say(heading))
            for name in names:
                self._add(presets, preset(name).name, preset_subject(name))
        self._add_runs(self.addMenu(self.tr("Run")))
        others = self.addMenu("torchvision")
        for name, title in OUTSIDE.items():
            self._add(others, title, Subject(SubjectKind.OUTSIDE, name))
        connect_order(self.addAction(self.tr("File …")), self._ask_file)

    def _add_runs(self, menu: QMenu) -> None:
        runs = [run for run in list_runs(self._runs) if not run.hidden][:_MOST_RUNS]
        for run in runs:
            text = f"{title_of_run(run)} · {run.created:%Y-%m-%d %H:%M}"
            connect_order(menu.addAction(text), partial(self._state.add_run, run))
        menu.setEnabled(bool(runs))

    def _add(self, menu: QMenu, text: str, subject: Subject) -> QAction:
        """Add an entry that adds a column; one that is there already cannot be chosen."""
        action = menu.addAction(text)
        action.setObjectName(subject.name or subject.kind)
        action.setEnabled(subject not in self._state.subjects)
        connect_order(action, partial(self._state.add, subject))
        return action

    def _ask_file(self) -> None:
        kinds = self.tr("Designs (*{suffix})").format(suffix=" *".join(OPENED))
        name, _ = QFileDialog.getOpenFileName(self.parentWidget(), self.tr("Open design"), "", kinds)
        if not name:
            return
        path = Path(name)
        try:
            self._state.add(Subject(SubjectKind.DESIGN, path.name, load_design(path)))
        except Refused as refused:
            self._state.refuse(refused.sentence)
