"""What others used of the processors, from files as the kernel writes them."""

import os
from pathlib import Path

import pytest

from explorer.bench import disturbance
from explorer.bench.disturbance import Disturbance, cpu_seconds


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Writes what all processors did, and each process's parent and ticks; the clock says what it is told."""
    monkeypatch.setattr(disturbance, "_PROC", tmp_path)
    monkeypatch.setattr(disturbance, "_ticks", lambda: 100)

    def write(seconds, total, processes):
        monkeypatch.setattr(disturbance.time, "monotonic", lambda: seconds)
        user, idle = total - 4, 5000
        (tmp_path / "stat").write_text(f"cpu  {user} 1 1 {idle} 77 1 1 9 0 0\ncpu0 {user} 1 1 {idle}\n")
        for process, (parent, ticks) in processes.items():
            (tmp_path / str(process)).mkdir(exist_ok=True)
            words = f"{process} (a ) name) S {parent} 1 1 0 -1 4194304 1 0 0 0 {ticks} 0 0 0 30 10 1 0"
            (tmp_path / str(process) / "stat").write_text(words)

    return write


OWN, CHILD, GRANDCHILD, OTHER = os.getpid(), 5, 6, 7


def processes(own, child, grandchild, other):
    return {OWN: (1, own), CHILD: (OWN, child), GRANDCHILD: (CHILD, grandchild), OTHER: (1, other)}


@pytest.mark.parametrize(("others", "disturbed"), [(0, False), (499, False), (501, True)])
def test_what_this_process_started_does_not_count(machine, others, disturbed):
    machine(0, 1000, processes(100, 100, 100, 300))
    with Disturbance() as found:
        machine(10, 1000 + 1500 + others, processes(200, 800, 800, 300 + others))
    assert found.figures() == {"others_cores": round(others / 1000, 2), "disturbed": disturbed}


def test_elsewhere_it_is_unknown(monkeypatch, tmp_path):
    monkeypatch.setattr(disturbance, "_PROC", Path(tmp_path / "none"))
    with Disturbance() as found:
        pass
    assert found.figures() == {"others_cores": "unknown", "disturbed": "unknown"}
    assert cpu_seconds(OWN) is None


def test_seconds_are_those_of_a_process_and_what_it_waited_for(machine):
    machine(0, 1000, processes(100, 250, 0, 0))
    assert cpu_seconds(CHILD) == 2.5
    assert cpu_seconds(99) is None
