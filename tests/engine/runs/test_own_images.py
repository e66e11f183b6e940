"""Runs on images of one's own: what is recorded, resumed, refused and stopped."""

import json
import shutil
import threading
from dataclasses import replace

import pytest

from explorer.cli import main
from explorer.engine import worker as worker_module
from explorer.engine.data import cache
from explorer.engine.runs import preparation
from explorer.engine.runs.opening import open_runs
from explorer.engine.worker import DONE
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.data.image_list import Layout
from explorer.runs.folder.run import RunState
from explorer.runs.folder.survey import list_runs
from explorer.validation import Refused
from tests.engine.listener import Listener
from tests.engine.shades import shades
from tests.engine.small import DESIGN
from tests.patience import patience
from tests.twins import with_twin


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "photos")


@pytest.fixture
def stopped(recipe, tmp_path):
    """A run that has been stopped after an epoch."""
    assert Listener().run(Train(DESIGN, recipe.change(epochs=1), tmp_path / "runs")) == DONE
    (run,) = list_runs(tmp_path / "runs")
    return run


def resume(run, **options) -> Listener:
    listener = Listener()
    listener.run(ResumeRun(run.id, run.folder.parent, epochs=2, **options))
    return listener


def test_the_manifest_has_what_was_trained_on(stopped, tmp_path, capsys):
    data = stopped.data
    assert (data.name, data.layout) == (str(tmp_path / "photos"), Layout.CLASSES)
    assert data.class_names == ("0", "1", "2")
    assert (data.train, data.validation, data.test) == (18, 6, 6)
    assert main(["runs", "show", stopped.id, "--runs", str(stopped.folder.parent)]) == 0
    assert "18 to train, 6 to validate, 6 to test" in capsys.readouterr().out
    assert main(["runs", "show", stopped.id, "--runs", str(stopped.folder.parent), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["fingerprint"] == data.fingerprint
    assert resume(stopped).last(events.Finished).step == 6


@pytest.mark.parametrize("change", ["one more", "a class renamed", "one replaced"])
def test_it_resumes_on_nothing_else(stopped, tmp_path, change):
    photos = tmp_path / "photos"
    match change:
        case "one more":
            shutil.copy(photos / "0" / "0.png", photos / "0" / "more.png")
        case "a class renamed":
            (photos / "1").rename(photos / "one")
        case "one replaced":
            shutil.copy(photos / "0" / "0.png", photos / "2" / "5.png")
    with pytest.raises(Refused, match="photos has changed since the run began: "):
        resume(stopped)
    (run,) = list_runs(tmp_path / "runs")
    assert (run.state, run.epochs_done) == (RunState.FINISHED, 1)


def test_a_folder_that_has_moved_is_taken_if_it_is_said_where_to(stopped, tmp_path, capsys):
    moved = (tmp_path / "photos").rename(tmp_path / "elsewhere")
    runs = str(stopped.folder.parent)
    assert main(["train", "--resume", stopped.id, "--runs", runs, "--epochs", "2"]) == 2
    assert "photos' is not there; if the images have moved, --data says where" in capsys.readouterr().err
    shutil.copytree(moved, tmp_path / "other")
    (tmp_path / "other" / "0" / "0.png").unlink()
    other = str(tmp_path / "other")
    assert main(["train", "--resume", stopped.id, "--runs", runs, "--epochs", "2", "--data", other]) == 2
    assert "has changed since the run began" in capsys.readouterr().err
    assert main(["train", "--resume", stopped.id, "--runs", runs, "--epochs", "2", "--data", str(moved)]) == 0
    (run,) = list_runs(stopped.folder.parent)
    assert (run.state, run.epochs_done) == (RunState.FINISHED, 2)
    assert run.recipe.data == run.data.name == str(moved)
    assert run.data == replace(stopped.data, name=str(moved))


def test_a_run_of_an_older_version_cannot_tell(stopped):
    manifest = stopped.folder / "run.json"
    table = manifest.read_text().replace('"data": {', '"unknown": {', 1)
    manifest.write_text(table)
    with pytest.raises(Refused, match="of an older version, which did not note its images"):
        resume(list_runs(stopped.folder.parent)[0])


def test_a_named_set_does_not_move(tmp_path):
    (run,) = open_runs(
        Train(
            DESIGN.change(input=(1, 28, 28), classes=10),
            shades(tmp_path / "p").change(data="fashion-mnist-12k", batch_size=5000),
            tmp_path / "runs",
        )
    )
    run.folder.close()
    assert list_runs(tmp_path / "runs")[0].data.layout == Layout.NAMED
    with pytest.raises(Refused, match="always found by its name"):
        open_runs(ResumeRun(str(run.folder.path), tmp_path / "runs", data=str(tmp_path / "p")))


def test_all_that_train_together_share_what_was_read(recipe, tmp_path, monkeypatch):
    opened, open_data = [], preparation.open_data
    monkeypatch.setattr(preparation, "open_data", lambda *rest, **more: opened.append(rest) or open_data(*rest, **more))
    listener = Listener()
    listener.run(with_twin(Train(DESIGN, recipe.change(epochs=2), tmp_path / "runs")))
    assert len(opened) == 1
    first, second = list_runs(tmp_path / "runs")
    assert first.batches == second.batches != ""
    assert first.data == second.data


def test_a_stop_ends_the_reading_within_a_second_and_leaves_no_run(recipe, tmp_path, monkeypatch):
    slow = threading.Event()
    monkeypatch.setattr(cache, "decode", lambda *_: slow.wait(patience()))
    listener = Listener()
    listener.send = lambda event: listener.said.append(("", event)) or listener.inbox.put(Stop())
    assert listener.run(Train(DESIGN, recipe, tmp_path / "runs")) == DONE
    assert not slow.is_set()
    slow.set()
    reading, ending = listener.events
    assert (reading.of, reading.done, reading.total) == ("reading", 24, 48)  # examined, and not yet decoded
    assert isinstance(ending, events.Stopped)
    assert not (tmp_path / "runs").exists()


def test_a_stop_while_a_resumed_run_reads_leaves_it_as_it_was(stopped, tmp_path, monkeypatch):
    shutil.rmtree(cache.folder_of(tmp_path / "photos"))
    slow = threading.Event()
    monkeypatch.setattr(cache, "decode", lambda *_: slow.wait(patience()))
    listener = Listener(Stop())
    listener.run(ResumeRun(stopped.id, stopped.folder.parent, epochs=2))
    slow.set()
    assert isinstance(listener.events[-1], events.Stopped)
    assert list_runs(stopped.folder.parent) == (stopped,)


def test_without_room_on_the_disk_it_trains_and_says_why(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "make_room", lambda *_, **__: False)
    listener = Listener()
    assert listener.run(Train(DESIGN, recipe.change(epochs=1), tmp_path / "runs")) == DONE
    assert "more than is free or allowed" in listener.last(events.Warned).reason
    assert listener.last(events.Finished).step == 3


@pytest.mark.slow
def test_an_image_that_goes_while_it_trains_ends_the_run_plainly(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "make_room", lambda *_, **__: False)
    monkeypatch.setattr(preparation, "_room", lambda *_: 0)
    (run,) = open_runs(Train(DESIGN, recipe, tmp_path / "runs"))
    shutil.rmtree(tmp_path / "photos")
    monkeypatch.setattr(worker_module, "open_runs", lambda *_: (run,))
    listener = Listener()
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    failed = listener.last(events.Failed)
    assert failed.reason.endswith("is not a usable image: No such file or directory")
