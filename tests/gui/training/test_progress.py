"""What the panel says beside the bar while a run goes."""

import pytest

from explorer.runs.events import Card, Finished, Progress, Started, Stopped, Verdict
from explorer.sentences import Sentence
from tests.gui.scripted_workers import Played

CARD = Card(utilisation=0.87, used_bytes=3 * 2**30, memory_bytes=80 * 2**30, celsius=61)


@pytest.fixture
def played(session, monkeypatch):
    return Played(session.pool.shown, monkeypatch)


def test_the_card_is_shown_as_long_as_a_run_trains_on_it(session, played):
    progress = session.window.training.progress
    session.window.orders.start.trigger()
    played.say(
        Started("a", "", params=1, referee=Verdict(True, 1, 1), device="cuda:0", steps_per_epoch=10, epochs=1), CARD
    )
    assert progress.card.text() == "GPU 87 % busy · 3.0 GiB of 80.0 GiB used · 61 °C"
    assert progress.card.isVisible()
    played.say(Finished(10, best_epoch=1, best_accuracy=0.8, seconds=1.0))
    assert not progress.card.isVisible()
    session.window.orders.start.trigger()
    assert not progress.card.isVisible()  # nothing is known yet of the card of this run


@pytest.mark.parametrize(("work", "words"), [("reading", "reading images"), ("download", "downloading weights")])
def test_what_a_run_needs_first_is_shown_with_the_time_left_until_it_begins(session, played, work, words):
    progress = session.window.training.progress
    session.window.orders.start.trigger()
    played.say(Progress(work, 100, 400))
    assert progress.status.text() == f"{words}: 25 %"
    assert (progress.bar.value(), progress.bar.maximum()) == (100, 400)
    played.say(Progress(work, 200, 400))
    assert progress.status.text().startswith(f"{words}: 50 % · ")
    assert progress.status.text().endswith(" left")
    played.say(Started("a", "", params=1, referee=Verdict(True, 1, 1), device="cpu", steps_per_epoch=10, epochs=1))
    assert words not in progress.status.text()
    assert (progress.bar.value(), progress.bar.maximum()) == (0, 10)


def test_a_stop_while_it_reads_says_so(session, played):
    progress = session.window.training.progress
    session.window.orders.start.trigger()
    played.say(Progress("reading", 100, 400))
    session.window.orders.stop.trigger()
    played.say(Stopped(0))
    assert progress.status.text() == "stopped while its images were read"
    assert session.window.orders.start.isEnabled()


def test_what_a_run_took_of_known_weights_stands_below_the_bar(session, played):
    progress = session.window.training.progress
    session.window.orders.start.trigger()
    verdict, table = Verdict(True, 1, 1), Sentence("imagenet:V2: 265 tensors taken")
    played.say(Started("a", "", 1, verdict, device="cpu", steps_per_epoch=10, epochs=1, weights=table))
    assert progress.sides.text() == "weights: imagenet:V2: 265 tensors taken"
    assert progress.sides.isVisible()
