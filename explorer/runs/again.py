"""Again: a run repeated with its data as they are by now, and what is different in them. No torch, no Qt."""

from pathlib import Path

from explorer.runs.commands import Train
from explorer.runs.data.changes import data_changes
from explorer.runs.data.record import DataRecord
from explorer.runs.folder.manifest import read_manifest, read_paths
from explorer.runs.folder.run import Again, Run
from explorer.sentences import Sentence, joined, translatable


def repeat(run: Run, runs: Path) -> Train:
    """Return the order to train as `run` was trained, alone, into a new folder below `runs`. Raises Refused.

    One that was trained beside others with a seed of its own is repeated with that seed.
    """
    manifest = read_manifest(run.folder)
    weights, grown = manifest.get("weights"), read_paths(manifest.get("grown") or ())
    source = weights.get("source") if isinstance(weights, dict) and not grown else run.parent
    return Train(
        design=run.design,
        recipe=run.recipe.change(seed=run.seed),
        runs=runs,
        weights=source if isinstance(source, str) else None,
        grown=grown,
        anyway=manifest.get("anyway") is True,
        again=run.id if run.folder.parent == runs else str(run.folder),
    )


def again(run: Run, data: DataRecord) -> Again:
    """Return the entry of run.json of a run that repeats `run` on `data`."""
    if run.data is None:
        unknown = translatable("that run is of an older version, which did not note its images")
        return Again(run.id, Sentence(unknown))
    found = list(data_changes(run.data, data))
    return Again(run.id, joined("; ", found) if found else Sentence(translatable("the same images")))
