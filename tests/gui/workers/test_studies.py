"""Studies that the window trains: one run per free device, after the runs that wait, until each trial is done."""

import pytest

from explorer.architecture.presets import preset
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.studies import Studies, StudyState
from explorer.gui.workers.worker import WorkerClient
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.events import Device, Failed, Finished, Hello, Said, Started, Stopped, Verdict
from explorer.runs.recipe import Recipe
from explorer.runs.studies.plot import plot_svg
from explorer.sentences import Sentence
from tests.events import settle
from tests.gui.studies.made_studies import BLOCKS, make_study, make_trial


class Machine:
    """A pool whose processes are played: each says hello with these devices, and the test says what their runs do."""

    def __init__(self, root, monkeypatch, *devices: str) -> None:
        self.sent: list[tuple[WorkerClient, object]] = []
        self.root = root
        monkeypatch.setattr(WorkerProcess, "start", lambda process: None)
        monkeypatch.setattr(WorkerProcess, "shut_down", lambda process, at_once: None)
        monkeypatch.setattr(
            WorkerProcess, "send", lambda process, command: self.sent.append((self.worker_of(process), command))
        )
        self.hello = Hello(1, {}, tuple(Device(name, name, 2**33) for name in devices))
        self.pool = WorkerPool(root)
        self.pool.warm_up()
        self.greet()

    def worker_of(self, process: WorkerProcess) -> WorkerClient:
        return next(worker for worker in self.pool.workers if worker.process is process)

    def greet(self) -> None:
        settle()
        for worker in self.pool.workers:
            if worker.hello is None:
                worker._handle_lines([Said(self.hello)])
        settle()

    @property
    def trials(self) -> list[tuple[int, str]]:
        """The numbers of the trials that were ordered, each with its device."""
        self.greet()
        orders = [order for _, order in self.sent if isinstance(order, Train) and order.trial]
        return [(order.trial.number, order.recipe.device) for order in orders]

    def say(self, number: int, *events) -> None:
        """Let the worker of the order `number` say something."""
        self.sent[number][0]._handle_lines(map(Said, events))
        settle()
        self.greet()

    def finish(self, study, number: int) -> None:
        """Let the order `number`, of the trial with this number, be trained to its end."""
        run = make_trial(self.root, study, number, number)
        verdict = Verdict(True, 1, 1)
        self.say(number, Started(run, "", 1, verdict, "cpu", 1, 1, 0), Finished(1, 0.8, 1.0, 1))


@pytest.fixture
def root(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def make_machine(qapp, root, monkeypatch):
    return lambda *devices: Machine(root, monkeypatch, *devices)


def state(studies: Studies, study) -> StudyState:
    studies.reload()
    return studies.state_of(studies.find(study.id))


def test_one_run_per_free_device_until_all_are_done(make_machine, root):
    machine = make_machine("cuda:0", "cuda:1")
    study = make_study(root, BLOCKS, seeds=2, device="auto")
    studies = Studies(machine.pool, [str(study.folder)])
    assert machine.trials == [(0, "cuda:0"), (1, "cuda:1")]
    machine.finish(study, 0)
    assert machine.trials == [(0, "cuda:0"), (1, "cuda:1"), (2, "cuda:0")]
    assert state(studies, study) is StudyState.GOING
    for number in (1, 2, 3):
        machine.finish(study, number)
    assert state(studies, study) is StudyState.DONE
    assert not machine.pool.queue.studies
    assert len(machine.trials) == 4
    assert (study.folder / "plot.svg").read_text() == plot_svg(studies.find(study.id).outcome, study.title)


@pytest.fixture
def machine(make_machine):
    return make_machine("cpu")


@pytest.fixture
def study(root):
    return make_study(root, BLOCKS)


def test_runs_that_wait_come_first(machine, study, root):
    pool, studies = machine.pool, Studies(machine.pool, [str(study.folder)])
    assert machine.trials == [(0, "cpu")]
    pool.start(Train(preset("mini"), Recipe(device="cpu"), root))
    machine.finish(study, 0)
    assert machine.sent[1][1].trial is None
    assert machine.trials == [(0, "cpu")]
    assert state(studies, study) is StudyState.GOING


def test_a_stop_holds_the_study_and_going_on_resumes_its_run(machine, study, root):
    pool, studies = machine.pool, Studies(machine.pool, [str(study.folder)])
    assert machine.trials == [(0, "cpu")]
    run = make_trial(root, study, 0, state="stopped", epochs_done=0)
    pool.stop()
    assert isinstance(machine.sent[-1][1], Stop)
    machine.say(0, Started(run, "", 1, Verdict(True, 1, 1), "cpu", 1, 1, 0), Stopped(1))
    assert len(machine.trials) == 1
    assert state(studies, study) is StudyState.HELD
    pool.release_queue()
    machine.greet()
    order = machine.sent[-1][1]
    assert isinstance(order, ResumeRun)
    assert order.run.endswith(run)


def test_stopping_a_study_stops_its_runs_and_leaves_others(machine, study, root):
    studies = Studies(machine.pool, [str(study.folder)])
    assert machine.trials == [(0, "cpu")]
    studies.reload()
    studies.stop(studies.find(study.id))
    assert isinstance(machine.sent[-1][1], Stop)
    assert state(studies, study) is StudyState.OPEN
    machine.say(0, Stopped(1))
    assert len(machine.trials) == 1


@pytest.mark.parametrize("begun", [False, True])
def test_a_trial_that_fails_or_is_refused_is_not_tried_again_by_itself(machine, study, root, begun):
    studies = Studies(machine.pool, [str(study.folder)])
    assert machine.trials == [(0, "cpu")]
    run = ""
    if begun:
        run = make_trial(root, study, 0, state="failed", best_accuracy=None)
        machine.say(0, Started(run, "", 1, Verdict(True, 1, 1), "cpu", 1, 1, 0))
    machine.say(0, Failed(Sentence("memory is too small"), of="train"))
    assert machine.trials == [(0, "cpu"), (1, "cpu")]
    machine.say(1, Failed(Sentence("memory is too small"), of="train"))
    assert len(machine.trials) == 2
    assert not machine.pool.queue.studies
    assert any("memory is too small" in failure for failure in machine.pool.failures)
    studies.reload()
    studies.go_on(studies.find(study.id))  # and what failed is tried again
    machine.greet()
    order = machine.sent[2][1]
    assert order.run.endswith(run) if begun else order.trial.number == 0


def test_a_trial_that_another_process_has_claimed_is_left_to_it(machine, study):
    from explorer.runs.studies.schedule import claim_next

    claim = claim_next(study, "cpu")
    studies = Studies(machine.pool, [str(study.folder)])
    assert machine.trials == [(1, "cpu")]
    assert state(studies, study) is StudyState.GOING
    claim.release()


def test_a_study_whose_folder_is_gone_is_forgotten(machine, study, root):
    studies = Studies(machine.pool, [str(root / "studies" / "gone"), str(study.folder)])
    assert machine.pool.queue.studies == (study.folder,)
    assert studies.known == ()
