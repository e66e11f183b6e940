"""Tables read back by hand, as a spreadsheet does."""

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.cli import main
from explorer.runs.events import Epoch, Step


def read(path) -> list[dict[str, str]]:
    head, *rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_curves_have_every_number_of_the_run(run, events, tmp_path):
    path = tmp_path / "curves.csv"
    assert main(["export", str(run.folder), "--to", "csv", "-o", str(path)]) == 0
    rows = read(path)
    steps = [row for row in rows if row["kind"] == "step"]
    assert [(int(row["step"]), float(row["train_loss"]), float(row["learning_rate"])) for row in steps] == [
        (event.step, event.loss, event.learning_rate) for event in events if isinstance(event, Step)
    ]
    assert {row["validation_loss"] for row in steps} == {""}
    epochs = [event for event in events if isinstance(event, Epoch)]
    found = [row for row in rows if row["kind"] == "epoch"]
    assert [
        tuple(float(row[key]) for key in ("epoch", "validation_loss", "validation_accuracy", "train_accuracy"))
        for row in found
    ] == [(each.epoch, each.validation_loss, each.validation_accuracy, each.train_accuracy) for each in epochs]
    assert float(found[-1]["seconds"]) == sum(each.seconds for each in epochs)


def test_the_layer_table_adds_up_to_the_totals(tmp_path):
    path, plan = tmp_path / "layers.csv", plan_network(preset("resnet50"))
    assert main(["export", "resnet50", "--to", "csv", "-o", str(path)]) == 0
    rows = read(path)
    assert [row["layer"] for row in rows] == [layer.name for layer in plan.layers()]
    assert sum(int(row["parameters"]) for row in rows) == plan.params
    assert sum(int(row["macs"]) for row in rows) == plan.macs
    assert rows[0] == {
        "section": "stem",
        "layer": "conv1",
        "type": "Conv2d",
        "channels": "64",
        "height": "112",
        "width": "112",
        "parameters": "9408",
        "macs": "118013952",
        "receptive_field": "7",
    }
    assert (rows[-1]["channels"], rows[-1]["height"], rows[-1]["receptive_field"]) == ("1000", "", "")
    assert main(["export", "resnet50", "--to", "csv", "-o", str(path), "--names", "chapter"]) == 0
    assert read(path)[0]["section"] == "b1"
