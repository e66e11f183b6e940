"""`bench results`: runs that no network made, and figures that add up."""

import json

import numpy as np
import pytest
from PIL import Image

from explorer.bench.results import results
from explorer.bench.results.made_run import made_run
from explorer.bench.results.page_cost import cost_figures
from explorer.bench.results.results import bench_results
from explorer.runs.data.image_list import Part
from explorer.runs.folder.survey import find_run
from explorer.runs.results.confusion import confusion_matrix
from explorer.runs.results.predictions import read_predictions


@pytest.mark.parametrize("classes", [2, 10, 100])
def test_a_made_run_has_every_picture_and_mistakes_between_classes_that_are_near(tmp_path, classes):
    pictures = tmp_path / "pictures"
    for number in range(200):
        file = pictures / str(number % 10) / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4)).save(file)
    run = find_run(made_run(tmp_path / "runs", pictures, classes), tmp_path / "runs")
    kept = read_predictions(run.folder, Part.VALIDATION, 1)
    assert run.best_accuracy == kept.accuracy
    assert 0.6 < kept.accuracy < 0.9
    assert sorted(kept.images.files) == sorted(path.relative_to(pictures).as_posix() for path in pictures.rglob("*.*"))
    matrix = confusion_matrix(kept.labels, kept.predicted, classes)
    assert matrix.shape == (len(run.class_names),) * 2
    assert np.count_nonzero(matrix) > classes


def test_a_ratio_is_that_of_epochs_beside_each_other():
    found = cost_figures([1.0, 2.2, 3.0], [1.0, 2.0, 4.0])
    assert found["ratios"] == [1.0, 1.1, 0.75]
    assert found["ratio"] == 1.0
    assert (found["open_cpu_s_per_step"], found["closed_cpu_s_per_step"]) == (2.2, 2.0)


@pytest.mark.uses  # a worker loads torch and trains
def test_clicks_and_epochs_are_measured_while_a_run_trains(qtbot, monkeypatch):
    for name, value in (("DEFAULT", "mini"), ("_IMAGES", 300), ("_CLICKS", 5), ("_CLASSES", (10, 100))):
        monkeypatch.setattr(results, name, value)
    found = json.loads(json.dumps(bench_results(budget=1.0)))
    for classes in (10, 100):
        clicks = found[f"clicks_{classes}_classes"]
        assert clicks["clicks"] == 5
        assert 0 < clicks["median_ms"] <= clicks["max_ms"]
    assert len(found["page"]["ratios"]) == 2
    assert found["page"]["ratio"] > 0
