"""Make it an identity, through real clicks; what the worker would say is said by the test, but for the last one."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from explorer.architecture.identity import deepened
from explorer.architecture.notation import from_line
from explorer.architecture.presets import preset
from explorer.engine.training.growth import check_growth
from explorer.gui.design.block_figure import BranchState
from explorer.gui.experiments.identity_panel import IdentityPanel
from explorer.gui.main_window.pages import PAGES
from explorer.gui.widgets.look import theme
from explorer.gui.workers.worker_state import WorkerState
from explorer.gui.workspace import BLOCK
from explorer.runs.commands import Train
from explorer.runs.events import Finished, Started, Verdict
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import list_runs
from explorer.runs.questions.blocks import Effect, Example, Insert, Inserted, Zero, Zeroed
from explorer.runs.questions.pictures import Sheet
from explorer.runs.questions.question import Probe
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from tests.clicks import click
from tests.engine.shades import shades
from tests.events import settle
from tests.gui.paths import block_panel, open_block
from tests.gui.scripted_workers import Played

MINI = preset("mini")
STAYS = "This image is “T-shirt”: the answer stays “T-shirt”, 90 % → 80 %."
SAME = "This image is “Trousers”: the answer is “Trousers 87 %”, before and after."


@pytest.fixture
def played(session, monkeypatch):
    played = Played(session.pool.workers[0], monkeypatch)
    session.document.propose(MINI, "")
    return played


@pytest.fixture
def started(session, monkeypatch):
    runs = []
    monkeypatch.setattr(session.pool.workers[0], "start", runs.append)
    return runs


@pytest.fixture
def experiment(session, played):
    return open_block(session, "layer1.0")


def trained(session, design=MINI, state: str = "finished", accuracy: float = 0.85) -> str:
    folder = RunFolder.create(session.pool.workers[0].runs, design, Recipe(lr=0.3), params=1)
    folder.update(state=state, best_accuracy=accuracy, best_epoch=1)
    folder.close()
    session.pool.workers[0].run_ended.emit()
    return str(folder.path)


def effect(folder: Path, difference: float = 1.25, after: float = 0.6) -> Effect:
    """Two images of one shade each: a trouser that is then taken for a T-shirt, and a T-shirt that stays one."""
    file = folder / "1.uint8"
    file.write_bytes(bytes([40] * 4 + [200] * 4))
    moved = (0.1, 0.87, 0.03), (0.41, 0.39, 0.2)
    return Effect(
        images=2000,
        accuracy_before=0.85,
        accuracy_after=after,
        moved=3 * bool(difference),
        difference=difference,
        equal=not difference,
        file=str(file),
        examples=(
            Example(Sheet("", 0, (2, 2)), 1, (0, 1, 2), *(moved if difference else (moved[0], moved[0]))),
            Example(Sheet("", 4, (2, 2)), 0, (0, 1, 2), (0.9, 0.05, 0.05), (0.8, 0.1, 0.1)),
        ),
    )


def answer(
    played, folder: Path, *identities: str, difference: float = 1.25, after: float = 0.6, step: int | None = None
) -> None:
    """To the last question."""
    question = played.asked(Probe)[-1]
    kind, blocks = (Zeroed, question.blocks) if isinstance(question, Zero) else (Inserted, (question.block,))
    found = kind(blocks=blocks, identities=identities, effect=effect(folder, difference, after), step=step)
    played.answer(question, found)


def test_before_anything_is_asked_it_says_which_network_is_meant(session, experiment):
    assert experiment.subject.text() == "Network: random weights"
    assert not any(each.isVisible() for each in experiment.answers)
    trained(session, accuracy=0.5)
    trained(session)
    trained(session, state="failed", accuracy=0.9)
    trained(session, MINI.change(conv_bias=True), accuracy=0.99)
    assert experiment.subject.text() == "Network: Mini, trained (85.0 %)"


def test_a_branch_goes_to_zero_and_comes_back(session, qtbot, experiment, played, tmp_path):
    folder = trained(session)
    click(qtbot, experiment.zero)
    (question,) = played.asked(Zero)
    assert (question.run, question.design, question.blocks) == (folder, MINI, ("layer1.0",))
    assert question.recipe.lr == 0.3
    assert not experiment.zero.isEnabled()
    assert experiment.reason.text() == "Testing on real images …"
    answer(played, tmp_path, "layer1.0")
    found = experiment.effect
    assert found.heading.text() == "layer1.0 set to zero"
    assert found.words.text() == (
        "Accuracy 85.0 % → 60.0 % on 2,000 images, another answer on 3 of them, largest logit difference 1.25."
    )
    assert found.details.text().startswith("✓ The last norm outputs 0, so the sum is x, and ReLU leaves x ≥ 0")
    assert not experiment.zero.isEnabled()
    click(qtbot, experiment.back)
    assert experiment.trial.zeroed == ()
    assert not experiment.effect.isVisible()
    assert experiment.zero.isEnabled()
    assert session.document.design == MINI


def test_zeroed_blocks_add_up_until_they_are_put_back(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    answer(played, tmp_path, "layer1.0")
    session.document.select("layer2.0.conv1")
    click(qtbot, experiment.zero)
    assert played.asked(Zero)[1].blocks == ("layer1.0", "layer2.0")
    answer(played, tmp_path, "layer1.0")
    assert experiment.effect.heading.text() == "layer2.0 and 1 more set to zero"
    assert experiment.effect.details.text().startswith("✗ No identity: the shape changes from 16×28×28 to 32×14×14")
    assert experiment.trial.zeroed == ("layer1.0", "layer2.0")
    click(qtbot, experiment.back)
    assert experiment.trial.zeroed == ()


def test_one_image_after_the_other_with_its_classes_before_and_after(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    answer(played, tmp_path)
    found = experiment.effect
    Path(found.shown.found.effect.file).unlink()  # as the worker does after a few more
    assert found.answer.text() == "This image is “Trousers”: the answer moved from “Trousers 87 %” to “T-shirt 41 %”."
    assert found.figure.accessibleDescription() == "T-shirt 10 % → 41 %; Trousers 87 % → 39 %; Pullover 3 % → 20 %"
    assert shade(found.figure) == 40
    click(qtbot, found.next)
    assert found.answer.text() == STAYS
    assert shade(found.figure) == 200
    session.use_language("en")
    assert block_panel(session).effect.answer.text() == STAYS
    click(qtbot, block_panel(session).effect.next)
    assert block_panel(session).effect.answer.text().startswith("This image is “Trousers”: the answer moved")


def shade(figure) -> int:
    """That of the image which the figure draws on its left."""
    return figure.grab().toImage().pixelColor(figure.mapFromParent(figure.pos()) + QPoint(10, 10)).lightness()


def test_classes_of_other_data_than_the_network_knows_have_numbers(session, qtbot, experiment, played, tmp_path):
    session.document.propose(MINI.change(classes=12), "")
    click(qtbot, experiment.zero)
    answer(played, tmp_path)
    assert (
        experiment.effect.answer.text()
        == "This image is “class 1”: the answer moved from “class 1 87 %” to “class 0 41 %”."
    )


def test_pictures_that_are_gone_are_said(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    question = played.asked(Zero)[0]
    gone = replace(effect(tmp_path), file=str(tmp_path / "gone"))
    played.answer(question, Zeroed(blocks=question.blocks, identities=(), effect=gone))
    assert "gone: cannot be read: " in experiment.reason.text()
    assert not experiment.effect.isVisible()
    assert experiment.trial.zeroed == ()


def test_an_identity_goes_into_the_design_and_training_goes_on(session, qtbot, experiment, played, started, tmp_path):
    folder = trained(session)
    assert not experiment.continue_training.isVisible()
    click(qtbot, experiment.insert)
    assert [each.block for each in played.asked(Insert)] == ["layer1.1"]
    answer(played, tmp_path, "layer1.1", difference=0.0, after=0.85)
    deeper = deepened(MINI, "layer1.1")
    assert session.document.design == deeper
    assert session.document.selection == "layer1.1"
    assert session.document.undo_stack.undoText() == "Insert an identity block"
    assert experiment.effect.heading.text() == "layer1.1 inserted"
    assert experiment.effect.words.text().startswith("Unchanged to the last bit: all logits of 2,000 images are the")
    assert experiment.effect.answer.text() == SAME
    assert experiment.effect.details.text().startswith("✓")
    assert experiment.subject.text() == "Network: Mini, trained (85.0 %), with layer1.1 inserted"

    session.document.select("layer3.0")
    click(qtbot, experiment.insert)
    second = played.asked(Insert)[1]
    assert (second.run, second.design, second.grown) == (folder, deeper, ("layer1.1",))
    answer(played, tmp_path, "layer3.1", difference=0.0, after=0.85)
    session.document.undo_stack.undo()
    assert experiment.subject.text().endswith("with layer1.1 inserted")
    session.document.undo_stack.undo()
    assert experiment.subject.text() == "Network: Mini, trained (85.0 %)"
    assert not experiment.continue_training.isVisible()
    session.document.undo_stack.redo()
    session.document.undo_stack.redo()
    click(qtbot, experiment.continue_training)
    (order,) = started
    assert (order.design, order.recipe.lr) == (deepened(MINI, "layer1.1", "layer3.1"), 0.3)
    assert order.weights == folder
    check_growth(MINI, order.design, order.grown)


def test_fresh_weights_have_nothing_to_go_on_from(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.insert)
    answer(played, tmp_path, "layer1.1", difference=0.0)
    assert session.document.design == deepened(MINI, "layer1.1")
    assert experiment.subject.text() == "Network: random weights, with layer1.1 inserted"
    assert not experiment.continue_training.isVisible()
    click(qtbot, experiment.zero)
    (question,) = played.asked(Zero)
    assert (question.run, question.design, question.grown) == ("", session.document.design, ("layer1.1",))


def test_another_accuracy_than_the_run_has_is_explained(session, qtbot, experiment, played, tmp_path):
    trained(session, accuracy=0.848)
    click(qtbot, experiment.zero)
    answer(played, tmp_path, "layer1.0")
    assert "Accuracy 85.0 % → 60.0 % on 2,000 images" in experiment.effect.words.text()
    assert experiment.effect.words.text().endswith(
        "The run counted 84.8 %, in its own precision and on all validation images."
    )


def test_another_design_is_another_network(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    session.document.propose(MINI.with_stage(1, blocks=3), "")
    answer(played, tmp_path, "layer1.0")
    assert experiment.trial.latest is None
    click(qtbot, experiment.zero)
    answer(played, tmp_path, "layer1.0")
    session.document.propose(MINI, "")
    assert experiment.trial.zeroed == ()
    assert not experiment.effect.isVisible()


@pytest.mark.parametrize(
    ("state", "why"),
    [("warming", "Loading torch"), ("starting", "is being started"), ("gone", "is not running")],
)
def test_buttons_that_cannot_be_pressed_say_why(session, experiment, state, why):
    session.pool.workers[0].set_state(WorkerState(state))
    assert not experiment.zero.isEnabled()
    assert not experiment.insert.isEnabled()
    assert why in experiment.reason.text()
    assert why in experiment.zero.toolTip()
    assert why in experiment.compare.toolTip()
    session.pool.workers[0].set_state(WorkerState.IDLE)
    assert experiment.zero.isEnabled()
    assert experiment.reason.text() == ""


def test_a_run_under_way_is_asked_and_can_be_asked_again(session, qtbot, experiment, played, tmp_path):
    train(session, played)
    assert experiment.subject.text() == "Network: Mini, as it trains"
    click(qtbot, experiment.zero)
    assert (played.asked(Zero)[0].run, played.asked(Zero)[0].fresh) == ("a-run", False)
    answer(played, tmp_path, "layer1.0", step=412)
    assert experiment.subject.text() == "Network: Mini, after step 412; set to zero: layer1.0"
    click(qtbot, experiment.zero)
    assert [question.blocks for question in played.asked(Zero)] == [("layer1.0",)] * 2
    answer(played, tmp_path, "layer1.0", step=500)
    assert "after step 500" in experiment.subject.text()
    assert experiment.effect.heading.text() == "layer1.0 set to zero, after step 500"


def test_a_block_is_inserted_into_a_run_under_way_which_ends(session, qtbot, experiment, played, started, tmp_path):
    folder = Path(trained(session, state="running"))
    session.workspace.identity_trial.forget_runs()
    train(session, played, folder.name)
    click(qtbot, experiment.insert)
    answer(played, tmp_path, "layer1.1", difference=0.0, step=412)
    assert session.document.design == deepened(MINI, "layer1.1")
    assert experiment.subject.text() == "Network: Mini, after step 412, with layer1.1 inserted"
    assert not experiment.continue_training.isVisible()
    click(qtbot, experiment.zero)
    assert (played.asked(Zero)[0].run, played.asked(Zero)[0].grown) == (folder.name, ("layer1.1",))
    answer(played, tmp_path)
    click(qtbot, experiment.back)
    finished = RunFolder(folder)
    finished.update(state="finished")
    finished.close()
    played.say(Finished(step=500, best_epoch=1, best_accuracy=0.8, seconds=1.0))
    assert session.workspace.identity_trial.origin().run.folder == folder
    assert experiment.continue_training.isVisible()


def test_another_design_than_the_one_that_trains_has_random_weights(session, qtbot, experiment, played):
    train(session, played)
    session.document.propose(MINI.with_stage(1, blocks=3), "")
    assert experiment.subject.text() == "Network: random weights, as this is not the design that trains"
    click(qtbot, experiment.zero)
    assert (played.asked(Zero)[0].run, played.asked(Zero)[0].fresh) == ("", True)


def train(session, played, run: str = "a-run") -> None:
    """Let the worker train the shown design, and go back to the block."""
    session.pool.workers[0].__class__.start(
        session.pool.workers[0], Train(session.document.design, Recipe(), session.pool.runs)
    )
    played.say(Started(run, "", 1, Verdict(True, 1, 1), "cpu", 1000, 2))
    session.document.open_block()  # the curves have opened


def test_a_plain_net_takes_no_identity(session, qtbot, experiment, played, tmp_path):
    session.document.propose(MINI.change(shortcut="none"), "")
    assert not experiment.insert.isEnabled()
    assert "a plain block has no shortcut" in experiment.insert.toolTip()
    click(qtbot, experiment.zero)
    answer(played, tmp_path)
    assert experiment.effect.details.text().startswith("✗ No identity: a plain block has no shortcut")


def test_what_the_worker_refuses_is_said(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    played.refuse(played.asked(Zero)[0], "input: the design takes 3 channels")
    assert experiment.reason.text() == "input: the design takes 3 channels"
    assert experiment.zero.isEnabled()
    assert experiment.trial.zeroed == ()


def test_a_worker_that_dies_of_it_is_followed_by_another_that_is_asked(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    played.die(Sentence("killed"))
    assert "Loading torch" in experiment.reason.text()
    played.greet()
    assert experiment.reason.text() == "Testing on real images …"
    answer(played, tmp_path, "layer1.0")
    assert experiment.trial.zeroed == ("layer1.0",)


def test_another_language_waits_for_the_answer(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    session.use_language("en")
    after = block_panel(session)
    assert after is not experiment
    answer(played, tmp_path, "layer1.0")
    assert after.trial.zeroed == ("layer1.0",)
    assert len(played.asked(Zero)) == 1


def test_a_block_alone_is_no_part_of_a_network(session, qtbot, experiment, played):
    qtbot.mouseClick(session.window.pages.current.alone, Qt.MouseButton.LeftButton)
    assert not experiment.isVisible()
    qtbot.mouseClick(session.window.pages.current.alone, Qt.MouseButton.LeftButton)
    assert experiment.isVisible()


def test_buttons_stay_where_they_are_whatever_is_answered(session, qtbot, experiment, played, tmp_path):
    buttons = (experiment.zero, experiment.insert, experiment.compare)

    def places() -> list[QPoint]:
        settle()
        return [button.mapTo(session.window, QPoint()) for button in buttons]

    trained(session)
    before = places()
    click(qtbot, experiment.zero)
    assert places() == before
    answer(played, tmp_path, "layer1.0")
    assert experiment.back.isVisible()
    assert places() == before
    click(qtbot, experiment.insert)
    answer(played, tmp_path, "layer1.1", difference=0.0)
    assert experiment.continue_training.isVisible()
    assert places() == before


@pytest.mark.parametrize("width", [1000, 450])
def test_a_new_answer_is_in_view(session, qtbot, experiment, played, tmp_path, width):
    view = PAGES[BLOCK].make(session.workspace, session.window.pages)  # alone, as in a window of its own
    qtbot.addWidget(view)
    view.resize(width, 500)
    view.show()
    panel = view.findChild(IdentityPanel)
    click(qtbot, panel.zero)
    answer(played, tmp_path, "layer1.0")
    settle()
    figure = panel.effect.figure
    assert figure.visibleRegion().boundingRect().height() > figure.height() // 2


@pytest.mark.slow
def test_trained_tried_grown_and_trained_further_by_the_real_worker(open_session, qtbot, tmp_path):
    """From random weights to a run with a parent, on a few images of one shade each."""
    design = from_line("basic:1x6x6:3:8x1,16x1/2:stem=cifar,stem_width=8")
    session = open_session(design, warm=True)
    client, experiment = session.pool.workers[0], open_block(session, "layer1.0")
    recipe = shades(tmp_path / "data").change(epochs=1)
    session.workspace.choice.use_data(recipe.data)
    session.workspace.choice.use_recipe(recipe)
    qtbot.waitUntil(lambda: client.state == "idle")
    with qtbot.waitSignal(client.run_ended):
        client.start(Train(design, session.workspace.choice.recipe, client.runs))
    session.document.open_block()  # the curves have opened
    click(qtbot, experiment.zero)
    qtbot.waitUntil(lambda: bool(experiment.trial.zeroed))
    assert experiment.trial.latest.is_identity
    click(qtbot, experiment.back)
    click(qtbot, experiment.insert)
    qtbot.waitUntil(lambda: experiment.trial.can_continue())
    assert experiment.trial.latest.effect.equal
    with qtbot.waitSignal(client.run_ended):
        click(qtbot, experiment.continue_training)
    newest, oldest = list_runs(client.runs)
    assert (newest.parent, newest.design, newest.state) == (oldest.id, deepened(design, "layer1.1"), "finished")
    assert ", trained (" in experiment.subject.text()


def test_an_answer_belongs_to_its_block_and_goes_with_it(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    answer(played, tmp_path, "layer1.0")
    session.document.select("layer2.0")
    assert not experiment.effect.isVisible()
    assert experiment.subject.text() == "Network: random weights; set to zero: layer1.0"
    assert experiment.back.isVisible()
    click(qtbot, experiment.zero)
    answer(played, tmp_path, after=0.1)
    assert "→ 10.0 %" in experiment.effect.words.text()
    session.document.select("layer1.0")
    assert experiment.effect.heading.text() == "layer1.0 set to zero"
    assert "→ 60.0 %" in experiment.effect.words.text()
    session.use_language("en")
    assert block_panel(session).effect.isVisible()
    session.document.select("layer2.0")
    assert "→ 10.0 %" in block_panel(session).effect.words.text()


def test_an_answer_about_other_weights_than_those_of_now_says_so(session, qtbot, experiment, played, tmp_path):
    click(qtbot, experiment.zero)
    answer(played, tmp_path, "layer1.0")
    assert experiment.effect.heading.text() == "layer1.0 set to zero"
    trained(session)
    assert experiment.effect.heading.text() == "layer1.0 set to zero, in other weights than the network has now"
    session.document.select("layer2.0")
    click(qtbot, experiment.zero)
    answer(played, tmp_path)
    assert experiment.effect.heading.text() == "layer2.0 and 1 more set to zero"


def test_an_answer_that_comes_while_another_block_is_shown_waits_for_its_own(
    session, qtbot, experiment, played, tmp_path
):
    click(qtbot, experiment.zero)
    session.document.select("layer3.0")
    answer(played, tmp_path, "layer1.0")
    assert not experiment.effect.isVisible()
    session.document.select("layer1.0")
    assert experiment.effect.isVisible()


def test_the_figure_draws_a_branch_at_zero_and_what_was_inserted(session, qtbot, experiment, played, tmp_path):
    figure = session.window.pages.current.figure
    click(qtbot, experiment.zero)
    answer(played, tmp_path, "layer1.0")
    assert figure.state is BranchState.ZEROED
    assert figure.accessibleDescription().endswith("branch set to zero")
    assert shown_in(figure, theme.colours().bad)
    session.document.select("layer2.0")
    assert figure.state is BranchState.ACTIVE
    assert not shown_in(figure, theme.colours().bad)
    session.document.select("layer1.0")
    assert figure.state is BranchState.ZEROED
    click(qtbot, experiment.insert)
    answer(played, tmp_path, "layer1.1", difference=0.0)
    assert session.document.selection == "layer1.1"
    assert figure.state is BranchState.INSERTED
    assert figure.accessibleDescription().endswith("0 until trained")
    assert shown_in(figure, theme.colours().bad)


def shown_in(widget: QWidget, colour: str) -> bool:
    """Whether any of its pixels has this colour."""
    picture = widget.grab().toImage()
    return any(
        picture.pixelColor(x, y).name() == colour for x in range(picture.width()) for y in range(picture.height())
    )
