"""Changes of a run under way: the rate, the epochs; the run that is stopped or killed after one goes on as if not."""

import json
import math

import pytest

from explorer.cli.listings import run_text, run_values
from explorer.engine.runs import side_by_side as side_by_side_module
from explorer.engine.runs.opening import open_runs
from explorer.engine.training import fit as fit_module
from explorer.engine.training.checkpoint import Unwritten, load_checkpoint
from explorer.engine.training.fit import fit
from explorer.engine.worker import DONE, FAILED
from explorer.runs import events
from explorer.runs.commands import AddEpochs, ChangeRate, Pause, ResumeRun, Stop, Train, Unpause, read_command
from explorer.runs.folder.log import read_events
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
from explorer.runs.folder.survey import list_runs
from explorer.sentences import Sentence
from explorer.validation import Refused
from tests.engine import small
from tests.engine.listener import Listener
from tests.engine.same import differences, timeless
from tests.engine.shades import shades
from tests.engine.small import DESIGN
from tests.twins import with_twin

pytestmark = pytest.mark.usefixtures("every_step")
LOWER, MORE = ChangeRate(0.5), AddEpochs(2)
SCHEDULES = {
    "constant": small.RECIPE.change(schedule="constant"),
    "cosine": small.RECIPE.change(schedule="cosine", warm_up=1.0, ema=0.9, optimizer="adamw", lr=0.01),
    "one-cycle": small.RECIPE,
}


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "data").change(epochs=4, schedule="one-cycle")


def trained(root, recipe, changes=(), stop=0):
    """All events of a run with `changes`, each with its step, and its state at the end, or at step `stop`."""
    folder, training = small.new_folder(root, recipe), small.training(recipe)
    steps = fit(training, small.TRAIN, small.VALIDATION, folder, changes_of(changes))
    found, control = [], None
    for _ in range(1000):
        try:
            found.append(steps.send(control))
        except StopIteration:
            break
        control = Stop() if isinstance(found[-1], events.Step) and training.counters.step == stop else None
    return found, training, folder


def changes_of(changes):
    return fit_module.Changes(changes)


def rates(found):
    return {each.step: each.learning_rate for each in found if isinstance(each, events.Step)}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_lower_rate_is_on_top_of_the_schedule(tmp_path, name):
    plain, *_, one = trained(tmp_path, SCHEDULES[name])
    found, *_, other = trained(tmp_path, SCHEDULES[name], [(7, LOWER), (12, LOWER)])
    before, after = rates(plain), rates(found)
    assert len(before) == len(after) == 4 * small.STEPS
    for step, rate in before.items():
        factor = 1.0 if step <= 7 else 0.5 if step <= 12 else 0.25
        assert after[step] == rate * factor
    changed = [each for each in found if isinstance(each, events.Changed)]
    assert [(each.step, each.factor, each.learning_rate) for each in changed] == [
        (7, 0.5, before[8] / 2),
        (12, 0.5, before[13] / 4),
    ]
    assert "learning rate × 0.5" in changed[0].sentence
    one.close(), other.close()


@pytest.mark.parametrize("name", SCHEDULES)
def test_more_epochs_stretch_the_schedule(tmp_path, name):
    recipe = SCHEDULES[name]
    long, *_, one = trained(tmp_path, recipe.change(epochs=6))
    found, *_, other = trained(tmp_path, recipe, [(8, MORE)])
    wanted, got = rates(long), rates(found)
    assert len(got) == 6 * small.STEPS
    for step in range(9, 6 * small.STEPS + 1):
        assert math.isclose(got[step], wanted[step], abs_tol=1e-12)
    assert isinstance(found[-1], events.Finished)
    one.close(), other.close()


def test_epochs_added_during_the_last_validation_are_trained(tmp_path, monkeypatch):
    monkeypatch.setattr(fit_module, "SHOW_EVERY", 0.0)
    folder, training, changes = small.new_folder(tmp_path), small.training(), changes_of(())
    found = []
    for event in fit(training, small.TRAIN, small.VALIDATION, folder, changes):
        found.append(event)
        if isinstance(event, events.Progress) and training.counters.epoch == 4 and not changes:
            changes.append((training.counters.step, AddEpochs(1)))
    assert training.recipe.epochs == 5
    assert sum(isinstance(each, events.Epoch) for each in found) == 5
    folder.close()


@pytest.mark.matrix("stop", "name")
@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("change", [LOWER, MORE])
@pytest.mark.parametrize("stop", [8, 10, 13])
def test_stopped_after_a_change_it_goes_on_as_if_nothing_had_been(tmp_path, name, change, stop):
    recipe = SCHEDULES[name]
    whole, uninterrupted, one = trained(tmp_path, recipe, [(7, change)])
    begun, stopped, folder = trained(tmp_path, recipe, [(7, change)], stop)
    assert begun[-1] == events.Stopped(stop)
    again = small.resumed(folder, stopped.recipe)
    rest = small.run(again, folder)
    assert differences(again.state(), uninterrupted.state()) == []
    count = sum(isinstance(each, events.Step) for each in rest)
    steps = [each for each in timeless(whole) if isinstance(each, events.Step)]
    assert [each for each in timeless(rest) if isinstance(each, events.Step)] == steps[-count:]
    one.close(), folder.close()


def test_runs_side_by_side_are_changed_after_the_same_step(recipe, tmp_path, monkeypatch):
    for runs, cores in ((tmp_path / "turns", 1), (tmp_path / "cores", 2)):
        monkeypatch.setattr(side_by_side_module.torch, "get_num_threads", lambda cores=cores: cores)
        listener = Listener(step_7=(LOWER,), step_15=(MORE,))
        listener.run(with_twin(Train(DESIGN, recipe, runs)))
        changed = [(run, event) for run, event in listener.said if isinstance(event, events.Changed)]
        assert len(changed) == 4
        for number in (0, 1):
            mine = [event for run, event in changed if run == changed[number][0]]
            theirs = [event for run, event in changed if run != changed[number][0]]
            assert mine == theirs
        first, second = list_runs(runs)
        assert first.changes == second.changes == tuple(mine)
        assert first.recipe.epochs == first.epochs_done == 6
        assert first.batches == second.batches
        assert "changed" in run_text(first)
        assert [each["added"] for each in run_values(first)["changes"]] == [0, 2]
        logged = [each for each in read_events(first.folder) if isinstance(each, events.Changed)]
        assert tuple(logged) == first.changes


def test_a_paused_run_is_changed_at_once(recipe, tmp_path):
    listener = Listener(step_2=(Pause(),), paused_1=(LOWER,), changed_1=(Unpause(),))
    listener.run(Train(DESIGN, recipe, tmp_path))
    kinds = [type(event) for _, event in listener.said]
    at = kinds.index(events.Changed)
    assert kinds[at - 1 : at + 4] == [
        events.Paused,
        events.Changed,
        events.Checkpoint,
        events.Paused,
        events.Resumed,
    ]


@pytest.mark.parametrize("change", [LOWER, MORE])
def test_killed_before_the_next_checkpoint_a_change_is_kept(recipe, tmp_path, change):
    whole = Listener(step_5=(change,))
    whole.run(Train(DESIGN, recipe, tmp_path / "whole"))
    (one,) = list_runs(tmp_path / "whole")
    (at,) = one.changes

    (training_run,) = open_runs(Train(DESIGN, recipe, tmp_path / "runs"))
    training_run.changes.append((at.step, change))
    for event in training_run.events():
        training_run.record(event)
        if isinstance(event, events.Checkpoint) and event.step == at.step and training_run.folder.manifest["changes"]:
            break
    training_run.folder.close()  # all that is left of a process that was killed is on the disk
    (run,) = list_runs(tmp_path / "runs")
    assert run.state == "interrupted"

    rest = Listener()
    rest.run(ResumeRun(run.id, tmp_path / "runs"))
    (other,) = list_runs(tmp_path / "runs")
    assert other.changes == one.changes
    assert other.epochs_done == one.epochs_done
    ends = [load_checkpoint(each.folder, read_hashes(each.folder)).state for each in (one, other)]
    assert differences(*ends) == []


def test_more_epochs_for_a_run_that_has_ended_are_a_change_too(recipe, tmp_path):
    Listener().run(Train(DESIGN, recipe, tmp_path))
    (run,) = list_runs(tmp_path)
    listener = Listener()
    listener.run(ResumeRun(run.id, tmp_path, epochs=6))
    (run,) = list_runs(tmp_path)
    (changed,) = [event for _, event in listener.said if isinstance(event, events.Changed)]
    assert (changed.step, changed.epochs, changed.added) == (12, 6, 2)
    assert run.changes == (changed,)
    again = Listener()
    again.run(ResumeRun(run.id, tmp_path, epochs=7))
    assert [each.epochs for each in list_runs(tmp_path)[0].changes] == [6, 7]


def test_what_is_no_change_is_refused(tmp_path):
    for line in ('{"command": "rate", "factor": 0}', '{"command": "rate", "factor": -1}', '{"command": "rate"}'):
        with pytest.raises(Refused):
            read_command(line, tmp_path)
    for count in (0, 100_001, 1.5, True):
        with pytest.raises(Refused):
            read_command(json.dumps({"command": "epochs", "count": count}), tmp_path)
    assert read_command('{"command": "rate", "factor": 0.1}', tmp_path) == ChangeRate(0.1)
    assert read_command('{"command": "epochs", "count": 3}', tmp_path) == AddEpochs(3)


def test_a_run_of_before_has_no_changes(recipe, tmp_path):
    (training_run,) = open_runs(Train(DESIGN, recipe, tmp_path))
    training_run.folder.close()
    assert read_run(training_run.folder.path).changes == ()


def test_one_whose_last_checkpoint_could_not_be_written_says_where_it_goes_on(recipe, tmp_path, monkeypatch):
    runs, real = tmp_path / "runs", fit_module.save_checkpoint

    def save(folder, state):
        if state["counters"]["epoch"] > 2:
            raise Unwritten(Sentence("the disk is full"))
        real(folder, state)

    monkeypatch.setattr(fit_module, "save_checkpoint", save)
    assert Listener().run(Train(DESIGN, recipe.change(epochs=2), runs)) == FAILED
    monkeypatch.setattr(fit_module, "save_checkpoint", real)
    (run,) = list_runs(runs)
    assert (run.state, run.epochs_done) == ("finished", 2)
    listener = Listener()
    assert listener.run(ResumeRun(run.id, runs, epochs=3)) == DONE
    said = "the checkpoint has 1 of 2 trained epochs; the run goes on there"
    assert [event.reason for event in listener.of(run.id, events.Warned)] == [said]
