"""Lesions: a branch at zero is an identity exactly where it is said to be, and the worker answers for it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from explorer.architecture.blocks import SHORTCUTS
from explorer.architecture.design import Design
from explorer.architecture.identity import deepened, zeroing
from explorer.engine.probes import lesion
from explorer.engine.probes.registry import probe
from explorer.runs.commands import command_line, read_command
from explorer.runs.events import Failed, event_line, read_event
from explorer.runs.questions.blocks import Insert, Inserted, Zero, Zeroed
from explorer.runs.questions.question import Probe
from explorer.runs.recipe import Recipe
from explorer.validation import Refused
from tests.engine import small
from tests.engine.training.test_growth import DESIGN, VARIANTS, little_data, open_probed_network, run_of, trained

__all__ = ["little_data"]  # a fixture


@pytest.mark.matrix("shortcut")
@pytest.mark.parametrize("shortcut", SHORTCUTS)
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant.values())))
def test_a_branch_at_zero_is_an_identity_exactly_where_it_is_said_to_be(variant, shortcut):
    parent = trained(DESIGN.change(shortcut=shortcut, **variant))
    blocks = [block for stage in parent.plan.stages for block in stage.blocks()]
    found = open_probed_network(parent)
    for block in blocks:
        answer = zero(found, block.name)
        assert answer.is_identity is zeroing(block).holds
        assert answer.effect.difference > 0
        assert not answer.effect.equal
    if shortcut == "none":  # behind one that puts out 0 every other one has 0 for input and output
        return
    together = zero(found, *(block.name for block in blocks))
    assert together.identities == tuple(block.name for block in blocks if zeroing(block).holds)


def zero(probed, *blocks: str) -> Zeroed:
    question = Zero(probed.plan.design, probed.recipe, runs=Path(), blocks=blocks)
    return lesion.zero(probed, question)


def test_a_lesion_is_forgotten():
    found = open_probed_network(trained(DESIGN))
    before = {name: values.clone() for name, values in found.network.state_dict().items()}
    answer = zero(found, "layer1.0")
    assert all(torch.equal(values, before[name]) for name, values in found.network.state_dict().items())
    assert answer.effect.images == 90


def ask(kind: type[Probe], root, run: str = "", design: Design = small.DESIGN, **values):
    """What comes back through the pipe."""
    question = kind(design, Recipe(device="cpu"), 7, runs=root, run=run, **values)
    assert read_command(command_line(question), root) == question
    answer = probe(question)
    assert read_event(event_line(answer)) == answer
    return answer


def test_the_worker_is_asked_about_a_run_a_fresh_network_and_one_that_has_grown(tmp_path):
    run, _ = run_of(tmp_path, epochs=1)
    fresh, learned = (ask(Zero, tmp_path, name, blocks=("layer1.0",)) for name in ("", run.id))
    assert isinstance(fresh, Zeroed)
    assert isinstance(learned, Zeroed)
    assert fresh.effect.difference != learned.effect.difference
    inserted = ask(Insert, tmp_path, run.id, block="layer2.1")
    assert isinstance(inserted, Inserted)
    assert (inserted.id, inserted.blocks, inserted.effect.difference) == (7, ("layer2.1",), 0.0)
    deeper = deepened(small.DESIGN, "layer2.1")
    nothing = ask(Zero, tmp_path, run.id, deeper, blocks=("layer2.1",), grown=("layer2.1",))
    assert (nothing.effect.difference, nothing.identities) == (0.0, ("layer2.1",))
    assert nothing.effect.accuracy_before == inserted.effect.accuracy_after


def test_a_fresh_network_stays_the_same_when_an_identity_is_inserted(tmp_path):
    inserted = ask(Insert, tmp_path, block="layer2.1")
    deeper = deepened(small.DESIGN, "layer2.1")
    after = ask(Zero, tmp_path, design=deeper, blocks=("layer1.0",), grown=("layer2.1",))
    before = ask(Zero, tmp_path, blocks=("layer1.0",))
    assert inserted.effect.equal
    assert replace(after.effect, file="") == replace(before.effect, file="")


@pytest.mark.parametrize(
    ("kind", "values", "why"),
    [
        (Zero, {"blocks": ("layer9.0",)}, "'layer9.0' is not a block"),
        (Zero, {"blocks": ("layer1.0", "layer1")}, "'layer1' is not a block"),
        (Zero, {"blocks": ()}, "must name at least one block"),
        (Insert, {"block": "layer1.0"}, "insert after it"),
        (Insert, {"block": "layer1"}, "No block can be inserted"),
    ],
)
def test_questions_that_make_no_sense_are_refused(tmp_path, kind, values, why):
    answer = ask(kind, tmp_path, **values)
    assert isinstance(answer, Failed)
    assert (answer.of, answer.id) == (kind.__name__.lower(), 7)
    assert why in str(answer.reason)


def test_plain_nets_are_refused_an_identity(tmp_path):
    answer = ask(Insert, tmp_path, design=small.DESIGN.change(shortcut="none"), block="layer1.1")
    assert "a plain block has no shortcut" in str(answer.reason)


def test_a_network_that_has_diverged_is_refused():
    found = open_probed_network(trained(DESIGN))
    nn.init.constant_(found.network.get_parameter("fc.bias"), float("nan"))
    with pytest.raises(Refused, match="no longer finite"):
        zero(found, "layer1.0")
