"""Workers that say what a test wants: small programs behind the real pipe."""

import sys

from explorer.gui.process import WorkerProcess
from explorer.runs.launch import launch_local

SPEAK = """
import sys, json, time, os
def say(event, **values):
    print(json.dumps({"event": event, **values}), flush=True)
def hello():
    say("hello", protocol=1, versions={}, devices=[{"id": "cpu", "name": "CPU", "memory": 1}])
def started(steps=100, epochs=2, step=0):
    say("started", run="a-run", folder="", params=1, referee={"agrees": True, "params": 1, "mult_adds": 1},
        device="cpu", steps_per_epoch=steps, epochs=epochs, step=step)
def step(n, loss=1.0):
    say("step", step=n, epoch=1, loss=loss, loss_min=loss, loss_max=loss, steps=1, accuracy=0.5, learning_rate=0.1,
        examples_per_second=100.0)
def told():
    line = sys.stdin.readline()
    return json.loads(line)["command"] if line else "end"
"""


def worker(program: str) -> WorkerProcess:
    """A worker process that runs `program`."""
    launch = launch_local()._replace(program=sys.executable, arguments=("-c", SPEAK + program))
    return WorkerProcess(launch=launch)
