"""Run folders for tests, made in no time: each line of a table is a run."""

from pathlib import Path

from explorer.architecture.design import Design
from explorer.runs.events import Epoch
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe


def make_run(root: Path, design: Design, recipe: Recipe = Recipe(), second: int = 0, **entries) -> str:  # noqa: B008
    """Make a run that was created at this second of a certain minute, and return its id."""
    folder = RunFolder.create(root, design, recipe, params=entries.pop("params", 77_754))
    accuracy = entries.setdefault("best_accuracy", 0.8)
    if accuracy is not None:
        folder.log(Epoch(1, 79, 1.0, 0.6, 0.5, accuracy, 8.0))
        entries = {"best_epoch": 1, "epochs_done": 1, **entries}
    created = f"2026-01-01T00:{second // 60:02}:{second % 60:02}+00:00"
    folder.update(**{"state": "finished", "created": created, **entries})
    folder.close()
    return folder.path.name
