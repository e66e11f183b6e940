import gc
from weakref import ref

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from explorer.architecture.design import Design
from explorer.architecture.notation import from_toml, to_toml
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.gui.document import Document


def test_equal_is_no_change(qapp):
    document = Document(preset("resnet18"))
    document.propose(preset("resnet18").change(classes=1000), "the same")
    assert document.undo_stack.count() == 0


def test_another_name_is_undone_by_itself_and_kept_by_the_undo_of_what_came_later(qapp):
    document = Document(preset("resnet18"))
    document.propose(document.design.with_stage(0, blocks=3), "edit")
    document.propose(document.design.change(name="Mine"), "rename")
    document.propose(document.design.with_stage(0, blocks=4), "edit")
    document.undo_stack.undo()
    assert (document.design.name, document.design.stages[0].blocks) == ("Mine", 3)
    document.undo_stack.undo()
    assert (document.design.name, document.design.stages[0].blocks) == ("ResNet-18", 3)
    assert not document.undo_stack.isClean()


def test_it_is_garbage_like_any_other(qapp):
    """Which ended the process: Python deleted the changes, and then the stack deleted them again."""
    for _ in range(3):
        document = Document(preset("mini"))
        document.itself = document
        for name in ("resnet18", "resnet34", "resnet50"):
            document.propose(preset(name), name)
        document.undo_stack.undo()
        gone = ref(document)
        del document
        gc.collect()
        assert gone() is None


def test_ticks_of_one_gesture_are_one_step(qapp):
    document = Document(preset("resnet18"))
    for blocks in (3, 4, 5):
        document.propose(document.design.with_stage(2, blocks=blocks), f"Stage 3: {blocks} blocks", "gesture 1")
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Stage 3: 5 blocks"
    document.undo_stack.undo()
    assert document.design == preset("resnet18")


def test_another_gesture_is_another_step(qapp):
    document = Document(preset("resnet18"))
    document.propose(document.design.with_stage(2, blocks=3), "", "gesture 1")
    document.propose(document.design.with_stage(2, blocks=4), "", "gesture 2")
    assert document.undo_stack.count() == 2


def test_a_gesture_that_comes_back_is_dropped(qapp):
    document = Document(preset("resnet18"))
    document.propose(document.design.with_stage(2, blocks=3), "", "gesture 1")
    document.propose(document.design.with_stage(2, blocks=2), "", "gesture 1")
    assert document.undo_stack.count() == 0
    assert document.design == preset("resnet18")


def test_title_marks_an_edited_preset(qapp):
    document = Document(preset("resnet18"))
    assert document.title == "ResNet-18"
    document.propose(document.design.with_stage(0, blocks=3), "")
    assert document.title == "ResNet-18 (edited)"
    document.undo_stack.undo()
    assert document.title == "ResNet-18"
    assert Document(preset("resnet50").change(name="")).title == "ResNet-50"
    assert Document(preset("resnet50").change(name="mine")).title == "mine"


def test_a_restored_document_is_the_one_that_was_left(qapp, tmp_path):
    document = Document(preset("mini"))
    document.open(preset("resnet34"), tmp_path / "mine.toml")
    for blocks in (4, 5):
        document.propose(document.design.with_stage(0, blocks=blocks), f"{blocks} blocks")
    document.pin(document.plan)
    document.select("layer2.0")
    document.undo_stack.undo()
    left = document.state()
    again = Document(left.design)
    again.restore(left)
    assert again.state() == left
    assert (again.path, again.baseline, again.selection) == (tmp_path / "mine.toml", document.baseline, "layer2.0")
    assert (again.undo_stack.undoText(), again.undo_stack.redoText()) == ("4 blocks", "5 blocks")
    assert not again.undo_stack.isClean()
    for _ in range(2):
        again.undo_stack.undo()
    assert (again.design, again.path) == (preset("mini"), None)
    again.undo_stack.redo()
    assert again.undo_stack.isClean()


def test_no_gesture_goes_on_after_a_restart(qapp):
    document = Document(preset("mini"))
    document.propose(document.design.with_stage(0, blocks=2), "", "gesture 1")
    again = Document(document.design)
    again.restore(document.state())
    again.propose(again.design.with_stage(0, blocks=3), "", "gesture 1")
    assert again.undo_stack.count() == 2


def test_a_long_history_forgets_its_oldest_steps(qapp):
    document = Document(preset("mini"))
    for number in range(300):
        document.propose(document.design.with_stage(0, blocks=1 + number % 7), f"step {number}")
    left = document.state()
    assert 100 <= len(left.steps) <= 200
    assert left.clean_index == -1
    again = Document(left.design)
    again.restore(left)
    assert again.state() == left


class Editing(RuleBasedStateMachine):
    """Random edits, undo, redo, save and load: the document always shows the design that a plain list expects."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(preset("mini"))
        self.history: list[Design] = [preset("mini")]
        self.at = 0
        self.saved = ""

    def expect(self, design: Design) -> None:
        if design != self.history[self.at]:
            self.history[self.at + 1 :] = [design]
            self.at += 1

    @rule(stage=st.integers(0, 2), blocks=st.integers(0, 9), width=st.integers(1, 70))
    def edit(self, stage: int, blocks: int, width: int) -> None:
        design = self.document.design.with_stage(stage, blocks=blocks, width=width)
        self.document.propose(design, "edit")
        self.expect(design)

    @rule(shortcut=st.sampled_from(["projection", "pad", "none"]))
    def choose(self, shortcut: str) -> None:
        design = self.document.design.change(shortcut=shortcut)
        self.document.propose(design, "choose")
        self.expect(design)

    @rule()
    def repair(self) -> None:
        for problem in self.document.problems[:1]:
            self.document.propose(problem.repair.design, "repair")
            self.expect(problem.repair.design)

    @rule()
    def undo(self) -> None:
        self.document.undo_stack.undo()
        self.at = max(0, self.at - 1)

    @rule()
    def redo(self) -> None:
        self.document.undo_stack.redo()
        self.at = min(len(self.history) - 1, self.at + 1)

    @rule()
    def save(self) -> None:
        self.saved = to_toml(self.document.design)

    @rule()
    def restart(self) -> None:
        left = self.document.state()
        self.document = Document(left.design)
        self.document.restore(left)

    @precondition(lambda self: self.saved)
    @rule()
    def load(self) -> None:
        design = from_toml(self.saved)
        self.document.propose(design, "open")
        self.expect(design)

    @invariant()
    def shows_what_is_expected(self) -> None:
        assert self.document.design == self.history[self.at]
        assert self.document.plan == plan_network(self.history[self.at])


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=30, stateful_step_count=20)
