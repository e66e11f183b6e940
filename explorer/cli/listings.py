"""Output of `presets`, `runs` and `sweep`. No torch, no Qt."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial

from explorer.architecture.notation import design_table, to_line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_families
from explorer.cli.columns import grid
from explorer.runs.data.decisions import Fate
from explorer.runs.data.record import DataRecord
from explorer.runs.events import Epoch, Learned
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import Run
from explorer.runs.folder.run_values import run_filter, run_value
from explorer.runs.folder.survey import Listing
from explorer.runs.index.filter import BadFilter
from explorer.runs.json_lines import record_table
from explorer.runs.published import reference_of
from explorer.runs.questions.estimate import Swept
from explorer.runs.recipe import recipe_table
from explorer.validation import refuse

_NOTE = 60  # characters of a note in the list of runs
_DECIDED = {Fate.LEFT_OUT: "left out", Fate.EXCLUDED: "of none of the classes", Fate.MOVED: "moved"}


def presets_values() -> list[dict[str, object]]:
    """Return every preset for JSON, in the order of the menu."""
    return [
        {
            "name": name,
            "title": plan.design.name,
            "family": family,
            "params": plan.params,
            "macs": plan.macs,
            "depth": plan.depth,
            "line": to_line(plan.design),
        }
        for family, names in preset_families().items()
        for name in names
        for plan in [plan_network(preset(name))]
    ]


def presets_text() -> str:
    rows = [("preset", "title", "parameters", "MACs", "depth")]
    for family, names in preset_families().items():
        rows.append((family, "", "", "", ""))
        for name in names:
            plan = plan_network(preset(name))
            rows.append((f"  {name}", plan.design.name, f"{plan.params:,}", f"{plan.macs:,}", str(plan.depth)))
    return grid(rows, "<<>>>")


def run_values(run: Run) -> dict[str, object]:
    return {
        "id": run.id,
        "name": run.name,
        "note": run.note,
        "hidden": run.hidden,
        "tags": list(run.tags),
        "starred": run.starred,
        "colour": run.colour,
        "folder": str(run.folder),
        "state": run.state,
        "created": run.created.isoformat(),
        "design": design_table(run.design),
        "recipe": recipe_table(run.recipe),
        "params": run.params,
        "epochs_done": run.epochs_done,
        "best_accuracy": run.best_accuracy,
        "best_epoch": run.best_epoch,
        "parent": run.parent,
        "seed": run.seed,
        "beside": list(run.beside),
        "label": run.label,
        "difference": run.difference,
        "batches": run.batches,
        "changes": [record_table(change) for change in run.changes],
        "seconds": run.seconds,
        "again": record_table(run.again) if run.again else None,
        "trial": record_table(run.trial) if run.trial else None,
    }


def _epochs_of(run: Run) -> list[Epoch]:
    return [event for event in read_events(run.folder, Epoch) if isinstance(event, Epoch)]


def run_in_full(run: Run) -> dict[str, object]:
    epochs = _epochs_of(run)
    data = record_table(run.data) if run.data else None
    computed = {"rewrites": list(run.rewrites), "computed_on": run.device, "test_looks": run.test_looks}
    learned = {"learned": record_table(run.learned) if run.learned else None}
    rest = {"standing": _standing_of(run, epochs), "epochs": [asdict(epoch) for epoch in epochs]}
    return {**run_values(run), "data": data, **computed, **learned, **rest}


def _standing_of(run: Run, epochs: Sequence[Epoch]) -> str | None:
    """Describe the rank of the run's last validation among published ones, if it may be compared with them."""
    reference = reference_of(run)
    return reference.standing(epochs[-1].validation_accuracy) if reference and epochs else None


def filtered(found: Listing, text: str) -> Listing:
    """Return only the runs that match the filter `text`; those that cannot be read match none.

    Raises Refused, after pointing at what is wrong on stderr.
    """
    try:
        matches = run_filter(text)
    except BadFilter as bad:
        print(bad.pointed(), file=sys.stderr)
        raise refuse("filter", "{reason}", reason=bad.reason) from None
    return Listing(tuple(run for run in found.runs if matches(partial(run_value, run))), ())


def runs_text(found: Listing) -> str:
    rows = [("run", "name", "state", "epochs", "best", "data", "study", "note")]
    for run in found.runs:
        state = f"{run.state}, hidden" if run.hidden else run.state
        facts = (state, _epochs_text(run), _decimal(run.best_accuracy), run.recipe.data)
        rows.append((run.id, run.name, *facts, run.trial.study if run.trial else "–", _first_line(run.note)))
    rows += [(each.folder.name, "–", "unreadable", "–", "–", "–", "–", "") for each in found.unreadable]
    return grid(rows, "<<<>><<<")


def _first_line(note: str) -> str:
    """Return the beginning of a note, for a list."""
    line = note.partition("\n")[0]
    return line if line == note and len(line) <= _NOTE else f"{line[:_NOTE]} …"


def run_text(run: Run) -> str:
    """Return a run's facts, its recipe and its epochs as text."""
    epochs = _epochs_of(run)
    standing = _standing_of(run, epochs)
    facts = [
        ("run", run.id),
        *([("name", run.name)] if run.name else []),
        *([("note", " / ".join(run.note.splitlines()))] if run.note else []),
        *([("tags", ", ".join(run.tags))] if run.tags else []),
        *([("starred", "yes")] if run.starred else []),
        ("folder", str(run.folder)),
        ("state", f"{run.state}, hidden" if run.hidden else run.state),
        ("created", f"{run.created:%Y-%m-%d %H:%M:%S}"),
        ("design", run.design.name or "unnamed"),
        ("", to_line(run.design)),
        ("parameters", f"{run.params:,}"),
        ("parent", run.parent or "–"),
        *([("repeats", f"{run.again.run}: {run.again.changes}")] if run.again else []),
        *(
            [("study", f"{run.trial.study}, run {run.trial.number}: {', '.join(run.trial.values)}")]
            if run.trial
            else []
        ),
        *([("beside", ", ".join(run.beside))] if run.beside else []),
        *([("label", run.label)] if run.label else []),
        *([("difference", run.difference)] if run.difference else []),
        ("batches", run.batches or "–"),
        *(("changed", change.sentence) for change in run.changes),
        ("best accuracy", f"{_decimal(run.best_accuracy)} after epoch {run.best_epoch}" if run.best_epoch else "–"),
        *([("last accuracy", standing)] if standing else []),
        *([("training loss", _learned_text(run.learned))] if run.learned else []),
        *([("test part", f"looked at {run.test_looks:,} time{'s' * (run.test_looks > 1)}")] if run.test_looks else []),
        *([("images", _images_text(run.data))] if run.data else []),
        *((key, str(value)) for key, value in recipe_table(run.recipe).items()),
    ]
    rows = [("epoch", "train loss", "train accuracy", "validation loss", "validation accuracy", "seconds")]
    for each in epochs:
        training = _decimal(each.train_loss), _decimal(each.train_accuracy)
        validation = _decimal(each.validation_loss), _decimal(each.validation_accuracy)
        rows.append((str(each.epoch), *training, *validation, f"{each.seconds:.1f}"))
    return f"{grid(facts, '<<')}\n\n{grid(rows, '>>>>>>')}"


def _learned_text(learned: Learned) -> str:
    return f"{_decimal(learned.loss)} after epoch {learned.epoch}, on {learned.images:,} images in eval mode"


def _images_text(data: DataRecord) -> str:
    """Return how many images each part has, and how many were left out."""
    parts = [f"{data.train:,} to train, {data.validation:,} to validate, {data.test:,} to test"]
    parts += [f"{data.unreadable:,} unreadable"] if data.unreadable else []
    decided = Counter(fate for fate, _ in data.decisions.fates.values())
    parts += [f"{decided[fate]:,} {what}" for fate, what in _DECIDED.items() if decided[fate]]
    return ", ".join(parts)


def _epochs_text(run: Run) -> str:
    return f"{run.epochs_done}/{run.recipe.epochs}"


def _decimal(value: float | None) -> str:
    """Write a loss or an accuracy; one that was not finite is stored as None."""
    return "–" if value is None else f"{value:.4f}"


def sweep_text(found: Swept) -> str:
    """Return every tenth rate with its loss, and the advised rate, as text."""
    rows = [("learning rate", "loss")]
    rows += [(f"{rate:.2g}", f"{loss:.4f}") for rate, loss in [*zip(found.rates, found.losses, strict=True)][::10]]
    return grid([*rows, ("advised", f"{found.advised:g}")], "<>")
