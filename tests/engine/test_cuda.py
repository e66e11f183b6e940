"""On an NVIDIA GPU: the same numbers as on a processor, exact resume, and the words when memory runs out."""

import copy
import gc
import json
import math
import re
import subprocess
from contextlib import nullcontext

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.data.augment import Augmentation, Feed
from explorer.engine.data.loader import PlacedLoader, batch_bounds
from explorer.engine.data.mapped_loader import MappedLoader
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.data.training_data import open_data
from explorer.engine.devices import available_memory, choose_device, list_devices, multiplies_bf16_fast
from explorer.engine.kernels.plain_arithmetic import arithmetic_of
from explorer.engine.kernels.rewrites import Rewrites, make_network, promised
from explorer.engine.training.failure import failure
from explorer.engine.training.memory import memory_needed
from explorer.engine.training.signals import SignalNorms
from explorer.engine.training.state import Training
from explorer.engine.training.tuning import tuned
from explorer.runs.launch import launch_local
from explorer.runs.recipe import Recipe
from tests.engine.shades import shades
from tests.engine.small import DESIGN
from tests.patience import patience

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA GPU that this torch can use"),
]
RECIPE = Recipe(batch_size=32, device="cuda", precision="fp32")


@pytest.fixture(autouse=True)
def nothing_kept():
    """What a test has freed is free for the processes of later ones too."""
    yield
    gc.collect()
    torch.cuda.empty_cache()


def batches(count: int, device: torch.device) -> list[tuple[torch.Tensor, torch.Tensor]]:
    generator = torch.Generator().manual_seed(0)
    return [
        (
            torch.rand(32, 1, 28, 28, generator=generator).to(device),
            torch.randint(0, 10, (32,), generator=generator).to(device),
        )
        for _ in range(count)
    ]


def training(recipe: Recipe = RECIPE) -> Training:
    return Training(plan_network(preset("mini")), recipe, choose_device("cuda"), steps_per_epoch=20)


def test_the_card_is_listed_and_has_memory():
    card = list_devices()[0]
    assert card.id == "cuda:0"
    assert card.name == torch.cuda.get_device_name(0)
    assert 0 < available_memory(torch.device("cuda:0")) <= card.memory


def test_plain_arithmetic_is_the_same_twice():
    found = []
    for _ in range(2):
        work = training(RECIPE.change(arithmetic="plain"))
        with arithmetic_of(work.recipe, work.device):
            losses = [work.learn(pixels, labels)[0] for pixels, labels in batches(20, work.device)]
        found.append((torch.stack(losses), *work.network.parameters()))
    assert all(torch.equal(one, other) for one, other in zip(*found, strict=True))


def test_scores_are_those_of_the_processor():
    plan = plan_network(preset("mini"))
    torch.manual_seed(0)
    here = make_network(plan, torch.device("cpu")).eval()
    there = make_network(plan, torch.device("cuda")).eval()
    there.load_state_dict(here.state_dict())
    pixels, _ = batches(1, torch.device("cpu"))[0]
    with torch.inference_mode(), torch.backends.cudnn.flags(allow_tf32=False):
        assert torch.allclose(here(pixels), there(pixels.cuda()).cpu(), atol=1e-4)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "auto"])
def test_it_learns_in_every_precision(precision):
    work = training(RECIPE.change(precision=precision, lr=0.05, schedule="constant"))
    assert work.rewrites.bf16 == (precision == "bf16" or (precision == "auto" and multiplies_bf16_fast(work.device)))
    batch = batches(1, work.device)[0]
    losses = [float(work.learn(*batch)[0]) for _ in range(20)]
    assert all(map(math.isfinite, losses))
    assert losses[-1] < losses[0] / 2


def test_a_restored_run_goes_on_bit_for_bit():
    work, given = training(), batches(8, choose_device("cuda"))
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
        for batch in given[:4]:
            work.learn(*batch)
        state = copy.deepcopy(work.state())
        again = training()
        again.restore(state)
        for batch in given[4:]:
            losses = [each.learn(*batch)[0] for each in (work, again)]
            assert torch.equal(*losses)
    both = zip(work.network.state_dict().values(), again.network.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in both)


def test_a_recorded_step_is_the_eager_one():
    """Also with a last batch of another size in between, which is not recorded."""
    plan, given = plan_network(preset("mini")), batches(6, choose_device("cuda"))
    given.insert(3, tuple(part[:5] for part in given[0]))
    works = []
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
        for graph in (False, True):
            rewrites = Rewrites(channels_last=True, cropped=True, folded=True, graph=graph)
            work = Training(plan, RECIPE, choose_device("cuda"), 20, rewrites)
            losses = torch.stack([work.learn(*batch)[0] for batch in given])
            works.append((work, losses))
    (eager, expected), (recorded, found) = works
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(dict(recorded.network.state_dict()), dict(eager.network.state_dict()))


@pytest.mark.parametrize(
    "changes",
    [
        {"head_epochs": 1, "frozen_stages": 1, "backbone_rate": 0.5, "balance": "weights"},
        {"grow": "stage1@1;stage3@1,1", "ema": 0.9},
    ],
    ids=["head first", "late blocks"],
)
def test_a_step_is_recorded_again_when_more_layers_learn(changes):
    design = preset("mini").with_stage(0, blocks=2).with_stage(2, blocks=3)
    plan, given = plan_network(design), batches(8, choose_device("cuda"))
    recipe = RECIPE.change(**changes)
    works = []
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
        for graph in (False, True):
            rewrites = Rewrites(channels_last=True, cropped=True, folded=True, graph=graph)
            work = Training(plan, recipe, choose_device("cuda"), 4, rewrites, class_counts=range(1, 11))
            losses = []
            for number, batch in enumerate(given):
                if number == 4:
                    work.counters.next_epoch()
                    work.join_blocks()
                losses.append(work.learn(*batch)[0])
            works.append((work, torch.stack(losses)))
    (eager, expected), (recorded, found) = works
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(dict(recorded.network.state_dict()), dict(eager.network.state_dict()))


def test_augmented_images_are_those_of_the_processor():
    pixels = torch.randint(0, 256, (12, 3, 40, 40), dtype=torch.uint8)
    recipe, seen = Recipe(resized_crop=0.2, flip=True, crop=2, jitter=0.4, erase=0.5), Preprocessing((32, 32))
    made = [
        Augmentation(recipe, 12, (40, 40), seen, 1, device).pixels(pixels.to(device), slice(0, 12)).cpu()
        for device in (torch.device("cpu"), choose_device("cuda"))
    ]
    assert (made[0].int() - made[1].int()).abs().max() <= 3  # a level of each change


def test_a_measured_step_between_recorded_ones_is_as_they_are():
    plan, given = plan_network(preset("mini")), batches(7, choose_device("cuda"))
    works = []
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
        for every in (100, 3):
            rewrites = Rewrites(channels_last=True, cropped=True, folded=True, graph=True)
            work = Training(plan, RECIPE, choose_device("cuda"), 20, rewrites)
            signals, losses = SignalNorms(work.network), []
            for number, batch in enumerate(given):
                due = number % every == 0
                with signals.measuring() if due else nullcontext():
                    losses.append(work.learn(*batch, eagerly=due)[0])
                assert not due or bool(signals.norms().isfinite().all())
            works.append((work, torch.stack(losses)))
    (seldom, expected), (often, found) = works
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(dict(often.network.state_dict()), dict(seldom.network.state_dict()))


def test_a_recorded_run_restored_goes_on_bit_for_bit():
    rewrites = Rewrites(channels_last=True, graph=True)
    plan, given = plan_network(preset("mini")), batches(8, choose_device("cuda"))
    recipe = RECIPE.change(ema=0.9, clip=1.0)
    work, again = (Training(plan, recipe, choose_device("cuda"), 20, rewrites) for _ in range(2))
    with torch.backends.cudnn.flags(deterministic=True, benchmark=False, allow_tf32=False):
        for batch in given[:4]:
            work.learn(*batch)
        again.restore(copy.deepcopy(work.state()))
        for batch in given[4:]:
            losses = [each.learn(*batch)[0] for each in (work, again)]
            assert torch.equal(*losses)


def test_what_is_promised_here_is_tried_and_computes():
    plan, device = plan_network(preset("mini")), choose_device("cuda")
    chosen = tuned(plan, RECIPE.change(precision="auto"), device)
    assert {*chosen.names} <= {*promised(plan, RECIPE.change(precision="auto"), device).names}
    loss, _ = Training(plan, RECIPE, device, 20, chosen).learn(*batches(1, device)[0])
    assert math.isfinite(float(loss))


def test_memory_that_runs_out_is_said_with_numbers_and_a_smaller_batch():
    plan, free = plan_network(preset("mini")), available_memory(torch.device("cuda:0"))
    taken = torch.empty(free // 2**30 * 2**30 - 2**31, dtype=torch.uint8, device="cuda")  # by the network that fails
    with pytest.raises(torch.OutOfMemoryError) as caught:
        torch.empty(taken.numel(), dtype=torch.uint8, device="cuda")
    failed = failure(caught.value, RECIPE, plan)
    lack = rf"{taken.numel() // 2**20:,} MiB more needed, [23],\d\d\d MiB free"
    assert re.fullmatch(f"out of memory on cuda at batch size 32: {lack}", str(failed.reason))
    assert str(failed.advice) == "Try a batch size of 16."
    one, two = (memory_needed(plan, RECIPE, size).activations for size in (1, 2))
    least = RECIPE.change(batch_size=2 ** (2 * free // (two - one)).bit_length())
    advice = str(failure(caught.value, least, plan).advice)
    batch_size = int(re.fullmatch(r"Try a batch size of (\d+)\.", advice)[1])
    assert 2**31 + 2**30 < memory_needed(plan, RECIPE, batch_size).total <= free


PEAKS = """
import gc, json, sys
import torch
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.kernels.plain_arithmetic import arithmetic_of
from explorer.engine.kernels.rewrites import promised
from explorer.engine.training.memory import memory_needed
from explorer.engine.training.state import Training
from explorer.runs.recipe import Recipe
name, precision, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
plan, device = plan_network(preset(name)), torch.device("cuda:0")
recipe = Recipe(device="cuda", batch_size=size, precision=precision)
work = Training(plan, recipe, device, 100, promised(plan, recipe, device))
pixels = torch.rand(size, *plan.design.input, device=device).contiguous(memory_format=torch.channels_last)
with arithmetic_of(recipe, device):
    for _ in range(4):
        work.learn(pixels, torch.zeros(size, dtype=torch.long, device=device))
torch.cuda.synchronize()
print(json.dumps([memory_needed(plan, recipe, size).total, torch.cuda.max_memory_allocated()]))
"""


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(
    ("name", "size"),
    [("mini", 256), ("mini", 1024), ("d2l-resnet18", 256), ("resnet18", 64), ("resnet50", 32), ("wrn-28-10", 64)],
)
def test_memory_is_what_torch_allocates(name, size, precision):
    """In a process of its own, for what libraries have taken before would not count."""
    launch = launch_local()
    arguments = [launch.program, "-c", PEAKS, name, precision, str(size)]
    done = subprocess.run(arguments, env=launch.environment, stdout=subprocess.PIPE, timeout=patience(), check=True)
    needed, allocated = json.loads(done.stdout)
    assert needed / allocated == pytest.approx(1, abs=0.15)


def test_recorded_steps_of_one_run_after_another_leave_no_more_behind():
    left, plan, rewrites = [], plan_network(preset("mini")), Rewrites(channels_last=True, graph=True)
    for _ in range(4):
        work = Training(plan, RECIPE, choose_device("cuda"), 20, rewrites)
        for batch in batches(3, work.device):
            work.learn(*batch)
        del work, batch
        gc.collect()
        left.append(torch.cuda.memory_allocated())
    assert left[1:] == 3 * [left[0]]


def test_images_that_do_not_fit_on_the_card_are_read_ahead_and_are_the_same(tmp_path):
    device = choose_device("cuda")
    recipe = shades(tmp_path).change(device="cuda", flip=True)
    placed, mapped = (open_data(recipe, DESIGN, device, room=room) for room in (2**30, 0))
    assert (type(placed.train), type(mapped.train)) == (PlacedLoader, MappedLoader)
    bounds = batch_bounds(len(placed.train), 4)
    for epoch in (1, 2):
        feeds = (Feed(data.train, recipe, epoch, 3).batches(bounds) for data in (placed, mapped))
        for (pixels, targets), (others, labels) in zip(*feeds, strict=True):
            assert torch.equal(pixels, others)
            assert torch.equal(targets, labels)
