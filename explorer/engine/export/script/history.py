"""History: how a run was trained and computed, as its folder tells. No Qt."""

from dataclasses import dataclass

from explorer.runs.events import Changed, Started, Threads
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import Run
from explorer.sentences import translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class History:
    """The first of its `epochs` in all, and after which step they became others; by what the rate was multiplied, when.

    `devices` and `threads` are all that it was computed on, in order, and `rewrites` all that it was computed by.
    """

    epochs: int
    stretches: tuple[tuple[int, int], ...]
    factors: tuple[tuple[int, float], ...]
    devices: tuple[str, ...]
    threads: tuple[int, ...]
    rewrites: tuple[frozenset[str], ...]


def history_of(run: Run) -> History:
    """Read the events of a run. Raises Refused if they are not there."""
    events = [event for event in read_events(run.folder) if isinstance(event, Started | Changed | Threads)]
    starts = [event for event in events if isinstance(event, Started)]
    if not starts:
        raise refuse(
            "export", translatable("the events of run {run} are missing, which say how it was trained"), run=run.id
        )
    epochs, stretches = starts[0].epochs, []
    for event in events:
        if not isinstance(event, Threads) and event.epochs != epochs:
            epochs = event.epochs
            stretches.append((event.step, epochs))
    return History(
        epochs=starts[0].epochs,
        stretches=tuple(stretches),
        factors=tuple((each.step, each.factor) for each in events if isinstance(each, Changed) and each.factor != 1),
        devices=tuple(dict.fromkeys(start.device.partition(":")[0] for start in starts)),
        threads=tuple(dict.fromkeys(event.threads for event in events if isinstance(event, Threads))),
        rewrites=tuple(dict.fromkeys(frozenset(start.rewrites) for start in starts)),
    )
