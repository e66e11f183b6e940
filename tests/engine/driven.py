"""A run from beginning to end in this process, recorded in its folder as a worker does."""

from collections.abc import Sequence
from pathlib import Path

from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.run_in_progress import RunInProgress
from explorer.engine.training.threads import Cores
from explorer.runs import events
from explorer.runs.commands import Change, ResumeRun, Stop, Train


def drive(command: Train | ResumeRun, stop: int = 0, changes: Sequence[tuple[int, Change]] = ()) -> tuple[Path, ...]:
    """Train all networks of a command with one thread; their folders.

    They stop when step `stop` is read back, if that is given; `changes` are made after so many steps.
    """
    with Cores(1) as cores:
        opened = open_runs(command, cores)
        for each in opened:
            each.changes.extend(changes)
            run = RunInProgress(each)
            while not run.has_ended():
                run.advance()
                list(run.record())
                if stop and isinstance(run.event, events.Step) and run.event.step >= stop and not run.controls:
                    run.controls.append(Stop())
            each.folder.close()
    return tuple(each.folder.path for each in opened)
