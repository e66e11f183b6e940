"""`main.py study --search` and `--storage`: what is refused, what is shown, and real workers of which one is killed."""

import json
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from explorer.cli import main
from explorer.cli.studies import search_command
from explorer.cli.terminal import BAD_INPUT, DONE, FAILED
from explorer.runs.folder.run import RunState
from explorer.runs.folder.survey import list_runs
from explorer.runs.launch import launch_local
from explorer.runs.studies.search_storage import open_storage
from explorer.runs.studies.search_trial import SearchState
from explorer.runs.studies.shared_search import GRACE, SharedSearch

optuna = pytest.importorskip("optuna")
TINY = "basic:3x8x8:2:4x1,4x1/2:stem=cifar,stem_width=4"
VARY = ("--vary", "stage2.blocks=1..3", "--vary", "lr=0.01..0.5")


class StandIn:
    """Does the trials of a search at once, each with an accuracy that its first value tells."""

    succeeds = True

    recipes = []

    def __init__(self, shared, runs, recipe, until):
        self.shared = shared
        self.recipes.append(recipe)

    def work(self):
        while asked := self.shared.ask():
            self.shared.tell(asked, [int(asked.values[0]) / 4, 1e6][: len(self.shared.search.objectives)])
        return self.succeeds


@pytest.fixture
def study(tmp_path, monkeypatch, capsys):
    """Run `study` below a folder of its own; return its status and what it printed to both streams."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(search_command, "SearchWorker", StandIn)
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)

    def run(*words):
        status = main(["study", *words, "--runs", "runs"])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_a_search_begins_is_joined_and_shown(study):
    status, out, err = study("mini", "--search", "3", *VARY, "--storage", "a.journal", "--name", "best of mini")
    assert status == DONE
    assert "best of mini: 3 finished; 3 in all" in out
    assert "study --storage a.journal --name 'best of mini'` joins it" in err
    status, out, _ = study("--storage", "a.journal", "--show", "--json")
    shown = json.loads(out)
    assert (status, shown["study"], shown["storage"], shown["budget"]) == (DONE, "best of mini", "a.journal", 3)
    assert shown["knobs"][1] == {"key": "lr", "values": ["0.01..0.5"]}
    best = max(trial["accuracy"] for trial in shown["trials"])
    assert [shown["trials"][number]["accuracy"] for number in shown["best"]] == [best] * len(shown["best"])
    assert study("--storage", "a.journal", "--search", "4")[1].startswith("best of mini: 4 finished; 4 in all")


def test_who_joins_says_where_its_data_and_its_device_are(study, images, tmp_path):
    tiny = (TINY, "--search", "1", *VARY, "--storage", "a.journal", "--name", "x")
    study(*tiny, "--data", "images")
    images.rename(tmp_path / "moved")
    status, _, err = study("--storage", "a.journal")
    assert (status, "there is no data set or folder" in err) == (BAD_INPUT, True)
    assert study("--storage", "a.journal", "--data", "moved", "--device", "cpu")[0] == DONE
    recipe = StandIn.recipes[-1]
    assert (recipe.device, recipe.data) == ("cpu", str((tmp_path / "moved").resolve()))


def test_a_front_of_two_objectives_is_marked(study):
    words = ("mini", "--search", "2", *VARY, "--objective", "accuracy,macs", "--storage", "a.journal")
    assert "* no other is better in accuracy and MACs" in study(*words)[1]


def test_without_an_address_the_search_is_kept_beside_the_runs(study, tmp_path):
    study("mini", "--search", "1", *VARY, "--name", "a/b c")
    assert (tmp_path / "runs" / "studies" / "a-b-c.journal").is_file()


def test_showing_a_search_trains_nothing(study, tmp_path):
    study("mini", "--search", "1", *VARY, "--storage", "a.journal")
    _, out, _ = study("--storage", "a.journal", "--search", "5", "--show", "-o", "plot.svg")
    assert "1 finished" in (tmp_path / "plot.svg").read_text()
    assert "1 finished" in out
    assert "4 waiting" in out


def test_several_failures_end_with_status_1(study, monkeypatch):
    monkeypatch.setattr(StandIn, "succeeds", False)
    assert study("mini", "--search", "1", *VARY, "--storage", "a.journal")[0] == FAILED


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("mini", "--prune"), "usage: --storage, --objective, --prune and --seconds are of a search: --search N"),
        (("--search", "3"), "usage: a search needs a DESIGN, or the --storage of one to join"),
        (("mini", "--search", "0", *VARY), "search: must be a whole number from 1 to 1000, not '0'"),
        (("mini", "--search", "2"), "vary: a search needs at least one knob: --vary KEY=LOW..HIGH"),
        (("mini", "--search", "2", *VARY, "--seeds", "3"), "leave out seeds"),
        (("mini", "--search", "2", *VARY, "--seconds", "0"), "seconds: must be a number above 0, not '0'"),
        (("mini", "--search", "2", *VARY, "--objective", "macs"), "objective: must be accuracy or accuracy,macs"),
        (("mini", "--search", "2", *VARY, "--data", "nowhere"), "data: there is no data set or folder 'nowhere'"),
        (("--storage", "no.journal"), "no.journal: there is no such storage"),
        (("--storage", "no.journal", "--lr", "0.1"), "leave out lr"),
        (("--storage", "no.journal", "--vary", "lr=1..2"), "leave out vary"),
    ],
)
def test_what_cannot_be_is_one_sentence(study, words, complaint):
    status, out, err = study(*words)
    assert (status, out) == (BAD_INPUT, "")
    assert err.splitlines()[-1].startswith(complaint) or err.splitlines()[-1].endswith(complaint)


@pytest.mark.slow
def test_the_search_that_has_the_name_is_not_changed(study):
    study("mini", "--search", "1", *VARY, "--storage", "a.journal", "--name", "x")
    status, _, err = study("mini", "--search", "1", "--vary", "lr=0.1..0.2", "--storage", "a.journal", "--name", "x")
    assert status == BAD_INPUT
    assert "x: is the name of another search" in err


def test_optuna_is_imported_by_a_search_alone():
    program = "import sys, explorer.cli.studies.study_command; print({'optuna', 'sqlalchemy'} & set(sys.modules))"
    launch = launch_local()
    found = subprocess.run([launch.program, "-c", program], env=launch.environment, capture_output=True, text=True)
    assert found.stdout == "set()\n", found.stderr


@pytest.fixture
def images(tmp_path):
    for name, colour in (("blue", (20, 20, 250)), ("red", (250, 20, 20))):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(20):
            image = Image.new("RGB", (8, 8), colour)
            image.putpixel((number % 8, number // 8), (0, 255, 0))
            image.save(tmp_path / "images" / name / f"{number}.png")
    return tmp_path / "images"


def _start(*words, log):
    launch = launch_local(("study", *map(str, words), "--device", "cpu"))
    with log.open("w") as file:
        return subprocess.Popen([sys.executable, *launch.arguments], env=launch.environment, stdout=file, stderr=file)


@pytest.mark.uses
@pytest.mark.timeout(600)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_of_two_workers_one_is_killed_and_nothing_is_lost(images, tmp_path):
    runs, storage = tmp_path / "runs", tmp_path / "search.journal"
    about = ("--data", images, "--epochs", 30, "--batch-size", 4, "--name", "s", "--storage", storage, "--runs", runs)
    one = _start(TINY, "--search", 4, *VARY, *about, log=tmp_path / "one.log")
    _wait(lambda: any(run.epochs_done for run in list_runs(runs)))
    other = _start("--storage", storage, "--runs", runs, log=tmp_path / "other.log")
    _wait(lambda: any(run.state is RunState.RUNNING and run.epochs_done for run in list_runs(runs)))
    one.kill()
    one.wait()
    assert other.wait(GRACE + 200) == 0, (tmp_path / "other.log").read_text()
    shared = SharedSearch.join(open_storage(str(storage), create=False), "s")
    states = [trial.state for trial in shared.trials()]
    assert states.count(SearchState.FINISHED) == 4
    assert states.count(SearchState.GIVEN_BACK) == len(states) - 4 == 1
    done = {run.id: run for run in list_runs(runs)}
    for trial in shared.trials():
        if trial.state is SearchState.FINISHED:
            assert done[trial.run].state is RunState.FINISHED
            assert trial.results == (done[trial.run].best_accuracy,)
            assert done[trial.run].trial.study == "s"


def _wait(happened, seconds=120.0):
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.2)
