"""Make it an identity, through real clicks; what the worker would say is said by the test, but for the last one."""

import pytest
from PySide6.QtCore import Qt

from explorer.architecture.identity import deepened
from explorer.architecture.notation import from_line
from explorer.architecture.presets import preset
from explorer.engine.training.growth import check_growth
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.answers import Insert, Inserted, Logits, Probe, Zero, Zeroed
from explorer.runs.commands import Train
from explorer.runs.folder import RunFolder, list_runs
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from tests.clicks import click
from tests.engine.shades import shades
from tests.events import settle
from tests.gui.paths import block_panel, open_block
from tests.gui.scripted_workers import Played

MINI = preset("mini")


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


def answer(played, *identities: str, difference: float = 1.25, after: float = 0.6) -> None:
    """To the last question."""
    question = played.asked(Probe)[-1]
    kind, blocks = (Zeroed, question.blocks) if isinstance(question, Zero) else (Inserted, (question.block,))
    found = kind(
        blocks=blocks,
        identities=identities,
        accuracy_before=0.85,
        accuracy_after=after,
        images=2000,
        difference=difference,
        equal=not difference,
        rows=(Logits(1, (0.5, 2.0), (0.25, -1.0)), Logits(0, (3.0, 2.0), (7.5, 1.0))),
    )
    played.answer(question, found)


def test_before_anything_is_asked_it_says_which_network_is_meant_in_one_line(session, experiment):
    assert experiment.subject.text() == "Network: random weights"
    assert not any(each.isVisible() for each in (experiment.finding, experiment.reason, experiment.logits))
    trained(session, accuracy=0.5)
    trained(session)
    trained(session, state="failed", accuracy=0.9)
    trained(session, MINI.change(conv_bias=True), accuracy=0.99)
    assert experiment.subject.text() == "Network: Mini, trained (85.0 %)"
    assert experiment.height() < 3 * experiment.fontMetrics().lineSpacing()


def test_a_branch_goes_to_zero_and_comes_back(session, qtbot, experiment, played):
    folder = trained(session)
    click(qtbot, experiment.zero)
    (question,) = played.asked(Zero)
    assert (question.run, question.design, question.blocks) == (folder, MINI, ("layer1.0",))
    assert question.recipe.lr == 0.3
    assert not experiment.zero.isEnabled()
    assert experiment.reason.text() == "Testing on real images …"
    answer(played, "layer1.0")
    assert "layer1.0 set to zero: accuracy 85.0 % → 60.0 % on 2,000 images" in experiment.finding.text()
    assert experiment.finding.text().endswith("largest logit difference 1.25")
    assert experiment.reason.text().startswith("✓ The last norm outputs 0, so the sum is x, and ReLU leaves x ≥ 0")
    assert not experiment.zero.isEnabled()
    click(qtbot, experiment.back)
    assert experiment.trial.zeroed == ()
    assert not experiment.finding.isVisible()
    assert experiment.zero.isEnabled()
    assert session.document.design == MINI


def test_zeroed_blocks_add_up_until_they_are_put_back(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    answer(played, "layer1.0")
    session.document.select("layer2.0.conv1")
    click(qtbot, experiment.zero)
    assert played.asked(Zero)[1].blocks == ("layer1.0", "layer2.0")
    answer(played, "layer1.0")
    assert experiment.finding.text().startswith("layer2.0 and 1 more set to zero")
    assert experiment.reason.text().startswith("✗ No identity: the shape changes from 16×28×28 to 32×14×14")
    assert experiment.trial.zeroed == ("layer1.0", "layer2.0")
    click(qtbot, experiment.back)
    assert experiment.trial.zeroed == ()


def test_the_logits_of_one_image_after_the_other(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    answer(played)
    assert "Trouser" in experiment.logits.text()
    assert "<b>2.00</b>" in experiment.logits.text()
    click(qtbot, experiment.next)
    assert "T-shirt" in experiment.logits.text()
    assert "<b>7.50</b>" in experiment.logits.text()
    click(qtbot, experiment.next)
    assert "Trouser" in experiment.logits.text()


def test_an_identity_goes_into_the_design_and_training_goes_on(session, qtbot, experiment, played, started):
    folder = trained(session)
    assert not experiment.continue_training.isVisible()
    click(qtbot, experiment.insert)
    assert [each.block for each in played.asked(Insert)] == ["layer1.1"]
    answer(played, "layer1.1", difference=0.0, after=0.85)
    deeper = deepened(MINI, "layer1.1")
    assert session.document.design == deeper
    assert session.document.selection == "layer1.1"
    assert session.document.undo_stack.undoText() == "Insert an identity block"
    assert experiment.finding.text().endswith("largest logit difference 0, bit for bit")
    assert experiment.reason.text().startswith("✓")
    assert experiment.subject.text() == "Network: Mini, trained (85.0 %), with layer1.1 inserted"

    session.document.select("layer3.0")
    click(qtbot, experiment.insert)
    second = played.asked(Insert)[1]
    assert (second.run, second.design, second.grown) == (folder, deeper, ("layer1.1",))
    answer(played, "layer3.1", difference=0.0, after=0.85)
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
    assert order.init_from == folder
    check_growth(MINI, order.design, order.grown)


def test_fresh_weights_have_nothing_to_go_on_from(session, qtbot, experiment, played):
    click(qtbot, experiment.insert)
    answer(played, "layer1.1", difference=0.0)
    assert session.document.design == deepened(MINI, "layer1.1")
    assert experiment.subject.text() == "Network: random weights, with layer1.1 inserted"
    assert not experiment.continue_training.isVisible()
    click(qtbot, experiment.zero)
    (question,) = played.asked(Zero)
    assert (question.run, question.design, question.grown) == ("", session.document.design, ("layer1.1",))


def test_another_accuracy_than_the_run_has_is_explained(session, qtbot, experiment, played):
    trained(session, accuracy=0.848)
    click(qtbot, experiment.zero)
    answer(played, "layer1.0")
    assert "accuracy 85.0 % → 60.0 % on 2,000 images" in experiment.finding.text()
    assert experiment.finding.text().endswith(
        "The run counted 84.8 %, in its own precision and on all validation images."
    )


def test_another_design_is_another_network(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    session.document.propose(MINI.with_stage(1, blocks=3), "")
    answer(played, "layer1.0")
    assert experiment.trial.outcome is None
    click(qtbot, experiment.zero)
    answer(played, "layer1.0")
    session.document.propose(MINI, "")
    assert experiment.trial.zeroed == ()
    assert not experiment.finding.isVisible()


@pytest.mark.parametrize(
    ("state", "why"),
    [("warming", "Loading torch"), ("running", "A run is in progress"), ("gone", "is not running")],
)
def test_buttons_that_cannot_be_pressed_say_why(session, experiment, state, why):
    session.pool.workers[0].set_state(WorkerState(state))
    assert not experiment.zero.isEnabled()
    assert not experiment.insert.isEnabled()
    assert why in experiment.reason.text()
    assert why in experiment.zero.toolTip()
    session.pool.workers[0].set_state(WorkerState.IDLE)
    assert experiment.zero.isEnabled()
    assert not experiment.reason.isVisible()


def test_a_plain_net_takes_no_identity(session, qtbot, experiment, played):
    session.document.propose(MINI.change(shortcut="none"), "")
    assert not experiment.insert.isEnabled()
    assert "a plain block has no shortcut" in experiment.insert.toolTip()
    click(qtbot, experiment.zero)
    answer(played)
    assert experiment.reason.text().startswith("✗ No identity: a plain block has no shortcut")


def test_what_the_worker_refuses_is_said(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    played.refuse(played.asked(Zero)[0], "input: the design takes 3 channels")
    assert experiment.reason.text() == "input: the design takes 3 channels"
    assert experiment.zero.isEnabled()
    assert experiment.trial.zeroed == ()


def test_a_worker_that_dies_of_it_is_followed_by_another_that_is_asked_again(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    played.die(Sentence("killed"))
    assert "Loading torch" in experiment.reason.text()
    played.greet()
    assert experiment.reason.text() == "Testing on real images …"
    answer(played, "layer1.0")
    assert experiment.trial.zeroed == ("layer1.0",)


def test_another_language_waits_for_the_answer(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    session.use_language("en")
    after = block_panel(session)
    assert after is not experiment
    answer(played, "layer1.0")
    assert after.trial.zeroed == ("layer1.0",)
    assert len(played.asked(Zero)) == 1


def test_a_block_alone_is_no_part_of_a_network(session, qtbot, experiment, played):
    qtbot.mouseClick(session.window.pages.current.alone, Qt.MouseButton.LeftButton)
    assert not experiment.isVisible()
    qtbot.mouseClick(session.window.pages.current.alone, Qt.MouseButton.LeftButton)
    assert experiment.isVisible()


def test_the_diagram_gives_way_to_what_was_found(session, qtbot, experiment, played):
    window = session.window
    window.resize(1100, 700)
    settle()
    click(qtbot, experiment.zero)
    answer(played, "layer1.0")
    settle()
    view = window.pages.current
    assert view.figure.height() >= view.figure.minimumSizeHint().height()
    assert view.rect().contains(experiment.geometry())
    assert experiment.rect().contains(experiment.logits.geometry())


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
    click(qtbot, experiment.zero)
    qtbot.waitUntil(lambda: bool(experiment.trial.zeroed))
    assert experiment.trial.outcome.is_identity
    click(qtbot, experiment.back)
    click(qtbot, experiment.insert)
    qtbot.waitUntil(lambda: experiment.trial.can_continue())
    assert experiment.trial.outcome.difference == 0.0
    with qtbot.waitSignal(client.run_ended):
        click(qtbot, experiment.continue_training)
    newest, oldest = list_runs(client.runs)
    assert (newest.parent, newest.design, newest.state) == (oldest.id, deepened(design, "layer1.1"), "finished")
    assert ", trained (" in experiment.subject.text()


def test_the_outcome_of_another_block_is_not_shown_beside_this_one(session, qtbot, experiment, played):
    click(qtbot, experiment.zero)
    answer(played, "layer1.0")
    assert experiment.finding.isVisible()
    session.document.select("layer2.0")
    assert not any(each.isVisible() for each in (experiment.finding, experiment.logits, experiment.next))
    assert experiment.subject.text() == "Network: random weights; set to zero: layer1.0"
    assert experiment.back.isVisible()
    session.document.select("layer1.0")
    assert experiment.finding.isVisible()
