"""One image's way through a network: sheets that agree with the plan, and files that are no images."""

import io
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.kernels.rewrites import make_network
from explorer.engine.probes.feature_maps import section_outputs, sheet
from explorer.engine.probes.pictures import KEPT
from explorer.engine.probes.probed_network import open_probed_network
from explorer.engine.probes.registry import probe
from explorer.engine.runs.opening import open_runs
from explorer.engine.training.weights import save_best
from explorer.runs.commands import Train, command_line
from explorer.runs.events import Failed, event_line, read_event
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.launch import launch_local
from explorer.runs.questions.pictures import MAX_MAPS, FeatureMaps, Maps, sent_size
from explorer.runs.recipe import Recipe
from tests.engine.shades import shades
from tests.engine.small import CPU, DESIGN

DESIGNS = {
    "basic": DESIGN,
    "pre-activation": DESIGN.change(block="preact-basic", input=(3, 9, 12), stages=(Stage(2, 16), Stage(1, 20, 2))),
    "bottleneck with pooling": DESIGN.change(stem="imagenet", block="bottleneck", input=(1, 40, 40)),
    "larger than is sent": DESIGN.change(input=(1, 100, 200)),
}


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "data", 4)


@pytest.fixture
def ask(recipe, tmp_path):
    """The answer to where an image travels."""

    def put(image: int | Path, design: Design = DESIGN, run: str = "") -> FeatureMaps | Failed:
        chosen = {"file": str(image)} if isinstance(image, Path) else {"image": image}
        return probe(Maps(design, recipe, 1, runs=tmp_path / "runs", run=run, **chosen))

    return put


def sheets(answer: FeatureMaps | Failed) -> dict[str, np.ndarray]:
    """The pictures of an answer by their paths, as they stand in its file, each from the end of the one before on."""
    assert isinstance(answer, FeatureMaps), answer
    content, end, found = np.fromfile(answer.file, np.uint8), 0, {}
    for each in answer.sheets:
        assert each.offset == end
        end += int(np.prod(each.shape))
        found[each.path] = content[each.offset : end].reshape(each.shape)
    assert end == len(content)
    return found


def trained_run(design: Design, recipe: Recipe, root: Path, spoil: float = 1.0) -> str:
    """A run whose weights are those of another seed, times `spoil`."""
    torch.manual_seed(99)
    network = make_network(plan_network(design), CPU)
    with torch.no_grad():
        for values in network.parameters():
            values *= spoil
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.num_batches_tracked += 1
    folder = RunFolder.create(root, design, recipe, 1)
    save_best(folder, network)
    folder.update(state="finished")
    folder.close()
    return str(folder.path)


@pytest.mark.parametrize("name", DESIGNS)
def test_sheets_agree_with_the_plan(ask, name):
    design = DESIGNS[name]
    found = sheets(ask(0, design))
    sections = {"": design.input} | {each.name: each.output for each in plan_network(design).sections[:-1]}
    assert list(found) == list(sections)
    for path, shape in sections.items():
        height, width = sent_size(shape)
        count = min(shape[0], MAX_MAPS) if path else 1
        assert found[path].shape[:2] == (height, count * width)
    assert sent_size((1, 100, 200)) == (44, 88)
    assert sent_size((1, 6, 6)) == (6, 6)


def test_the_input_is_the_image_and_each_map_reaches_white(ask):
    answer = ask(1)
    shade, found = {20: 0, 120: 1, 220: 2}, sheets(answer)
    assert shade[int(found[""][0, 0]) // 20 * 20] == answer.origin.label
    row = found["stem"]
    maps = [row[:, start : start + 6] for start in range(0, row.shape[1], 6)]
    assert {int(each.max()) for each in maps} <= {0, 255}
    means = [each.astype(float).mean() for each in maps]
    assert max(means) > 0


def test_the_most_active_maps_come_first():
    maps = torch.zeros(12, 2, 2)
    maps[7, 0, 0], maps[3, 1, 1], maps[5, 0, 1] = 8.0, -6.0, 4.0
    row = sheet(maps)[0]
    assert row.shape == (2, 18)
    assert row[:, 0:2].tolist() == [[255, 0], [0, 0]]
    assert row[:, 2:4].tolist() == [[255, 255], [255, 0]]  # below zero is darker than silence
    assert row[:, 4:6].tolist() == [[0, 255], [0, 0]]
    assert not row[:, 6:].any()


def test_numbers_are_counted_round_and_answers_are_the_same_each_time(ask):
    first = ask(0)
    images = first.images
    assert images == 3  # one of each class
    assert same(ask(images), first)
    assert same(ask(-1), ask(images - 1))
    assert not same(ask(1), first)


def same(one: FeatureMaps, other: FeatureMaps) -> bool:
    """Whether they differ in nothing but the place of their pixels."""
    contents = [Path(each.file).read_bytes() for each in (one, other)]
    return replace(one, file=other.file) == other and contents[0] == contents[1]


def test_walking_section_by_section_is_the_networks_own_forward(recipe, tmp_path):
    for design in DESIGNS.values():
        probed = open_probed_network(Maps(design, recipe, runs=tmp_path))
        image = torch.rand(1, *design.input)
        with torch.inference_mode():
            *_, (name, scores) = section_outputs(probed, image)
            assert name == "head"
            assert torch.equal(scores, probed.network(image)[0])


def test_trained_and_untrained_differ(ask, recipe, tmp_path):
    run = trained_run(DESIGN, recipe, tmp_path / "runs")
    untrained, trained = ask(0), ask(0, run=run)
    before, after = sheets(untrained), sheets(trained)
    assert [path for path in after if np.array_equal(after[path], before[path])] == [""]
    assert trained.probability != untrained.probability
    assert same(ask(0, run=run), trained)


def test_hundreds_of_untrained_blocks_stay_finite(ask):
    found = ask(0, DESIGN.change(stages=(Stage(512, 4),)))
    assert 0 < found.probability <= 1


def test_a_network_whose_numbers_are_useless_is_refused(ask, recipe, tmp_path):
    answer = ask(0, run=trained_run(DESIGN, recipe, tmp_path / "runs", spoil=1e30))
    assert isinstance(answer, Failed)
    assert "too large for a float" in answer.reason


def test_the_bundled_images_fill_three_channels(tmp_path):
    mini = preset("mini").change(input=(3, 28, 28), classes=12)
    found = probe(Maps(mini, Recipe(device="cpu"), runs=tmp_path, image=7))
    assert found.images == 2_000
    assert (found.origin.width, found.origin.height, found.origin.mode) == (28, 28, "L")
    picture = sheets(found)[""]
    assert picture.shape == (28, 28, 3)
    assert (picture[..., 0] == picture[..., 2]).all()


def test_no_picture_is_in_the_line(ask, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    design = Design((3, 224, 224), 3, (Stage(1, 9),) * 8, stem="cifar", stem_width=9)
    answer = ask(tmp_path / "noise.png", design)
    assert len(sheets(answer)) == 10
    assert Path(answer.file).stat().st_size > 300_000
    assert len(event_line(answer)) < 1500
    assert read_event(event_line(answer)) == answer


@pytest.mark.slow
def test_files_of_answers_are_few_and_go_with_the_process(ask, recipe, tmp_path):
    answers = [ask(0) for _ in range(KEPT + 2)]
    assert [Path(answer.file).exists() for answer in answers] == [False] * 2 + [True] * KEPT
    question = command_line(Maps(DESIGN, recipe, runs=tmp_path))
    program = (
        "import sys; from pathlib import Path\n"
        "from explorer.engine.probes.registry import probe; from explorer.runs.commands import read_command\n"
        "file = Path(probe(read_command(sys.argv[1], Path())).file); print(file.is_file(), file.parent)"
    )
    command = [sys.executable, "-c", program, question]
    done = subprocess.run(command, env=launch_local().environment, capture_output=True, text=True, check=True)
    there, place = done.stdout.split(maxsplit=1)
    assert there == "True"
    assert not Path(place.strip()).exists()


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG that says how large it is, and hardly more."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR" + header, b"IDAT" + zlib.compress(b"hardly more"))
    wrapped = (struct.pack(">I", len(each) - 4) + each + struct.pack(">I", zlib.crc32(each)) for each in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(wrapped)


def torn_jpeg() -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()[: len(file.getvalue()) // 2]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"just a sentence", "unknown format"),
        (b"", "empty"),
        (torn_jpeg(), "cut off"),
        (png_header(50_000, 50_000), "far more pixels"),
        (png_header(100, 100), "not a usable image"),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 50, "not a usable image"),
        (b"GIF89a" + b"\xff" * 7, "not a usable image"),
    ],
)
def test_what_is_no_image_is_refused_in_one_sentence(ask, tmp_path, content, reason):
    path = tmp_path / "picture.png"
    path.write_bytes(content)
    answer = ask(path)
    assert isinstance(answer, Failed)
    assert reason in answer.reason
    assert "picture.png" in answer.reason
    assert len(answer.reason.splitlines()) == 1


def test_what_is_no_file_is_refused(ask, tmp_path):
    for path in (tmp_path, tmp_path / "missing.png"):
        assert "there is no file" in ask(path).reason
    assert "the design takes 5 channels" in ask(0, DESIGN.change(input=(5, 6, 6))).reason


def test_what_was_converted_is_told(ask, tmp_path):
    path = tmp_path / "x.png"
    for image, expected in (
        (Image.new("RGBA", (20, 10), (255, 0, 0, 128)), (20, 10, "RGBA", False, True)),
        (Image.new("1", (1, 1), 1), (1, 1, "1", False, False)),
        (Image.new("P", (6, 6)), (6, 6, "P", False, False)),
        (Image.new("LA", (6, 7)), (6, 7, "LA", False, True)),
    ):
        image.save(path)
        origin = ask(path).origin
        assert (origin.width, origin.height, origin.mode, origin.turned, origin.cropped) == expected
        assert origin.label == -1


def test_cmyk_and_sixteen_bits(ask, tmp_path):
    Image.new("CMYK", (6, 6), (0, 0, 0, 255)).save(tmp_path / "black.jpg")
    found = ask(tmp_path / "black.jpg")
    assert found.origin.mode == "CMYK"
    assert sheets(found)[""].max() < 8
    deep = np.linspace(0, 65_535, 36).astype(np.uint16).reshape(6, 6)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    found = ask(tmp_path / "deep.png")
    assert found.origin.mode.startswith("I")
    assert len(np.unique(sheets(found)[""])) == 36


def test_an_image_on_its_side_is_turned(ask, tmp_path):
    image = Image.new("L", (8, 4), 255)
    image.paste(0, (0, 0, 4, 4))  # black on the left
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned to the right: black on top
    image.save(tmp_path / "turned.png", exif=exif)
    found = ask(tmp_path / "turned.png")
    assert (found.origin.width, found.origin.height, found.origin.turned) == (4, 8, True)
    picture = sheets(found)[""]
    assert picture[0].max() < picture[-1].min()


@pytest.mark.parametrize("normalise", ["off", "data"])
def test_a_trained_network_works_on_a_dropped_image_without_its_data(tmp_path, recipe, normalise):
    order = Train(DESIGN, recipe.change(epochs=1, normalise=normalise), tmp_path / "runs")
    (run,) = open_runs(order)
    for event in run.events():
        run.record(event)
    run.folder.close()
    image = tmp_path / "dropped.png"
    Image.new("L", (9, 9), 120).save(image)
    question = Maps(DESIGN, order.recipe, 1, runs=order.runs, run=run.folder.path.name, file=str(image))
    before = probe(question)
    Path(recipe.data).rename(tmp_path / "elsewhere")
    after = probe(question)
    assert isinstance(after, FeatureMaps)
    assert (after.images, after.predicted, after.probability) == (0, before.predicted, before.probability)
    assert all((sheets(before)[path] == each).all() for path, each in sheets(after).items())
    assert isinstance(probe(replace(question, run="", fresh=True)), FeatureMaps)
    assert isinstance(probe(replace(question, file="")), Failed)  # a validation image is asked for
