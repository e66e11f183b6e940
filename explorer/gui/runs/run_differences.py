"""What differs between several runs, in words: a line per design, recipe and data, with its accuracy over the seeds."""

from collections.abc import Sequence
from statistics import mean, stdev

from explorer.architecture.compare import changed_fields, design_changes
from explorer.gui.runs.run_row import RunRow
from explorer.gui.widgets.text.language import percent, say
from explorer.runs.data.changes import data_changes
from explorer.runs.folder.run import Run
from explorer.sentences import translatable


def differences(rows: Sequence[RunRow]) -> list[str]:
    """Return a line for each group of runs that differ in the seed alone, the oldest first.

    The lines after the first say what is different from the first.
    """
    groups: dict[object, list[tuple[Run, RunRow]]] = {}
    for row in sorted(rows, key=lambda row: row.created.timestamp() if row.created else 0.0):
        if run := row.run:
            images = run.data.fingerprint if run.data else ""
            groups.setdefault((run.design, run.recipe.change(seed=0), images), []).append((run, row))
    lines, first = [], None
    for group in groups.values():
        run = group[0][0]
        words = say(translatable("{name}: {accuracy}")).format(name=group[0][1].name, accuracy=_accuracy(group))
        if first is None:
            first = run
        else:
            seedless = run.recipe.change(seed=first.recipe.seed)
            changes = [*design_changes(first.design, run.design), *changed_fields(first.recipe, seedless)]
            if first.data and run.data and first.recipe.data == run.recipe.data:
                changes += data_changes(first.data, run.data)
            said = say(translatable(", ")).join(map(say, changes))
            words = say(translatable("{run} · {changes}")).format(run=words, changes=said)
        lines.append(words)
    return lines


def _accuracy(group: Sequence[tuple[Run, RunRow]]) -> str:
    """Return the best accuracy of a run, or mean and standard deviation of those of several seeds."""
    known = [row.best for _, row in group if row.best is not None]
    if not known:
        return say(translatable("not validated yet"))
    if len(group) == 1:
        return percent(known[0])
    seeds = say(translatable(", ")).join(str(run.recipe.seed) for run, _ in group)
    spread = stdev(known) if len(known) > 1 else 0.0
    words = say(translatable("{mean} ± {spread} (seeds {seeds})"))
    return words.format(mean=percent(mean(known)), spread=percent(spread), seeds=seeds)
