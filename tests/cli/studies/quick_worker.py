"""A worker that trains nothing: each run has an accuracy at once, and ends as a file beside it says.

It has the number of the trial in its name, and a word: `fail`, `crash` before the run's end, `wait` until standard
input ends.
"""

import os
import sys
from pathlib import Path

from explorer.runs.commands import ResumeRun, Train, read_command
from explorer.runs.events import Device, Failed, Finished, Hello, Started, Step, Stopped, Verdict, event_line
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.sentences import Sentence


def send(event, run=""):
    print(event_line(event, run), flush=True)


def ending_of(runs: Path, number: int) -> str:
    """Return how a trial ends, once: the next time it ends well."""
    place = runs / f"ending of {number}"
    try:
        word = place.read_text()
    except FileNotFoundError:
        return ""
    place.unlink()
    return word


def opened(command) -> RunFolder:
    if isinstance(command, ResumeRun):
        folder = RunFolder(command.runs / command.run)
        folder.mark_running()
        return folder
    assert isinstance(command, Train)
    folder = RunFolder.create(command.runs, command.design, command.recipe, 1, command.weights, command.grown)
    folder.update(trial=record_table(command.trial))
    return folder


def work(command) -> None:
    folder = opened(command)
    number, run = folder.manifest["trial"]["number"], folder.path.name
    ending = ending_of(command.runs, number)
    if ending == "fail":
        folder.update(state="failed")
        folder.close()
        send(Failed(Sentence("no memory is left"), advice=Sentence("Buy some.")), run)
        return
    send(Started(run=run, folder=str(folder.path), params=1, referee=Verdict(True, 1, 1, ()), device="cpu",
                 steps_per_epoch=1, epochs=2, step=0), run)  # fmt: skip
    send(Step(1, 1, 1.0, 1.0, 1.0, 1, 0.5, 0.1, 100.0), run)
    if ending == "crash":
        os._exit(9)
    if ending == "wait":
        sys.stdin.read()
        folder.update(state="stopped", epochs_done=1)
        folder.close()
        send(Stopped(1), run)
        sys.exit()
    accuracy = 0.5 + number / 100
    folder.update(state="finished", best_accuracy=accuracy, best_epoch=1, epochs_done=2)
    folder.close()
    send(Finished(2, 1, accuracy, 0.1), run)


def main() -> None:
    send(Hello(1, {}, (*(Device(f"cuda:{at}", "card", 1) for at in range(int(sys.argv[1]))), Device("cpu", "cpu", 1))))
    for line in sys.stdin:
        work(read_command(line, Path()))


if __name__ == "__main__":
    main()
