"""Benches of what a process does with a network. No Qt."""

import statistics
import time

from explorer.architecture.plan import Plan
from explorer.engine.referee import referee

ROUNDS = 3


def torchinfo_ms(plan: Plan) -> float:
    """Milliseconds that torchinfo takes for a summary on the meta device, the build included; the median of a few."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        referee(plan)
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)
