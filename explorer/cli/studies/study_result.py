"""The result of a study: a table as text or JSON, and the plot as a file. No torch; Qt for PNG."""

from collections.abc import Mapping
from pathlib import Path

from explorer.architecture.notation import design_table
from explorer.cli.columns import grid
from explorer.runs.destination import check_destination, write_content
from explorer.runs.folder.survey import list_runs
from explorer.runs.recipe import recipe_table
from explorer.runs.studies.folder import StudyFolder, StudyListing
from explorer.runs.studies.outcome import Outcome, Point, outcome
from explorer.runs.studies.plot import heading, plot_svg
from explorer.runs.studies.schedule import Schedule, TrialState, schedule_of
from explorer.runs.studies.trials import trial_text
from explorer.validation import Refused, refuse

_SUFFIXES = (".svg", ".png")


def check_plot_path(path: Path | None) -> None:
    """Raise Refused where no plot can be written, before anything is trained for it."""
    if path is None:
        return
    if path.suffix.lower() not in _SUFFIXES:
        raise refuse("-o", "must end with {suffixes}", suffixes=" or ".join(_SUFFIXES))
    check_destination(path, is_folder=False)


def write_drawing(path: Path, svg: str) -> None:
    """Write a plot to a file that `check_plot_path` accepts. Raises Refused."""
    if path.suffix.lower() == ".png":
        from explorer.gui.app import png_of

        write_content(path, png_of(svg))
    else:
        write_content(path, svg)


class Result:
    """A study, how far its trials are, and what they show so far."""

    def __init__(self, study: StudyFolder, failures: Mapping[int, str] | None = None) -> None:
        """Read the runs; `failures` are the reasons of this process by the number of the trial. Raises Refused."""
        runs = list_runs(study.runs)
        self.study = study
        self.schedule: Schedule = schedule_of(study, runs)
        self.outcome: Outcome = outcome(study, runs)
        self._failures = failures or {}

    def write_plot(self, path: Path) -> None:
        """Write the plot to a file that `check_plot_path` accepts. Raises Refused."""
        write_drawing(path, plot_svg(self.outcome, self.study.title))

    def failure_lines(self) -> list[str]:
        """Return a line per trial that has failed, or could not be started."""
        failed = (known for known in self.schedule.trials if known.state is TrialState.FAILED)
        words = {known.trial.number: f"failed in run {known.run.id}" for known in failed if known.run}
        knobs, trials = self.study.study.knobs, self.schedule.trials
        return [
            f"{trial_text(knobs, trials[number].trial)}: {reason}"
            for number, reason in sorted({**words, **self._failures}.items())
        ]

    def values(self) -> dict[str, object]:
        """Return the result for JSON."""
        study, schedule = self.study.study, self.schedule
        return {
            **_facts(self.study),
            "design": design_table(study.design),
            "recipe": recipe_table(study.recipe),
            "runs": {"planned": len(schedule.trials)} | {state.value: schedule.count(state) for state in TrialState},
            "axis": self.outcome.axis,
            "scale": self.outcome.scale,
            "series": [
                {"name": series.name, "points": [_point_values(point) for point in series.points]}
                for series in self.outcome.series
            ],
            "words": list(self.outcome.words),
            "failures": self.failure_lines(),
        }

    def text(self) -> str:
        """Return the result as a table."""
        schedule = self.schedule
        counts = [f"{count} {state.replace('_', ' ')}" for state in TrialState if (count := schedule.count(state))]
        axis = self.outcome.axis or "–"
        named = any(series.name for series in self.outcome.series)
        rows = [(*(["series"] if named else []), axis, "mean", "±", "runs")]
        for series in self.outcome.series:
            for point in series.points:
                spread = point.spread
                mean = f"{spread.mean:.4f}" if spread else "–"
                deviation = f"{spread.deviation:.4f}" if spread and spread.count > 1 else "–"
                runs = f"{spread.count if spread else 0}/{point.planned}"
                rows.append((*([series.name] if named else []), point.value or "–", mean, deviation, runs))
        head = f"study {self.study.id}: {len(schedule.trials)} runs, {', '.join(counts)}"
        table = grid(rows, "<" * named + ">>>>")
        return "\n\n".join([f"{head}\n{heading(self.outcome)}", table, *filter(None, ["\n".join(self.outcome.words)])])


def _facts(found: StudyFolder) -> dict[str, object]:
    study = found.study
    return {
        "id": found.id,
        "folder": str(found.folder),
        "name": study.name,
        "kind": study.kind,
        "created": study.created,
        "measure": study.measure,
        "knobs": {knob.key: list(knob.values) for knob in study.knobs},
        "seeds": study.seeds,
    }


def _point_values(point: Point) -> dict[str, object]:
    spread = point.spread
    return {
        "value": point.value,
        "place": point.place,
        "mean": spread.mean if spread else None,
        "deviation": spread.deviation if spread else None,
        "count": spread.count if spread else 0,
        "planned": point.planned,
        "runs": list(point.runs),
    }


def studies_values(found: StudyListing) -> list[dict[str, object]]:
    return [_facts(each) for each in found.studies]


def studies_text(found: StudyListing) -> str:
    rows = [("study", "kind", "runs", "varied")]
    runs = list_runs(found.studies[0].runs) if found.studies else ()
    for each in found.studies:
        try:
            schedule = schedule_of(each, runs)
            done = f"{schedule.count(TrialState.DONE)}/{len(schedule.trials)}"
        except Refused:
            done = "–"
        varied = " ".join(f"{knob.key}={','.join(knob.values)}" for knob in each.study.knobs)
        rows.append((each.id, each.study.kind, done, varied))
    rows += [(each.folder.name, "unreadable", "–", "") for each in found.unreadable]
    return grid(rows, "<<><")
