"""Trial of a search, as it stands in Optuna's storage. No torch, no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from explorer.sentences import translatable

RUN, HOST, REASON, EPOCHS = "run", "host", "reason", "epochs"  # attributes that a worker gives a trial


class SearchState(StrEnum):
    """How far a trial of a search is."""

    WAITING = translatable("waiting")
    RUNNING = translatable("running")
    FINISHED = translatable("finished")
    PRUNED = translatable("stopped early")
    FAILED = translatable("failed")
    NOT_TRAINED = translatable("not trained")  # for it cannot be built
    GIVEN_BACK = translatable("given back")  # by its worker, or lost with it: it has another number now


@dataclass(frozen=True, slots=True)
class SearchTrial:
    """A trial: the values of the knobs, as written, and of the objectives, in their order; none before it is finished.

    `run` is the id of its run, on the machine called `host`; `reason` says why it failed or was not trained.
    """

    number: int
    state: SearchState
    values: tuple[str, ...] = ()
    results: tuple[float, ...] = ()
    run: str = ""
    host: str = ""
    epochs: int = 0
    reason: str = ""


def state_of(trial: Any) -> SearchState:
    from optuna.trial import TrialState

    match trial.state:
        case TrialState.WAITING:
            return SearchState.WAITING
        case TrialState.RUNNING:
            return SearchState.RUNNING
        case TrialState.COMPLETE:
            return SearchState.FINISHED
        case TrialState.PRUNED:
            return SearchState.NOT_TRAINED if REASON in trial.user_attrs else SearchState.PRUNED
        case _:
            return SearchState.FAILED if REASON in trial.user_attrs else SearchState.GIVEN_BACK


def read_trial(trial: Any, keys: Sequence[str]) -> SearchTrial:
    told = trial.user_attrs
    return SearchTrial(
        number=trial.number,
        state=state_of(trial),
        values=value_texts(trial.params, keys) if trial.params else (),
        results=tuple(trial.values or ()),
        run=str(told.get(RUN, "")),
        host=str(told.get(HOST, "")),
        epochs=int(told.get(EPOCHS, 0)),
        reason=str(told.get(REASON, "")),
    )


def value_texts(params: Mapping[str, object], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the values of the knobs as they are trained and shown: numbers rounded to four digits."""
    values = (params[key] for key in keys)
    return tuple(f"{value:.4g}" if isinstance(value, float) else str(value) for value in values)
