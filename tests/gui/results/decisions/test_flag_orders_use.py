"""Trained, flagged, trained again: the real window and the real worker."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QPushButton

from explorer.architecture.presets import preset
from explorer.gui.results.decisions.flag_orders import FlagOrders
from explorer.runs.commands import Train
from explorer.runs.data.decisions import Decisions, Move
from explorer.runs.folder.run import Run
from explorer.runs.folder.survey import find_run
from explorer.runs.recipe import Recipe
from tests.clicks import click
from tests.planted import fingerprint

DESIGN = preset("mini").change(input=(3, 16, 16), classes=3)


@pytest.fixture
def photos(tmp_path, monkeypatch) -> Path:
    """Thirty-six colour images in three classes."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    for label, name in enumerate(("cat", "dog", "owl")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(12):
            image = Image.new("RGB", (16, 16), (80 * label, 20 * number, 90))
            image.save(tmp_path / "photos" / name / f"{number:02}.png")
    return tmp_path / "photos"


@pytest.mark.uses
def test_a_run_is_repeated_without_and_with_what_was_flagged(open_session, qtbot, photos):
    session = open_session(warm=True)
    client, workspace = session.pool.workers[0], session.workspace
    before = fingerprint(photos)

    def ended() -> Run:
        """The run that is under way, once it has ended."""
        qtbot.waitUntil(lambda: bool(client.run and client.run.outcome))
        assert client.run
        return find_run(client.run.id, client.runs)

    recipe = Recipe(data=str(photos), epochs=1, batch_size=8, device="cpu")
    session.pool.start(Train(DESIGN, recipe, session.pool.runs))
    first = ended()
    workspace.run_history.reload()
    workspace.run_history.choose([first.id])
    row = FlagOrders(workspace.results_state, workspace.decided_images, workspace.choice, session.window.orders)
    row.setParent(session.window)
    row.show()
    qtbot.waitUntil(lambda: row.images.decided is not None)

    def press(name: str) -> None:
        click(qtbot, row.findChild(QPushButton, name))

    def again(run: Run) -> Run:
        """What comes of Train again while `run` is shown."""
        workspace.run_history.choose([run.id])
        press("train_again")
        qtbot.waitUntil(lambda: bool(client.run and client.run.id not in (first.id, run.id)))
        return ended()

    workspace.results_state.select(["cat/00.png", "cat/01.png"])
    press("leave_out_results")
    workspace.results_state.select(["dog/03.png"])
    row._move(("dog/03.png",), "owl")  # as the dialog does
    second = again(first)
    wanted = Decisions(left_out=("cat/00.png", "cat/01.png"), moved=(Move("dog/03.png", "owl"),))
    assert second.data.decisions == wanted
    assert (second.design, second.recipe.change(device="cpu")) == (first.design, first.recipe)
    sizes = [run.data.train + run.data.validation + run.data.test for run in (first, second)]
    assert sizes == [36, 34]
    assert second.again.run == first.id
    assert second.again.changes.startswith("2 images left out; 1 image given another class")
    workspace.run_history.choose([second.id])
    assert row.changes.words.text().startswith("Repeats another run: 2 images left out")
    workspace.results_state.select(["cat/00.png", "cat/01.png", "dog/03.png"])
    press("take_back_results")
    third = again(second)
    assert third.data == first.data
    assert third.again.changes.startswith("3 images used again as they are in the folder")
    assert third.batches == first.batches
    assert fingerprint(photos) == before
