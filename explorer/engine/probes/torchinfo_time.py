"""Time of torchinfo's summary, which the plan replaces. No Qt."""

import statistics
import time

from explorer.architecture.plan import Plan
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.engine.referee import referee
from explorer.runs.questions.networks import Torchinfo, TorchinfoTime

ROUNDS = 3


def torchinfo(probed: ProbedNetwork, question: Torchinfo) -> TorchinfoTime:
    """Time torchinfo for the probed network's design."""
    return TorchinfoTime(milliseconds=torchinfo_ms(probed.plan))


def torchinfo_ms(plan: Plan) -> float:
    """Return the milliseconds of a summary by torchinfo, the build included: the median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        referee(plan)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)
