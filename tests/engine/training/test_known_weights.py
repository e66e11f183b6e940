"""Runs that start with known weights: what they take, what they say and note of it, and what they need later."""

import json
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer.architecture.notation import from_toml
from explorer.architecture.plan import plan_network
from explorer.engine.console import Console
from explorer.engine.model import build_model
from explorer.engine.runs import opening
from explorer.engine.runs.opening import open_runs
from explorer.engine.training import known_weights as known_weights_module
from explorer.engine.training.checkpoint import NEWEST, load_checkpoint
from explorer.engine.training.known_weights import known_weights, read_to_end
from explorer.engine.training.weights import BEST
from explorer.engine.weights.facts import Facts, read_facts
from explorer.engine.weights.files import read_metadata
from explorer.engine.weights.statistics import IMAGENET, weights_statistics
from explorer.engine.worker import DONE, Worker
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.events import Progress, Started, Stopped
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
from explorer.runs.folder.survey import list_runs
from explorer.runs.questions.weights import WeightFit
from explorer.validation import Refused
from tests.engine.listener import Listener
from tests.engine.shades import shades
from tests.engine.small import DESIGN

pytestmark = pytest.mark.usefixtures("every_step")


@pytest.fixture
def train(tmp_path):
    """A command for a run of one epoch."""
    return Train(DESIGN, shades(tmp_path / "data").change(epochs=1), tmp_path / "runs")


def opened(command):
    """The run of a command that has not begun, and its network's weights."""
    (run,) = open_runs(command)
    run.folder.close()
    return run, run.training.network.state_dict()


def trained(command):
    """The run of a command, at its end."""
    (run,) = open_runs(command)
    for event in run.events():
        run.record(event)
    run.folder.close()
    return read_run(run.folder.path)


@pytest.fixture
def file(tmp_path):
    """Weights of the design, saved by someone else."""
    torch.manual_seed(5)
    weights = build_model(plan_network(DESIGN)).state_dict()
    torch.save({"state_dict": {f"module.{name}": values for name, values in weights.items()}}, tmp_path / "net.pth")
    return tmp_path / "net.pth"


def test_a_run_starts_with_the_weights_of_a_file_and_says_so(train, file):
    run, weights = opened(replace(train, weights=str(file)))
    theirs = torch.load(file, weights_only=True)["state_dict"]
    assert all(torch.equal(values, theirs[f"module.{name}"]) for name, values in weights.items() if "num_b" not in name)
    started = next(run.events())
    assert isinstance(started, Started)
    assert started.weights == f"{file}: 32 tensors taken"
    manifest = json.loads((run.folder.path / "run.json").read_text(encoding="utf-8"))
    assert manifest["weights"] == {"source": str(file), "matched": 32, "others": []}
    assert manifest["parent"] is None


def test_a_run_is_the_parent_of_the_one_that_has_its_weights(train):
    parent = trained(train)
    run, weights = opened(replace(train, weights=parent.id))
    best = load_file(parent.folder / BEST)
    assert all(torch.equal(values, best[name]) for name, values in weights.items())
    assert read_run(run.folder.path).parent == parent.id


def test_another_head_is_new_and_noted(train, file, tmp_path):
    design = DESIGN.change(classes=5)
    run, weights = opened(replace(train, design=design, weights=str(file)))
    assert run.weights == f"{file}: 30 tensors taken; head replaced (2): fc.weight, fc.bias"
    others = json.loads((run.folder.path / "run.json").read_text(encoding="utf-8"))["weights"]["others"]
    assert [(row["fit"], row["name"], row["shape"], row["shape_there"]) for row in others] == [
        ("head replaced", "fc.weight", [5, 8], [3, 8]),
        ("head replaced", "fc.bias", [5], [3]),
    ]
    _, initial = opened(replace(train, design=design))
    assert torch.equal(weights["fc.weight"], initial["fc.weight"])  # drawn by the seed, as ever


def test_weights_of_which_nothing_fits_are_refused_before_anything_is_written(train, tmp_path):
    norm = {"bn1.weight": torch.ones(7), "bn1.num_batches_tracked": torch.tensor(3)}
    torch.save({"query.weight": torch.ones(3), **norm}, tmp_path / "other.pth")
    with pytest.raises(Refused, match=r"^weights: no tensor in .*other\.pth fits the design$"):
        open_runs(replace(train, weights=str(tmp_path / "other.pth")))
    assert list_runs(train.runs) == ()


def test_a_run_that_was_killed_before_its_first_step_needs_the_file_no_more(train, file):
    run, weights = opened(replace(train, weights=str(file)))
    file.unlink()
    (resumed,) = open_runs(ResumeRun(run.folder.path.name, train.runs))
    resumed.folder.close()
    again = resumed.training.network.state_dict()
    assert all(torch.equal(values, again[name]) for name, values in weights.items())
    assert not resumed.weights  # nothing was loaded again


def test_what_is_learned_since_is_kept_on_resume(train, file):
    run = trained(replace(train, weights=str(file)))
    learned = load_checkpoint(run.folder, read_hashes(run.folder)).state["model"]
    (resumed,) = open_runs(ResumeRun(run.id, train.runs, epochs=2))
    resumed.folder.close()
    assert all(torch.equal(values, learned[name]) for name, values in resumed.training.network.state_dict().items())


def test_a_checkpoint_is_a_file_of_weights_too(train):
    run = trained(replace(train, recipe=train.recipe.change(ema=0.5)))
    _, weights = opened(replace(train, weights=str(run.folder / NEWEST)))
    averages = torch.load(run.folder / NEWEST, weights_only=True)["average"]
    assert torch.equal(weights["fc.weight"], averages["module.fc.weight"])


def test_the_worker_says_it_and_so_does_the_console(train, file, capsys):
    listener = Listener()
    assert listener.run(replace(train, weights=str(file))) == DONE
    (started,) = (event for _, event in listener.said if isinstance(event, Started))
    assert started.weights.startswith(f"{file}: ")
    assert Worker(Console(), listener.inbox).run(replace(train, weights=str(file))) == DONE
    assert f"weights: {file}: 32 tensors taken" in capsys.readouterr().err.splitlines()


# One file is enough


def test_a_download_before_a_run_is_told_and_ends_at_a_stop(train, tmp_path, monkeypatch):
    def endless(*_):
        while True:
            yield 10, 100

    monkeypatch.setattr(opening, "known_weights", endless)
    listener = Listener(progress_1=[Stop()])
    assert listener.run(replace(train, weights="imagenet")) == DONE
    told, ending = listener.of("", Progress)[0], listener.said[-1][1]
    assert (told.of, told.done, told.total) == ("download", 10, 100)
    assert isinstance(ending, Stopped)
    assert not list_runs(train.runs)


def test_the_best_weights_say_all_that_is_needed_to_use_them(train):
    run = trained(replace(train, recipe=train.recipe.change(normalise="data")))
    metadata = read_metadata(run.folder / BEST)
    assert from_toml(metadata["design"]) == DESIGN
    facts = read_facts(metadata)
    assert facts == Facts(("0", "1", "2"), run.data.mean, run.data.deviation, is_known=True)
    assert 0.2 < facts.mean[0] < 0.8
    known = read_to_end(known_weights(str(run.folder / BEST), plan_network(DESIGN), train.runs), lambda *_: None)
    assert known.table.class_names == ("0", "1", "2")
    assert {row.fit for row in known.table.rows} == {WeightFit.MATCHED}


@pytest.mark.parametrize("metadata", [{}, {"class_names": "[", "mean": "[]", "deviation": "[]"}, {"class_names": "7"}])
def test_metadata_of_others_say_nothing(metadata):
    assert read_facts(metadata) == Facts()


def test_the_statistics_of_weights_are_those_that_they_were_trained_with(train, file, tmp_path):
    run = trained(replace(train, recipe=train.recipe.change(normalise="data")))
    expected = run.data.mean, run.data.deviation
    assert weights_statistics(run.id, train.runs) == expected
    assert weights_statistics(str(run.folder / BEST), train.runs) == expected
    plain = trained(train)
    assert weights_statistics(plain.id, train.runs) == ((), ())
    assert weights_statistics(str(plain.folder / BEST), train.runs) == ((), ())
    save_file({"fc.bias": torch.ones(3)}, tmp_path / "net.safetensors")
    for source in ("imagenet", "imagenet:V2", str(file), str(tmp_path / "net.safetensors")):
        assert weights_statistics(source, train.runs) == (IMAGENET.mean, IMAGENET.deviation)


def test_a_recipe_can_normalise_as_the_weights_want(train):
    parent = trained(replace(train, recipe=train.recipe.change(normalise="data")))
    recipe = train.recipe.change(normalise="weights")
    child, _ = opened(replace(train, recipe=recipe, weights=parent.id))
    assert read_run(child.folder.path).data.mean == parent.data.mean
    plain = trained(train)
    child, _ = opened(replace(train, recipe=recipe, weights=plain.id))
    assert read_run(child.folder.path).data.mean == ()


def test_of_a_very_deep_network_not_all_that_matched_is_listed(monkeypatch, file, tmp_path):
    monkeypatch.setattr(known_weights_module, "MAX_WEIGHT_ROWS", 20)
    plan = plan_network(DESIGN.change(stem_width=5, classes=4))
    table = read_to_end(known_weights(str(file), plan, tmp_path), lambda *_: None).table
    assert len(table.rows) == 20 < table.matched
    assert table.rows[0].fit is WeightFit.OTHER_SHAPE
    assert [row.name for row in table.rows if row.fit is WeightFit.NEW_HEAD] == ["fc.weight", "fc.bias"]
