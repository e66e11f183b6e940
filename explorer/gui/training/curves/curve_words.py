"""What the curves say in words: where each run stands, how it learns, and how the others compare with the first.

No widgets.
"""

from collections.abc import Iterator, Sequence

from explorer.gui.training.curves.plotted_run import ACCURACY, LOSS, TRAIN_LOSS, Line, SeedGroup, groups_of
from explorer.gui.widgets.text.language import percent, say
from explorer.runs.learning import Side, compare_sides, learning_of
from explorer.runs.spread import Spread
from explorer.sentences import translatable

_MAX_GROUPS = 4  # sides of which something is said


def curve_words(lines: Sequence[Line]) -> list[str]:
    """Return what is said of the runs in full that are seen, one sentence per design and recipe, then comparisons."""
    full = [line for line in lines if line.live and line.is_seen and line.has_values]
    groups = groups_of(full)[:_MAX_GROUPS]
    return [*map(_standing_of, groups), *_comparisons(groups)]


def _standing_of(group: SeedGroup) -> str:
    """Say where the runs of a group stand after the last epoch that all have done."""
    first = group.first
    accuracies = list(zip(*group.validations(ACCURACY), strict=False))
    values = {"name": group.name, "epoch": len(accuracies), "seeds": len(group.lines)}
    if not accuracies:
        return say(translatable("{name}: first epoch, not validated yet")).format(**values)
    spread = Spread.of(accuracies[-1])
    if group.has_spread:
        text = say(translatable("{name}, {seeds} seeds: after epoch {epoch} validation {mean} ± {deviation} points"))
        return text.format(**values, mean=percent(spread.mean), deviation=f"{100 * spread.deviation:.1f}")
    validation = first.curves.validation
    losses = validation.column(LOSS).tolist()
    text = say(translatable("{name}: after epoch {epoch} of {all} validation {accuracy}, loss {loss:.3f}; {trend}"))
    return text.format(
        **values,
        all=max(len(accuracies), round(first.last_epoch)),
        accuracy=percent(spread.mean),
        loss=losses[-1],
        trend=say(learning_of(validation.column(TRAIN_LOSS).tolist(), losses).sentence),
    )


def _comparisons(groups: Sequence[SeedGroup]) -> Iterator[str]:
    """Compare the others with the first."""
    sides = [Side(group.name, tuple(group.validations(ACCURACY))) for group in groups]
    for other in sides[1:]:
        if sentence := compare_sides(sides[0], other):
            yield say(sentence)


def values_at(line: Line, epoch: float) -> str:
    """Return the values of a run at its point nearest to `epoch`, with its name."""
    place = line.nearest_epoch(epoch)
    known = {"name": line.name, "epoch": f"{place:.2f}", "loss": f"{line.value_at(LOSS, place):.3f}"}
    loss, accuracy = line.validation_at(LOSS, place), line.validation_at(ACCURACY, place)
    if loss is None or accuracy is None:
        text = say(translatable("{name} · epoch {epoch} · loss {loss} · training {accuracy}"))
        return text.format(**known, accuracy=percent(line.value_at(ACCURACY, place)))
    text = say(translatable("{name} · epoch {epoch} · loss {loss} · validation {accuracy} (loss {validation_loss})"))
    return text.format(**known, accuracy=percent(accuracy), validation_loss=f"{loss:.3f}")
