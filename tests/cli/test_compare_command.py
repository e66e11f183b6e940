import json

import pytest

from explorer.architecture.notation import to_toml
from explorer.architecture.presets import preset
from explorer.cli import main
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe


@pytest.fixture
def run(capsys):
    def run(*words):
        status = main(["compare", *words])
        captured = capsys.readouterr()
        return status, captured.out, captured.err.splitlines()

    return run


def test_columns_as_json(run):
    status, out, err = run("resnet18", "resnet34", "resnet50", "--json")
    small, deep, bottlenecks = json.loads(out)
    assert (status, err) == (0, [])
    assert [each["name"] for each in (small, deep, bottlenecks)] == ["resnet18", "resnet34", "resnet50"]
    assert small["known_as"] == "torchvision's ResNet-18"
    assert (small["params"], small["depth"], small["convolutions"]) == (11_689_512, 18, 20)
    assert small["flops"] == 2 * 1_814_073_344
    assert bottlenecks["macs"] == {
        "macs": 4_089_184_256,
        "v1.5": 4_089_184_256,
        "v1": 3_857_973_248,
        "torchinfo": bottlenecks["macs"]["torchinfo"],
        "paper": 3_800_000_000,
    }
    assert small["macs"]["torchinfo"] == 1_814_083_944
    assert small["receptive_field"] == 435
    assert [part["output_shape"] for part in small["stages"]][1:3] == [[64, 56, 56], [128, 28, 28]]
    assert small["differences"] == []
    assert deep["differences"][0] == "stage 1: 1 more block: +73,984 parameters"
    assert (small["contains"], deep["contains"], bottlenecks["contains"]) == ([], ["resnet18"], [])
    assert small["accuracy"] is None


def test_a_network_of_torchvision_takes_the_input_of_the_design_beside_it(run):
    status, out, err = run("torchvision:googlenet", "d2l-resnet18", "--json")
    googlenet, chapter = json.loads(out)
    assert (status, err) == (0, [])
    assert (googlenet["input"], googlenet["classes"]) == (chapter["input"], chapter["classes"]) == ([1, 96, 96], 10)
    assert googlenet["macs"]["v1"] is googlenet["macs"]["paper"] is googlenet["depth"] is None
    assert [part["chapter"] for part in googlenet["stages"]] == ["b1", "b2", "b3", "b4", "b5", ""]
    _, out, _ = run("torchvision:googlenet", "--json")
    assert json.loads(out)[0]["params"] == 6_624_904  # as torchvision publishes it, at 3×224×224 and 1000 classes


def test_columns_as_text(run):
    status, out, err = run("d2l-resnet18", "torchvision:googlenet")
    lines = out.splitlines()
    assert (status, err) == (0, [])
    assert lines[0].split() == ["d2l-resnet18", "torchvision:googlenet"]
    assert next(line.split()[-2:] for line in lines if line.startswith("parameters")) == ["11,178,378", "5,603,882"]
    assert next(line.split() for line in lines if line.startswith("module 1")) == [
        *("module", "1"),
        *("64×24×24", "148,224"),
        *("192×12×12", "115,200"),
    ]
    assert "  torchvision's GoogLeNet has a norm after each convolution, the chapter's has none." in out
    _, out, _ = run("resnet34", "resnet18")
    assert "  contains resnet18: They differ in depth alone, and each block more can be an identity." in out
    assert "  does not contain resnet34: Stage 1 has fewer blocks: 2 of 3." in out


def test_a_run_and_a_file_are_columns(run, tmp_path):
    folder = RunFolder.create(tmp_path / "runs", preset("mini"), Recipe(), params=1)
    folder.update(state="finished", best_accuracy=0.9, best_epoch=1)
    folder.close()
    (tmp_path / "net.toml").write_text(to_toml(preset("mini").with_stage(0, blocks=2)), encoding="utf-8")
    status, out, err = run(folder.path.name, str(tmp_path / "net.toml"), "--runs", str(tmp_path / "runs"), "--json")
    trained, deeper = json.loads(out)
    assert (status, err) == (0, [])
    assert (trained["name"], trained["accuracy"], trained["params"]) == (folder.path.name, 0.9, 77_754)
    assert deeper["contains"] == [folder.path.name]
    assert "best accuracy" in run(str(folder.path), "mini")[1]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("resnet19",), "design: there is no preset 'resnet19'; did you mean resnet"),
        (("torchvision:googlenex",), "network: torchvision has no classifier 'googlenex'; did you mean googlenet?"),
        (("mini", "no/such.toml"), "no/such.toml: there is no such file"),
        ((), "usage: the following arguments are required"),
    ],
)
def test_what_is_not_known_is_refused_in_one_line(run, words, complaint):
    status, out, err = run(*words)
    assert (status, out, len(err)) == (2, "", 1)
    assert err[0].startswith(complaint)


def test_a_design_that_cannot_be_built_is_shown_as_far_as_it_can(run):
    status, out, err = run("mini", "basic:1x28x28:10:16x1,8x1/2:shortcut=pad")
    assert status == 2
    assert "does not contain mini: One of the two cannot be built." in out
    assert err == [each for each in err if "can add channels but not remove them" in each]
    assert err
