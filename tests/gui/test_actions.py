"""Actions: the other ways to start, what each trains beside the design, and why one cannot be had."""

import pytest

from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.runs.folder.run import read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.questions.estimate import Estimate, Estimated
from explorer.runs.recipe import RECIPES, Recipe
from explorer.runs.sides import Side
from tests.gui.paths import measure
from tests.gui.scripted_workers import Played
from tests.needs import needs

MINI = preset("mini")
DEEPER = MINI.with_stage(1, blocks=3)


@pytest.fixture
def session(open_session):
    return open_session(MINI)


@pytest.fixture
def actions(session):
    return session.window.orders


@pytest.fixture
def started(session, monkeypatch):
    """What was ordered; nothing is trained."""
    asked = []
    monkeypatch.setattr(session.pool, "start", asked.append)
    return asked


def test_they_stand_in_one_row_for_the_arrow_and_the_menu(actions):
    assert [action.text() for action in actions.starts.choices] == [
        "Start with its plain twin",
        "Start beside the baseline",
        "Start beside the chosen run",
        "Start with the recipe",
        "Start with another seed",
        "Start with 3 seeds",
        "Start as a study …",
    ]
    below = actions.starts.beside_recipe.menu().actions()
    assert [action.text() for action in below] == [
        name if recipe.batch_size == 64 else f"{name}, at batch size 64" for name, recipe in RECIPES.items()
    ]


def test_beside_the_baseline(session, actions, started):
    assert not actions.starts.beside_baseline.isEnabled()
    assert actions.starts.beside_baseline.toolTip() == "Pin a baseline first"
    actions.pin.trigger()
    assert actions.starts.beside_baseline.toolTip() == "nothing differs: the same network, recipe and seed"
    session.document.propose(DEEPER, "deeper")
    assert actions.starts.beside_baseline.isEnabled()
    actions.starts.beside_baseline.trigger()
    recipe = session.workspace.choice.recipe
    assert started[0].sides == (Side(DEEPER, recipe, 0), Side(MINI, recipe, 0))


def test_a_baseline_of_another_size_is_fitted_to_the_data_as_the_design_is(session, actions, started):
    session.document.propose(preset("resnet34"), "")
    actions.pin.trigger()
    session.document.propose(preset("cifar-resnet20"), "")
    actions.starts.beside_baseline.trigger()
    assert [(side.design.input, side.design.classes) for side in started[0].sides] == [((1, 28, 28), 10)] * 2
    assert session.document.design.input == (1, 28, 28)


def test_a_baseline_with_other_images_cannot_see_the_same_batches(session, actions):
    actions.pin.trigger()
    session.workspace.choice.use_own_size(True)
    session.document.propose(DEEPER.change(input=(1, 32, 32)), "")
    assert not actions.starts.beside_baseline.isEnabled()
    assert (
        actions.starts.beside_baseline.toolTip() == "images of 1×28×28 instead of 1×32×32: both must see the same ones"
    )


def test_a_baseline_that_cannot_be_built(session, actions):
    session.document.propose(MINI.change(groups=2), "")
    assert not any(
        action.isEnabled()
        for action in (actions.starts.twin, actions.starts.another_seed, actions.starts.several_seeds)
    )
    actions.pin.trigger()
    session.document.propose(MINI, "")
    assert actions.starts.another_seed.isEnabled()
    assert actions.starts.beside_baseline.toolTip() == "The baseline cannot be built"


def test_beside_a_run(session, actions, started, tmp_path):
    assert actions.starts.beside_run.toolTip() == "Choose a run in the list first"
    folder = RunFolder.create(tmp_path / "runs", DEEPER.change(name="deeper"), Recipe(), 1)
    folder.close()
    actions.starts.offer_run(read_run(folder.path))
    assert (actions.starts.beside_run.isEnabled(), actions.starts.beside_run.text()) == (
        True,
        "Start beside the run deeper",
    )
    actions.starts.beside_run.trigger()
    assert [side.design for side in started[0].sides] == [MINI, DEEPER]
    actions.starts.offer_run(None)
    assert not actions.starts.beside_run.isEnabled()


def test_with_another_recipe_on_the_same_batches(session, actions, started):
    assert not actions.starts.beside_recipes["quick"].isEnabled()
    assert actions.starts.beside_recipes["quick"].toolTip().startswith("nothing differs")
    choice = session.workspace.choice
    choice.use_recipe(choice.recipe.change(batch_size=32, seed=7))
    assert actions.starts.beside_recipes["best"].text() == "best, at batch size 32"
    actions.starts.beside_recipes["best"].trigger()
    (side,) = started[0].beside
    assert side == Side(MINI, RECIPES["best"].change(epochs=10, batch_size=32, seed=7), 7)


def test_with_other_seeds(session, actions, started):
    actions.starts.another_seed.trigger()
    actions.starts.several_seeds.trigger()
    assert [[side.seed for side in order.sides] for order in started] == [[0, 1], [0, 1, 2]]
    assert {side.recipe.seed for order in started for side in order.sides} == {0}


def test_as_many_as_do_not_fit_into_memory_are_ordered_twice(session, actions, started, monkeypatch):
    played = Played(session.pool.shown, monkeypatch)
    measure(session)
    found = Estimated(device="cpu", memory=needs(6 * 2**30), available_bytes=14 * 2**30, seconds_per_epoch=1.0)
    played.answer(played.asked(Estimate)[0], found)
    actions.starts.another_seed.trigger()
    assert len(started) == 1
    actions.starts.several_seeds.trigger()
    assert (len(started), actions.starts.several_seeds.text()) == (1, "Train all 3 anyway")
    assert actions.start.iconText() == "Train all 3 anyway"
    actions.start.trigger()
    assert [order.anyway for order in started] == [False, True]
    assert actions.starts.several_seeds.text() == "Start with 3 seeds"


def test_the_twin_of_a_plain_network(session, actions, started):
    session.document.propose(twin_of(MINI), "")
    assert actions.starts.twin.text() == "Start with its residual twin"
    actions.starts.twin.trigger()
    assert [side.design.plain for side in started[0].sides] == [True, False]
