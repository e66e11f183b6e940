"""The events by TensorBoard's own reader."""

import numpy as np
import pytest

from explorer.cli import main
from explorer.runs.events import Epoch, Step

accumulator = pytest.importorskip(
    "tensorboard.backend.event_processing.event_accumulator", reason="uv sync --group oracles"
)


def test_the_reader_gives_the_same_numbers_back(run, events, tmp_path):
    folder = tmp_path / "logs"
    for _ in range(2):  # the second time in place of the first
        assert main(["export", str(run.folder), "--to", "tensorboard", "-o", str(folder)]) == 0
        assert len(list(folder.iterdir())) == 1
    found = accumulator.EventAccumulator(str(folder), {accumulator.SCALARS: 0})
    found.Reload()
    steps = [event for event in events if isinstance(event, Step)]
    epochs = [event for event in events if isinstance(event, Epoch)]
    expected = {
        "loss/train": [(each.step, each.loss) for each in steps],
        "accuracy/train": [(each.step, each.accuracy) for each in steps],
        "training/learning_rate": [(each.step, each.learning_rate) for each in steps],
        "training/examples_per_second": [(each.step, each.examples_per_second) for each in steps],
        "loss/train_epoch": [(each.step, each.train_loss) for each in epochs],
        "loss/validation": [(each.step, each.validation_loss) for each in epochs],
        "accuracy/train_epoch": [(each.step, each.train_accuracy) for each in epochs],
        "accuracy/validation": [(each.step, each.validation_accuracy) for each in epochs],
    }
    assert set(found.Tags()["scalars"]) == set(expected)
    for tag, points in expected.items():
        got = found.Scalars(tag)
        assert [(each.step, each.value) for each in got] == [(step, float(np.float32(value))) for step, value in points]
        times = [each.wall_time for each in got]
        assert times == sorted(times)
        assert times[0] >= run.created.timestamp()
    last = found.Scalars("loss/validation")[-1].wall_time
    assert last - run.created.timestamp() == pytest.approx(sum(each.seconds for each in epochs), abs=1e-3)
