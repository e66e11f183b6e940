"""Beginning: the weights that a run began with, if they are not those that its seed draws alone. No Qt."""

from dataclasses import dataclass
from pathlib import Path

from explorer.architecture.plan import Plan, plan_network
from explorer.engine.data.progress import Report
from explorer.engine.training.known_weights import known_weights, read_to_end
from explorer.engine.training.weights import BEST
from explorer.engine.weights.files import SAFE
from explorer.engine.weights.published import published_weights
from explorer.paths import is_file
from explorer.runs.folder.run import Run, read_origin
from explorer.runs.folder.survey import list_runs
from explorer.runs.questions.weights import WeightFit
from explorer.runs.weights import Published, find_weights
from explorer.sentences import translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class Beginning:
    """Known weights in a `file`, without tensors that are `left` there; or those of `first`, but for `own` tensors.

    `is_fitted`: the first convolution is made for another number of channels. `first` is the network beside which the
    run was trained.
    """

    file: Path | None = None
    left: tuple[str, ...] = ()
    is_fitted: bool = False
    first: Plan | None = None
    own: tuple[str, ...] = ()

    @property
    def is_safetensors(self) -> bool:
        return self.file is not None and self.file.suffix == SAFE


def beginning_of(plan: Plan, run: Run, report: Report) -> Beginning:
    """Find what a run began with. Raises Refused where a script cannot begin so, and what `report` raises."""
    origin = read_origin(run.folder)
    if origin.grown:
        raise refuse(
            "export", translatable("run {run} goes on with a grown network, which no script repeats"), run=run.id
        )
    if origin.begins:
        first = _first_beside(run)
        if first is None or read_origin(first.folder).weights:
            what = translatable("run {run} began with weights of a run beside it, which are not there any more")
            raise refuse("export", what, run=run.id)
        return Beginning(first=plan_network(first.design), own=origin.own)
    if origin.weights is None:
        if run.parent:
            raise refuse("export", translatable("run {run} does not say with which weights it began"), run=run.id)
        return Beginning()
    known = read_to_end(known_weights(origin.weights.source, plan, run.folder.parent), report)
    file = _file_of(origin.weights.source, plan, run.folder.parent)
    there = {row.there for row in known.fit.rows}
    taken = [row for row in known.fit.rows if row.fit in (WeightFit.MATCHED, WeightFit.FITTED)]
    if not is_file(file) or known.fit.matched != origin.weights.matched or any(row.name != row.there for row in taken):
        what = translatable(
            "{file!r} is not as it was, or has other names than the network, which a script cannot load"
        )
        raise refuse("export", what, file=str(file))
    left = there - {row.name for row in taken} - {""}
    return Beginning(file, tuple(sorted(left)), any(row.fit is WeightFit.FITTED for row in taken))


def _first_beside(run: Run) -> Run | None:
    """Return the run that the others beside it with this run's seed began equal to."""
    beside = [each for each in list_runs(run.folder.parent) if each.id in run.beside and each.seed == run.seed]
    return next((each for each in beside if not read_origin(each.folder).begins), None)


def _file_of(source: str, plan: Plan, runs: Path) -> Path:
    match find_weights(source, runs):
        case Published(version):
            return published_weights(plan.design, version).path
        case Run() as run:
            return run.folder / BEST
        case path:
            return path
