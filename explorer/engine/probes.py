"""Probes: questions about a network that is not training, each one function in `PROBES`. No Qt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from explorer.architecture.plan import Plan
from explorer.architecture.reading import Refused, refuse
from explorer.engine.datasets import Data, load_data
from explorer.engine.devices import choose_device
from explorer.engine.session import buildable_plan, failure
from explorer.engine.training import make_network, put_weights
from explorer.engine.weights import weights_of
from explorer.runs.commands import Probe, Value
from explorer.runs.events import Failed, Result
from explorer.runs.folder import find_run


@dataclass(frozen=True, slots=True)
class Subject:
    """The network that a probe looks at, ready to be run, with the data that it is about."""

    plan: Plan
    network: nn.Module
    data: Data
    device: torch.device


Question = Callable[[Subject, Mapping[str, Value]], Mapping[str, Value]]
PROBES: dict[str, Question] = {}


def probe(command: Probe) -> Result | Failed:
    """The answer, or why there is none."""
    try:
        if command.of not in PROBES:
            raise refuse("probe", f"must be one of {', '.join(PROBES)}, not {command.of[:40]!r}")
        with torch.random.fork_rng(), torch.inference_mode():
            return Result(command.of, command.id, PROBES[command.of](subject_of(command), command.values))
    except Refused as refused:
        return Failed(str(refused), of=command.of, id=command.id)
    except (MemoryError, RuntimeError) as error:
        failed = failure(error, command.recipe)
        return Failed(failed.reason, of=command.of, advice=failed.advice, id=command.id)


def subject_of(command: Probe) -> Subject:
    """The network with its run's weights, or with those that a run would begin with. Raises Refused."""
    plan, device = buildable_plan(command.design), choose_device(command.recipe.device)
    torch.manual_seed(command.recipe.seed)
    network = make_network(plan, device)
    if command.run:
        put_weights(network, weights_of(find_run(command.run, command.runs)))
    return Subject(plan, network.eval(), load_data(command.recipe.data, command.design), device)
