"""The folder for timm: timm opens it with the very logits, or it says how else the network is built."""

import json
import re
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer.architecture.design import Design, Stage
from explorer.architecture.notation import read_table
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_families
from explorer.cli import main
from explorer.engine.data.progress import unreported
from explorer.engine.export.export import exported
from explorer.engine.export.source import Source
from explorer.engine.model import build_model
from explorer.engine.probes.seen_images import SeenImages
from explorer.engine.training.weights import weights_of
from explorer.runs.formats import FORMATS
from explorer.runs.recipe import Recipe
from tests.engine.export.kept_run import keep_run, record

NARROW = tuple(Stage(1, width, stride) for width, stride in ((8, 1), (16, 2), (24, 2), (32, 2)))


def write_folder(run, path):
    assert main(["export", str(run.folder), "--to", "timm", "-o", str(path)]) == 0
    return json.loads((path / "config.json").read_text(encoding="utf-8"))


def logits(run, images):
    network = build_model(plan_network(run.design)).eval()
    network.load_state_dict(weights_of(run))
    with torch.no_grad():
        return network(images)


def opened(path):
    timm = pytest.importorskip("timm", exc_type=ImportError)
    return timm.create_model(f"local-dir:{path}", pretrained=True).eval()


def assert_equal_logits(run, path, side=75):
    torch.manual_seed(1)
    images = torch.randn(2, run.design.input[0], side, 64)  # odd sizes meet the edges of average pools
    with torch.no_grad():
        assert torch.equal(opened(path)(images), logits(run, images))


@pytest.mark.slow
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", ["resnet18", "resnet26", "resnet50", "resnet18d", "resnext50_32x4d"])
def test_timm_opens_its_networks_with_equal_logits(tmp_path, name, channels):
    run = keep_run(tmp_path, preset(name).change(classes=7, input=(channels, 64, 64)))
    config = write_folder(run, tmp_path / "net")
    assert (config["architecture"], config["model_args"]) == (name, {"in_chans": channels})
    assert_equal_logits(run, tmp_path / "net")


def test_timm_has_the_names_that_are_given():
    timm = pytest.importorskip("timm", exc_type=ImportError)
    names = {*preset_families()["torchvision"], *preset_families()["timm"], "resnet18", "resnet50"}
    assert names <= set(timm.list_models())


@st.composite
def timm_like(draw) -> Design:
    """Designs that timm's class can be, most of which it has no name for."""
    block = draw(st.sampled_from(["basic", "bottleneck"]))
    stem = draw(st.sampled_from(["imagenet", "deep"]))
    grouping = draw(st.sampled_from([(1, 64), (2, 32), (4, 20)])) if block == "bottleneck" else (1, 64)
    widths = draw(st.lists(st.integers(4, 40), min_size=4, max_size=4))
    strides = 1, 2, 2, 2
    blocks = draw(st.lists(st.integers(1, 2), min_size=4, max_size=4))
    return Design(
        (draw(st.integers(1, 4)), 32, 32),
        draw(st.integers(2, 12)),
        tuple(map(Stage, blocks, widths, strides)),
        stem=stem,
        stem_width=2 * draw(st.integers(1, 20)) if stem == "deep" else 64,
        block=block,
        shortcut=draw(st.sampled_from(["projection", "average"])),
        groups=grouping[0],
        group_width=grouping[1],
        zero_init=draw(st.booleans()),
        init=draw(st.sampled_from(["he", "xavier"])),
    )


@settings(max_examples=20)
@given(design=timm_like())
def test_timm_opens_any_network_of_its_class_with_equal_logits(tmp_path_factory, design):
    root = tmp_path_factory.mktemp("runs")
    run = keep_run(root, design)
    config = write_folder(run, root / "net")
    assert config["architecture"] in ("resnet18", "resnet50")
    assert_equal_logits(run, root / "net")


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": "cifar"},
        {"stem_width": 32},
        {"stem": "deep", "stem_width": 17},
        {"conv_bias": True},
        {"shortcut_norm": False},
        {"shortcut": "pad", "stem_width": 64, "stages": tuple(Stage(1, 64, stride) for stride in (1, 2, 2, 2))},
        {"shortcut": "projection-all"},
        {"shortcut": "none"},
        {"block": "preact-basic"},
        {"block": "bottleneck", "stride_on": "1x1"},
        {"stages": NARROW[:3]},
        {"stages": (*NARROW[:3], Stage(0, 32, 2))},
        {"stages": (Stage(1, 8, 2), *NARROW[1:])},
    ],
    ids=str,
)
def test_any_other_network_comes_with_its_source(tmp_path, monkeypatch, changes):
    design = Design((1, 32, 32), 3, NARROW).change(**changes)
    run = keep_run(tmp_path, design)
    config = write_folder(run, tmp_path / "net")
    assert config["architecture"] == "resnet-explorer"
    assert read_table(config["design"]) == design
    monkeypatch.chdir(tmp_path / "net")
    monkeypatch.syspath_prepend(str(tmp_path / "net"))
    monkeypatch.delitem(sys.modules, "network", raising=False)
    names = run_card(tmp_path / "net")
    torch.manual_seed(1)
    images = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        assert torch.equal(names["model"](images), logits(run, images))
    assert names["label_names"] == ["class 0", "class 1", "class 2"]


def run_card(path) -> dict[str, object]:
    """Run the Python of the card, and return its variables."""
    code = re.search(r"```python\n(.*?)```", (path / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict[str, object] = {}
    exec(code[1], names)
    return names


@pytest.mark.parametrize("channels", [1, 3])
def test_the_cards_own_lines_classify_an_image(tmp_path, monkeypatch, capsys, channels):
    pytest.importorskip("timm", exc_type=ImportError)
    design = Design((channels, 32, 32), 3, NARROW)
    data = record(("a", "猫", "c"), mean=(0.5,) * channels, deviation=(0.25,) * channels)
    run = keep_run(tmp_path, design, data, Recipe(data="images", device="cpu", resized_crop=0.5))
    write_folder(run, tmp_path / "net")
    Image.linear_gradient("L").convert("RGB").save(tmp_path / "net/image.png")
    monkeypatch.chdir(tmp_path / "net")
    names = run_card(tmp_path / "net")
    seen = names["transform"](names["image"])
    assert seen.shape == (channels, 32, 32)
    assert seen.min() >= -2
    assert torch.allclose(names["shares"], logits(run, seen.unsqueeze(0)).softmax(1)[0])
    said = capsys.readouterr().out.split()[0]
    assert said == run.class_names[int(names["shares"].argmax())]


def test_timm_knows_how_images_are_prepared(tmp_path):
    timm = pytest.importorskip("timm", exc_type=ImportError)
    data = record(("a", "b", "c"), mean=(0.5, 0.25, 0.125), deviation=(0.25, 0.5, 0.75))
    recipe = Recipe(data="images", device="cpu", resized_crop=0.5)
    write_folder(keep_run(tmp_path, Design((3, 224, 192), 3, NARROW), data, recipe), tmp_path / "net")
    config = timm.data.resolve_model_data_config(opened(tmp_path / "net"))
    assert config["input_size"] == (3, 224, 192)
    assert (tuple(config["mean"]), tuple(config["std"])) == (data.mean, data.deviation)
    assert (config["crop_pct"], config["interpolation"]) == (0.875, "bilinear")


@pytest.mark.parametrize(("channels", "resized_crop"), [(1, 0.0), (3, 0.0), (3, 0.5)])
def test_timm_sees_a_square_image_as_training_does(tmp_path, channels, resized_crop):
    timm = pytest.importorskip("timm", exc_type=ImportError)
    design = Design((channels, 56, 56), 3, NARROW)
    data = record(("a", "b", "c"), mean=(0.5,) * channels, deviation=(0.25,) * channels)
    run = keep_run(tmp_path, design, data, Recipe(data="images", device="cpu", resized_crop=resized_crop))
    write_folder(run, tmp_path / "net")
    pixels = np.random.default_rng(0).integers(0, 255, (90, 90, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "image.png")
    config = timm.data.resolve_model_data_config(opened(tmp_path / "net"))
    transform = timm.data.create_transform(**config, is_training=False)
    image = Image.open(tmp_path / "image.png").convert("L" if channels == 1 else "RGB")
    seen = SeenImages(run.design, run.recipe, run.data, torch.device("cpu")).inputs([str(tmp_path / "image.png")])
    assert torch.equal(transform(image), seen[0])


def test_a_run_of_an_older_version_saw_values_from_0_to_1(tmp_path):
    run = keep_run(tmp_path, Design((3, 32, 32), 3, NARROW))
    source = Source(plan_network(run.design), run=replace(run, data=None))
    config = json.loads(exported(FORMATS["timm"], source, unreported)["config.json"])
    assert (config["pretrained_cfg"]["mean"], config["pretrained_cfg"]["std"]) == ([0.0] * 3, [1.0] * 3)
    assert config["label_names"] == ["0", "1", "2"]
