"""Ranks: the parts of a batch, and what the processes of one run compute together."""

import io
import json
import pickle
import subprocess
import sys

import pytest
import torch
from torch import nn

from explorer.architecture.plan import plan_network
from explorer.engine.data.augment import Feed
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.runs.preparation import prepare
from explorer.engine.training.failure import failure
from explorer.engine.training.ranks import Group, Ranks, part_of
from explorer.engine.training.state import Training
from explorer.runs.launch import launch_local
from explorer.runs.sides import Side
from explorer.validation import Refused
from tests.engine import small
from tests.engine.shades import shades
from tests.engine.training import in_ranks


@pytest.mark.parametrize("size", [1, 2, 3, 8])
@pytest.mark.parametrize("images", [1, 2, 3, 7, 16, 33])
def test_the_parts_of_a_batch_are_apart_and_make_it_whole(images, size):
    parts = [part_of(slice(10, 10 + images), rank, size) for rank in range(size)]
    counted = [number for part in parts if part.share for number in range(part.bounds.start, part.bounds.stop)]
    assert counted == list(range(10, 10 + images))
    assert sum(part.share for part in parts) == pytest.approx(1, abs=1e-12)
    for bounds, share in parts:
        assert bounds.stop - bounds.start >= min(2, images)  # a norm of 1×1 maps needs two
        assert share in (0.0, (bounds.stop - bounds.start) / images)
        assert bounds.start >= 10
        assert bounds.stop <= 10 + images


@pytest.mark.parametrize("cutmix", [0.0, 1.0])
def test_parts_of_a_batch_are_augmented_and_mixed_as_the_whole_batch_is(cutmix):
    recipe = small.RECIPE.change(flip=True, crop=2, jitter=0.3, erase=0.5, resized_crop=0.5, cutmix=cutmix)
    feed, batches = Feed(small.TRAIN, recipe, 1, 3), [slice(0, 7), slice(7, 16)]
    whole = list(feed.batches(batches))
    parts = [list(feed.batches(batches, [part_of(each, rank, 3).bounds for each in batches])) for rank in range(3)]
    for number, (pixels, targets) in enumerate(whole):
        assert torch.cat([part[number][0] for part in parts]).equal(pixels)
        assert torch.cat([part[number][1] for part in parts]).equal(targets)
    assert bool(cutmix) == any(targets.ndim == 2 for _, targets in whole)


class OneOfTwo(Ranks):
    """A rank that is alone all the same: its gradients are those of its part, twice as large for torch's mean."""

    size = 2


def test_gradients_losses_and_hits_of_parts_add_up_to_those_of_the_batch(monkeypatch):
    monkeypatch.setattr(nn.BatchNorm2d, "train", lambda norm, mode=True: nn.Module.train(norm, False))
    recipe = small.RECIPE.change(clip=0.0, balance="weights", label_smoothing=0.1)

    def learned(bounds, share, ranks):
        training = Training(plan_network(small.DESIGN), recipe, small.CPU, 5, Rewrites(), 0, (20, 14, 6), ranks)
        pixels, targets = next(Feed(small.TRAIN, recipe, 1, 3).batches([slice(0, 7)], [bounds]))
        loss, hits = training.learn(pixels, targets, share=share)
        return loss, hits, [values.grad for values in training.network.parameters()]

    loss, hits, gradients = learned(slice(0, 7), 1.0, Ranks())
    parts = [learned(*part_of(slice(0, 7), rank, 2), OneOfTwo()) for rank in range(2)]
    assert sum(part[0] for part in parts).item() == pytest.approx(loss.item(), rel=1e-6)
    assert sum(part[1] for part in parts) == hits
    for whole, *halves in zip(gradients, *(part[2] for part in parts), strict=True):
        torch.testing.assert_close(sum(halves) / 2, whole, rtol=1e-4, atol=1e-6)
    nothing = learned(slice(0, 2), 0.0, OneOfTwo())
    assert not any(values.any() for values in (nothing[0], nothing[1], *nothing[2]))


def test_a_checkpoint_of_two_processes_is_refused_by_one_and_the_reverse():
    alone, one_of_two = (
        Training(plan_network(small.DESIGN), small.RECIPE, small.CPU, 5, ranks=ranks) for ranks in (Ranks(), OneOfTwo())
    )
    with pytest.raises(Refused, match="trained by 2 processes; resume it with --devices 2, or start a new run with"):
        alone.restore(one_of_two.state())
    with pytest.raises(Refused, match="trained by one process; resume it without --devices"):
        one_of_two.restore(alone.state())
    older = {name: value for name, value in alone.state().items() if name != "processes"}
    alone.restore(older)


def test_norms_over_all_gpus_are_refused_elsewhere():
    with pytest.raises(Refused, match="sync_norms: norms share their statistics between NVIDIA GPUs only"):
        small.training(small.RECIPE.change(sync_norms=True))


def test_a_lost_process_is_told_in_words():
    text = "[/gloo/gloo/transport/tcp/pair.cc:545] Read error [127.0.0.1]:44230: Connection reset by peer"
    failed = failure(RuntimeError(text), small.RECIPE)
    assert failed.reason == "one of the processes that train this run was lost, or stopped answering"
    assert failed.advice == "Resume the run: it continues from its last checkpoint."


def test_norms_over_all_gpus_need_images_for_each_of_them(tmp_path, monkeypatch):
    """The last two are for one rank alone; and a bias before such a norm is not folded."""
    monkeypatch.setattr("explorer.engine.runs.preparation.Training", lambda *given: given)
    recipe = shades(tmp_path / "data").change(sync_norms=True, precision="fp32", normalise="off")
    data, _ = prepare(Side(small.DESIGN, recipe, 0), rewrites=Rewrites())
    alone = recipe.change(batch_size=len(data.train) - 2)
    with pytest.raises(
        Refused, match=r"^batch_size: the last batch of an epoch has 2 images, too few for norms over 2"
    ):
        prepare(Side(small.DESIGN, alone, 0), rewrites=Rewrites(), ranks=OneOfTwo())
    whole = recipe.change(batch_size=len(data.train))
    for given, fold in ((whole, False), (whole.change(sync_norms=False), True)):
        _, (made,) = prepare(Side(small.DESIGN, given, 0), rewrites=Rewrites(folded=True, graph=True), ranks=OneOfTwo())
        assert made[4] == Rewrites(folded=fold)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA GPU that this torch can use")
def test_norms_over_all_gpus_have_the_names_of_others():
    recipe, place = small.RECIPE.change(sync_norms=True, device="cuda"), torch.device("cuda")
    shared, own = (
        Training(plan_network(small.DESIGN), recipe, place, 5, Rewrites(), ranks=ranks)
        for ranks in (OneOfTwo(), Ranks())
    )
    assert shared.network.state_dict().keys() == own.network.state_dict().keys()
    assert any(isinstance(module, nn.SyncBatchNorm) for module in shared.network.modules())
    assert not any(isinstance(module, nn.BatchNorm2d) for module in shared.network.modules())


class Joined(Group):
    """Rank 0 of two, beside which no process runs: what the other one answers is in the store already."""

    def __init__(self, answer: str) -> None:
        self.store, self.rank, self.size = torch.distributed.HashStore(), 0, 2
        self.store.set("answer of 1", answer)
        self.agreed = []

    def agree(self, value):
        self.agreed.append(value)
        return value


def test_rank_0_gives_its_state_to_those_that_have_opened_the_run():
    ranks, told = Joined(""), []
    ranks.open("order", small.training().state, lambda done, total: told.append((done, total)))
    assert pickle.loads(ranks.store.get("order")) == "order"
    assert told == [(1, 2)]
    state = torch.load(io.BytesIO(ranks.agreed[0]), weights_only=True)
    small.training().restore(state)


def test_a_run_that_another_rank_cannot_open_is_refused_with_its_reason():
    with pytest.raises(Refused, match=r"^rank 1: does not join the run: data: it is not there$"):
        Joined("data: it is not there").open("order", dict, lambda *_: None)


@pytest.mark.uses
@pytest.mark.skipif(sys.platform != "linux", reason="several processes train one run on Linux only")
def test_two_processes_have_the_losses_of_one_and_see_every_image_once(tmp_path):
    """In 64 bits and with frozen norms, over 24 steps, with a last batch that is too small for two."""
    in_ranks.main(tmp_path)
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--local-addr", "localhost", "--nproc-per-node", "2"]
    command = [sys.executable, *torchrun, "-m", "tests.engine.training.in_ranks", str(tmp_path)]
    environment = launch_local().environment | {"GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", timeout=170)
    assert not ended.returncode, ended.stderr
    alone, *ranks = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("0 of 1", "0 of 2", "1 of 2"))
    for whole, first, second in zip(alone, *ranks, strict=True):
        assert len(whole["losses"]) == 24
        assert first["losses"] == pytest.approx(whole["losses"], abs=1e-9)
        assert first["validation"] == [pytest.approx(each, abs=1e-9) for each in whole["validation"]]
        assert first["accuracies"] == whole["accuracies"]
        for what in ("losses", "validation", "accuracies"):
            assert second[what] == first[what]
        assert [sum(both) for both in zip(first["tested"], second["tested"], strict=True)] == [in_ranks.EPOCHS] * 50
    _, first, second = alone[1], ranks[0][1], ranks[1][1]  # whose batches all have images for both
    assert [sum(both) for both in zip(first["reads"], second["reads"], strict=True)] == [in_ranks.EPOCHS] * 40
    assert sum(first["reads"]) in range(60, 90)
