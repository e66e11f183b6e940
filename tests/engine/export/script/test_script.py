"""The script of a run repeats it, in a process of its own and with nothing of this program."""

import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from explorer.architecture.design import Design, Stage
from explorer.architecture.notation import from_line
from explorer.cli import main
from explorer.engine.kernels.rewrites import Rewrites, promised
from explorer.engine.runs import preparation
from explorer.engine.training import fit as fit_module
from explorer.engine.training.state import Training
from explorer.engine.training.weights import BEST
from explorer.runs.commands import AddEpochs, ChangeRate, ResumeRun, Train
from explorer.runs.data.decisions import Decisions, Move, write_decisions
from explorer.runs.events import Started
from explorer.runs.folder.log import EVENTS, read_events
from explorer.runs.folder.run import read_run
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side
from explorer.validation import Refused
from tests.engine.driven import drive
from tests.engine.export.script.repeated import Printed, assert_repeated, export, recorded, run_scripts
from tests.engine.shades import shades
from tests.twins import with_twin

pytestmark = pytest.mark.slow
BUNDLED = from_line("basic:1x28x28:10:4x1,8x1/2:stem_width=4")
SHADES = Design((1, 6, 6), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4)
COLOURS = Design((3, 12, 12), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4)
SMALL_MAPS = from_line("basic:1x28x28:10:128x1,16x1/2,16x1/2,16x1/2:stem_width=8,conv_bias=true")
FEW = Recipe(data="fashion-mnist-12k", epochs=2, batch_size=1000, device="cpu", arithmetic="plain")
KNOBS = {  # whatever a recipe can ask for
    "sgd": {},
    "bare": {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0, "clip": 0.0, "schedule": "constant"},
    "adamw": {"optimizer": "adamw", "lr": 0.01, "weight_decay": 0.0},
    "adamw decays": {"optimizer": "adamw", "lr": 0.01, "weight_decay": 0.01, "schedule": "cosine"},
    "cosine": {"schedule": "cosine"},
    "cosine warms up": {"schedule": "cosine", "warm_up": 0.7},
    "cosine warms up for less than a step": {"schedule": "cosine", "warm_up": 0.01},
    "constant warms up": {"schedule": "constant", "warm_up": 1.0},
    "one-cycle warms up": {"schedule": "one-cycle", "warm_up": 1.0},
    "clip": {"clip": 0.01},
    "flip": {"flip": True},
    "crop": {"crop": 2},
    "flip and crop": {"flip": True, "crop": 1},
    "resized crop": {"resized_crop": 0.3},
    "jitter": {"jitter": 0.4},
    "erase": {"erase": 0.8},
    "cutmix": {"cutmix": 0.8},
    "normalised by the data": {"normalise": "data"},
    "normalised as for ImageNet": {"normalise": "weights"},
    "weights of classes": {"balance": "weights"},
    "weights of classes, smoothed and mixed": {"balance": "weights", "label_smoothing": 0.1, "cutmix": 0.8},
    "drawn alike": {"balance": "sampling"},
    "smoothed": {"label_smoothing": 0.1},
    "head first": {"head_epochs": 1},
    "head first, below slower": {"head_epochs": 1, "backbone_rate": 0.5, "frozen_stages": 1, "schedule": "cosine"},
    "slower below": {"backbone_rate": 0.3, "weight_decay": 0.0},
    "frozen": {"frozen_stages": 2},
    "averaged": {"ema": 0.9},
    "stopped early": {"early_stop": 1, "epochs": 20, "lr": 1e-6, "schedule": "constant"},
    "one image more": {"batch_size": 11},
    "another order": {"seed": 5},
    "on grey": {"background": "grey"},
    "everything": {
        **{"schedule": "cosine", "warm_up": 0.5, "label_smoothing": 0.1, "flip": True, "crop": 1, "erase": 0.5},
        **{"cutmix": 0.5, "ema": 0.9, "resized_crop": 0.4, "jitter": 0.3, "normalise": "data", "balance": "sampling"},
        **{"head_epochs": 1, "backbone_rate": 0.5, "early_stop": 3, "optimizer": "adamw", "lr": 0.01},
    },
}


def colours(folder):
    """Makes photos of three classes, of several shapes and kinds, some of them transparent; the recipe of a run."""
    generator = torch.Generator().manual_seed(0)
    for label in range(3):
        (folder / f"class {label}").mkdir(parents=True)
        for number in range(9 - 2 * label):
            pixels = torch.randint(0, 80, (14 + number, 20, 3 + number % 2), generator=generator) + 80 * label
            image = Image.fromarray(pixels.to(torch.uint8).numpy())
            name = f"{number}.png" if image.mode == "RGBA" else f"{number}.jpg"
            image.save(folder / f"class {label}" / name)
    recipe = Recipe(data=str(folder), device="cpu", epochs=2, batch_size=8, lr=0.05, arithmetic="plain")
    return recipe.change(validation_share=0.3, test_share=0.0)


class Repeated(NamedTuple):
    """A run's folder, its script, and what that printed."""

    folder: Path
    text: str
    printed: Printed

    def check(self):
        assert_repeated(self.printed, self.folder)


def knob_runs(root):
    """A run of each recipe."""
    recipe = colours(root / "data")
    return {name: drive(Train(COLOURS, recipe.change(**changes), root / "runs"))[0] for name, changes in KNOBS.items()}


def changed_runs(root):
    """Runs whose rate and epochs were changed, that were stopped and resumed, and resumed with more epochs."""
    recipe = shades(root / "data").change(epochs=4, arithmetic="plain", warm_up=0.5)
    found = {}
    for schedule in ("constant", "cosine", "one-cycle"):
        command = Train(SHADES, recipe.change(schedule=schedule), root / "runs")
        changes = [(2, ChangeRate(0.5)), (4, AddEpochs(2)), (5, ChangeRate(3.0)), (5, ChangeRate(0.7))]
        (folder,) = drive(command, stop=7, changes=changes)
        drive(ResumeRun(str(folder), command.runs))
        drive(ResumeRun(str(folder), command.runs, epochs=8))
        assert [change.added for change in read_run(folder).changes if change.added] == [2, 2]
        found[f"changed, {schedule}"] = folder
    return found


def runs_beside(root):
    """The first and its twin, which begins equal to it where both have a tensor, another seed, and another recipe."""
    recipe = colours(root / "data")
    first = Side(COLOURS, recipe, recipe.seed)
    command = with_twin(Train(COLOURS, recipe, root / "runs"))
    others = (replace(first, seed=7), replace(first, recipe=recipe.change(resized_crop=0.4)))
    folders = drive(replace(command, beside=(*command.beside, *others)))
    return dict(zip(("first", "twin", "another seed", "larger images"), folders, strict=True))


def tuned_runs(root):
    """Runs that began with known weights: a run's, and a file's for colour and other classes in a network for grey."""
    recipe, file = colours(root / "data"), root / "known.pth"
    (parent,) = drive(Train(COLOURS, recipe, root / "runs"))
    torch.save({**load_file(parent / BEST), "fc.weight": torch.rand(7, 8), "fc.bias": torch.rand(7)}, file)
    recipe = recipe.change(head_epochs=1, seed=3, normalise="weights")
    grey = COLOURS.change(input=(1, 12, 12))
    return {
        "a run's weights": drive(Train(COLOURS, recipe, root / "runs", weights=parent.name))[0],
        "a file's weights": drive(Train(grey, recipe, root / "runs", weights=str(file)))[0],
    }


def decided_runs(root):
    """A run with decisions that were taken back afterwards."""
    recipe = colours(root / "data").change(flip=True, resized_crop=0.5, normalise="data")
    moved = (Move("class 1/2.jpg", "class 2"),)
    write_decisions(root / "data", Decisions(left_out=("class 0/0.jpg",), moved=moved))
    found = {"decided": drive(Train(COLOURS, recipe, root / "runs"))[0]}
    write_decisions(root / "data", Decisions())
    return found


def resized_runs(root):
    """A run on a named set of another size than the network's, moved about."""
    design = BUNDLED.change(input=(1, 20, 24))
    recipe = FEW.change(epochs=1, batch_size=2500, crop=3, flip=True, resized_crop=0.6)
    return {"resized": drive(Train(design, recipe, root / "runs"))[0]}


def in_64_bits(training, network, pixels):
    """Replaces `Training.scores`; also the images have to be divided by 255 in 64 bits."""
    return network.double()((pixels.double() * 255).round() / 255)


def default_runs(root):
    """Runs by ways of a default run that a script has too, and ten steps by all others, in 64 bits."""
    found, recipe = {}, FEW.change(arithmetic="fast")
    rewrites = {"channels last": Rewrites(channels_last=True), "bf16": Rewrites(channels_last=True, bf16=True)}
    for name, each in rewrites.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(preparation, "tuned", lambda *_, each=each: each)
            found[name] = drive(Train(BUNDLED, recipe, root / "runs"))[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit_module, "READ_EVERY", 0.0)
        patch.setattr(preparation, "tuned", promised)
        patch.setattr(Training, "scores", in_64_bits)
        command = Train(SMALL_MAPS, recipe.change(batch_size=16, precision="fp32"), root / "runs")
        found["all ways"] = drive(command, stop=10)[0]
    return found


@pytest.fixture(scope="module")
def repeated(tmp_path_factory):
    """Runs of many kinds, whose scripts are run one after the other in a single process."""
    folders, flags = {}, {"all ways": ("--float64", "--steps", "10")}
    for make in (knob_runs, changed_runs, runs_beside, tuned_runs, decided_runs, resized_runs, default_runs):
        folders |= make(tmp_path_factory.mktemp(make.__name__))
    scripts = {name: export(folder) for name, folder in folders.items()}
    data = Path(read_run(folders["decided"]).recipe.data)
    flags["decided"] = ("--data", str(data.rename(data.with_name("elsewhere"))))
    printed = run_scripts(scripts, tmp_path_factory.mktemp("scripts"), flags)
    return {name: Repeated(folder, scripts[name], printed[name]) for name, folder in folders.items()}


def test_whatever_a_recipe_can_ask_for_is_tried():
    tried = {name for changes in KNOBS.values() for name in changes}
    which_images = {"data", "validation_share", "test_share", "split_seed"}  # the script lists them
    refused = {"grow", "sync_norms"}  # by the export, or by any processor
    rest = {"device", "precision", "arithmetic"}
    assert tried | which_images | refused | rest == {each.name for each in fields(Recipe)}


@pytest.mark.parametrize("name", KNOBS)
def test_whatever_the_recipe_the_script_repeats_it(repeated, name):
    repeated[name].check()


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle"])
def test_what_was_changed_stopped_and_resumed_is_repeated(repeated, schedule):
    repeated[f"changed, {schedule}"].check()


@pytest.mark.parametrize("name", ["first", "twin", "another seed", "larger images"])
def test_each_of_several_runs_beside_each_other_is_repeated(repeated, name):
    repeated[name].check()
    shares = name in ("twin", "larger images")  # of the first one's seed
    assert ("first_network" in repeated[name].text) == shares


@pytest.mark.parametrize("name", ["a run's weights", "a file's weights"])
def test_what_began_with_known_weights_is_repeated(repeated, name):
    repeated[name].check()
    assert "--weights" in repeated[name].text


def test_a_folder_with_decisions_that_has_moved_is_repeated(repeated):
    """The script has the decisions that the run had, whatever was decided since."""
    repeated["decided"].check()
    lines = [line.strip() for line in repeated["decided"].text.splitlines()]
    assert '"class 0/0.jpg",' not in lines
    classes = [line for line in lines[: lines.index('"class 1/2.jpg",')] if line.endswith("[")]
    assert classes[-1] == '"class 2": ['


def test_a_named_set_of_another_size_is_repeated(repeated):
    repeated["resized"].check()


@pytest.mark.parametrize("name", ["channels last", "bf16"])
def test_a_default_run_is_repeated_by_a_script_that_has_its_ways(repeated, name):
    assert repeated[name].text.splitlines()[2].startswith("Exactly: with torch ")
    repeated[name].check()


def test_the_ways_that_a_script_has_not_are_the_same_function(repeated):
    folder, text, printed = repeated["all ways"]
    (started,) = (event for event in read_events(folder) if isinstance(event, Started))
    assert set(started.rewrites) == {"channels_last", "cropped", "dense", "winograd", "folded"}
    assert "the first ten losses are within 1e-4 of those" in " ".join(text.splitlines()[2:6])
    losses = [event.loss for event in recorded(folder)]
    assert len(losses) == 10
    assert printed.steps == pytest.approx(losses, abs=1e-9, rel=0)


def test_scripts_are_clean_as_ruff_would_have_it(repeated, tmp_path):
    for number, each in enumerate(repeated.values()):
        (tmp_path / f"script{number}.py").write_text(each.text, encoding="utf-8")
    for words in (["format", "--check"], ["check", "--extend-select=I,UP,SIM"]):
        ruff = [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", "--line-length=120", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]


def test_only_what_the_recipe_uses_is_written(repeated):
    bare, everything = repeated["bare"].text, repeated["everything"].text
    words = ("CLIP", "EMA", "flip", "cutmix", "make_schedule", "freeze", "WEIGHTS", "np.load", "os.", "first_network")
    assert [word for word in words if word in bare] == []
    assert [word for word in words[1:6] if word not in everything] == []
    assert len(bare.splitlines()) < len(everything.splitlines()) - 200


def test_two_epochs_on_the_bundled_data_in_a_process_of_its_own(tmp_path):
    """From the command line to the last bit of the weights."""
    (folder,) = drive(Train(BUNDLED, FEW, tmp_path / "runs"))
    path, weights = tmp_path / "repeat.py", tmp_path / "best.pt"
    assert main(["export", str(folder), "--to", "script", "-o", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[2].startswith("Exactly: with torch ")
    printed = run_scripts({"repeat": text}, tmp_path, {"repeat": ("--save", str(weights))})["repeat"]
    assert len(printed.steps) == 20
    assert_repeated(printed, folder)
    best, again = load_file(folder / BEST), torch.load(weights)
    assert set(best) == set(again)
    assert all(torch.equal(values, again[name]) for name, values in best.items())


def test_what_no_script_repeats_is_refused(tmp_path):
    recipe = shades(tmp_path / "data").change(epochs=1)
    (parent,) = drive(Train(SHADES, recipe, tmp_path / "runs"))
    deeper = SHADES.change(stages=(Stage(2, 4), Stage(1, 8, 2)))
    (grown,) = drive(Train(deeper, recipe, tmp_path / "runs", weights=parent.name, grown=("layer1.1",)))
    with pytest.raises(Refused, match="goes on with a grown network"):
        export(grown)
    (parent / EVENTS).unlink()
    with pytest.raises(Refused, match="which say how it was trained"):
        export(parent)
