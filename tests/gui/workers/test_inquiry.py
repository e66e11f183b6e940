"""Inquiries: asked when a worker has time, asked again when one dies, answered once or not at all."""

import pytest

from explorer.architecture.presets import preset
from explorer.gui.workers.inquiry import MAX_DEATHS, Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Withdraw
from explorer.runs.events import Progress
from explorer.runs.questions.estimate import Estimate, Estimated, Sweep
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence
from tests.gui.scripted_workers import Played, worker
from tests.needs import needs

QUESTION = Estimate(preset("mini"), Recipe())
FOUND = Estimated(device="cpu", memory=needs(1), available_bytes=2, seconds_per_epoch=0.5)


@pytest.fixture
def pool(qtbot, tmp_path):
    made = WorkerPool(tmp_path, worker("hello(); assert told() == 'estimate'; os._exit(3)"))
    yield made
    made.shut_down()
    qtbot.waitUntil(lambda: not made.is_running())


@pytest.fixture
def played(pool, monkeypatch):
    return Played(pool.shown, monkeypatch)


class Heard:
    """What an inquiry said."""

    def __init__(self, inquiry: Inquiry) -> None:
        self.answers, self.refusals, self.progress = [], [], []
        inquiry.answered.connect(self.answers.append)
        inquiry.refused.connect(self.refusals.append)
        inquiry.progressed.connect(lambda *amounts: self.progress.append(amounts))


def test_each_gets_its_own_answer(pool, played):
    inquiries = [Inquiry(pool, QUESTION), Inquiry(pool, QUESTION)]
    heard = list(map(Heard, inquiries))
    first, second = played.asked(Estimate)
    played.answer(second, FOUND)
    played.refuse(first, "no")
    played.answer(first, FOUND)  # nobody wants to hear more
    assert [each.refusals for each in heard] == [["no"], []]
    assert [[(found.seconds_per_epoch, found.id) for found in each.answers] for each in heard] == [
        [],
        [(0.5, second.id)],
    ]
    assert {each.state for each in inquiries} == {InquiryState.OVER}
    pool.changed.emit()
    assert len(played.asked(Estimate)) == 2


def test_it_waits_until_a_worker_has_time(pool, played):
    pool.shown.set_state(WorkerState.RUNNING)
    inquiry = Inquiry(pool, QUESTION)
    assert (inquiry.state, played.sent) == (InquiryState.WAITING, [])
    pool.shown.set_state(WorkerState.IDLE)
    assert inquiry.state is InquiryState.ASKED
    assert len(played.sent) == 1


def test_a_worker_that_was_sent_away_has_not_died_of_it(pool, played):
    inquiry = Inquiry(pool, QUESTION)
    heard = Heard(inquiry)
    for number in range(2 * MAX_DEATHS):
        assert len(played.asked(Estimate)) == number + 1
        played.die(NOTHING)
        assert inquiry.state is InquiryState.WAITING
        pool.shown.warm_up()
        played.greet()
    played.answer(played.asked(Estimate)[-1], FOUND)
    assert (len(heard.answers), heard.refusals) == (1, [])


def test_cancelled_it_is_forgotten_asked_or_not(pool, played):
    waiting, asked = Inquiry(pool, QUESTION), Inquiry(pool, QUESTION)
    heard = [Heard(waiting), Heard(asked)]
    played.die(Sentence("killed"))
    waiting.cancel()
    played.greet()
    asked.cancel()
    asked.cancel()
    assert len(played.asked(Estimate)) == 3
    played.answer(played.sent[-1], FOUND)
    played.die(Sentence("killed"))
    played.greet()
    assert len(played.asked(Estimate)) == 3
    assert not any(each.answers or each.refusals for each in heard)
    assert not played.asked(Withdraw)


def test_a_long_one_tells_of_its_progress_and_is_stopped(pool, played):
    inquiry, other = Inquiry(pool, Sweep(QUESTION.design, QUESTION.recipe)), Inquiry(pool, QUESTION)
    heard, others = Heard(inquiry), Heard(other)
    (asked,) = played.asked(Sweep)
    played.say(Progress("sweep", 3, 100, asked.id))
    assert (heard.progress, others.progress) == ([(3, 100)], [])
    inquiry.cancel()
    assert played.sent[-1] == Withdraw(asked.id)


def test_it_is_refused_when_one_worker_after_the_other_has_died_of_it(pool, qtbot):
    pool.shown.warm_up()
    inquiry = Inquiry(pool, QUESTION)
    with qtbot.waitSignal(inquiry.refused) as refused:
        pass
    assert "exit status 3" in refused.args[0]
    qtbot.waitUntil(lambda: pool.shown.state is WorkerState.IDLE)
    assert inquiry.state is InquiryState.OVER
