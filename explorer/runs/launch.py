"""Launch: the command line and environment of a worker on this machine. No torch, no Qt."""

import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).parent.parent.parent

# Training frees and allocates the same large blocks at every step; glibc would return them to the system each time.
GLIBC = {
    "MALLOC_MMAP_THRESHOLD_": str(4 * 2**30),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**30),
    "MALLOC_TOP_PAD_": str(64 * 2**20),
}


def torchrun_rank() -> int | None:
    """Return this process's number among those that torchrun has started together; None if it started none."""
    return int(os.environ["RANK"]) if "TORCHELASTIC_RUN_ID" in os.environ and "RANK" in os.environ else None


class Launch(NamedTuple):
    program: str
    arguments: tuple[str, ...]
    environment: dict[str, str]


def launch_local(arguments: Sequence[str] = ("worker",), tuned: bool = True) -> Launch:
    """Return the launch of `python -m explorer …` with this interpreter, for any working directory.

    Not `tuned`: with the C library's default settings, whatever this process was started with.
    """
    environment = {key: value for key, value in os.environ.items() if tuned or key not in GLIBC}
    paths = [str(_ROOT), *filter(None, [environment.get("PYTHONPATH")])]
    environment |= {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    if tuned and platform.libc_ver()[0] == "glibc":
        environment = GLIBC | environment
    return Launch(sys.executable, ("-m", "explorer", *arguments), environment)
