"""Shared search: one search that several processes, on one machine or many, work on through Optuna's storage.

No torch, no Qt. The storage has all that a worker needs: what to train in the attributes of Optuna's study, and as many
waiting trials as the budget allows, each of which is given to one worker alone. A worker that is at it says so now and
then. Optuna's own heartbeat does not work where trials are asked for and told, nor in a journal file.
"""

import platform
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from explorer.runs.json_lines import MISREAD, read_record, record_table
from explorer.runs.studies.search import MAX_TRIALS, Search, range_of
from explorer.runs.studies.search_patience import Lost, answering, forgiven, patiently
from explorer.runs.studies.search_trial import (
    EPOCHS,
    HOST,
    REASON,
    RUN,
    SearchState,
    SearchTrial,
    read_trial,
    state_of,
    value_texts,
)
from explorer.sentences import translatable
from explorer.validation import Refused, refuse

if TYPE_CHECKING:
    import optuna

BEAT = 10.0  # seconds between two signs of life of a trial under way
GRACE = 60.0  # seconds without one after which its worker counts as lost
_INTERVAL = 0.25  # seconds between two looks
_MAKING = 5.0  # seconds that another process that makes a study may take for a trial
_RETRIES = 3  # a trial with which so many workers were lost is to blame
_SCHEMA = 1
_SEARCH, _TRIALS = "resnet-explorer", "trials"  # attributes of a study: what is searched, and its budget
_SLOT, _ALIVE, _TRIES = "slot", "alive", "tries"  # attributes of a trial, besides those in search_trial.py
_NO_SEARCH = translatable("is a study of another program, or was not made to its end")


@dataclass(frozen=True, slots=True)
class Asked:
    """A trial that this process alone works on; `run` is the one that a lost worker, or this one, began for it."""

    number: int
    values: tuple[str, ...]
    run: str = ""


class SharedSearch:
    """A search in a storage that is open."""

    def __init__(self, storage: Any, name: str, search: Search, seed: int | None = None) -> None:
        import optuna

        sampler = optuna.samplers.TPESampler(seed=seed)
        pruner = optuna.pruners.MedianPruner() if search.prune else optuna.pruners.NopPruner()
        self.name, self.search = name, search
        self._storage = storage
        self._study = optuna.load_study(study_name=name, storage=storage, sampler=sampler, pruner=pruner)
        self._trials: dict[int, optuna.Trial] = {}  # asked for by this process
        self._notes: dict[int, dict[str, object]] = {}  # attributes of these that the storage has not taken yet
        self._seen: dict[int, tuple[object, float]] = {}  # sign of life of others' trials, and when it was new here

    @classmethod
    @answering()
    def create(cls, storage: Any, search: Search, trials: int) -> "SharedSearch":
        """Begin a search of so many trials, or join the same one. Raises Refused if another one has its name."""
        import optuna

        name = search.study.name
        directions = ["maximize" if each.is_maximised else "minimize" for each in search.objectives]
        try:
            study = optuna.create_study(study_name=name, storage=storage, directions=directions)
        except optuna.exceptions.DuplicatedStudyError:
            joined = cls.join(storage, name, trials)
            if joined.search.task != search.task:
                what = translatable("is the name of another search, with another design, recipe, knobs or objectives")
                raise refuse(name, what) from None
            return joined
        _add_slots(study, trials)
        with warnings.catch_warnings(action="ignore"):  # the names, which other programs show, are experimental
            study.set_metric_names(list(map(str, search.objectives)))
        study.set_user_attr(_TRIALS, trials)
        # last of all: who finds it finds everything
        study.set_user_attr(_SEARCH, {"schema": _SCHEMA, **record_table(search)})
        return cls(storage, name, search, search.study.recipe.seed)

    @classmethod
    @answering()
    def join(cls, storage: Any, name: str | None, trials: int | None = None) -> "SharedSearch":
        """Join the search called `name`, or the only one; give it more trials if it is to have more. Raises Refused."""
        import optuna

        names = optuna.get_all_study_names(storage)
        if name is None and len(names) != 1:
            what = translatable("the storage has {count} studies; choose one with --name: {names}")
            raise refuse("name", what, count=len(names), names=", ".join(sorted(names)[:10]))
        name = name or names[0]
        if name not in names:
            what = translatable("the storage has no study {name!r}; it has: {names}")
            raise refuse("name", what, name=name[:80], names=", ".join(sorted(names)[:10]))
        study = optuna.load_study(study_name=name, storage=storage)
        shared = cls(storage, name, _read_search(name, study))
        if trials is not None and trials > shared.budget:
            study.set_user_attr(_TRIALS, trials)
            _add_slots(study, trials - sum(_counts(trial) for trial in study.get_trials(deepcopy=False)))
        return shared

    @property
    def budget(self) -> int:
        """How many trials the search has in all."""
        return int(patiently(lambda: self._study.user_attrs)[_TRIALS])

    def ask(self) -> Asked | None:
        """Return a trial for this process; None if no more are to start now."""
        return patiently(self._ask)

    def _ask(self) -> Asked | None:
        from optuna.trial import TrialState

        while self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
            trial = self._study.ask(self._distributions())
            if _SLOT not in trial.user_attrs:  # two workers wanted the last one, and this one was made for the other
                self._study.tell(trial, state=TrialState.FAIL)
                continue
            self._trials[trial.number], self._notes[trial.number] = trial, {HOST: platform.node()}
            values = value_texts(trial.params, [knob.key for knob in self.search.study.knobs])
            return Asked(trial.number, values, str(trial.user_attrs.get(RUN, "")))
        return None

    def _distributions(self) -> dict[str, Any]:
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        found: dict[str, Any] = {}
        for knob in self.search.study.knobs:
            bounds = range_of(self.search.study, knob)
            if bounds is None:
                found[knob.key] = CategoricalDistribution(knob.values)
            elif bounds.is_whole:
                found[knob.key] = IntDistribution(int(bounds.low), int(bounds.high), log=bounds.is_logarithmic)
            else:
                found[knob.key] = FloatDistribution(bounds.low, bounds.high, log=bounds.is_logarithmic)
        return found

    def begin(self, asked: Asked, run: str) -> None:
        """Note the run that trains a trial. Raises Lost."""
        self._note(asked, RUN, run)

    def beat(self, asked: Asked) -> None:
        """Give a sign of life of a trial. Raises Lost."""
        self._note(asked, _ALIVE, round(time.time()))

    def is_hopeless(self, asked: Asked, epoch: int, accuracy: float) -> bool:
        """Note the accuracy after an epoch; return whether the trial should be stopped early for it. Raises Lost."""
        self._note(asked, EPOCHS, epoch)
        if self.search.prune:
            trial = self._trials[asked.number]
            with forgiven():
                trial.report(accuracy, epoch)
                return bool(trial.should_prune())
        return False

    def _note(self, asked: Asked, key: str, value: object) -> None:
        """Write an attribute of a trial, and those that did not come through before. Raises Lost."""
        self._notes[asked.number][key] = value
        with forgiven():
            self._write_notes(asked.number)

    def _write_notes(self, number: int) -> None:
        notes = self._notes[number]
        for key in list(notes):
            self._trials[number].set_user_attr(key, notes[key])
            del notes[key]

    def tell(self, asked: Asked, results: Sequence[float]) -> None:
        """Finish a trial with the value of each objective."""
        self._end(asked, lambda trial: self._study.tell(trial, list(results)))

    def tell_pruned(self, asked: Asked, reason: str = "") -> None:
        """End a trial that was stopped early, or was not trained for a `reason`; the search then avoids its like."""
        self._end(asked, self._as_pruned, reason)

    def _as_pruned(self, trial: "optuna.Trial") -> None:
        from optuna.trial import TrialState

        self._study.tell(trial, state=TrialState.PRUNED)

    def tell_failed(self, asked: Asked, reason: str) -> None:
        """End a trial whose training failed."""
        self._end(asked, lambda trial: self._fail(trial.number), reason)

    def _end(self, asked: Asked, end: Callable[["optuna.Trial"], object], reason: str = "") -> None:
        trial, notes = self._trials[asked.number], self._notes[asked.number]
        notes |= {REASON: reason} if reason else {}

        def try_to() -> None:
            try:
                self._write_notes(asked.number)
                end(trial)
            except (RuntimeError, ValueError):
                raise Lost from None

        with suppress(Lost):  # whoever has it now tells the same
            patiently(try_to)
        del self._trials[asked.number], self._notes[asked.number]

    def give_back(self, asked: Asked) -> None:
        """Let a trial that was stopped be finished by whoever asks next, unless it has ended."""
        if asked.number in self._trials:
            with suppress(RuntimeError):
                patiently(lambda: self._write_notes(asked.number))
            patiently(lambda: self._put_back(asked.number))
            del self._trials[asked.number], self._notes[asked.number]

    def revive(self) -> tuple[int, ...]:
        """Give back the trials of workers that have been silent for too long; return their numbers.

        How long is measured by the clock of this process alone, since clocks of machines differ.
        """
        from optuna.trial import TrialState

        now, stale = time.monotonic(), []
        with forgiven():
            running = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
            others = [trial for trial in running if trial.number not in self._trials]
            signs = {trial.number: trial.user_attrs.get(_ALIVE) for trial in others}
            for number, sign in signs.items():
                known, since = self._seen.get(number, (None, now))
                self._seen[number] = (sign, since if sign == known else now)
                if now - self._seen[number][1] > GRACE and self._put_back(number):
                    stale.append(number)
        return tuple(stale)

    def _put_back(self, number: int) -> bool:
        """Fail a trial, and add one with the same values, but once; return whether it was this process that did."""
        import optuna
        from optuna.trial import TrialState

        if not self._fail(number):
            return False
        (lost,) = (trial for trial in self._study.get_trials(deepcopy=False) if trial.number == number)
        tries = int(lost.user_attrs.get(_TRIES, 0)) + 1
        if tries < _RETRIES:
            kept = {key: value for key, value in lost.user_attrs.items() if key in (_SLOT, RUN)}
            self._study.add_trial(
                optuna.create_trial(
                    state=TrialState.WAITING,
                    params=lost.params,
                    distributions=lost.distributions,
                    user_attrs={**kept, _TRIES: tries},
                )
            )
        return True

    def _fail(self, number: int) -> bool:
        """Fail a trial; return whether it was under way."""
        from optuna.trial import TrialState

        try:
            self._study.tell(number, state=TrialState.FAIL)
        except (RuntimeError, ValueError):  # another process was faster
            return False
        return True

    def trials(self) -> tuple[SearchTrial, ...]:
        """Return all trials of the search."""
        keys = [knob.key for knob in self.search.study.knobs]
        found = patiently(lambda: self._study.get_trials(deepcopy=False))
        return tuple(read_trial(trial, keys) for trial in found if _SLOT in trial.user_attrs)

    def best(self) -> tuple[int, ...]:
        """Return the numbers of the trials that no other is better than in every objective."""
        return tuple(sorted(trial.number for trial in patiently(lambda: self._study.best_trials)))


def _read_search(name: str, study: Any) -> Search:
    """Return what is searched, once another process that makes the study right now has done so. Raises Refused."""
    known, until = -1, 0.0
    while _SEARCH not in study.user_attrs:
        trials = study.get_trials(deepcopy=False)
        if len(trials) != known:
            known, until = len(trials), time.monotonic() + _MAKING
        if time.monotonic() > until or not all(_SLOT in trial.user_attrs for trial in trials):
            raise refuse(name, _NO_SEARCH)
        time.sleep(_INTERVAL)
    table = study.user_attrs[_SEARCH]
    schema = table.get("schema") if isinstance(table, dict) else None
    if isinstance(schema, int) and schema > _SCHEMA:
        what = translatable("was made by a newer version: it has schema {schema}, this version reads {known}")
        raise refuse(name, what, schema=schema, known=_SCHEMA)
    try:
        return read_record(Search, table)
    except Refused as refused:
        raise refuse(name, translatable("cannot be read: {error}"), error=refused.sentence) from None
    except MISREAD:
        raise refuse(name, _NO_SEARCH) from None


def _add_slots(study: Any, count: int) -> None:
    import optuna
    from optuna.trial import TrialState

    for _ in range(min(count, MAX_TRIALS)):
        study.add_trial(optuna.create_trial(state=TrialState.WAITING, user_attrs={_SLOT: True}))


def _counts(trial: Any) -> bool:
    """Whether a trial is one of the budget, and not one that was given back."""
    return _SLOT in trial.user_attrs and state_of(trial) is not SearchState.GIVEN_BACK
