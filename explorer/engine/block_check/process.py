"""The process in which pasted code runs: `python -m explorer.engine.block_check.process FOLDER`. No Qt.

It reads source and design from a file in the folder, says in another that it has begun, and writes the answer to a
third. Time, memory and the size of files are limited; what the code prints goes to the pipes of this process.
"""

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

import torch

from explorer.architecture.presets import DEFAULT, preset
from explorer.atomic_files import write_atomically
from explorer.engine.block_check.check import check_source
from explorer.engine.block_check.trace import PASTED
from explorer.runs.json_lines import json_line, read_record, record_table
from explorer.runs.questions.block_check import BlockChecked, CheckBlock, Remark, Verdict
from explorer.sentences import Sentence, translatable

ORDER, BEGUN, ANSWER = "order.json", "begun", "answer.json"
SECONDS = 10.0  # that the pasted code has
_MEMORY = 2 * 2**30  # bytes that it may take beyond what torch has taken
_FILE = 16 * 2**20  # bytes of a file that it writes
_PREPARED = (
    "class Residual(nn.Module):\n    def __init__(self, i, o, use=False, stride=1):\n        super().__init__()\n"
)


def main(folder: Path) -> None:
    """Check the block that is ordered in `folder`."""
    import json

    question = read_record(CheckBlock, json.loads((folder / ORDER).read_text(encoding="utf-8")))
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    check_source(_PREPARED + "    def forward(self, x):\n        return x\n", preset(DEFAULT))  # imports what it needs
    _limit()
    main_thread = threading.get_ident()
    clock = threading.Thread(target=_stop_in_time, args=(folder, main_thread, os.getppid()), daemon=True)
    clock.start()
    (folder / BEGUN).touch()
    answer = check_source(question.source, question.design)
    _write(folder, answer)
    sys.stdout.flush()
    os._exit(0)  # threads and exit handlers of the pasted code keep nobody waiting


def _limit() -> None:
    """Limit memory, processor time and files where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    taken = _memory_taken()
    for kind, most in (
        (resource.RLIMIT_AS, taken + _MEMORY if taken else None),
        (resource.RLIMIT_CPU, round(time.process_time() + 2 * SECONDS)),
        (resource.RLIMIT_FSIZE, _FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        if most is not None:
            with suppress(OSError, ValueError):  # there is a lower one
                resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def _memory_taken() -> int | None:
    """Return the address space of this process in bytes, None where it is not told."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return None
    import resource

    return pages * resource.getpagesize()


def _stop_in_time(folder: Path, main_thread: int, parent: int) -> None:
    """End this process when the time is over, with the line at which the code is, or when nobody waits for it."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(0.2)
        if os.getppid() != parent:
            os._exit(1)
    line = _line_of(sys._current_frames().get(main_thread))
    what = translatable("The code was still running after {seconds} s and was stopped; it may loop without end.")
    summary = Remark(Sentence(what, {"seconds": round(SECONDS)}), line)
    _write(folder, BlockChecked(verdict=Verdict.UNCHECKED, summary=summary))
    os._exit(0)


def _line_of(frame: FrameType | None) -> int:
    while frame:
        if frame.f_code.co_filename == PASTED:
            return frame.f_lineno
        frame = frame.f_back
    return 0


def _write(folder: Path, answer: BlockChecked) -> None:
    write_atomically(folder / ANSWER, json_line(record_table(answer)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
