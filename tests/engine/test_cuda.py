"""On an NVIDIA GPU: the same numbers as on a processor, exact resume, and the words when memory runs out."""

import copy
import math

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.devices import available_memory, choose_device, list_devices, multiplies_bf16_fast
from explorer.engine.session import failure
from explorer.engine.training import Training, make_network
from explorer.runs.recipe import Recipe

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no NVIDIA GPU that this torch can use"),
]
RECIPE = Recipe(batch_size=32, device="cuda", precision="fp32")


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
    work = training(RECIPE.change(precision=precision, lr=0.05))
    assert work.bf16 == (precision == "bf16" or (precision == "auto" and multiplies_bf16_fast(work.device)))
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


def test_memory_that_runs_out_is_said_with_numbers_and_a_smaller_batch():
    free = available_memory(torch.device("cuda:0"))
    with pytest.raises(torch.OutOfMemoryError) as caught:
        torch.empty(2 * free, dtype=torch.uint8, device="cuda")
    failed = failure(caught.value, RECIPE)
    assert str(failed.reason).startswith("out of memory on cuda at batch size 32: ")
    assert "are free" in str(failed.reason)
    assert str(failed.advice) == "Try a batch size of 16."
