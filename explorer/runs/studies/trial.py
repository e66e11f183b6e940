"""Trial: which trial of which study a run is. No torch, no Qt."""

from dataclasses import dataclass

from explorer.runs.studies.study import Measure


@dataclass(frozen=True, slots=True)
class Trial:
    """The trial `number`, from 0, of the study with the id `study`, which wants `measure` to be known of each run.

    `values` are those of the study's knobs, as written, in their order.
    """

    study: str
    number: int
    values: tuple[str, ...] = ()
    measure: Measure = Measure.ACCURACY
