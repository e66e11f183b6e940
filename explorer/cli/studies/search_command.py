"""`study --search` and `study --storage`: a search begun, or joined from anywhere. No torch, no Qt."""

import signal
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from explorer.architecture.plan import plan_network
from explorer.cli.columns import grid
from explorer.cli.flags import given_fields, runs_of
from explorer.cli.studies.search_worker import SearchWorker
from explorer.cli.terminal import DONE, FAILED, show
from explorer.cli.train_command import task_of
from explorer.runs.data.catalogue import describe_data
from explorer.runs.recipe import read_recipe
from explorer.runs.studies.folder import STUDIES
from explorer.runs.studies.knobs import read_knob
from explorer.runs.studies.search import Objective, Search, check_search, read_objectives
from explorer.runs.studies.search_storage import open_storage, shown_address
from explorer.runs.studies.shared_search import SearchState, SearchTrial, SharedSearch
from explorer.runs.studies.study import Study, StudyKind
from explorer.runs.studies.trials import point_side
from explorer.validation import refuse

_WITH_DESIGN = ("vary", "objective", "prune", "recipe", "input", "classes")
_JOURNAL = ".journal"
_SAID = [state for state in SearchState if state is not SearchState.GIVEN_BACK]
_SIGNALLED = 128  # and the signal: an exit status


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


def search_study(options: Namespace) -> int:
    """Begin or join a search, work on it and show what it has found so far; return the exit status. Raises Refused."""
    shared, runs, storage = _opened(options)
    recipe = shared.search.study.recipe
    describe_data(recipe.data, recipe)  # refused here, not trial by trial
    until = time.monotonic() + _seconds(options.seconds)
    worker = SearchWorker(shared, runs, str(given_fields(options).get("device", recipe.device)), until)
    status, signals = DONE, list[int]()

    def interrupt(number: int, frame: object) -> None:
        signals.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    with suppress(KeyboardInterrupt):
        status = DONE if worker.work() else FAILED
    trials, best = shared.trials(), shared.best()
    show(options.json, lambda: search_values(shared, storage, trials, best), lambda: search_text(shared, trials, best))
    return _SIGNALLED + signals[0] if signals else status


def _opened(options: Namespace) -> tuple[SharedSearch, Path, str]:
    """Return the search, the folder of this machine's runs and the storage's address to show. Raises Refused."""
    runs = runs_of(options)
    trials = None if options.search is None else _trials(options.search)
    if options.design is None:
        given = given_fields(options)
        read_recipe(given)
        others = [name for name in _WITH_DESIGN if getattr(options, name)]
        others += [name for name in given if name != "device"]
        if others:
            what = "a search that is joined keeps what it varies and its recipe; leave out {flags}"
            raise refuse("usage", what, flags=", ".join(name.replace("_", "-") for name in others))
        if not options.storage:
            raise refuse("usage", "study --search needs a DESIGN, or the --storage of a search to join")
        storage = open_storage(options.storage, create=False)
        return SharedSearch.join(storage, options.name or None, trials), runs, shown_address(options.storage)
    if trials is None:
        raise refuse("usage", "--storage is for a search: --search N")
    design, recipe = task_of(options)
    knobs = tuple(map(read_knob, options.vary or ()))
    name = options.name or f"{design.name or 'network'}-{time.strftime('%Y%m%d-%H%M%S')}"
    search = Search(
        Study(StudyKind.SEARCH, design, recipe, knobs, name=name),
        read_objectives(options.objective or Objective.ACCURACY),
        options.prune,
    )
    check_search(search, trials)
    address = options.storage or str(_journal_of(runs, name))
    return SharedSearch.create(open_storage(address, create=True), search, trials), runs, shown_address(address)


def _journal_of(runs: Path, name: str) -> Path:
    """Return the journal file of a search without an address, whose folder is made. Raises OSError."""
    folder = runs.absolute() / STUDIES
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{''.join(each if each.isalnum() or each in '-_.' else '-' for each in name)}{_JOURNAL}"


def _trials(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise refuse("search", "must be a whole number, not {text!r}", text=text[:40])
    return int(text)


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


def search_values(
    shared: SharedSearch, storage: str, trials: Sequence[SearchTrial], best: Sequence[int]
) -> dict[str, object]:
    study = shared.search.study
    return {
        "study": shared.name,
        "storage": storage,
        "objectives": list(shared.search.objectives),
        "knobs": [{"key": knob.key, "values": list(knob.values)} for knob in study.knobs],
        "budget": shared.budget,
        "best": list(best),
        "trials": [
            {
                "number": trial.number,
                "state": trial.state,
                "values": dict(zip([knob.key for knob in study.knobs], trial.values, strict=False)),
                **dict(
                    zip(
                        shared.search.objectives, trial.results or (None,) * len(shared.search.objectives), strict=False
                    )
                ),
                "epochs": trial.epochs,
                "run": trial.run or None,
                "host": trial.host or None,
                "reason": trial.reason or None,
            }
            for trial in trials
        ],
    }


def search_text(shared: SharedSearch, trials: Sequence[SearchTrial], best: Sequence[int]) -> str:
    """Return a table of the trials, the best first, and a line about the others."""
    study, objectives = shared.search.study, shared.search.objectives
    finished = [trial for trial in trials if trial.state is SearchState.FINISHED]
    finished.sort(key=lambda trial: (trial.number not in best, -trial.results[0]))
    rows = [["", "trial", *(knob.key for knob in study.knobs), "accuracy", "MACs", "run"]]
    for trial in finished:
        macs = plan_network(point_side(study, trial.values).design).macs
        mark = "*" if trial.number in best else ""
        rows.append([mark, str(trial.number), *trial.values, f"{trial.results[0]:.2%}", f"{macs:,}", trial.run])
    counts = [f"{count} {state}" for state in _SAID if (count := sum(trial.state is state for trial in trials))]
    lines = [f"{shared.name}: {', '.join(counts)}; {shared.budget} in all"]
    if finished:
        marked = "no other is better in accuracy and MACs" if len(objectives) > 1 else "the best"
        lines += [grid(rows, "<>" + ">" * len(study.knobs) + ">><"), f"* {marked}"]
    lines += [f"trial {trial.number} {trial.state}: {trial.reason}" for trial in trials if trial.reason]
    return "\n".join(lines)
