"""A worker of a search, with a training process that says what a test has it say."""

from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.cli.studies import search_worker
from explorer.cli.studies.search_worker import SearchWorker
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.events import Epoch, Failed, Finished, Said, Started, Step, Stopped, Verdict
from explorer.runs.folder.run import RunState, read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe
from explorer.runs.studies.knobs import read_knob
from explorer.runs.studies.search import Objective, Search
from explorer.runs.studies.search_storage import open_storage
from explorer.runs.studies.search_trial import SearchState
from explorer.runs.studies.shared_search import SharedSearch
from explorer.runs.studies.study import Study, StudyKind
from explorer.sentences import Sentence

pytest.importorskip("optuna")
STUDY = Study(StudyKind.SEARCH, preset("mini"), Recipe(), (read_knob("stage1.width=1..64"),), name="mini")


class ScriptedProcess:
    """Answers each order with the events of `script(order)`; a stop skips to the run's end as stopped."""

    script = None

    def __init__(self, runs):
        self.runs, self.orders, self.events, self.folder = runs, [], [], None
        self.status = -9

    def start(self, order):
        self.orders.append(order)
        if isinstance(order, Train):
            self.folder = RunFolder.create(order.runs, order.design, order.recipe, params=1)
            self.folder.close()
            path = self.folder.path
        else:
            path = self.runs / order.run
        self.events = [_started(path), *self.script(order)]

    def stop(self):
        self.events = [Stopped(1)]

    def next(self, seconds):
        event = self.events.pop(0)
        if isinstance(event, BaseException):
            raise event
        return Said(event)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def _started(path):
    return Started(path.name, str(path), 1, Verdict(True, 1, 1), "cpu", 1, 1)


def epoch(number, accuracy):
    return Epoch(number, number, 1.0, accuracy, 1.0, accuracy, 1.0)


def _step(number):
    return Step(number, 1, 1.0, 1.0, 1.0, 1, 0.5, 0.1, 1.0)


def finished(accuracy):
    return Finished(1, 1, accuracy, 1.0)


@pytest.fixture
def searching(tmp_path, monkeypatch):
    """Begin a search and return it with its worker, whose training process follows a script."""

    def begin(script, trials=1, **changes):
        process = ScriptedProcess(tmp_path)
        process.script = script
        monkeypatch.setattr(search_worker, "SearchProcess", lambda runs: process)
        search = Search(changes.pop("study", STUDY), **changes)
        shared = SharedSearch.create(open_storage(str(tmp_path / "s.journal"), create=True), search, trials)
        return shared, SearchWorker(shared, tmp_path, search.study.recipe.change(device="cpu")), process

    return begin


def test_each_trial_is_an_ordinary_run_that_says_of_which_trial_it_is(searching):
    shared, worker, process = searching(lambda order: [epoch(1, 0.5), finished(0.5)], trials=2)
    assert worker.work()
    for order, trial in zip(process.orders, shared.trials(), strict=True):
        assert (trial.state, trial.results, trial.epochs) == (SearchState.FINISHED, (0.5,), 1)
        assert (order.trial.study, order.trial.number, order.trial.values) == ("mini", trial.number, trial.values)
        assert str(order.design.stages[0].width) == trial.values[0]
        assert order.recipe.device == "cpu"
        assert (worker.runs / trial.run).is_dir()


def test_progress_is_of_the_whole_search(searching, capsys):
    _, worker, _ = searching(lambda order: [_step(1), finished(0.5)], trials=2)
    assert worker.work()
    lines = [line for line in capsys.readouterr().err.splitlines() if " of 2 trials; now stage1.width=" in line]
    assert [line.partition("%")[0] for line in lines] == ["50", "100"]


def test_two_objectives_are_told(searching):
    shared, worker, process = searching(lambda order: [finished(0.5)], objectives=tuple(Objective))
    assert worker.work()
    from explorer.architecture.plan import plan_network

    assert shared.trials()[0].results == (0.5, plan_network(process.orders[0].design).macs)


def test_what_cannot_be_built_is_told_and_not_trained(searching, capsys):
    narrowing = replace(
        STUDY,
        design=STUDY.design.change(shortcut="pad", stem_width=64),
        knobs=(read_knob("stage1.width=1..9"),),
    )
    shared, worker, process = searching(lambda order: [finished(0.5)], trials=2, study=narrowing)
    assert worker.work()
    assert not process.orders
    for trial in shared.trials():
        assert trial.state is SearchState.NOT_TRAINED
        assert "cannot remove" in trial.reason or "not remove" in trial.reason
    assert "not trained" in capsys.readouterr().err


def test_a_hopeless_run_is_stopped_and_says_so(searching):
    accuracies = iter([0.5, 0.6, 0.7, 0.8, 0.9, 0.1])

    def script(order):
        accuracy = next(accuracies)
        return [epoch(1, accuracy), finished(accuracy)]

    shared, worker, _ = searching(script, trials=6, prune=True)
    assert worker.work()
    last = shared.trials()[-1]
    assert last.state is SearchState.PRUNED
    assert "stopped early by the search mini" in read_run(worker.runs / last.run).note


def test_a_run_that_fails_is_told_with_its_reason_and_the_next_one_starts(searching):
    ends = iter([Failed(Sentence("out of memory")), finished(0.5)])
    shared, worker, _ = searching(lambda order: [next(ends)], trials=2)
    assert worker.work()
    assert [(trial.state, trial.reason) for trial in shared.trials()] == [
        (SearchState.FAILED, "out of memory"),
        (SearchState.FINISHED, ""),
    ]


def test_a_training_process_that_dies_fails_its_trial(searching):
    shared, worker, _ = searching(lambda order: [EOFError()])
    assert worker.work()
    assert shared.trials()[0].reason == "the training process ended with status -9"


def test_after_three_failures_in_a_row_the_other_trials_are_left_to_others(searching):
    shared, worker, _ = searching(lambda order: [Failed(Sentence("disk full"))], trials=5)
    assert not worker.work()
    assert [trial.state for trial in shared.trials()][2:4] == [SearchState.FAILED, SearchState.WAITING]


def test_an_interrupted_worker_gives_its_trial_back_and_the_next_one_resumes_the_run(searching):
    script = iter([[epoch(1, 0.4), KeyboardInterrupt()], [finished(0.6)]])
    shared, worker, process = searching(lambda order: next(script))
    worker.work()
    begun = process.folder.path
    folder = RunFolder(begun)
    folder.update(state=RunState.STOPPED)
    folder.close()
    assert [trial.state for trial in shared.trials()] == [SearchState.GIVEN_BACK, SearchState.WAITING]
    assert SearchWorker(shared, worker.runs, worker.recipe).work()
    assert process.orders[1] == ResumeRun(begun.name, worker.runs, device="cpu")
    assert shared.trials()[1].results == (0.6,)


def test_the_result_of_a_run_that_a_lost_worker_finished_is_told_without_training(searching):
    shared, worker, process = searching(lambda order: [finished(0.1)])
    folder = RunFolder.create(worker.runs, STUDY.design, STUDY.recipe, params=1)
    folder.update(state=RunState.FINISHED, best_accuracy=0.75)
    folder.close()
    lost = shared.ask()
    shared.begin(lost, folder.path.name)
    shared.give_back(lost)
    assert worker.work()
    assert not process.orders
    assert shared.trials()[1].results == (0.75,)


def test_no_trial_begins_after_the_time_is_over(searching):
    shared, worker, process = searching(lambda order: [finished(0.5)])
    worker.until = float("-inf")
    assert worker.work()
    assert not process.orders
    assert shared.trials()[0].state is SearchState.WAITING
