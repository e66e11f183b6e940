"""DiagramKeys: what the keys do while the diagram has the focus: walk along the network, open blocks, edit a stage."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from explorer.gui.design.outline import RUN
from explorer.gui.design.stage_edits import Gesture, StageEdits, selected_stage
from explorer.gui.diagram.diagram import Diagram
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.text.language import short
from explorer.gui.widgets.text.spoken import speak


class DiagramKeys(QObject):
    """The keys of one diagram, as actions; those that edit a stage have the selected one edited."""

    def __init__(self, diagram: Diagram) -> None:
        super().__init__(diagram)
        self._diagram, self._document = diagram, diagram.document
        self._edits, self._gesture = StageEdits(diagram.document), Gesture(self)
        add_keys(diagram, self.tr("Select the part before"), lambda: self._walk(-1), "Left")
        add_keys(diagram, self.tr("Select the next part"), lambda: self._walk(1), "Right")
        add_keys(diagram, self.tr("Open the selected block"), self._open_selection, "Return", "Enter")
        add_keys(diagram, self.tr("Unfold or fold the equal blocks of the stage"), self._toggle_selection, "Space")
        self._add_edit(
            self.tr("One block more in the selected stage"), lambda stage: self._add_blocks(stage, 1), "+", "="
        )
        self._add_edit(self.tr("One block less in the selected stage"), lambda stage: self._add_blocks(stage, -1), "-")
        self._add_edit(self.tr("Make the selected stage wider"), lambda stage: self._widen(stage, 1), "Ctrl+Right")
        self._add_edit(self.tr("Make the selected stage narrower"), lambda stage: self._widen(stage, -1), "Ctrl+Left")
        to_input, to_output = (
            self.tr("Move the selected stage towards the input"),
            self.tr("Move the selected stage towards the output"),
        )
        self._add_edit(to_input, lambda stage: self._edits.move(stage, stage - 1), "Alt+Shift+Left")
        self._add_edit(to_output, lambda stage: self._edits.move(stage, stage + 1), "Alt+Shift+Right")
        self._add_edit(self.tr("Add a stage after the selected one"), self._edits.add_after, "Ins")
        self._add_edit(self.tr("Remove the selected stage"), self._edits.remove, "Del")

    def _add_edit(self, text: str, edit: Callable[[int], object], *keys: str) -> None:
        add_keys(self._diagram, text, lambda: self._edit_selected(edit), *keys)

    def _edit_selected(self, edit: Callable[[int], object]) -> None:
        """Edit the selected stage, if one is, and say what the network has become."""
        index, before = selected_stage(self._document), self._document.design
        if index is None:
            return
        edit(index)
        self._diagram.reveal_chosen()
        plan = self._document.plan
        if plan.design != before:
            words = self.tr("{edit}: {params} parameters, {macs} MACs")
            edited = self._document.undo_stack.undoText()
            speak(self._diagram, words.format(edit=edited, params=short(plan.params), macs=short(plan.macs)))

    def _add_blocks(self, index: int, blocks: int) -> None:
        self._edits.add_blocks(index, blocks, self._gesture.name())

    def _widen(self, index: int, steps: int) -> None:
        self._edits.step(index, "width", self._document.design.stages[index].width, steps, self._gesture.name())

    def _walk(self, step: int) -> None:
        """Select the part that is `step` places from the selected one."""
        paths, chosen = self._diagram.paths, self._document.selection
        place = paths.index(chosen) + step if chosen in paths else 0
        if paths:
            self._document.select(paths[max(0, min(place, len(paths) - 1))])
            self._diagram.reveal_chosen()

    def _open_selection(self) -> None:
        chosen = self._document.selection
        if chosen.endswith(RUN) and chosen not in self._diagram.opened:
            self._diagram.toggle(chosen)
        elif chosen.startswith("layer"):
            self._document.open_block()

    def _toggle_selection(self) -> None:
        if (run := f"{self._document.selection.partition('.')[0]}.1{RUN}") in self._diagram.badges:
            self._diagram.toggle(run)
