"""The benches measure the real window, and ask a worker for what the window cannot know."""

import pytest

from explorer.bench.window import edit, frames, lateness, start
from explorer.validation import Refused
from tests.clicks import curves
from tests.gui.scripted_workers import worker

ANSWERS = """
hello()
for line in sys.stdin:
    asked = json.loads(line)
    assert asked["command"] == "torchinfo"
    say("torchinfotime", id=asked["id"], milliseconds=100.0 * asked["id"])
"""


def test_torchinfos_times_come_from_a_worker(qtbot, monkeypatch):
    made = []
    monkeypatch.setattr(edit, "WorkerProcess", lambda: made.append(worker(ANSWERS)) or made[0])
    assert edit.torchinfo_times(("resnet18", "mini")) == {"resnet18": 100.0, "mini": 200.0}
    assert not made[0].is_running()


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("hello(); told(); say('failed', of='torchinfo', id=1, reason='no such thing'); told()", "no such thing"),
        ("hello(); told(); os._exit(3)", "exit status 3"),
        ("sys.exit(4)", "exit status 4"),
    ],
)
def test_a_worker_that_cannot_say_is_no_endless_wait(qtbot, monkeypatch, program, reason):
    monkeypatch.setattr(edit, "WorkerProcess", lambda: worker(program))
    with pytest.raises(Refused, match=reason):
        edit.torchinfo_times(("mini",))


def test_an_edit_is_measured_in_the_window_it_shows_in(qtbot, monkeypatch):
    monkeypatch.setattr(edit, "NETWORKS", ("mini",))
    monkeypatch.setattr(edit, "TICKS", 4)
    monkeypatch.setattr(edit, "torchinfo_times", lambda names: dict.fromkeys(names, 5000.0))
    (measured,) = edit.bench_edit().values()
    assert 0 < measured["median_ms"] <= measured["p99_ms"]
    assert measured["ratio"] == pytest.approx(5000 / measured["median_ms"], abs=0.1)
    for kind in ("drag_blocks", "drag_width"):
        assert 0 < measured[kind]["median_ms"] <= measured[kind]["p99_ms"]


@pytest.mark.uses
def test_a_start_is_measured_beside_a_bare_one(qtbot, monkeypatch):
    monkeypatch.setattr(start, "SPAWNS", 1)
    measured = start.bench_start()
    names = ("bare_s", "first_paint_s", "slider_s", "plots_s", "worker_s")
    assert measured["bare_s"] > 0
    assert [measured[name] for name in names[1:]] == sorted(measured[name] for name in names[1:])


@pytest.mark.uses
def test_lateness_is_measured_while_it_trains(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(lateness, "DEFAULT", "mini")
    measured = lateness.training_lateness(tmp_path, seconds=0.5)
    assert "first_point_s" in measured
    assert 0 <= measured["median_ms"] <= measured["p99_ms"] <= measured["max_ms"]
    assert measured["ticks"] > 0


def test_every_frame_is_measured_after_each_history(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "HISTORIES", (300, 3000))
    monkeypatch.setattr(frames, "FRAMES", 5)
    seen = []
    plain = frames.frame_times

    def watched(session, steps):
        times, work = plain(session, steps)
        read = curves(session).lines[-1].curves
        drawn = curves(session).loss.runs[-1].train.getOriginalDataset()[0] * read.steps_per_epoch
        seen.append((len(times), len(work), read.train.count, read.validation.count, drawn[-1]))
        return times, work

    monkeypatch.setattr(frames, "frame_times", watched)
    results = frames.bench_frames(tmp_path)
    assert seen == [(5, 5, 305, 1, 305), (5, 5, 3005, 12, 3005)]
    assert list(results) == ["300", "3000"]
    for each in results.values():
        assert set(each) == {"median_ms", "p99_ms", "cpu_p99_ms", "frames_per_second"}
        assert each["frames_per_second"] > 0
