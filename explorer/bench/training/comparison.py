"""`bench train`: the notebook's training loop against this program's, each in its own process, in turns. No Qt.

Both train the same network from the same weights on the same batches. That the arithmetic is the same shows in 64 bits:
in 32 the chapter's rate makes a difference in the last digit hundreds of times larger at every step, even between the
notebook and itself with another number of threads.

A turn is a full epoch: loading, evaluation, and in this program read-backs, events and checkpoints. The epoch is the
whole data set on a GPU and a share of it elsewhere, where the cost once per epoch weighs more: the notebook starts its
loading processes, this program writes its checkpoint. A ratio is of two consecutive turns, since other load on the
machine slows both. The first turn of each is not counted.
"""

import os
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.disturbance import Disturbance
from explorer.bench.training.entry import Entry
from explorer.bench.training.side_process import SideProcess, Timed
from explorer.engine.devices import choose_device, list_devices, multiplies_bf16_fast
from explorer.runs.data.catalogue import data_sets
from explorer.runs.recipe import RECIPES, Recipe

_TURNS = 5
_BUDGET = 300.0  # seconds for both sizes
_SECONDS = {96: 20.0, 28: 10.0}  # a turn of the notebook, by the side of the images
_MIN_TURNS = 2  # that are counted, whatever the budget
_BARE_SHARE = 0.25  # of a turn's images are in a turn without loading, where not all are
_STEPS = 3  # whose losses are compared
_STEP_IMAGES = 32  # of such a step, at most: equal arithmetic shows with few images as well
CLOSE = 1e-4


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as fast as the notebook a side is, over pairs of turns."""

    median: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Pace:
    """The speed of the median turn; `peak_share` is relative to a matrix product in the same precision, by MACs."""

    seconds: float
    images_per_second: float
    peak_share: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One side's; the images per second are those that it learns from."""

    precision: str
    rewrites: tuple[str, ...]
    epoch: Pace
    without_loading: Pace
    set_up_seconds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of the sides on one network; `seconds` are of the notebook's turn, None for the whole data set.

    To be done when time.monotonic() is `end`, turns get shorter and fewer, but not than `_MIN_TURNS` of a batch each.
    """

    design: Design
    recipe: Recipe
    seconds: float | None
    end: float
    turns: int = _TURNS

    def run(self) -> dict[str, object]:
        """Run all sides and return the figures as plain values. Raises RuntimeError if a side dies."""
        with TemporaryDirectory() as folder, ExitStack() as stack:
            processes = {}
            for name, recipe in self._recipes().items():
                entry = Entry("notebook" if name == "notebook" else "ours", self.design, recipe, Path(folder))
                self._report(f"starting {name}")
                processes[name] = stack.enter_context(SideProcess(entry, Path(folder) / f"{name}.log"))
            return self.measure(processes)

    def _recipes(self) -> dict[str, Recipe]:
        """Return the recipe of each side; a third side is added where the hardware multiplies bf16 fast."""
        both = {"notebook": self.recipe, "ours": self.recipe}
        fast = self.recipe.change(precision="auto")
        return {**both, "ours_bf16": fast} if multiplies_bf16_fast(choose_device(fast.device)) else both

    def _report(self, words: str) -> None:
        _, height, width = self.design.input
        print(f"bench train: {height}×{width}, {words}", file=sys.stderr, flush=True)

    def measure(self, processes: dict[str, SideProcess]) -> dict[str, object]:
        self._report("loading and tuning")
        placed = {name: process.ask("place") for name, process in processes.items()}
        tuned = {name: process.ask("tune") for name, process in processes.items()}
        kinds = {name: _kind_of_peak(self.recipe.device, tuned[name].value) for name in processes}
        size = min(self.recipe.batch_size, _STEP_IMAGES)
        losses, exact = (
            {name: processes[name].ask("losses", _STEPS, size, double) for name in ("notebook", "ours")}
            for double in (False, True)
        )
        all_images, all_tests = placed["notebook"].value
        images = all_images if self.seconds is None else self.share(all_images, processes["notebook"])
        tests = max(1, round(all_tests * images / all_images))
        part = _BARE_SHARE if images < all_images else 1.0
        bare_part = part / (1 + part)  # of all turns' time
        set_up = {name: process.ask("set_up", images, tests, 1 + self.turns) for name, process in processes.items()}
        peaks: dict[str, float] = {}
        with Disturbance() as disturbance:
            epochs = self._alternate(processes, "turn", kinds, peaks, self.end - bare_part * self._left())

        fewer, fewer_tests = min(images, self._whole_batches(part * images)), max(1, round(part * tests))
        for process in processes.values():
            process.ask("prepare", fewer, fewer_tests)
        with Disturbance() as bare_disturbance:
            bare = self._alternate(processes, "compute", kinds, peaks, self.end)

        figures = {}
        for name, process in processes.items():
            peak = peaks[kinds[name]]
            stages = {
                "imports": process.imports,
                "data": placed[name].seconds,
                "tuning": tuned[name].seconds,
                "network": set_up[name].seconds,
            }
            figures[name] = Figures(
                precision=kinds[name],
                rewrites=tuple(tuned[name].value),
                epoch=self.pace(epochs[name], images, tests, peak),
                without_loading=self.pace(bare[name], fewer, fewer_tests, peak),
                set_up_seconds={stage: round(seconds, 2) for stage, seconds in stages.items()},
            )
        ratios = {
            f"ratio{name.removeprefix('ours')}{what}": asdict(ratio(times["notebook"], times[name]))
            for name in processes
            if name != "notebook"
            for what, times in (("", epochs), ("_without_loading", bare))
        }
        first, largest, truly = differences(losses)[0], max(differences(losses)), max(differences(exact))
        return {
            "images": images,
            "test_images": tests,
            "turns": len(epochs["notebook"]),
            "disturbance": disturbance.figures(),
            "disturbance_without_loading": bare_disturbance.figures(),
            "peak_gflops": {kind: round(value, 1) for kind, value in peaks.items()},
            **{name: asdict(each) for name, each in figures.items()},
            **ratios,
            "losses_equal": largest <= CLOSE,
            "largest_loss_difference": largest,
            "first_loss_difference": first,
            "losses_equal_in_64_bits": truly <= CLOSE,
            "largest_loss_difference_in_64_bits": truly,
        }

    def _left(self) -> float:
        return max(0.0, self.end - time.monotonic())

    def share(self, all_images: int, notebook: SideProcess) -> int:
        """Return the number of images of a turn, by the time that a batch takes and the time that is left."""
        assert self.seconds
        notebook.ask("prepare", self.recipe.batch_size, 1)
        batch = notebook.ask("compute").seconds
        turns = len(self._recipes()) * (1 + self.turns) * (1 + _BARE_SHARE)  # if no side were faster than the notebook
        seconds = min(self.seconds, self._left() / turns)
        return min(all_images, self._whole_batches(seconds / batch * self.recipe.batch_size))

    def _whole_batches(self, images: float) -> int:
        """Return the number of `images` rounded to whole batches, one at least."""
        size = self.recipe.batch_size
        return size * max(1, round(images / size))

    def _alternate(
        self, processes: dict[str, SideProcess], what: str, kinds: dict[str, str], peaks: dict[str, float], end: float
    ) -> dict[str, list[float]]:
        """Return the seconds of each side's turns; between them the fastest matrix products go into `peaks`."""
        times: dict[str, list[float]] = {name: [] for name in processes}
        of_peak = {kind: name for name, kind in kinds.items()}
        start = time.monotonic()
        for turn in range(1 + self.turns):
            if turn > _MIN_TURNS and time.monotonic() + (time.monotonic() - start) / turn > end:
                break  # the next one would end too late
            self._report(f"{'epochs' if what == 'turn' else 'without loading'}, turn {turn} of {self.turns}")
            for name, process in processes.items():
                times[name].append(process.ask(what).seconds)
            for kind, name in of_peak.items():
                peaks[kind] = max(peaks.get(kind, 0.0), processes[name].ask("peak", kind).value)
        return {name: seconds[1:] for name, seconds in times.items()}

    def pace(self, times: Sequence[float], images: int, tests: int, peak: float) -> Pace:
        """Return the speed of a turn; forward and backward are three times the work of the forward of a test."""
        seconds = statistics.median(times)
        work = 2 * plan_network(self.design).macs * (3 * images + tests)
        return Pace(*(float(f"{value:.4g}") for value in (seconds, images / seconds, work / seconds / peak / 1e9)))


def differences(losses: dict[str, Timed]) -> list[float]:
    """Return the differences between the losses of both sides, step by step."""
    pairs = zip(losses["notebook"].value, losses["ours"].value, strict=True)
    return [abs(one - other) for one, other in pairs]


def ratio(notebook: Sequence[float], other: Sequence[float]) -> Ratio:
    pairs = [slow / fast for slow, fast in zip(notebook, other, strict=True)]
    return Ratio(*(round(value, 3) for value in (statistics.median(pairs), min(pairs), max(pairs))))


def _kind_of_peak(device: str, rewrites: Sequence[str]) -> str:
    """Return the arithmetic of the convolutions: on CUDA fp32 means tf32 unless torch is configured otherwise."""
    if "bf16" in rewrites:
        return "bf16"
    on_cuda = choose_device(device).type == "cuda"
    return "tf32" if on_cuda and torch.backends.cudnn.allow_tf32 else "fp32"


def bench_train(turns: int = _TURNS, budget: float = _BUDGET) -> dict[str, object]:
    """Measure the chapter's network and recipe at both sizes, on Fashion-MNIST if found, else the bundled subset.

    It takes about `budget` seconds, and never less than a few turns do; on standard error it says how far it is.
    """
    end = time.monotonic() + budget
    device = choose_device("auto")
    data = "fashion-mnist" if "fashion-mnist" in [each.name for each in data_sets()] else "fashion-mnist-12k"
    recipe = RECIPES["chapter"].change(data=data, device=str(device))
    results: dict[str, object] = {"hardware": _hardware(device), "data": data}
    waiting = sum(_SECONDS.values())
    for size, seconds in _SECONDS.items():
        design = preset(DEFAULT).change(input=(1, size, size))
        results[f"{size}x{size}"] = Comparison(
            design=design,
            recipe=recipe,
            seconds=None if device.type == "cuda" else seconds,
            turns=turns,
            end=end - (end - time.monotonic()) * (1 - seconds / waiting),
        ).run()
        waiting -= seconds
    return results


def _hardware(device: torch.device) -> dict[str, object]:
    """Describe the machine; `load` is the average number of runnable processes in the last minute."""
    name = next(each.name for each in list_devices() if each.id == str(device))
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {
        "device": str(device),
        "name": name,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "load": load,
    }
