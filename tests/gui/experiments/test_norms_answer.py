"""Batch norms beside each other, through real clicks; what the worker would say is said by the test."""

from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.runs.questions.blocks import BatchStatistics, Norms, NormStatistics
from explorer.sentences import Sentence
from tests.clicks import click
from tests.gui.experiments.test_identity_panel import answer, effect
from tests.gui.paths import block_panel, open_block
from tests.gui.scripted_workers import Played


@pytest.fixture
def played(session, monkeypatch):
    played = Played(session.pool.workers[0], monkeypatch)
    session.document.propose(preset("mini"), "")
    return played


@pytest.fixture
def panel(session, played):
    return open_block(session, "layer2.0")


def say(played, folder, right: tuple[int, int], moved: int, steps: int, share: float) -> None:
    """That of 128 images so many are right by the running statistics, and by those of the batch."""
    shown = replace(
        effect(folder), images=128, accuracy_before=right[0] / 128, accuracy_after=right[1] / 128, moved=moved
    )
    norm = NormStatistics(
        name="layer2.0.downsample.1",
        batch_mean=-0.31,
        running_mean=0.1,
        batch_variance=0.8,
        running_variance=1234.6,
        distance=0.456,
    )
    played.answer(
        played.asked(Norms)[-1], BatchStatistics(effect=shown, norms=(norm,), steps=steps, initial_share=share)
    )


def test_statistics_that_agree_and_the_numbers_of_each_norm(session, qtbot, panel, played, tmp_path):
    click(qtbot, panel.compare)
    assert played.asked(Norms)[0].block == "layer2.0"
    assert panel.reason.text() == "Testing on real images …"
    say(played, tmp_path, (88, 91), moved=9, steps=157, share=0.0)
    assert panel.norms.words.text() == (
        "By the batch's own statistics 91 of 128 images are right, by the running ones 88: they agree. "
        "The running averages have seen 157 steps."
    )
    assert panel.norms.details.text() == (
        "downsample.1: mean −0.31, running 0.10; variance 0.80, running 1,235; means 0.46 σ apart"
    )
    assert panel.norms.answer.text().startswith("This image is “Trousers”: the answer moved from")


@pytest.mark.parametrize(
    ("steps", "share", "why"),
    [
        (12, 0.28, "have seen only 12 steps: 28 % of them is still their initial value."),
        (0, 1.0, "have seen no training step: they are still mean 0 and variance 1."),
    ],
)
def test_statistics_that_are_far_apart_say_why(session, qtbot, panel, played, tmp_path, steps, share, why):
    click(qtbot, panel.compare)
    say(played, tmp_path, (13, 91), moved=90, steps=steps, share=share)
    assert "by the running ones 13: far apart. The running averages" in panel.norms.words.text()
    assert panel.norms.words.text().endswith(why)


def test_it_stands_beside_a_zeroed_branch_and_outlives_restore_and_the_window(session, qtbot, panel, played, tmp_path):
    click(qtbot, panel.compare)
    say(played, tmp_path, (88, 91), moved=9, steps=157, share=0.0)
    click(qtbot, panel.zero)
    answer(played, tmp_path)
    assert panel.norms.isVisible()
    assert panel.effect.isVisible()
    click(qtbot, panel.back)
    assert panel.norms.isVisible()
    assert not panel.effect.isVisible()
    session.document.select("layer1.0")
    assert not panel.norms.isVisible()
    session.use_language("en")
    session.document.select("layer2.0")
    assert block_panel(session).norms.isVisible()


def test_a_refusal_is_said(session, qtbot, panel, played):
    click(qtbot, panel.compare)
    played.refuse(played.asked(Norms)[0], Sentence("batch_size: must be at least 2"))
    assert panel.reason.text() == "batch_size: must be at least 2"
    assert panel.compare.isEnabled()
