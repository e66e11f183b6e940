"""Probes: questions about a network that is not training, each one function in `PROBES`. No Qt."""

from collections.abc import Callable, Mapping

import torch

from explorer.architecture.reading import Refused, refuse
from explorer.engine import lesion, stopwatch, travel
from explorer.engine.session import failure
from explorer.engine.subject import Subject, subject_of
from explorer.runs.commands import Probe, Value
from explorer.runs.events import Failed, Result

Question = Callable[[Subject, Mapping[str, Value]], Mapping[str, Value]]
PROBES: dict[str, Question] = {
    "zero": lesion.zero,
    "insert": lesion.insert,
    "travel": travel.travel,
    "torchinfo": stopwatch.torchinfo,
}


def probe(command: Probe) -> Result | Failed:
    """The answer, or why there is none."""
    try:
        if command.of not in PROBES:
            what = "must be one of {options}, not {name!r}"
            raise refuse("probe", what, options=", ".join(PROBES), name=command.of[:40])
        with torch.random.fork_rng(), torch.inference_mode():
            return Result(command.of, command.id, PROBES[command.of](subject_of(command), command.values))
    except Refused as refused:
        return Failed(refused.sentence, of=command.of, id=command.id)
    except Exception as error:
        failed = failure(error, command.recipe)
        return Failed(failed.reason, of=command.of, advice=failed.advice, id=command.id)
