"""What of known weights fits, without training: in the worker, with a download that is reported and stopped."""

import queue

import pytest
import torch

from explorer.architecture.presets import preset
from explorer.engine import worker as worker_module
from explorer.engine.probes import weigh as module
from explorer.engine.probes.weigh import weigh
from explorer.engine.worker import Worker
from explorer.runs.commands import Stop, command_line, read_command
from explorer.runs.events import Failed, Progress, event_line, read_event
from explorer.runs.questions.weights import Weigh, Weighed, WeightFit
from explorer.runs.recipe import Recipe

RECIPE = Recipe(device="cpu")


@pytest.fixture
def question(tmp_path):
    weights = {"conv1.weight": torch.ones(16, 1, 3, 3), "fc.weight": torch.ones(5, 64), "other": torch.ones(2)}
    torch.save(weights, tmp_path / "net.pth")
    return Weigh(preset("mini"), RECIPE, 7, source=str(tmp_path / "net.pth"), runs=tmp_path)


def test_the_table_has_every_tensor_of_both(question):
    (answer,) = weigh(question)
    assert isinstance(answer, Weighed)
    assert (answer.id, answer.matched, answer.source) == (7, 1, question.source)
    found = {fit: [row.name or row.there for row in answer.rows if row.fit is fit] for fit in WeightFit}
    assert found[WeightFit.MATCHED] == ["conv1.weight"]
    assert found[WeightFit.NEW_HEAD] == ["fc.weight"]
    assert found[WeightFit.UNKNOWN] == ["other"]
    assert found[WeightFit.MISSING][0] == "bn1.weight"
    assert answer.sentence == (
        f"{question.source}: 1 tensors taken; head replaced (1): fc.weight; unknown (1): other; "
        "missing (45): bn1.weight, bn1.bias, bn1.running_mean …"
    )


def test_question_and_answer_travel_as_lines(question):
    assert read_command(command_line(question), question.runs) == question
    (answer,) = weigh(question)
    assert read_event(event_line(answer)) == answer


def test_a_table_without_a_match_is_an_answer(question, tmp_path):
    torch.save({"other": torch.ones(2)}, tmp_path / "net.pth")
    (answer,) = weigh(question)
    assert answer.matched == 0


@pytest.mark.parametrize("source", ["nothing", "imagenet", "imagenet:V3"])
def test_what_cannot_be_read_is_said(question, source):
    (failed,) = weigh(Weigh(preset("mini"), RECIPE, 7, source=source, runs=question.runs))
    assert isinstance(failed, Failed)
    assert (failed.of, failed.id) == ("weigh", 7)
    assert failed.reason.startswith("weights: ")


class Listener(list):
    """What a worker says."""

    def send(self, event, run=""):
        self.append(event)


def test_a_download_is_reported_and_ends_at_a_stop(question, monkeypatch):
    monkeypatch.setattr(worker_module.signal, "signal", lambda number, handler: None)
    inbox, said = queue.SimpleQueue(), Listener()

    def downloading(*_):
        yield 1, 10
        inbox.put(Stop())
        yield 2, 10
        raise AssertionError("went on")

    monkeypatch.setattr(module, "known_weights", downloading)
    Worker(said, inbox).execute(question)
    *progress, end = said
    assert progress == [Progress("download", done, 10, 7) for done in (1, 2)]
    assert (end.reason, end.of, end.id) == ("stopped", "weigh", 7)
