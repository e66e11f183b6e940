"""How long a test waits for what must happen: half a minute, and longer where other programs want the processor too."""

import os

_FREE_MACHINE = 30  # seconds
_MAX_LOAD = 4  # the longest wait stays within the time limit of a test


def patience() -> float:
    """Return the seconds to wait, by the number of programs that want each core: workers in tests come last there."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 1.0
    return _FREE_MACHINE * min(max(1.0, load), _MAX_LOAD)
