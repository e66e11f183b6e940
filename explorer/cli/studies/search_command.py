"""`study --search` and `study --storage`: a search begun, or joined from anywhere. No torch, no Qt."""

import re
import signal
import time
from argparse import ArgumentParser, Namespace
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from explorer.cli.flags import given_fields, runs_of, whole_number
from explorer.cli.studies.search_result import search_text, search_values
from explorer.cli.studies.search_worker import SearchWorker
from explorer.cli.studies.study_result import write_drawing
from explorer.cli.terminal import DONE, FAILED, SIGNALLED, complain, show
from explorer.cli.train_command import task_of
from explorer.paths import storable
from explorer.runs.data.catalogue import describe_data
from explorer.runs.folder.survey import check_runs_folder
from explorer.runs.recipe import Recipe, read_recipe
from explorer.runs.studies.folder import STUDIES
from explorer.runs.studies.search import MAX_TRIALS, Objective, Search, check_search, read_objectives
from explorer.runs.studies.search_plot import search_svg
from explorer.runs.studies.search_storage import open_storage, shown_address
from explorer.runs.studies.shared_search import SharedSearch
from explorer.runs.studies.study import Knob, Study, StudyKind
from explorer.validation import refuse

_FLAGS = ("search", "storage", "objective", "prune", "seconds")
_NOT_SEARCHED = ("nested", "seeds", "measure", "prepare", "resume")
_FIXED = ("vary", "objective", "prune", "recipe", "input", "classes")  # when the search began
_PLACE = ("device", "data")  # each machine has its own
_JOURNAL = ".journal"


def add_search_flags(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--search",
        metavar="N",
        help="search with Optuna: N trials in all, over all processes that work on it; knobs may have a range, "
        "--vary lr=0.01..0.5",
    )
    parser.add_argument(
        "--objective", metavar="accuracy|accuracy,macs", help="what the search is for (default: accuracy)"
    )
    parser.add_argument(
        "--prune", action="store_true", help="stop trials early that are below the median of the others"
    )
    parser.add_argument("--seconds", metavar="S", help="how long this process works on the search")
    parser.add_argument(
        "--storage",
        metavar="FILE|ADDRESS",
        help="where the search is kept: a journal file, sqlite:///FILE or the address of a database server; without "
        "a DESIGN, join the search there that is called --name",
    )


def is_search(options: Namespace) -> bool:
    return any(getattr(options, name) not in (None, False) for name in _FLAGS)


def search_study(options: Namespace, name: str, knobs: tuple[Knob, ...]) -> int:
    """Begin or join a search, work on it and show what it has found so far; return the exit status. Raises Refused.

    With --show only what is in the storage is shown.
    """
    seconds = _seconds(options.seconds)
    _check_flags(options)
    shared, runs, storage = _opened(options, name, knobs)
    status = DONE if options.show is not None else _work(shared, runs, options, seconds)
    trials, best = shared.trials(), shared.best()
    show(options.json, lambda: search_values(shared, storage, trials, best), lambda: search_text(shared, trials, best))
    if options.output is not None:
        write_drawing(options.output, search_svg(shared.search, trials, best))
    return status


def _work(shared: SharedSearch, runs: Path, options: Namespace, seconds: float) -> int:
    """Train trials until none is left or the time is over; return the exit status. Raises Refused."""
    recipe = _on_this_machine(shared.search.study.recipe, options)
    check_runs_folder(runs)
    until = time.monotonic() + seconds
    worker = SearchWorker(shared, runs, recipe, until)
    status, signals = DONE, list[int]()

    def interrupt(number: int, frame: object) -> None:
        signals.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    with suppress(KeyboardInterrupt):
        status = DONE if worker.work() else FAILED
    return SIGNALLED + signals[0] if signals else status


def _on_this_machine(recipe: Recipe, options: Namespace) -> Recipe:
    """Return the recipe of a search with the device and the data that this machine has. Raises Refused."""
    given = given_fields(options)
    recipe = recipe.change(**{name: given[name] for name in _PLACE if name in given})
    data = describe_data(recipe.data, recipe)  # refused here, not trial by trial
    return recipe if data.shape else recipe.change(data=storable(str(data.path.resolve())))


def _check_flags(options: Namespace) -> None:
    """Raise Refused for flags that do not go together."""
    others = [name for name in _NOT_SEARCHED if getattr(options, name)]
    others += ["show"] if options.show else []  # an id: a search has a name and a storage
    if options.design is None:
        given = given_fields(options)
        read_recipe(given)
        others += [name for name in _FIXED if getattr(options, name)]
        others += [name for name in given if name not in _PLACE]
        if not options.storage:
            raise refuse("usage", "a search needs a DESIGN, or the --storage of one to join")
    elif options.search is None:
        raise refuse("usage", "--storage, --objective, --prune and --seconds are of a search: --search N")
    if others:
        what = "a search keeps its design, recipe and values, and has one seed; leave out {flags}"
        raise refuse("usage", what, flags=", ".join(name.replace("_", "-") for name in others))


def _opened(options: Namespace, name: str, knobs: tuple[Knob, ...]) -> tuple[SharedSearch, Path, str]:
    """Return the search, the folder of this machine's runs and the storage's address to show. Raises Refused."""
    runs = runs_of(options)
    trials = None if options.search is None else whole_number("search", options.search, 1, MAX_TRIALS)
    if options.design is None:
        storage = open_storage(options.storage, create=False)
        return SharedSearch.join(storage, name or None, trials), runs, shown_address(options.storage)
    assert trials
    design, recipe = task_of(options)
    name = name or f"{design.name or 'network'} {datetime.now():%Y%m%d-%H%M%S}"
    study = Study(StudyKind.SEARCH, design, recipe, knobs, name=name)
    search = Search(study, read_objectives(options.objective or Objective.ACCURACY), options.prune)
    check_search(search)
    address = options.storage or str(_journal_of(runs, name))
    shared, shown = SharedSearch.create(open_storage(address, create=True), search, trials), shown_address(address)
    complain([f"search {name!r}; `study --storage {shown} --name {name!r}` joins it from elsewhere"])
    return shared, runs, shown


def _journal_of(runs: Path, name: str) -> Path:
    """Return the journal file of a search without an address, whose folder is made. Raises Refused and OSError."""
    check_runs_folder(runs / STUDIES)
    return runs.absolute() / STUDIES / (re.sub(r"[^\w]+", "-", name).strip("-")[:80] + _JOURNAL)


def _seconds(text: str | None) -> float:
    if text is None:
        return float("inf")
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise refuse("seconds", "must be a number above 0, not {text!r}", text=text[:40])
    return seconds
