"""Search: what a study that learns from its own trials wants and may vary, without Optuna. No torch, no Qt.

A knob with one value `LOW..HIGH` may take every value between; any other takes one of those it lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from explorer.runs.studies.knobs import DEPTH, knob_fields, read_knob_value
from explorer.runs.studies.study import Knob, Study
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, refuse

MAX_TRIALS = 1000
_BETWEEN = ".."
_DECADE = 10  # a range that spans this factor is searched over its logarithm


class Objective(StrEnum):
    """What a search makes better; the accuracy as high as it gets, the work of the network as little as can be."""

    ACCURACY = "accuracy"
    MACS = "macs"

    @property
    def is_maximised(self) -> bool:
        return self is Objective.ACCURACY


@dataclass(frozen=True, slots=True)
class Search:
    """A study whose next point is chosen from what the ones so far have shown.

    With `prune` a trial is stopped where its accuracy is below the median of the others at the same epoch.
    """

    study: Study
    objectives: tuple[Objective, ...] = (Objective.ACCURACY,)
    prune: bool = False

    @property
    def task(self) -> tuple[object, ...]:
        """What must be equal for two searches to be the same: not a name, nor where data are and the device."""
        study = self.study
        recipe = study.recipe.change(device="auto", data=PurePath(study.recipe.data).name)
        return study.design, recipe, study.knobs, study.measure, self.objectives, self.prune


@dataclass(frozen=True, slots=True)
class Range:
    """Every value of a knob from `low` to `high`, both included; whole numbers, or others."""

    low: float
    high: float
    is_whole: bool

    @property
    def is_logarithmic(self) -> bool:
        return 0 < _DECADE * self.low <= self.high


def range_of(study: Study, knob: Knob) -> Range | None:
    """Return the range of a knob; None if it lists its values. Raises Refused for one that cannot be searched."""
    if len(knob.values) != 1 or _BETWEEN not in knob.values[0]:
        return None
    (text,) = knob.values
    where = f"{knob.key}={text[:40]}"
    ends = [end.strip() for end in text.split(_BETWEEN)]
    if knob.key == DEPTH:
        raise refuse(where, translatable("has gaps between its values: list them, or vary stages.blocks"))
    kind = field.kind if (field := knob_fields(study.design).get(knob.key)) else None
    low, *_, high = (read_knob_value(study.design, study.recipe, knob.key, end) for end in ends)  # refuses other keys
    if kind not in (int, float) or not isinstance(low, int | float) or not isinstance(high, int | float):
        raise refuse(where, translatable("only numbers have a range; list the values: KEY=VALUE,VALUE …"))
    if len(ends) != 2 or low >= high:
        raise refuse(where, translatable("must be LOW..HIGH, with the smaller number first"))
    return Range(low, high, kind is int)


def check_search(search: Search) -> None:
    """Raise Refused with all that is wrong with a search, before anything is trained."""
    complaints = list(_complaints(search))
    if complaints:
        raise Refused(*dict.fromkeys(complaints))


def _complaints(search: Search) -> Iterator[Complaint]:
    study = search.study
    if search.prune and len(search.objectives) > 1:
        yield Complaint("prune", Sentence(translatable("only a search for accuracy alone can stop trials early")))
    if not study.knobs:
        yield Complaint("vary", Sentence(translatable("a search needs at least one knob: --vary KEY=LOW..HIGH")))
    keys = [knob.key for knob in study.knobs]
    for key in dict.fromkeys(key for key in keys if keys.count(key) > 1):
        yield Complaint(key[:80], Sentence(translatable("is varied twice")))
    for knob in study.knobs:
        try:
            if range_of(study, knob) is None:
                for value in knob.values:
                    read_knob_value(study.design, study.recipe, knob.key, value)
        except Refused as refused:
            yield from refused.complaints


def read_objectives(text: str) -> tuple[Objective, ...]:
    """Return what is named in `accuracy` or `accuracy,macs`. Raises Refused."""
    words = [word.strip() for word in text.split(",")]
    if words[0] != Objective.ACCURACY or len(set(words)) < len(words) or not set(words) <= set(Objective):
        what = translatable("must be {one} or {both}, not {text!r}")
        one, both = Objective.ACCURACY, ",".join(Objective)
        raise refuse("objective", what, one=one, both=both, text=text[:40])
    return tuple(map(Objective, words))
