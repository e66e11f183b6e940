"""What a search has found so far: a table as text, or JSON. No torch, no Qt."""

from collections.abc import Sequence

from explorer.architecture.plan import plan_network
from explorer.cli.columns import grid
from explorer.runs.studies.search_trial import SearchState, SearchTrial
from explorer.runs.studies.shared_search import SharedSearch
from explorer.runs.studies.trials import point_side

_SAID = [state for state in SearchState if state is not SearchState.GIVEN_BACK]


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
