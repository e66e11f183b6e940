"""Questions to a worker whose run is under way: answered from the newest weights, without a trace in the run."""

import queue
import tempfile
import threading
from dataclasses import replace

import pytest
import torch

from explorer.architecture.design import Stage
from explorer.engine import worker as worker_module
from explorer.engine.data import training_data
from explorer.engine.pipes import Inbox, Outbox
from explorer.engine.probe_process import ProbeProcess
from explorer.engine.probes.probed_network import open_probed_network
from explorer.engine.probes.registry import PROBES, probe
from explorer.engine.runs import side_by_side as side_by_side_module
from explorer.engine.runs.opening import open_runs
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.worker import Worker
from explorer.runs import events
from explorer.runs.commands import Pause, ResumeRun, Stop, Train, Unpause
from explorer.runs.events import Failed
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.survey import list_runs
from explorer.runs.questions.blocks import Comparison, Insert, Norms, Zero
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.questions.estimate import Estimate
from explorer.runs.questions.networks import Outside, Torchinfo
from explorer.runs.questions.pictures import FeatureMaps, Maps
from explorer.runs.questions.question import Answer
from explorer.runs.questions.results import Classify
from explorer.runs.recipe import Recipe
from tests.engine.listener import Listener
from tests.engine.same import differences, timeless
from tests.engine.shades import shades
from tests.engine.small import DESIGN
from tests.patience import patience
from tests.twins import with_twin

pytestmark = pytest.mark.usefixtures("every_step")
DEEPER = DESIGN.change(stages=(Stage(2, 4), Stage(1, 8, 2)))


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "data").change(epochs=4, schedule="one-cycle", ema=0.9, clip=1.0)


@pytest.fixture
def questions(recipe, tmp_path):
    """One question of each kind about the design that trains."""
    values = {"design": DESIGN, "recipe": recipe, "runs": tmp_path / "runs"}
    found = (
        Zero(**values, blocks=("layer1.0",), id=1),
        Insert(**values, block="layer1.1", id=2),
        Maps(**values, id=3),
        Maps(**values, fresh=True, id=4),
        Torchinfo(**values, id=5),
        Norms(**values, block="layer1.0", id=6),
    )
    assert {type(each) for each in found} == {*PROBES}
    return found


def answers(listener):
    return [(run, event) for run, event in listener.said if isinstance(event, Answer | Failed)]


def told(answer):
    """What an answer says, wherever its pictures are."""
    if isinstance(answer, Comparison):
        return replace(answer, effect=replace(answer.effect, file=""))
    return replace(answer, file="")


def rest(listener):
    """What the runs said but for their names, where they are, the answers, and what comes after so many seconds."""
    others = Answer | Failed | events.Threads | events.Progress | events.Gradients | events.Signals
    said = [event for _, event in listener.said if not isinstance(event, others)]
    return timeless([replace(each, run="", folder="") if isinstance(each, events.Started) else each for each in said])


def end_of(run):
    return load_checkpoint(run.folder, read_hashes(run.folder)).state


@pytest.mark.matrix("cores")
@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("twin", [False, True])
def test_losses_with_and_without_questions_are_equal(recipe, questions, tmp_path, monkeypatch, cores, twin):
    monkeypatch.setattr(side_by_side_module.torch, "get_num_threads", lambda: cores)
    asking, silent = (
        Listener(**({f"step_{count}": questions for count in (1, 4, 6)} if asks else {})) for asks in (True, False)
    )
    for listener, name in ((asking, "asked"), (silent, "silent")):
        order = Train(DESIGN, recipe, tmp_path / name)
        listener.run(with_twin(order) if twin else order)
    assert [event.id for _, event in answers(asking)] == [1, 2, 3, 4, 5, 6] * 3
    assert all(isinstance(event, Answer) for _, event in answers(asking))
    pairs = [{run.design: run for run in list_runs(tmp_path / name)} for name in ("asked", "silent")]
    assert len(pairs[0]) == 1 + twin
    for design, run in pairs[0].items():
        assert differences(end_of(run), end_of(pairs[1][design])) == []
    if not twin:
        assert rest(asking) == rest(silent)


def test_an_answer_is_about_the_newest_weights(recipe, questions, tmp_path):
    recipe, zero = recipe.change(ema=0.0), questions[0]
    listener = Listener(step_2=(Pause(),), paused_1=(zero, Stop()))
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    (run,) = list_runs(tmp_path / "runs")
    ((_, live),) = answers(listener)
    ended = probe(replace(zero, run=run.id))
    assert live.step == 2
    assert ended.step is None
    assert told(live) == told(replace(ended, step=2))
    untrained = probe(replace(zero, fresh=True))
    assert untrained.effect.examples != live.effect.examples


def test_a_paused_run_answers_and_stays_paused(recipe, questions, tmp_path):
    listener = Listener(step_3=(Pause(),), paused_1=(questions[0],), zeroed_1=(questions[2],), featuremaps_1=(Stop(),))
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    kinds = [type(event).__name__ for _, event in listener.said]
    assert kinds[kinds.index("Paused") :] == ["Paused", "Zeroed", "FeatureMaps", "Checkpoint", "Stopped"]
    assert [event.step for _, event in answers(listener)] == [3, 3]


@pytest.mark.parametrize("cores", [1, 2])
def test_each_of_two_runs_answers_for_itself(recipe, questions, tmp_path, monkeypatch, cores):
    monkeypatch.setattr(side_by_side_module.torch, "get_num_threads", lambda: cores)
    recipe, runs, zero, maps = recipe.change(ema=0.0), tmp_path / "runs", questions[0], questions[2]

    class AskBoth(Listener):
        def send(self, event, run=""):
            super().send(event, run)
            if isinstance(event, events.Paused) and self.paused() == 2:
                plain = next(each for each in list_runs(runs) if each.design != DESIGN)
                self.inbox.put(replace(maps, design=plain.design, run=str(plain.folder), id=7))
                self.inbox.put(replace(zero, id=8))
                self.inbox.put(Stop())

        def paused(self):
            return sum(isinstance(event, events.Paused) for _, event in self.said)

    listener = AskBoth(step_2=(Pause(),))
    listener.run(with_twin(Train(DESIGN, recipe, runs)))
    found = {event.id: (run, event) for run, event in answers(listener)}
    own, plain = (next(run for run in list_runs(runs) if (run.design == DESIGN) is own) for own in (True, False))
    assert (found[7][0], found[8][0]) == (plain.id, own.id)
    for run, question, event in ((plain, maps, found[7][1]), (own, zero, found[8][1])):
        ended = probe(replace(question, design=run.design, run=run.id))
        assert told(replace(event, step=None, id=0)) == told(replace(ended, step=None, id=0))


@pytest.mark.slow
def test_the_images_are_those_of_the_run(recipe, questions, tmp_path, monkeypatch):
    design, recipe = DESIGN.change(input=(1, 28, 28), classes=10), Recipe(device="cpu", epochs=1, batch_size=5000)
    asked = [replace(each, design=design, recipe=recipe) for each in questions[:4]]
    read, load = [], training_data.load_data
    monkeypatch.setattr(training_data, "load_data", lambda *arguments: read.append(arguments) or load(*arguments))
    listener = Listener(step_1=asked)
    listener.run(Train(design, recipe, tmp_path / "runs"))
    assert all(isinstance(event, Answer) for _, event in answers(listener))
    assert len(read) == 1  # by the run itself
    maps = answers(listener)[3][1]
    same = probe(asked[3])
    assert len(read) == 2
    assert maps.probability == pytest.approx(same.probability, abs=1e-5)  # by another number of threads
    assert replace(maps, file="", probability=0.0) == replace(same, file="", probability=0.0)


def test_the_copy_leaves_the_network_and_the_random_numbers_alone(recipe, questions, tmp_path):
    (run,) = open_runs(Train(DESIGN, recipe, tmp_path / "runs"))
    steps = run.events()
    while not isinstance(next(steps), events.Step):
        pass
    before = torch.get_rng_state()
    for question in questions:
        probe(question, run)
        assert torch.equal(before, torch.get_rng_state())
    probed = open_probed_network(questions[0], run)
    own = {id(values) for values in (*run.training.network.parameters(), *run.training.network.buffers())}
    copied = [*probed.network.parameters(), *probed.network.buffers()]
    assert not own & {id(values) for values in copied}
    assert not {values.data_ptr() for values in run.training.evaluated.parameters()} & {
        values.data_ptr() for values in probed.network.parameters()
    }
    assert not probed.network.training
    assert run.training.network.training
    steps.close()
    run.folder.close()


class Pipe(Outbox):
    """An outbox that a listener hears instead of another process."""

    def __init__(self, listener):
        self.listener = listener
        listener.answered = queue.SimpleQueue()

    def send(self, event, run=""):
        if isinstance(event, Answer | Failed):
            self.listener.answered.put(event)
        self.listener.said.append((run, event))


@pytest.fixture
def aside(monkeypatch):
    """A second process that answers at once, in this one; the questions that it got."""
    got = []

    class Aside:
        def __init__(self, outbox):
            self.outbox = outbox

        def ask(self, question, weights=None, step=None):
            got.append((question, weights is not None, step))
            return True

        def close(self):
            pass

    monkeypatch.setattr(worker_module, "ProbeProcess", Aside)
    monkeypatch.setattr(worker_module, "Outbox", Listener)
    monkeypatch.setattr(worker_module, "HeartbeatThread", lambda outbox: worker_module.nullcontext())
    return got


def test_where_a_step_takes_long_another_process_answers(recipe, questions, tmp_path, aside, monkeypatch):
    monkeypatch.setattr(worker_module, "_MOMENT", 0.0)
    listener = Listener(step_2=(Pause(),), paused_1=(*questions[:4], Stop()))
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    assert answers(listener) == []
    assert aside == [
        (questions[0], True, 2),
        (questions[1], True, 2),
        (questions[2], True, 2),
        (questions[3], False, None),
    ]


def test_another_design_shares_the_images_or_is_asked_beside_the_run(recipe, questions, tmp_path, aside):
    deeper = replace(questions[0], design=DEEPER)
    grown = replace(questions[0], design=DEEPER, grown=("layer1.1",), id=9)
    larger = replace(questions[0], design=DESIGN.change(input=(1, 8, 8)), id=8)
    estimate = Estimate(DESIGN, recipe, 10)

    class Ask(Listener):
        def send(self, event, run=""):
            super().send(event, run)
            if isinstance(event, events.Paused):
                for each in (deeper, replace(grown, run=run), larger, estimate, Stop()):
                    self.inbox.put(each)

    listener = Ask(step_2=(Pause(),))
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    assert aside == [(larger, False, None)]
    found = {event.id: event for _, event in answers(listener)}
    assert (found[10].of, found[10].id) == ("estimate", 10)
    assert (found[1].step, found[9].step) == (None, 2)
    assert found[1].effect.examples != found[9].effect.examples


def test_a_network_of_torchvision_is_summarised_while_a_run_goes(recipe, tmp_path):
    outside = Outside(DESIGN.change(input=(1, 32, 32), classes=10), recipe, 11, network="googlenet")
    asking, silent = Listener(step_2=(outside,)), Listener()
    for listener, name in ((asking, "asked"), (silent, "silent")):
        listener.run(Train(DESIGN, recipe, tmp_path / name))
    ((_, answer),) = answers(asking)
    assert (answer.id, answer.params) == (11, 5_603_882)
    assert rest(asking) == rest(silent)


def test_pictures_of_images_come_while_a_run_goes_and_leave_no_trace_in_it(recipe, tmp_path):
    recipe = recipe.change(flip=True, crop=1)
    pictures = Thumbnails(DESIGN, recipe, 12, files=("0/0.png", "2/9.png"), seen=1)
    asking = Listener(step_2=(pictures, Pause()), pictured_1=(Stop(),))
    silent = Listener(step_2=(Pause(),), paused_1=(Stop(),))
    for listener, name in ((asking, "asked"), (silent, "silent")):
        listener.run(Train(DESIGN, recipe, tmp_path / name))
    ((_, answer),) = answers(asking)
    assert (answer.id, [sheet.shape for sheet in answer.sheets]) == (12, [(6, 6), (6, 6)])
    assert rest(asking) == rest(silent)
    asked, quiet = (list_runs(tmp_path / name)[0] for name in ("asked", "silent"))
    assert differences(end_of(asked), end_of(quiet)) == []


def test_what_needs_nothing_of_the_run_is_answered_in_the_middle_of_a_step(recipe, tmp_path, monkeypatch, aside):
    """While the thread that trains is at work, the one that reads has pictures drawn, and passes questions on."""
    monkeypatch.setattr(Inbox, "_read", lambda self: None)
    pictures = Thumbnails(DESIGN, recipe, 12, files=("0/0.png",))
    classify = Classify(DESIGN, recipe, 13, runs=tmp_path, run="a-run", paths=("a.png",))
    drawn, taken = threading.Event(), []

    class Training(Listener):
        def send(self, event, run=""):
            super().send(event, run)
            if isinstance(event, Pictured):
                drawn.set()
            elif isinstance(event, events.Step) and not taken:
                others = Zero(DESIGN, recipe, runs=tmp_path, blocks=("layer1.0",)), Stop()
                taken.extend(map(inbox.takes, (pictures, classify, *others)))
                assert drawn.wait(patience())
                inbox.put(Stop())

    inbox = Inbox(tmp_path)
    worker = Worker(Training(), inbox)
    assert not inbox.takes(pictures)  # without a run they come one after the other
    worker.run(Train(DESIGN, recipe, tmp_path / "runs"))
    assert taken == [True, True, False, False]
    assert aside == [(classify, False, None)]


def test_a_much_larger_network_is_asked_beside_the_run(recipe, questions, tmp_path, aside):
    wide = replace(questions[2], design=DESIGN.change(stages=(Stage(1, 2048), Stage(1, 8, 2))))
    listener = Listener(step_2=(Pause(),), paused_1=(wide, Stop()))
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    assert aside == [(wide, False, None)]


@pytest.mark.slow
def test_a_second_process_answers_by_a_file_of_the_weights(recipe, questions, tmp_path, monkeypatch):
    listener, recipe, runs = Listener(step_2=(Pause(), Stop())), recipe.change(ema=0.0), tmp_path / "runs"
    listener.run(Train(DESIGN, recipe, runs))
    (run,) = list_runs(runs)
    files = tmp_path / "files"
    files.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(files))
    process = ProbeProcess(Pipe(listener))
    process.ask(questions[0], end_of(run)["model"], 2)
    assert [each.suffix for each in files.iterdir()] == [".safetensors"]
    process.ask(questions[3])
    first, second = (listener.answered.get(timeout=patience()) for _ in range(2))
    assert told(first) == told(replace(probe(replace(questions[0], run=run.id)), step=2))
    assert isinstance(second, FeatureMaps)
    assert second.step is None
    assert list(files.iterdir()) == []
    process.ask(questions[4])
    process.close()  # it answers what it has been asked
    assert listener.answered.get(timeout=patience()).id == 5


@pytest.mark.slow
def test_a_second_process_that_dies_says_so_and_is_started_again(questions, tmp_path):
    listener = Listener()
    process = ProbeProcess(Pipe(listener))
    process.ask(questions[3])
    process._process.kill()
    failed = listener.answered.get(timeout=patience())
    assert isinstance(failed, Failed)
    assert (failed.of, failed.id) == ("maps", 4)
    process.ask(questions[3])
    assert isinstance(listener.answered.get(timeout=patience()), FeatureMaps)
    process.close()


def test_a_question_during_the_last_step_is_answered(recipe, questions, tmp_path):
    class Late(Listener):
        """Asks when the worker has looked for the last time."""

        def run(self, command):
            worker = Worker(self, self.inbox)
            drive = worker._next_control

            def ask(wait):
                runs = worker._runs  # none yet while it reads the images
                last = runs is not None and all(run.has_ended() or run.step == 12 for run in runs.going)
                if last and not answers(self) and not self.inbox.qsize():
                    self.inbox.put(questions[0])
                return drive(wait)

            worker._next_control = ask
            return worker.run(command)

    listener = Late()
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    assert answers(listener)[0][1].step == 12


def test_a_resumed_run_answers(recipe, questions, tmp_path):
    listener = Listener(step_2=(Stop(),))
    listener.run(Train(DESIGN, recipe, tmp_path / "runs"))
    (run,) = list_runs(tmp_path / "runs")
    again = Listener(step_1=(replace(questions[0], run=run.id), Pause()), paused_1=(Unpause(),))
    again.run(ResumeRun(run.id, tmp_path / "runs"))
    ((_, answer),) = answers(again)
    assert answer.step >= 3


def test_what_is_asked_while_a_run_reads_is_answered_by_another_process(
    recipe, questions, tmp_path, aside, monkeypatch
):
    """In the thread that reads it would wait for the very images that this thread writes."""
    for name in ("_SHOW_AFTER", "_SHOW_EVERY"):
        monkeypatch.setattr(worker_module, name, 0.0)
    listener = Listener(progress_1=questions[:2])
    listener.run(Train(DESIGN, recipe.change(epochs=1), tmp_path / "runs"))
    assert aside == [(questions[0], False, None), (questions[1], False, None)]
    assert isinstance(listener.said[-1][1], events.Finished)
