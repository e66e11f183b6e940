"""What may start next is told from the runs alone, and no trial is started by two processes."""

import shutil

import pytest

from explorer.runs.commands import ResumeRun, Train
from explorer.runs.folder.survey import list_runs
from explorer.runs.studies.schedule import TrialState, claim_next, schedule_of
from explorer.runs.studies.study import Measure
from explorer.validation import Refused
from tests.runs.studies.made_study import made, run_of


@pytest.fixture
def study(tmp_path):
    return made(tmp_path, "stage3.blocks=1,2", "shortcut=pad,none")


def states(study):
    return [known.state for known in schedule_of(study, list_runs(study.runs)).trials]


def test_every_state_of_a_run_says_how_far_its_trial_is(study):
    for number, state in enumerate(["finished", "stopped", "failed", "running"]):
        run_of(study, number, state=state)  # no process holds the lock of the last one
    ready = TrialState.READY
    assert states(study) == [TrialState.DONE, ready, TrialState.FAILED, ready, ready, ready, ready, ready]


def test_runs_of_others_are_no_trials(study, tmp_path):
    other = made(tmp_path, "lr=0.1,0.2")
    run_of(other, 0)
    assert set(states(study)) == {TrialState.READY}


def test_a_trial_whose_run_was_deleted_is_to_be_trained_again(study):
    run = run_of(study, 0)
    assert states(study)[0] is TrialState.DONE
    shutil.rmtree(study.runs / run)
    assert states(study)[0] is TrialState.READY


def test_of_two_runs_of_a_trial_the_one_that_is_furthest_counts(study):
    run_of(study, 0, state="failed")
    done = run_of(study, 0)
    run_of(study, 0, state="stopped", epochs_done=9)
    known = schedule_of(study, list_runs(study.runs)).trials[0]
    assert (known.state, known.run.id) == (TrialState.DONE, done)


def test_orders_name_their_trial_and_a_run_that_was_stopped_goes_on(study):
    stopped = run_of(study, 1, state="stopped")
    first, second = claim_next(study, "cuda:1"), claim_next(study, "cpu")
    assert isinstance(first.order, Train)
    assert first.order.recipe.device == "cuda:1"
    assert (first.order.trial.study, first.order.trial.number) == (study.id, 0)
    assert (first.order.trial.values, first.order.trial.measure) == (("1", "pad"), Measure.ACCURACY)
    assert second.order == ResumeRun(stopped, study.runs, device="cpu")


def test_a_claimed_trial_is_not_started_twice(study):
    claims = [claim_next(study, "cpu") for _ in range(8)]
    assert [claim.known.trial.number for claim in claims] == list(range(8))
    assert claim_next(study, "cpu") is None
    claims[3].release()
    assert claim_next(study, "cpu").known.trial.number == 3


def test_what_has_failed_starts_again_only_if_that_is_wanted(study):
    for number in range(8):
        run_of(study, number, state="failed" if number == 5 else "finished")
    assert claim_next(study, "cpu") is None
    assert claim_next(study, "cpu", left_out={5}, failed_too=True) is None
    assert claim_next(study, "cpu", failed_too=True).known.trial.number == 5


def test_a_study_in_a_folder_that_cannot_be_written_starts_nothing(study):
    (study.folder / "claims").write_text("a file")
    with pytest.raises(Refused, match="cannot be written"):
        claim_next(study, "cpu")
