import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from explorer import __file__ as package
from explorer.architecture.notation import to_toml
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_files
from explorer.architecture.source.network import python_source
from explorer.cli import main
from explorer.cli.commands import COMMANDS
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.events import Epoch
from explorer.runs.folder.manifest import remark
from explorer.runs.folder.run import read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.formats import FORMATS
from explorer.runs.recipe import RECIPES, Recipe
from explorer.runs.sides import Side


@pytest.fixture
def run(capsys):
    def run(*words):
        status = main(words)
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return run


def fake(monkeypatch, name, **functions):
    """Put a module in the place of one that would open a window or train."""
    module = ModuleType(name)
    vars(module).update(functions)
    monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def orders(monkeypatch):
    """What `train` would have the worker do."""
    given = []
    fake(monkeypatch, "explorer.engine.worker", train=lambda *order: given.append(order) or 0)
    return given


@pytest.fixture
def shown(monkeypatch):
    """What the window would be opened with."""
    given = []

    def remember(answer, *arguments):
        given.append(arguments)
        return answer

    fake(monkeypatch, "explorer.gui.app", open_window=partial(remember, 0), screenshot=partial(remember, b"a picture"))
    return given


# ---- summary


def test_summary_as_json(run):
    status, out, err = run("summary", "resnet18", "--json")
    values = json.loads(out)
    assert (status, err) == (0, [])
    assert list(values) == ["design", "totals", "stages", "layers", "problems"]
    assert values["totals"] == {
        "params": 11_689_512,
        "macs": 1_814_073_344,
        "flops": 3_628_146_688,
        "depth": 18,
        "receptive_field": 435,
        "activation_bytes": values["totals"]["activation_bytes"],
        "output_shape": [1000],
    }
    assert [stage["name"] for stage in values["stages"]] == ["stem", *(f"layer{i}" for i in range(1, 5)), "head"]
    for key in ("params", "macs"):
        assert sum(stage[key] for stage in values["stages"]) == values["totals"][key]
        assert sum(layer[key] for layer in values["layers"]) == values["totals"][key]
    assert values["layers"][0] == {
        "name": "conv1",
        "type": "Conv2d",
        "output_shape": [64, 112, 112],
        "params": 9408,
        "macs": 118_013_952,
        "receptive_field": 7,
    }
    assert [layer["receptive_field"] for layer in values["layers"][-2:]] == [None, None]
    assert values["problems"] == []
    assert values["design"]["schema"] == 1
    assert values["design"]["input"] == [3, 224, 224]


def test_summary_of_the_chapter_for_a_person(run):
    status, out, err = run("summary", "d2l-resnet18", "--input", "1x224x224")
    assert (status, err) == (0, [])
    for text in ("11,178,378", "1,734,890,496", "3,469,780,992", "layer4.1.bn2", "512×7×7", "FLOPs", "MACs"):
        assert text in out


def test_summary_collapses_equal_blocks(run):
    _, out, _ = run("summary", "cifar-resnet1202")
    assert "layer1.1 … layer1.199" in out
    assert "199 blocks like this" in out
    assert len(out.splitlines()) < 80


def test_summary_with_another_input_and_number_of_classes(run):
    _, out, _ = run("summary", "resnet18", "--input", "1x64x32", "--classes", "7", "--json")
    values = json.loads(out)
    assert values["design"]["input"] == [1, 64, 32]
    assert values["totals"]["output_shape"] == [7]


def test_verify_carries_the_raw_figures_of_torchinfo(run):
    status, out, _ = run("summary", "resnet18", "--verify", "--json")
    assert status == 0
    assert json.loads(out)["referee"] == {
        "agrees": True,
        "params": 11_689_512,
        "mult_adds": 1_814_083_944,
        "differences": [],
    }
    status, out, _ = run("summary", "mini", "--verify")
    assert status == 0
    assert "torchinfo agrees" in out


def test_verify_fails_where_torchinfo_disagrees(run, monkeypatch):
    from explorer.runs.events import Verdict

    verdict = Verdict(False, 1, 2, ("conv1: another shape",))
    monkeypatch.setattr("explorer.engine.referee.referee", lambda plan: verdict)
    status, _, err = run("summary", "mini", "--verify")
    assert status == 1
    assert err == ["referee: conv1: another shape"]


def test_a_design_that_cannot_be_built_prints_its_valid_part(run):
    line = "basic:3x32x32:10:64x1,32x1/2:shortcut=pad"
    status, out, err = run("summary", line, "--json", "--verify")
    values = json.loads(out)
    assert status == 2
    assert [stage["name"] for stage in values["stages"]] == ["stem", "layer1"]
    (problem,) = values["problems"]
    assert problem["where"] == "stages[1].width"
    assert problem["fatal"] is True
    assert problem["repair"] == "Use projection shortcuts"
    assert len(err) == 1
    assert err[0].startswith("stage 2, width: ")
    status, out, _ = run("summary", line)
    assert status == 2
    assert "layer1.0.conv1" in out


def test_what_is_only_unwise_exits_well(run):
    status, out, err = run("summary", "basic:3x32x32:10:64x1:shortcut=none,zero_init=true", "--json")
    assert status == 0
    assert json.loads(out)["problems"][0]["fatal"] is False
    assert err[0].startswith("zero_init: ")


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["resnet19"], ["design"]),
        (["no/such.toml"], ["no/such.toml"]),
        (["resnet18", "--input", "3x224"], ["input"]),
        (["resnet18", "--input", "17x0x5"], ["input[0]", "input[1]"]),
        (["resnet18", "--classes", "ten"], ["classes"]),
        (["resnet18", "--classes", "1", "--input", "3x5000x5"], ["input[1]", "classes"]),
        (["basic:3x32x32:1:0x1:stem=vgg"], ["classes", "stages[0].width", "stem"]),
    ],
)
def test_refused_input_has_a_line_a_problem_and_null_elsewhere(run, words, where):
    status, out, err = run("summary", *words, "--json")
    assert status == 2
    assert [line.partition(": ")[0] for line in err] == where
    values = json.loads(out)
    assert [problem["where"] for problem in values["problems"]] == where
    assert {key: value for key, value in values.items() if key != "problems"} == dict.fromkeys(
        ("design", "totals", "stages", "layers")
    )


def test_a_network_without_a_block_is_well_formed_but_cannot_be_built(run):
    status, out, err = run("summary", "basic:3x32x32:10:64x0", "--json")
    values = json.loads(out)
    assert (status, [line.partition(": ")[0] for line in err]) == (2, ["stages"])
    assert values["problems"][0]["repair"] == "Add a block to stage 1"
    assert [stage["name"] for stage in values["stages"]] == ["stem"]


def test_a_file_is_summarised(run, tmp_path):
    path = tmp_path / "中文 name.toml"
    path.write_text(to_toml(preset("mini")), encoding="utf-8")
    status, out, _ = run("summary", str(path))
    assert status == 0
    assert "77,754" in out


# ---- the chapter's view


CHAPTER = {
    "1x224x224": ([64, 56, 56], [64, 56, 56], [128, 28, 28], [256, 14, 14], [512, 7, 7]),
    "1x96x96": ([64, 24, 24], [64, 24, 24], [128, 12, 12], [256, 6, 6], [512, 3, 3]),
}


@pytest.mark.parametrize("size", CHAPTER)
def test_the_eight_shapes_of_the_chapter(run, size):
    words = ("summary", "d2l-resnet18", "--input", size, "--view", "chapter")
    status, out, err = run(*words, "--json")
    assert (status, err) == (0, [])
    names = ("b1", "b2", "b3", "b4", "b5", "pool", "flatten", "linear")
    shapes = (*CHAPTER[size], [512, 1, 1], [512], [10])
    assert json.loads(out)["view"] == [
        {"name": name, "output_shape": [1, *shape]} for name, shape in zip(names, shapes, strict=True)
    ]
    _, out, _ = run(*words)
    assert [line.split() for line in out.splitlines()[3:]] == [
        [name, "output", "shape:", "×".join(map(str, (1, *shape)))] for name, shape in zip(names, shapes, strict=True)
    ]


def test_the_view_ends_where_a_design_cannot_be_built(run):
    line = "basic:3x32x32:10:64x0,64x1,32x1/2:shortcut=pad"
    status, out, _ = run("summary", line, "--view", "chapter", "--json")
    assert status == 2
    assert [row["name"] for row in json.loads(out)["view"]] == ["b1", "b3"]


# ---- export


def test_export_writes_source(run, tmp_path):
    path = tmp_path / "中文 net.py"
    path.write_text("old", encoding="utf-8")
    assert run("export", "mini", "--to", "python", "-o", str(path)) == (0, "", [])
    text = path.read_text(encoding="utf-8")
    assert text == python_source(plan_network(preset("mini")))
    assert list(tmp_path.iterdir()) == [path]
    for names in ("chapter", "paper"):
        assert run("export", "mini", "--to", "python", "-o", str(path), "--names", names)[0] == 0
        assert path.read_text(encoding="utf-8") == python_source(plan_network(preset("mini")), names)


def test_export_of_a_run_is_its_design(run, run_folder, tmp_path):
    path = tmp_path / "net.py"
    for which in (run_folder.name, str(run_folder)):
        assert run("export", which, "--to", "python", "-o", str(path), "--runs", str(tmp_path))[0] == 0
        assert path.read_text(encoding="utf-8") == python_source(plan_network(preset("mini")))
        path.unlink()


def test_export_lists_its_formats(run):
    status, out, _ = run("export", "--to", "help")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == ["format", *FORMATS]
    found = {each["name"]: each for each in json.loads(run("export", "--to", "help", "--json")[1])}
    assert list(found) == list(FORMATS)
    assert found["python"] == {
        "name": "python",
        "of_design": "Standalone PyTorch source",
        "of_run": None,
        "suffix": ".py",
        "needs": [],
        "missing": None,
    }
    assert found["onnx"]["needs"] == ["torch", "--extra onnx"]


def test_export_says_where_it_wrote_if_asked(run, tmp_path):
    path = tmp_path / "net.py"
    status, out, err = run("export", "mini", "--to", "python", "-o", str(path), "--json")
    assert (status, json.loads(out), err) == (0, {"format": "python", "path": str(path)}, [])


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["mini", "--to", "python"], "usage"),
        (["--to", "python", "-o", "net.py"], "usage"),
        (["mini", "-o", "net.py"], "usage"),
        (["mini", "--to", "fortran", "-o", "net.py"], "usage"),
        (["mini", "--to", "python", "-o", "net.py", "--names", "ours"], "usage"),
        (["mini", "--to", "python", "-o", "."], "."),
        (["mini", "--to", "python", "-o", "no/such/net.py"], str(Path("no/such/net.py"))),
        (["mini", "--to", "python", "-o", "x" * 300], "x" * 300),
        (["no-such-run", "--to", "python", "-o", "net.py"], "design"),
        (["mini", "--to", "safetensors", "-o", "net.safetensors"], "needs a run"),
        (["basic:1x28x28:10:8x1:" + "x" * 400, "--to", "python", "-o", "net.py"], "is not a known key"),
        (["basic:1x28x28:10:8x1:groups=2", "--to", "python", "-o", "net.py"], "groups"),
    ],
)
def test_what_cannot_be_exported_is_one_line(run, tmp_path, monkeypatch, words, where):
    monkeypatch.chdir(tmp_path)
    status, out, err = run("export", *words, "--runs", str(tmp_path))
    assert (status, out, len(err)) == (2, "", 1)
    assert where in err[0]
    assert list(tmp_path.iterdir()) == []


def test_export_needs_no_torch(tmp_path):
    program = (
        "import sys; from explorer.cli import main;"
        f"main(['export', 'resnet50', '--to', 'python', '-o', {str(tmp_path / 'net.py')!r}]);"
        "print('torch' in sys.modules)"
    )
    assert python("-c", program).stdout.split() == [b"False"]
    assert (tmp_path / "net.py").is_file()


@pytest.mark.slow
def test_the_diagram_is_exported_without_a_display(tmp_path):
    path = tmp_path / "net.svg"
    done = python("main.py", "export", "resnet50", "--to", "svg", "--language", "zh_CN", "-o", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert ">输入</text>" in path.read_text(encoding="utf-8")


# ---- lists


def test_presets(run):
    status, out, _ = run("presets", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert status == 0
    assert list(rows) == list(preset_files())
    assert (rows["mini"]["params"], rows["resnet50"]["depth"]) == (77_754, 50)
    _, out, _ = run("presets")
    assert "36,479,194" in out


@pytest.fixture
def run_folder(tmp_path):
    folder = RunFolder.create(tmp_path, preset("mini"), Recipe(epochs=2), 77_754)
    folder.log(Epoch(1, 79, 0.5, 0.75, float("nan"), 0.5, 3.25))
    folder.update(state="finished", best_accuracy=0.5, best_epoch=1, epochs_done=1)
    folder.close()
    return folder.path


def test_runs_are_listed(run, run_folder):
    status, out, _ = run("runs", "--runs", str(run_folder.parent), "--json")
    assert status == 0
    (values,) = json.loads(out)
    assert values["id"] == run_folder.name
    assert (values["state"], values["best_accuracy"], values["epochs_done"]) == ("finished", 0.5, 1)
    assert values["recipe"]["epochs"] == 2
    status, out, _ = run("runs", "list", "--runs", str(run_folder.parent))
    assert run_folder.name in out
    assert "1/2" in out


def test_what_the_user_remarked_on_a_run_is_listed_and_shown(run, run_folder):
    remark(run_folder, name="The good one", note="lr 0.3\nsecond line", hidden=True)
    _, out, _ = run("runs", "--runs", str(run_folder.parent), "--json")
    (values,) = json.loads(out)
    assert (values["name"], values["note"], values["hidden"]) == ("The good one", "lr 0.3\nsecond line", True)
    _, out, _ = run("runs", "--runs", str(run_folder.parent))
    assert "The good one" in out
    assert "finished, hidden" in out
    assert out.rstrip().endswith("lr 0.3 …")
    _, out, _ = run("runs", "show", str(run_folder))
    assert "The good one" in out
    assert "lr 0.3 / second line" in out


@pytest.mark.parametrize(
    ("expression", "found"),
    [("accuracy >= 50% and tag = good", 1), ("mini finished star", 1), ("epochs > 2", 0), ("macs > 1M depth < 9", 1)],
)
def test_runs_are_filtered_by_value(run, run_folder, expression, found):
    remark(run_folder, tags=("good",), starred=True)
    where = "--runs", str(run_folder.parent), "--filter", expression
    status, out, _ = run("runs", "list", *where, "--json")
    assert (status, len(json.loads(out))) == (0, found)
    assert (run_folder.name in run("runs", *where)[1]) is bool(found)


def test_a_filter_that_cannot_be_read_is_pointed_at(run, run_folder):
    status, _, err = run("runs", "--runs", str(run_folder.parent), "--filter", "star and accurcy > 0.9")
    assert status == 2
    assert err == ["star and accurcy > 0.9", "         ^", "filter: there is no field 'accurcy'; 'accuracy' is one"]
    assert run("runs", "show", str(run_folder), "--filter", "x")[0] == 2


@pytest.mark.parametrize("by", ["name", "path"])
def test_a_run_is_shown(run, run_folder, by):
    which = run_folder.name if by == "name" else str(run_folder)
    status, out, _ = run("runs", "show", which, "--runs", str(run_folder.parent), "--json")
    assert status == 0
    assert json.loads(out)["epochs"] == [
        {
            "epoch": 1,
            "step": 79,
            "train_loss": 0.5,
            "train_accuracy": 0.75,
            "validation_loss": None,
            "validation_accuracy": 0.5,
            "seconds": 3.25,
        }
    ]
    status, out, _ = run("runs", "show", which, "--runs", str(run_folder.parent))
    assert status == 0
    assert "0.7500" in out


def test_a_run_stands_among_published_ones_if_it_may_be_compared(run, run_folder, tmp_path):
    shown = run("runs", "show", run_folder.name, "--runs", str(tmp_path), "--json")[1]
    assert json.loads(shown)["standing"] is None
    assert "published" not in run("runs", "show", run_folder.name, "--runs", str(tmp_path))[1]
    chapter = RunFolder.create(tmp_path, preset("d2l-resnet18"), RECIPES["chapter"].change(data="fashion-mnist"), 1)
    for epoch, accuracy in ((9, 0.926), (10, 0.902)):  # the last one counts, as it does in the published runs
        chapter.log(Epoch(epoch, epoch, 0.5, 0.75, 0.5, accuracy, 3.25))
    chapter.close()
    shown = run("runs", "show", chapter.path.name, "--runs", str(tmp_path), "--json")[1]
    assert json.loads(shown)["standing"] == "better than 25 % of 80 published runs"
    assert "better than 25 % of 80 published runs" in run("runs", "show", str(chapter.path))[1]


def test_a_run_names_its_twin_and_its_batches(run, run_folder):
    where = "--runs", str(run_folder.parent)
    assert json.loads(run("runs", "show", run_folder.name, *where, "--json")[1])["beside"] == []
    manifest = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    (run_folder / "run.json").write_text(json.dumps({**manifest, "twin": "the-other", "batches": "0f" * 32}))
    shown = json.loads(run("runs", "show", run_folder.name, *where, "--json")[1])
    assert (shown["beside"], shown["label"], shown["batches"]) == (["the-other"], "residual", "0f" * 32)
    out = run("runs", "show", run_folder.name, *where)[1]
    assert "the-other" in out
    assert "0f" * 32 in out


def test_a_run_that_cannot_be_read_is_marked_and_the_others_listed(run, run_folder):
    bad = run_folder.parent / "bad"
    bad.mkdir()
    (bad / "run.json").write_text("{")
    status, out, err = run("runs", "--runs", str(run_folder.parent))
    assert status == 0
    read, unread = (line.split() for line in out.splitlines()[1:])
    assert (read[:2], unread[:3]) == ([run_folder.name, "finished"], ["bad", "–", "unreadable"])
    assert err == [f"{bad}: is damaged: it is not JSON"]
    assert len(json.loads(run("runs", "--json", "--runs", str(run_folder.parent))[1])) == 1
    assert run("runs", "--runs", str(run_folder / "run.json"))[::2] == (
        2,
        [f"{run_folder / 'run.json'}: Not a directory"],
    )


LONG = "x" * 300


@pytest.mark.parametrize("path", ["~nobody-of-this-name/x", f"/{LONG}", "FILE/x", "FILE", ""])
@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["train", "mini", "--data"], "data"),
        (["sweep", "mini", "--data"], "data"),
        (["runs", "--runs"], "runs"),
        (["runs", "show"], "run"),
        (["train", "--resume"], "run"),
        (["summary"], ""),
        (["export", "mini", "--to", "python", "-o"], ""),
    ],
)
def test_a_path_that_the_system_refuses_is_one_line(run, tmp_path, words, where, path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("not a design")
    given = path.replace("FILE", str(tmp_path / "file"))
    if words[-1] == "-o" and path in ("FILE", "~nobody-of-this-name/x"):
        given = str(tmp_path)  # what a shell would write to is written to
    status, out, err = run(*words, given)
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].startswith((f"{where}: ", f"{given}: ", "design: ", ".: "))


def test_a_working_directory_that_was_removed_is_one_line(run, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for words in (["check"], ["summary", "mine.toml"], ["train", "mini", "--runs", "here"]):
        assert run(*words) == (2, "", ["working directory: No such file or directory"])


@pytest.mark.parametrize("words", [["--recipe", ""], ["--init-from", ""], ["--runs", ""]])
def test_an_empty_value_is_not_the_default(run, orders, words):
    status, _, err = run("train", "mini", *words)
    assert (status, len(err), orders) == (2, 1, [])
    assert "not ''" in err[0]


def test_an_error_of_the_system_that_nobody_expects_is_one_line(run, monkeypatch):
    def fail(*_):
        raise OSError(5, "Input/output error", "/somewhere")

    monkeypatch.setattr("explorer.cli.listings.presets_text", fail)
    assert run("presets") == (2, "", ["/somewhere: Input/output error"])


def test_no_runs_are_an_empty_list(run, tmp_path):
    assert run("runs", "--runs", str(tmp_path / "none"), "--json")[:2] == (0, "[]\n")


@pytest.mark.parametrize("words", [["show"], ["list", "x"], ["show", "no-such-run"], ["delete", "x"]])
def test_wrong_words_after_runs(run, tmp_path, words):
    status, out, err = run("runs", *words, "--runs", str(tmp_path))
    assert (status, out, len(err)) == (2, "", 1)


# ---- train


def test_train_with_the_defaults(run, orders, tmp_path):
    status, _, err = run("train", "mini", "--runs", str(tmp_path))
    assert (status, err) == (0, [])
    assert orders == [(Train(preset("mini"), Recipe(), tmp_path), False, False)]


def test_train_keeps_the_size_that_a_design_has(run, orders):
    assert run("train", "d2l-resnet18", "--recipe", "chapter", "--events", "--detach")[2] == []
    ((command, events, detach),) = orders
    assert command.design == preset("d2l-resnet18")
    assert command.recipe == RECIPES["chapter"]
    assert (events, detach) == (True, True)


def test_train_fits_a_design_to_the_data_and_says_so(run, orders):
    status, _, err = run("train", "resnet18", "--data", "fashion-mnist-12k", "--input", "3x64x64")
    assert status == 0
    assert err == [
        "design: fitted to Fashion-MNIST 12k (bundled subset): "
        "input 1×64×64 instead of 3×64×64, 10 classes instead of 1000"
    ]
    ((command, _, _),) = orders
    assert command.design == preset("resnet18").change(input=(1, 64, 64), classes=10)


def test_what_fits_already_is_not_said_to_be_fitted(run, orders):
    line = "basic:1x28x28:2:16x1"
    assert run("train", line)[2] == ["design: fitted to Fashion-MNIST 12k (bundled subset): 10 classes instead of 2"]
    assert run("train", "mini", "--input", "3x28x28")[2] == [
        "design: fitted to Fashion-MNIST 12k (bundled subset): input 1×28×28 instead of 3×28×28"
    ]


def test_every_field_of_the_recipe_is_a_flag(run, orders):
    values = {
        "data": "fashion-mnist-12k",
        "device": "cpu",
        "validation_share": 0.25,
        "test_share": 0.0,
        "split_seed": 5,
        "background": "grey",
        "epochs": 3,
        "batch_size": 7,
        "lr": 0.25,
        "optimizer": "adamw",
        "momentum": 0.5,
        "nesterov": False,
        "weight_decay": 0.125,
        "schedule": "cosine",
        "warm_up": 1.5,
        "clip": 2.0,
        "label_smoothing": 0.1,
        "flip": True,
        "crop": 2,
        "erase": 0.25,
        "cutmix": 0.5,
        "resized_crop": 0.3,
        "jitter": 0.4,
        "normalise": "data",
        "balance": "sampling",
        "head_epochs": 1,
        "backbone_rate": 0.5,
        "frozen_stages": 2,
        "ema": 0.99,
        "grow": "stage3@1",
        "sync_norms": True,
        "early_stop": 4,
        "precision": "fp32",
        "arithmetic": "plain",
        "seed": 9,
    }
    assert {each.name for each in fields(Recipe)} == set(values)
    words = []
    for name, value in values.items():
        flag = name.replace("_", "-")
        switch = {True: [f"--{flag}"], False: [f"--no-{flag}"]}
        words += switch[value] if isinstance(value, bool) else [f"--{flag}", str(value)]
    assert run("train", "cifar-resnet20", *words)[0] == 0
    assert orders[0][0].recipe == Recipe(**values)


def test_flags_change_the_named_recipe(run, orders):
    run("train", "mini", "--recipe", "chapter", "--lr", "1", "--nesterov", "--init-from", "parent")
    assert orders[0][0].recipe == RECIPES["chapter"].change(lr=1.0, nesterov=True)
    assert (orders[0][0].weights, orders[0][0].grown) == ("parent", ())


def test_a_design_that_has_grown_names_its_new_blocks(run, orders):
    run("train", "mini", "--init-from", "parent", "--grown", "layer2.1, layer3.1")
    assert (orders[0][0].weights, orders[0][0].grown) == ("parent", ("layer2.1", "layer3.1"))


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["mini", "--lr", "-1"], ["lr"]),
        (["mini", "--lr", "nan"], ["lr"]),
        (
            ["mini", "--epochs", "2.5", "--batch-size", "many", "--optimizer", "lion"],
            ["epochs", "batch_size", "optimizer"],
        ),
        (["mini", "--recipe", "slow"], ["recipe"]),
        (["mini", "--data", "no-such-data"], ["data"]),
        (["resnet19"], ["design"]),
        (["basic:1x28x28:10:8x1:groups=2"], ["groups"]),
        (["mini", "--input", "1x0x28"], ["input[1]"]),
        ([], ["usage"]),
        (["mini", "--frobnicate"], ["usage"]),
        (["mini", "--lr"], ["usage"]),
        (["mini", "--resume", "run"], ["usage"]),
        (["--resume", "run", "--lr", "0.1"], ["usage"]),
        (["--resume", "run", "--twin"], ["usage"]),
        (["--resume", "run", "--grown", "layer1.1"], ["usage"]),
        (["mini", "--grown", "layer1.1"], ["usage"]),
        (["--resume", "run", "--epochs", "0"], ["epochs"]),
        (["--resume", "run", "--beside", "mini"], ["usage"]),
        (["--resume", "run", "--seeds", "2"], ["usage"]),
        (["mini", "--beside", "mini"], ["beside"]),
        (["mini", "--beside", "resnet19"], ["beside"]),
        (["mini", "--beside", ""], ["beside"]),
        (["mini", "--beside", "seed=-1"], ["beside"]),
        (["mini", "--beside", "seed=4294967296"], ["beside"]),
        (["mini", "--beside", "recipe=slow"], ["recipe"]),
        (["mini", "--beside", "recipe=chapter"], ["beside"]),  # other batches
        (["mini", "--beside", "resnet18"], ["beside", "beside"]),  # fitted to the data, but larger
        (["mini", "--beside", "basic:1x28x28:10:8x1:groups=2"], ["groups"]),
        (["mini", "--seeds", "0"], ["seeds"]),
        (["mini", "--seeds", "33"], ["seeds"]),
        (["mini", "--twin", "--seeds", "17"], ["beside"]),
        (["mini", "--seeds", "2", "--init-from", "run"], ["beside"]),
    ],
)
def test_bad_orders_are_refused_before_anything_starts(run, orders, words, where):
    status, out, err = run("train", *words)
    assert (status, out, orders) == (2, "", [])
    assert [line.partition(": ")[0] for line in err] == where


@pytest.mark.parametrize(("words", "threads"), [([], 0), (["--threads", "auto"], 0), (["--threads", "3"], 3)])
def test_train_with_threads(run, orders, words, threads):
    run("train", "mini", *words)
    run("train", "--resume", "run", *words)
    new, resumed = (order for order, *_ in orders)
    assert (new.threads, new.anyway) == (threads, False)
    assert (resumed.threads, resumed.anyway) == (threads if words else None, False)


@pytest.mark.parametrize("threads", ["0", "-1", "1025", "two", "1.5", "99999999999999999999"])
@pytest.mark.parametrize("words", [["mini"], ["--resume", "run"]])
def test_threads_that_will_not_do_are_refused(run, orders, words, threads):
    status, _, err = run("train", *words, f"--threads={threads}")
    assert (status, len(err), orders) == (2, 1, [])
    assert err[0].startswith("threads: must be auto or a number from 1 to 1,024")


def test_what_does_not_fit_is_refused_with_numbers_and_how_to_insist(run, monkeypatch, tmp_path):
    from explorer.engine.training import memory

    monkeypatch.setattr(memory, "available_memory", lambda device: 2**20)
    words = ("train", "mini", "--epochs", "1", "--runs", str(tmp_path), "--device", "cpu")
    status, out, err = run(*words)
    assert (status, out, list(tmp_path.iterdir())) == (2, "", [])
    assert re.match(r"memory: training needs \d+ MiB on cpu; 1 MiB are free$", err[-2])
    assert err[-1] == "memory: --anyway trains all the same"


def test_who_insists_is_not_refused(run, orders):
    run("train", "mini", "--anyway")
    run("train", "--resume", "run", "--anyway")
    assert [order.anyway for order, *_ in orders] == [True, True]


def test_train_with_its_twin(run, orders):
    run("train", "deep-residual-56", "--twin", "--recipe", "degradation", "--seed", "2")
    (twin,) = orders[0][0].beside
    assert twin == Side(preset("deep-plain-56"), orders[0][0].recipe, 2)
    assert orders[0][0].recipe == RECIPES["degradation"].change(seed=2)


def test_train_beside_anything(run, orders, run_folder):
    recipe = Recipe(lr=0.2, batch_size=128)
    specs = ("deep-plain-56", run_folder.name, "recipe=best", "seed=7")
    words = [word for spec in specs for word in ("--beside", spec)]
    status, *_ = run("train", "cifar-resnet20", "--input", "1x28x28", "--lr", "0.2", "--batch-size", "128", *words,
                     "--runs", str(run_folder.parent))  # fmt: skip
    assert status == 0
    first, design, own, best, seed = orders[0][0].sides
    assert first.design == preset("cifar-resnet20").change(input=(1, 28, 28))
    assert design == Side(preset("deep-plain-56"), recipe, 0)
    assert own == Side(read_run(run_folder).design, recipe, 0)
    assert best == Side(first.design, RECIPES["best"].change(lr=0.2, batch_size=128, epochs=10), 0)
    assert seed == Side(first.design, recipe, 7)


def test_train_with_seeds(run, orders):
    run("train", "mini", "--seeds", "3", "--seed", "5", "--twin")
    (order, *_), = orders  # fmt: skip
    assert order.recipe.seed == 5
    assert [side.seed for side in order.sides] == [5, 5, 6, 6, 7, 7]


def test_resume(run, orders, tmp_path):
    run("train", "--resume", "a-run", "--runs", str(tmp_path), "--epochs", "20", "--device", "cpu", "--events")
    run("train", "--resume", "a-run", "--runs", str(tmp_path))
    assert orders == [
        (ResumeRun("a-run", tmp_path, 20, "cpu"), True, False),
        (ResumeRun("a-run", tmp_path, None, None), False, False),
    ]


def test_a_folder_of_images_is_found_from_anywhere(run, orders, tmp_path, monkeypatch):
    for name in ("cat", "dog", "owl"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").touch()
    monkeypatch.chdir(tmp_path)
    run("train", "resnet18", "--data", "pets")
    command = orders[0][0]
    assert command.recipe.data == str(tmp_path / "pets")
    assert (command.design.classes, command.design.input) == (3, (3, 224, 224))


# ---- the window


def test_no_command_opens_the_window(run, shown, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(preset("resnet34")), encoding="utf-8")
    assert [run()[0], run("resnet50")[0], run(str(path), "--language", "zh_CN")[0]] == [0, 0, 0]
    assert shown == [
        (None, None, None, False),
        (preset("resnet50"), None, None, False),
        (preset("resnet34"), "zh_CN", path, False),
    ]


def test_screenshot(run, shown, tmp_path):
    assert run("--screenshot", str(tmp_path / "a.png"))[0] == 0
    words = ("--size", "800x600", "--theme", "dark", "--language", "zh_CN", "--page", "curves", "mini")
    assert run("--screenshot", str(tmp_path / "b.png"), *words)[0] == 0
    assert shown[0][1:] == ("light", "en", preset("d2l-resnet18"), "layers")
    assert shown[1] == ((800, 600), "dark", "zh_CN", preset("mini"), "curves")
    assert (tmp_path / "b.png").read_bytes() == b"a picture"


def test_a_screenshot_that_cannot_be_written_says_why(run, shown, tmp_path):
    status, _, err = run("--screenshot", str(tmp_path / "missing" / "a.png"))
    assert (status, len(err)) == (2, 1)
    assert f"a.png: there is no folder {str(tmp_path / 'missing')!r}" in err[0]


@pytest.mark.parametrize(
    "words",
    [
        ["resnet19"],
        ["sumary"],
        ["--size", "800x600"],
        ["--screenshot", "a.png", "--size", "0x600"],
        ["--screenshot", "a.png", "--size", "99999x600"],
        ["--screenshot", "a.png", "--size", "wide"],
        ["--screenshot", "a.png", "--size", ""],
        ["--size", ""],
        ["--page", "curves"],
        ["--screenshot", "a.png", "--theme", "pink"],
        ["--language", "fr"],
        ["--screenshot", "a.exe"],
        ["mini", "resnet18"],
    ],
)
def test_bad_words_open_nothing(run, shown, words):
    status, out, err = run(*words)
    assert (status, out, len(err), shown) == (2, "", 1, [])


def test_bench_prints_what_was_measured(run, monkeypatch):
    fake(monkeypatch, "explorer.bench.window.edit", bench_edit=lambda: {"milliseconds": 1.5})
    fake(monkeypatch, "explorer.bench.window.start", bench_start=dict)
    fake(monkeypatch, "explorer.bench.window.lateness", bench_window=dict)
    assert json.loads(run("bench", "edit", "--json")[1]) == {"milliseconds": 1.5}
    assert run("bench", "edit")[1].split() == ["milliseconds", "1.5"]


def test_bench_train_names_every_figure(run, monkeypatch):
    fake(
        monkeypatch,
        "explorer.bench.training.comparison",
        bench_train=lambda: {"96x96": {"ratio": {"median": 1.5}}, "data": "x"},
    )
    assert json.loads(run("bench", "train", "--json")[1])["96x96"]["ratio"]["median"] == 1.5
    assert [line.split() for line in run("bench", "train")[1].splitlines()] == [
        ["96x96", "ratio", "median", "1.5"],
        ["data", "x"],
    ]


def test_a_bench_has_the_limits_that_are_given(run, monkeypatch):
    found = []
    fake(monkeypatch, "explorer.bench.training.comparison", bench_train=lambda **given: found.append(given) or {})
    fake(monkeypatch, "explorer.bench.window.busy", bench_busy=lambda **given: found.append(given) or {})
    for words in (["train"], ["train", "--turns", "2", "--budget", "60"], ["busy", "--budget", "90"]):
        assert run("bench", *words)[0] == 0
    assert found == [{}, {"turns": 2, "budget": 60}, {"budget": 90}]


@pytest.mark.parametrize(
    "words",
    [["train", "--turns", "0"], ["train", "--budget", "1.5"], ["busy", "--turns", "2"], ["all", "--budget", "9"]],
)
def test_limits_that_will_not_do_are_refused(run, words):
    status, out, err = run("bench", *words)
    assert (status, out, len(err)) == (2, "", 1)


def test_bench_all_runs_each_apart_and_says_which_failed(run, monkeypatch):
    asked = []

    def pretend(words, **options):
        asked.append(words[-3:])
        return subprocess.CompletedProcess(words, 2 if "window" in words else 0, '{"seconds": 2}')

    monkeypatch.setattr("explorer.cli.bench.subprocess.run", pretend)
    status, out, _ = run("bench", "all", "--json")
    figures = {"seconds": 2}
    benches = ("edit", "start", "window", "train", "busy", "data", "results", "runs")
    assert json.loads(out) == {each: None if each == "window" else figures for each in benches}
    assert asked == [["bench", each, "--json"] for each in benches]
    assert status == 1


# ---- the program as a whole


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    out = capsys.readouterr().out
    assert all(f"  {word} " in out for word in COMMANDS)
    assert "  --version " in out


@pytest.mark.parametrize("word", COMMANDS)
def test_every_command_has_help(word, capsys):
    with pytest.raises(SystemExit) as caught:
        main([word, "--help"])
    assert caught.value.code == 0
    assert COMMANDS[word].help in capsys.readouterr().out


def python(*arguments, **options):
    root = Path(package).parent.parent
    return subprocess.run([sys.executable, *arguments], cwd=root, capture_output=True, check=False, **options)


@pytest.fixture
def version_line():
    pyproject = Path(package).parent.parent / "pyproject.toml"
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    return f"{project['name']} {project['version']}"


def test_version(run, shown, version_line):
    assert run("--version") == (0, version_line + "\n", [])
    assert shown == []


def test_version_of_a_checkout_that_is_not_installed(run, monkeypatch, version_line):
    def not_installed(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("explorer.runs.versions.version", not_installed)
    assert run("--version") == (0, version_line + "\n", [])


def test_version_needs_neither_torch_nor_qt(version_line):
    program = (
        "import sys; from explorer.cli import main; main(['--version']);"
        "print(*{'torch', 'PySide6', 'pydantic', 'numpy'} & set(sys.modules))"
    )
    assert python("-c", program, text=True).stdout == f"{version_line}\n\n"


def test_both_entrances_give_the_exit_status():
    for entrance in (["main.py"], ["-m", "explorer"]):
        done = python(*entrance, "summary", "nothing")
        assert done.returncode == 2
        assert done.stdout == b""
        assert done.stderr.count(b"\n") == 1
        assert b"Traceback" not in done.stderr


def test_a_reader_that_has_enough_is_no_error():
    program = f"{sys.executable} main.py summary cifar-resnet1202 --json | head -c 10"
    done = subprocess.run(
        ["sh", "-c", program], cwd=Path(package).parent.parent, capture_output=True, text=True, check=False
    )
    assert done.stdout == '{"design":'
    assert done.stderr == ""
