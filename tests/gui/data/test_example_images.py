"""The example folder has what it is said to have, and nothing else is wrong with it."""

from explorer.architecture.presets import preset
from explorer.engine.probes.scan import scan_data
from explorer.gui.data.example_images import make_example_images
from explorer.runs.data.image_list import Layout
from explorer.runs.questions.data import ClassCount, ProblemKind, Scan
from explorer.runs.recipe import Recipe


def test_three_things_are_wrong_and_all_are_found(qapp, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = make_example_images()
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert make_example_images() == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == files
    assert [*folder.parent.iterdir()] == [folder]
    found = scan_data(Scan(preset("mini"), Recipe(data=str(folder))), lambda *_: None)
    assert found.layout == Layout.SPLITS
    assert found.classes == (
        ClassCount("bags", 40, 16, 0),
        ClassCount("sandals", 39, 16, 0),
        ClassCount("trousers", 40, 15, 0),
    )
    assert {problem.kind: problem.groups for problem in found.problems} == {
        ProblemKind.UNREADABLE: (("train/sandals/sandals-20.png",),),
        ProblemKind.LEAK: (
            ("train/bags/bags-03.png", "val/bags/bags-copy.png"),
            ("train/sandals/sandals-07.png", "val/sandals/sandals-copy.png"),
        ),
        ProblemKind.ODD_SIZE: (("train/trousers/trousers-12.png",),),
    }
