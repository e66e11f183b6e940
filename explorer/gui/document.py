"""Document: the design, its plan, the baseline, the selection and the undo stack.

Its `state` is kept from one start to the next.

`propose` is the only way to change the design and `changed` the only way to hear of it: an editor stores nothing,
proposes, and redraws with all other views. An equal design is no change, which ends every echo between controls.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import proxy

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack
from shiboken6 import isValid

from explorer.architecture.checks import Problem, find_problems
from explorer.architecture.design import Design
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.presets import preset, preset_of, preset_titled
from explorer.gui.saved_session import DocumentState, Step
from explorer.gui.widgets.text.language import say
from explorer.sentences import translatable

if TYPE_CHECKING:
    from explorer.runs.events import Verdict
    from explorer.runs.folder.run import Run

_AGAIN = translatable("again")  # of a run that repeats another one on changed data
_MERGEABLE = 1
_MAX_STEPS = 200  # undo steps; older ones are forgotten


class Change(QUndoCommand):
    """One edit; the edits of one `gesture` become one undo step, and none if they end where they began.

    If it opens another file, undo goes back to the file before, so that Save does not overwrite the other one.
    """

    def __init__(self, document: "Document", before: Design, step: Step, gesture: str = "") -> None:
        super().__init__(step.label)
        self.document = proxy(document)  # whose stack has this change, and which would not end before it
        self.before, self.step, self.gesture = before, step, gesture

    def id(self) -> int:
        return _MERGEABLE if self.gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Change) or other.gesture != self.gesture:
            return False
        self.step = replace(other.step, opened=self.step.opened)
        self.setText(other.text())
        self.setObsolete(_alike(self.step.design, self.before))
        return True

    def redo(self) -> None:
        self._show(self.step.design, 1)

    def undo(self) -> None:
        self._show(self.before, 0)

    def _show(self, design: Design, side: int) -> None:
        if self.document.is_restoring:
            return
        if self.step.opened:
            self.document.belong_to(self.step.opened[side])
        self.document.show_design(design)


class _UndoStack(QUndoStack):
    """Deletes its changes itself when Python finds it as garbage, which else deletes them first, and it once more."""

    def __del__(self) -> None:
        if isValid(self):
            self.blockSignals(True)
            self.clear()


class Document(QObject):
    """The design that the window shows. A selection is a path: `layer3`, `layer3.1`, `layer3.1.conv2`, or empty."""

    changed = Signal()
    selection_changed = Signal()
    file_changed = Signal()
    vocabulary_changed = Signal()
    block_opened = Signal()

    def __init__(self, design: Design, path: Path | None = None) -> None:
        super().__init__()
        self.undo_stack = _UndoStack(self)
        self.undo_stack.setUndoLimit(_MAX_STEPS)
        self.is_restoring = False
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
        """Make `design` the current one, as one undoable step called `label`.

        A new name alone is a step too, although the design is equal: undo of an earlier step would change the name.
        """
        if not _alike(design, self.design):
            self.undo_stack.push(Change(self, self.design, Step(label, design), gesture))

    def open(self, design: Design, path: Path | None) -> None:
        """Make `design`, saved in the file at `path` or in none, the current one, as one undoable step."""
        if path:
            design = called_as(design, path)
        if not _alike(design, self.design):
            label = QCoreApplication.translate("Document", "Open {name}")
            step = Step(label.format(name=path.name if path else title_of(design)), design, opened=(self.path, path))
            self.undo_stack.push(Change(self, self.design, step))
        self.saved_as(path)

    def state(self) -> DocumentState:
        """Return what `restore` needs."""
        stack = self.undo_stack
        changes = [change for number in range(stack.count()) if isinstance(change := stack.command(number), Change)]
        return DocumentState(
            first=changes[0].before if changes else self.design,
            steps=tuple(change.step for change in changes),
            index=stack.index(),
            clean_index=stack.cleanIndex(),
            path=self.path,
            baseline=self.baseline.design if self.baseline else None,
            selection=self.selection,
        )

    def restore(self, state: DocumentState) -> None:
        """Restore all but the shown design, with which the document was made; no view may show it yet.

        No step has a gesture any more, so none merges with a later edit.
        """
        stack, before = self.undo_stack, state.first
        self.is_restoring = True
        for step in state.steps:
            stack.push(Change(self, before, step))
            before = step.design
        stack.setIndex(state.clean_index)
        if state.clean_index < 0:
            stack.resetClean()
        else:
            stack.setClean()
        stack.setIndex(state.index)
        self.is_restoring = False
        self.path, self.selection = state.path, state.selection
        self.baseline = plan_network(state.baseline) if state.baseline else None

    def show_design(self, design: Design) -> None:
        """Make `design` the current one and plan it; only `propose` and the undo stack call this."""
        self.design = design
        self.plan = plan_network(design)
        self.problems = find_problems(self.plan)
        self.changed.emit()

    def select(self, path: str) -> None:
        if path != self.selection:
            self.selection = path
            self.selection_changed.emit()

    def open_block(self) -> None:
        """Emit `block_opened`, at which the window shows the selected block."""
        self.block_opened.emit()

    def use_names(self, vocabulary: str) -> None:
        """Call every part of the network as `vocabulary` does, everywhere."""
        if vocabulary != self.vocabulary:
            self.vocabulary = vocabulary
            self.vocabulary_changed.emit()

    def name_of(self, path: str, plan: Plan | None = None) -> str:
        """Return what the chosen vocabulary calls the part at `path` of the design, or of the design of `plan`."""
        return VOCABULARIES[self.vocabulary](plan.design if plan else self.design, path)

    def pin(self, plan: Plan | None) -> None:
        """Make `plan` the baseline to compare with, or none."""
        self.baseline = plan
        self.changed.emit()

    def note_verdict(self, design: Design, verdict: "Verdict") -> None:
        """Note what torchinfo said of `design` when a worker built it."""
        if self.verdicts.get(design) != verdict:
            self.verdicts[design] = verdict
            self.changed.emit()

    def belong_to(self, path: Path | None) -> None:
        """Make the file at `path` the one that Save writes; None for none."""
        self.path = path
        self.file_changed.emit()

    def saved_as(self, path: Path | None) -> None:
        """Note that the design is in the file at `path` as it is now, or that it came from elsewhere as it is now."""
        self.undo_stack.setClean()
        self.belong_to(path)

    @property
    def fatal(self) -> Problem | None:
        """The first problem that keeps the design from being built, or None."""
        return next((problem for problem in self.problems if problem.fatal), None)

    @property
    def title(self) -> str:
        """The design's name; a preset that was edited says so."""
        return title_of(self.design)


def called_as(design: Design, path: Path) -> Design:
    """Return `design`, named like the file at `path` if it has no name of its own."""
    return design if design.name else design.change(name=path.stem[:80])


def _alike(one: Design, other: Design) -> bool:
    """Return whether two designs are equal and have the same name."""
    return (one, one.name) == (other, other.name)


def title_of_run(run: "Run") -> str:
    """Return the name that the user has given a run, or its design's title with what sets it apart from others."""
    title, label = title_of(run.design), say(run.label or (_AGAIN if run.again else ""))
    return run.name or (title if not label or label in title else f"{title} · {label}")


def title_of(design: Design) -> str:
    """Return the title of a design: its name, marked as edited if a preset has that name but is another design."""
    if not design.name:
        known = preset_of(design)
        return preset(known).name if known else QCoreApplication.translate("Document", "Untitled")
    known = preset_titled(design.name)
    if known is None or preset(known) == design:
        return design.name
    return QCoreApplication.translate("Document", "{name} (edited)").format(name=design.name)
