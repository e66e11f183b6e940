"""Both sides of `bench train`: the same images, order, weights and losses; figures that add up; no process left."""

import json
import time
from types import SimpleNamespace

import pytest
import torch
from torch.utils.data import DataLoader

from explorer.architecture.notation import from_line
from explorer.architecture.plan import plan_network
from explorer.bench.training import side
from explorer.bench.training.comparison import CLOSE, Comparison, Ratio, differences, ratio
from explorer.bench.training.entry import Entry, read_entry
from explorer.bench.training.explorer_side import ExplorerSide
from explorer.bench.training.notebook import Accumulator, Notebook, Pictures, Shuffled
from explorer.bench.training.side import peak
from explorer.bench.training.side_process import SideProcess, Timed
from explorer.engine.data.datasets import Images
from explorer.engine.data.loader import epoch_order, place_images
from explorer.runs.launch import GLIBC, launch_local
from explorer.runs.recipe import RECIPES

CPU = torch.device("cpu")
DESIGN = from_line("basic:1x28x28:10:4x1,8x1/2:stem=cifar,stem_width=4,init=xavier")
RECIPE = RECIPES["chapter"].change(device="cpu", batch_size=64)


def entry(tmp_path, side="ours", **changes):
    return Entry(side, DESIGN, RECIPE.change(**changes), tmp_path)


@pytest.fixture(scope="module")
def figures():
    """As it comes out of its JSON. Matrices are small and multiplied here: large ones take longer than all the rest."""
    ask = SideProcess.ask

    def ask_or_multiply(process, what, *arguments):
        return Timed(0.0, peak(CPU, *arguments)) if what == "peak" else ask(process, what, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(side.SIDES_OF_PRODUCTS, "cpu", 256)
        patch.setattr(SideProcess, "ask", ask_or_multiply)
        return json.loads(json.dumps(Comparison(DESIGN, RECIPE, seconds=0.01, end=0.0, turns=1).run()))


def test_an_entry_comes_over_the_command_line_as_it_was(tmp_path):
    sent = entry(tmp_path, "notebook", seed=3)
    assert read_entry(sent.text()) == sent


def test_both_sides_make_the_same_batch_of_the_same_images():
    pixels = torch.randint(0, 256, (6, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    images, design = Images(pixels, torch.arange(6)), DESIGN.change(input=(1, 40, 40))
    order = Shuffled(6, seed=5)
    for epoch in (1, 2):
        batch, labels = next(iter(DataLoader(Pictures(images, (40, 40)), 4, sampler=order)))
        own, own_labels = place_images(images, design, CPU).batch(epoch_order(6, 5, epoch, CPU)[:4])
        assert torch.equal(batch, own)
        assert torch.equal(labels, own_labels)


def losses_of(kind, given, double):
    opened = kind(given, CPU)
    opened.place()
    opened.tune()
    return opened.losses(3, 16, double)


def test_losses_are_equal_in_64_bits_and_another_seed_has_others(tmp_path):
    notebook = losses_of(Notebook, entry(tmp_path), double=True)
    found = {
        "notebook": Timed(0.0, notebook),
        "ours": Timed(0.0, losses_of(ExplorerSide, entry(tmp_path), double=True)),
    }
    assert max(differences(found)) < 1e-9
    found["ours"] = Timed(0.0, losses_of(ExplorerSide, entry(tmp_path, seed=1), double=True))
    assert min(differences(found)) > CLOSE


def test_the_first_loss_is_equal_in_32_bits(tmp_path):
    one, other = (losses_of(kind, entry(tmp_path), double=False)[0] for kind in (Notebook, ExplorerSide))
    assert abs(one - other) < 1e-5


def test_a_turn_of_the_explorers_side_is_an_epoch_of_a_real_run(tmp_path):
    explorer_side = ExplorerSide(entry(tmp_path), CPU)
    explorer_side.place()
    explorer_side.tune()
    explorer_side.set_up(128, 32, turns=2)
    for done in (1, 2):
        explorer_side.turn()
        assert explorer_side.training_run.folder.manifest["epochs_done"] == done
    written = {file.name for file in explorer_side.training_run.folder.path.iterdir()}
    assert {"checkpoint.pt", "best.safetensors", "events.jsonl"} <= written
    with pytest.raises(RuntimeError, match="epoch 3"):
        explorer_side.turn()
    explorer_side.training_run.folder.close()


def test_an_accumulator_adds_numbers():
    sums = Accumulator(2)
    for _ in range(3):
        sums.add(torch.tensor(0.5), 2)
    assert sums.sums == [1.5, 6.0]


@pytest.mark.uses
def test_figures_are_complete_and_add_up(figures):
    assert {"notebook", "ours", "ratio", "ratio_without_loading", "losses_equal", "largest_loss_difference"} <= {
        *figures
    }
    assert figures["losses_equal_in_64_bits"]
    assert figures["images"] % RECIPE.batch_size == 0
    for name in ("notebook", "ours"):
        assert {*figures[name]["set_up_seconds"]} == {"imports", "data", "tuning", "network"}
        for pace in (figures[name]["epoch"], figures[name]["without_loading"]):
            assert pace["seconds"] > 0
            assert pace["peak_share"] > 0
        epoch = figures[name]["epoch"]
        assert epoch["images_per_second"] == pytest.approx(figures["images"] / epoch["seconds"], rel=0.2)
    assert figures["peak_gflops"]["fp32"] > 0
    for each in (figures["ratio"], figures["ratio_without_loading"]):
        assert 0 < each["min"] <= each["median"] <= each["max"]


def test_a_ratio_is_of_pairs():
    assert ratio([2.0, 9.0, 4.0], [1.0, 3.0, 4.0]) == Ratio(median=2.0, min=1.0, max=3.0)


def test_work_is_two_operations_a_mac_and_three_passes_an_image():
    macs = plan_network(DESIGN).macs
    pace = Comparison(DESIGN, RECIPE, None, end=0.0).pace([2.0], images=100, tests=50, peak=macs * 350 / 1e9)
    assert (pace.images_per_second, pace.peak_share) == (50.0, 1.0)


@pytest.mark.slow
def test_a_side_ends_with_its_process(tmp_path):
    with SideProcess(entry(tmp_path), tmp_path / "log") as process:
        assert process.ask("place").value == [10_000, 2_000]
        assert process.ask("peak", "fp32").value > 0
    assert process.process.returncode == 0


@pytest.mark.uses
def test_a_side_that_dies_is_quoted(tmp_path):
    words = r"(?s)notebook exited with status 1: .*has no attribute 'dance'"
    with (
        SideProcess(entry(tmp_path, "notebook"), tmp_path / "log") as process,
        pytest.raises(RuntimeError, match=words),
    ):
        process.ask("dance")
    assert process.process.returncode == 1


def test_the_notebook_has_the_allocator_as_it_comes(monkeypatch):
    for key in GLIBC:
        monkeypatch.setenv(key, "1")
    assert not GLIBC.keys() & launch_local(tuned=False).environment.keys()


@pytest.mark.parametrize(("left", "images"), [(1e9, 64 * 10), (7.5 * 2, 64 * 4), (-1.0, 64)])
def test_a_turn_is_as_long_as_the_budget_allows(left, images):
    """Two sides take two turns each, one of them not counted, and a quarter more without loading."""
    notebook = SimpleNamespace(ask=lambda *what: Timed(0.75, None))
    sides = len(Comparison(DESIGN, RECIPE, seconds=7.5, end=0.0)._recipes())
    comparison = Comparison(DESIGN, RECIPE, seconds=7.5, end=time.monotonic() + left * sides / 2, turns=1)
    assert comparison.share(10_000, notebook) == images


def test_turns_end_with_the_budget_but_two_are_counted(capsys):
    asked = []
    sides = {name: SimpleNamespace(ask=lambda what, *_: asked.append(what) or Timed(1.0, 5.0)) for name in "ab"}
    comparison = Comparison(DESIGN, RECIPE, seconds=None, end=0.0, turns=9)
    times = comparison._alternate(sides, "turn", dict.fromkeys(sides, "fp32"), {}, time.monotonic() - 1)
    assert {name: len(each) for name, each in times.items()} == {"a": 2, "b": 2}
    assert capsys.readouterr().err.splitlines()[-1] == "bench train: 28×28, epochs, turn 2 of 9"


def test_a_turn_that_would_end_too_late_is_not_begun(monkeypatch):
    now = 0.0

    def turn(what, *_):
        nonlocal now
        now += what == "turn"
        return Timed(1.0, 5.0)

    monkeypatch.setattr("explorer.bench.training.comparison.time", SimpleNamespace(monotonic=lambda: now))
    sides = {name: SimpleNamespace(ask=turn) for name in "ab"}
    comparison = Comparison(DESIGN, RECIPE, seconds=None, end=0.0, turns=9)
    times = comparison._alternate(sides, "turn", dict.fromkeys(sides, "fp32"), {}, end=9.0)
    assert (now, len(times["a"])) == (8.0, 3)
