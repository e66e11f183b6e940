"""Stopwatch: how long torchinfo takes for what the plan knows at once. No Qt."""

import statistics
import time

from explorer.architecture.plan import Plan
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.engine.referee import referee
from explorer.runs.answers import Torchinfo, TorchinfoTime

ROUNDS = 3


def torchinfo(probed: ProbedNetwork, question: Torchinfo) -> TorchinfoTime:
    """Time it for the probed's design."""
    return TorchinfoTime(milliseconds=torchinfo_ms(probed.plan))


def torchinfo_ms(plan: Plan) -> float:
    """Milliseconds that torchinfo takes for a summary, the build included; the median of a few."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        referee(plan)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)
