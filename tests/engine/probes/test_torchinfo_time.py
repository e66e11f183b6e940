"""torchinfo's time comes from the worker by its ordinary door."""

from pathlib import Path
from types import SimpleNamespace

from explorer.architecture.presets import preset
from explorer.engine.probes import torchinfo_time
from explorer.engine.probes.registry import probe
from explorer.runs.commands import command_line, read_command
from explorer.runs.questions.networks import Torchinfo, TorchinfoTime
from explorer.runs.recipe import Recipe


def test_the_worker_times_torchinfo_for_the_design_that_is_asked_about(monkeypatch):
    timed = []
    monkeypatch.setattr(torchinfo_time, "referee", lambda plan: timed.append(plan.params))
    command = Torchinfo(preset("mini"), Recipe(device="cpu"), 7, runs=Path("runs"))
    answer = probe(read_command(command_line(command), Path("runs")))
    assert isinstance(answer, TorchinfoTime)
    assert answer.id == 7
    assert answer.milliseconds >= 0
    assert timed == [77_754] * torchinfo_time.ROUNDS


def test_it_is_the_median_of_what_the_clock_says(monkeypatch):
    ticks = iter([0.0, 0.5, 1.0, 1.2, 2.0, 2.1])
    monkeypatch.setattr(torchinfo_time, "referee", lambda plan: None)
    monkeypatch.setattr(torchinfo_time, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    assert round(torchinfo_time.torchinfo_ms(None)) == 200
