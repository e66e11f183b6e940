"""Thousands of run folders that no network trained, as training writes them. No torch, no Qt."""

import json
import random
import shutil
from datetime import UTC, datetime, timedelta
from math import exp
from pathlib import Path

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.runs.data.image_list import Layout
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Epoch, Event, Started, Step, Verdict, event_line
from explorer.runs.folder.log import EVENTS
from explorer.runs.folder.manifest import MANIFEST
from explorer.runs.folder.run import RunState
from explorer.runs.folder.run_folder import installed_versions
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe, recipe_table

_EPOCHS, _STEPS, _TOLD = 10, 188, 60  # epochs of a run, steps of each, and how many of these its log has
_LOGS = 200  # different ones; the other runs have links to them, so that the disk need not hold thousands
_STATES = (*[RunState.FINISHED] * 17, RunState.STOPPED, RunState.FAILED, RunState.RUNNING)  # left behind: interrupted
_RATES = (0.03, 0.1, 0.3)
_NAMES = ("", "", "", "wide one", "for the report")


def make_runs(root: Path, count: int) -> None:
    """Make so many runs below `root`, of designs with 1 to 8 blocks in two stages, each with several seeds."""
    designs = [
        preset("mini").with_stage(1, blocks=first).with_stage(2, blocks=second)
        for first in range(1, 9)
        for second in range(1, 9)
    ]
    sizes = {design: plan_network(design).params for design in designs}
    chance, data = random.Random(0), record_table(_record())
    versions, start = installed_versions(), datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(count):
        design, created = designs[number % len(designs)], start + timedelta(minutes=7 * number)
        recipe = Recipe(data="fashion-mnist-12k", epochs=_EPOCHS, lr=_RATES[number % 3], seed=number // len(designs))
        best = 0.95 - exp(-sizes[design] / 90_000) / 3 + chance.uniform(-0.02, 0.02)
        folder = root / f"{created:%Y%m%d-%H%M%S}-Mini-{number:04x}"
        folder.mkdir(parents=True)
        manifest = {
            "state": chance.choice(_STATES),
            "created": created.isoformat(timespec="milliseconds"),
            "design": design_table(design),
            "recipe": recipe_table(recipe),
            "seed": recipe.seed,
            "versions": versions,
            "parent": None,
            "grown": [],
            "params": sizes[design],
            "best_accuracy": best,
            "best_epoch": _EPOCHS,
            "epochs_done": _EPOCHS,
            "batches": f"{recipe.seed:064x}",
            "hashes": dict.fromkeys(("best.safetensors", "checkpoint.pt"), f"{number:064x}"),
            "host": "",
            "data": data,
            "device": "cpu",
            "seconds": chance.uniform(20, 400),
            "name": chance.choice(_NAMES),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        _put_log(root, folder, number, design, best)


def _record() -> DataRecord:
    return DataRecord(
        name="fashion-mnist-12k",
        layout=Layout.CLASSES,
        class_names=("t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
        train=12_000,
        validation=2_000,
        test=0,
        split=Split(SplitKind.STRATIFIED, 0, (0.7, 0.15, 0.15)),
        fingerprint=f"{0:064x}",
    )


def _put_log(root: Path, folder: Path, number: int, design: Design, best: float) -> None:
    """Give a run a log of its own, or that of an earlier one."""
    own = folder / EVENTS
    if number < _LOGS:
        lines = [event_line(event) for event in _events(folder, number, best)]
        own.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return
    (kept,) = root.glob(f"*-{number % _LOGS:04x}/{EVENTS}")
    try:
        own.hardlink_to(kept)
    except OSError:
        shutil.copyfile(kept, own)


def _events(folder: Path, number: int, best: float) -> list[Event]:
    """Return the events of a run: it starts, and each epoch has steps and a validation."""
    chance = random.Random(number)
    events: list[Event] = [
        Started(folder.name, str(folder), 1, Verdict(True, 1, 1), "cpu", steps_per_epoch=_STEPS, epochs=_EPOCHS)
    ]
    for epoch in range(1, _EPOCHS + 1):
        for place in range(1, _TOLD + 1):
            step = (epoch - 1) * _STEPS + round(place * _STEPS / _TOLD)
            loss = 2.3 * exp(-step / 600) + chance.uniform(0.2, 0.4)
            accuracy = 1 - loss / 2.7
            events.append(Step(step, epoch, loss, loss - 0.1, loss + 0.1, 3, accuracy, 0.1, 2000.0))
        accuracy = best * (1 - exp(-epoch / 2))
        events.append(Epoch(epoch, epoch * _STEPS, loss, 1 - loss / 2.7, loss + 0.1, accuracy, 8.0))
    return events
