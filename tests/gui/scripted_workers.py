"""Workers that say what a test wants: small programs behind the real pipe."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.worker import WorkerClient
from explorer.runs.events import Device, Event, Failed, Hello, Said
from explorer.runs.launch import launch_local
from explorer.runs.questions.question import Answer, Question
from explorer.sentences import Sentence

Asked = TypeVar("Asked", bound=Question)

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


class Played:
    """A worker played by the test: what it was sent, and what it says. It has time from the beginning on."""

    def __init__(self, client: WorkerClient, monkeypatch: pytest.MonkeyPatch) -> None:
        self.worker, self.sent = client, []
        monkeypatch.setattr(client.process, "send", self.sent.append)
        monkeypatch.setattr(client.process, "start", lambda: None)
        client.warm_up()
        self.greet()

    def greet(self) -> None:
        self.say(Hello(1, {}, (Device("cpu", "a processor", 2**33),)))

    def die(self, reason: Sentence) -> None:
        self.worker._note_end(reason)

    def say(self, *events: Event) -> None:
        self.worker._handle_lines(map(Said, events))

    def asked(self, kind: type[Asked]) -> list[Asked]:
        return [each for each in self.sent if isinstance(each, kind)]

    def answer(self, question: Question, answer: Answer) -> None:
        self.say(replace(answer, id=question.id))

    def refuse(self, question: Question, reason: str) -> None:
        self.say(Failed(reason if isinstance(reason, Sentence) else Sentence(reason), of=question.name, id=question.id))


CARDS = ("cuda:0", "cuda:1", "cuda:2", "cuda:3", "cpu")


def obedient(folder: Path, devices: tuple[str, ...] = CARDS) -> WorkerProcess:
    """A worker on a machine with `devices` that trains what it is told, one after the other, each until it is ended.

    A run is called as its design, and ends with the event whose name is written into its file in `folder`: see `end`.
    """
    return worker(f"""
import threading, queue, pathlib
lines = queue.Queue()
def listen():
    for line in iter(sys.stdin.readline, ""):
        lines.put(json.loads(line))
    os._exit(0)
threading.Thread(target=listen, daemon=True).start()
say("hello", protocol=1, versions={{}}, devices=[{{"id": each, "name": each, "memory": 1}} for each in {devices}])
endings = {{"finished": {{"best_epoch": 1, "best_accuracy": 0.5, "seconds": 1.0, "step": 9}}, "stopped": {{"step": 9}},
    "failed": {{"reason": "the loss became nan"}}}}
while True:
    told = lines.get()
    if told["command"] == "estimate":
        say("estimated", id=told["id"], device=told["recipe"]["device"], available_bytes=0,
            memory={{"activations": os.getpid(), "weights": 0, "gradients": 0, "optimizer": 0}})
    if told["command"] != "train":
        continue
    run, ending = told["design"]["name"], ""
    say("started", run=run, folder="", params=1, referee={{"agrees": True, "params": 1, "mult_adds": 1}},
        device=told["recipe"]["device"], steps_per_epoch=10, epochs=10, step=0)
    step(9)
    file = pathlib.Path({str(folder)!r}, run)
    while not ending:
        time.sleep(0.01)
        if file.is_file():
            ending = file.read_text()
        if not lines.empty():
            asked = lines.get()["command"]
            ending = "stopped" if asked == "stop" else ""
            if asked in ("pause", "resume"):
                say(asked + "d", step=9)
    if ending == "killed":
        os._exit(9)
    say(ending, **endings[ending])
""")


def end(folder: Path, run: str, how: str = "finished") -> None:
    """Let the `obedient` worker's run end: finished, failed or, with the worker, killed."""
    (folder / f"{run}.new").write_text(how)
    (folder / f"{run}.new").rename(folder / run)  # half a word must not be read
