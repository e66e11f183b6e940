"""Document: the design, its plan, what was pinned and selected, and the undo stack.

`propose` is the only way in and `changed` the only way out: an editor stores nothing, proposes, and redraws with
everyone else. What equals the current design is no change, which is what ends every echo between controls.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from explorer.architecture.checks import Problem, find_problems
from explorer.architecture.design import Design
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.presets import preset, preset_of, preset_titled

if TYPE_CHECKING:
    from explorer.runs.events import Verdict

_MERGEABLE = 1


class Change(QUndoCommand):
    """One edit; ticks of one `gesture` become one step, and a gesture that comes back to its start becomes none."""

    def __init__(self, document: "Document", after: Design, label: str, gesture: str) -> None:
        super().__init__(label)
        self.document = document
        self.before = document.design
        self.after = after
        self.gesture = gesture

    def id(self) -> int:
        return _MERGEABLE if self.gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Change) or other.gesture != self.gesture:
            return False
        self.after = other.after
        self.setText(other.text())
        self.setObsolete(self.after == self.before)
        return True

    def redo(self) -> None:
        self.document.show_design(self.after)

    def undo(self) -> None:
        self.document.show_design(self.before)


class Document(QObject):
    """What the window is about. Selections are paths: `layer3`, `layer3.1`, `layer3.1.conv2`, or nothing."""

    changed = Signal()
    selection_changed = Signal()
    file_changed = Signal()
    vocabulary_changed = Signal()
    block_opened = Signal()

    def __init__(self, design: Design, path: Path | None = None) -> None:
        super().__init__()
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self.file_changed)
        self.design: Design
        self.plan: Plan
        self.problems: tuple[Problem, ...]
        self.baseline: Plan | None = None
        self.selection = ""
        self.verdicts: dict[Design, Verdict] = {}
        self.path = path
        self.vocabulary = "torchvision"
        self.show_design(called_as(design, path) if path else design)

    def propose(self, design: Design, label: str, gesture: str = "") -> None:
        """Make `design` the current one, as one undoable step called `label`."""
        if design != self.design:
            self.undo_stack.push(Change(self, design, label, gesture))
        elif design.name != self.design.name:  # another name is no other design, and no step
            self.show_design(design)

    def show_design(self, design: Design) -> None:
        """The design becomes the current one, with its plan; only `propose` and undo come here."""
        self.design = design
        self.plan = plan_network(design)
        self.problems = find_problems(self.plan)
        self.changed.emit()

    def select(self, path: str) -> None:
        if path != self.selection:
            self.selection = path
            self.selection_changed.emit()

    def open_block(self) -> None:
        """Let the selected block be seen, by whoever can show it."""
        self.block_opened.emit()

    def use_names(self, vocabulary: str) -> None:
        """Call every part of the network as `vocabulary` does, everywhere."""
        if vocabulary != self.vocabulary:
            self.vocabulary = vocabulary
            self.vocabulary_changed.emit()

    def name_of(self, path: str, plan: Plan | None = None) -> str:
        """What the chosen vocabulary calls the part at `path` of the design, or of another's plan."""
        return VOCABULARIES[self.vocabulary](plan.design if plan else self.design, path)

    def pin(self, plan: Plan | None) -> None:
        """Compare with `plan` from now on, or with nothing."""
        self.baseline = plan
        self.changed.emit()

    def note_verdict(self, design: Design, verdict: "Verdict") -> None:
        """What torchinfo said of `design` when it was built."""
        if self.verdicts.get(design) != verdict:
            self.verdicts[design] = verdict
            self.changed.emit()

    def saved_as(self, path: Path) -> None:
        self.path = path
        self.undo_stack.setClean()
        self.file_changed.emit()

    @property
    def title(self) -> str:
        """The design's name; a preset that was edited says so."""
        return title_of(self.design)


def called_as(design: Design, path: Path) -> Design:
    """`design` from the file at `path`, which it is called as if it has no name."""
    return design if design.name else design.change(name=path.stem[:80])


def title_of(design: Design) -> str:
    """What to call a design: its name, marked where it is a preset's name but not the preset any more."""
    if not design.name:
        known = preset_of(design)
        return preset(known).name if known else QCoreApplication.translate("Document", "Untitled")
    known = preset_titled(design.name)
    if known is None or preset(known) == design:
        return design.name
    return QCoreApplication.translate("Document", "{name} (edited)").format(name=design.name)
