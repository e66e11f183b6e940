"""Checking a pasted block in a process of its own, which is ended when its time is over. No Qt."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO

from explorer.engine.block_check.process import ANSWER, BEGUN, ORDER, SECONDS
from explorer.engine.block_check.standard import cases_of
from explorer.engine.data.progress import Report, Warn
from explorer.runs.json_lines import MISREAD, json_line, read_record, record_table
from explorer.runs.launch import launch_local
from explorer.runs.questions.block_check import MAX_SOURCE, TOO_LONG, BlockChecked, CheckBlock, Remark, Verdict
from explorer.sentences import Sentence, translatable
from explorer.validation import refuse

_LOOK_EVERY = 0.1  # seconds
_START, _GRACE = 180.0, 3.0  # seconds that the process has to import torch, and to end by itself
_PRINTED = 4_000  # characters of what the code prints that are kept


def check_block(question: CheckBlock, report: Report, warn: Warn) -> BlockChecked:
    """Run the pasted code and compare its block. Raises Refused, and what `report` raises."""
    cases_of(question.design)  # or say why the design has no such block
    if len(question.source) > MAX_SOURCE:
        raise refuse("source", TOO_LONG, most=MAX_SOURCE)
    with TemporaryDirectory(prefix="resnet-explorer-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / ORDER).write_text(json_line(record_table(question)), encoding="utf-8")
        process = _start(folder)
        assert process.stdout
        printed: list[str] = []  # parts
        reader = Thread(target=_read, args=(process.stdout, printed), name="printed", daemon=True)
        reader.start()
        try:
            status = _wait(process, folder, report)
        finally:
            _end(process)
        reader.join(_GRACE)
        text = "".join(printed)
        try:
            table = json.loads((folder / ANSWER).read_text(encoding="utf-8"))
            found = read_record(BlockChecked, table | {"printed": text})
        except (OSError, *MISREAD):
            found = BlockChecked(verdict=Verdict.UNCHECKED, summary=Remark(_end_words(status)), printed=text)
        return found


def _start(folder: Path) -> "subprocess.Popen[str]":
    launch = launch_local(tuned=False)
    own = folder / "files"  # for those that the code writes without saying where
    own.mkdir()
    return subprocess.Popen(
        [launch.program, "-m", "explorer.engine.block_check.process", str(folder)],
        env=launch.environment | {"OMP_NUM_THREADS": "1", "PYTHONFAULTHANDLER": ""},
        cwd=own,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,  # so that processes which the code starts end with it
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _read(stream: IO[str], kept: list[str]) -> None:
    """Keep the beginning of what is printed, and read the rest, so that nobody waits to write."""
    room = _PRINTED
    with suppress(ValueError, OSError):
        while part := stream.read(1024):
            if room:
                kept.append(part[:room])
                room -= len(kept[-1])


def _wait(process: "subprocess.Popen[str]", folder: Path, report: Report) -> int | None:
    """Wait for the process to end, and return its exit status; None if it did not end in time."""
    end, begun = time.monotonic() + _START, False
    while time.monotonic() < end:
        report(0, 0)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_LOOK_EVERY)
        if not begun and (folder / BEGUN).exists():
            begun, end = True, time.monotonic() + SECONDS + _GRACE
    return None


def _end(process: "subprocess.Popen[str]") -> None:
    """Kill the process and all that it has started."""
    if sys.platform != "win32":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _end_words(status: int | None) -> Sentence:
    """Return why a process has left no answer."""
    if status is None:
        what = translatable("The code was still running after {seconds} s and was stopped; it may loop without end.")
        return Sentence(what, {"seconds": round(SECONDS)})
    if status < 0:
        name = signal.Signals(-status).name
        what = translatable("The process with your code was ended by the system ({signal}); memory may have run out.")
        return Sentence(what, {"signal": name})
    what = translatable("Your code ended its process (exit status {status}) before the block could be compared.")
    return Sentence(what, {"status": status})
