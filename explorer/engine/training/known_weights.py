"""KnownWeights: what of a run's weights, of a file's or of torchvision's a network can start with. No Qt."""

from collections.abc import Generator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from explorer.architecture.plan import Plan
from explorer.engine.data.progress import Report
from explorer.engine.training.weights import weights_of
from explorer.engine.weights.facts import Facts, facts_of_run, read_facts
from explorer.engine.weights.files import Group, read_file
from explorer.engine.weights.fit import Fit, fit_weights
from explorer.engine.weights.published import fetch, published_weights
from explorer.runs.folder.run import Run
from explorer.runs.json_lines import record_table
from explorer.runs.questions.weights import MAX_WEIGHT_ROWS, Weighed, WeightFit, WeightRow
from explorer.runs.weights import IMAGENET, Published, find_weights
from explorer.sentences import translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class KnownWeights:
    """Weights that are read, the table of what fits, and the id of the run that they are of, if it is one."""

    fit: Fit
    table: Weighed
    parent: str | None = None

    def check(self) -> None:
        """Raise Refused if nothing fits."""
        if not self.fit.values:
            raise refuse("weights", translatable("no tensor in {source} fits the design"), source=self.table.source)

    def record(self) -> dict[str, object]:
        """Return the entry of run.json: the source, how many tensors matched, and what became of the others."""
        others = [record_table(row) for row in self.table.rows if row.fit is not WeightFit.MATCHED]
        return {"source": self.table.source, "matched": self.table.matched, "others": others}


def known_weights(source: str, plan: Plan, runs: Path) -> Generator[tuple[int, int], None, KnownWeights]:
    """Return the weights that `source` names, and what of them fits. Raises Refused.

    While they are downloaded, yields how many bytes have come, and of how many.
    """
    facts, parent = Facts(), None
    match find_weights(source, runs):
        case Published(version):
            published = published_weights(plan.design, version)
            yield from fetch(published)
            name, groups = f"{IMAGENET}:{published.version}", read_file(published.path).groups
            facts = published.facts
        case Run() as run:
            name, groups = run.id, (Group("", weights_of(run)),)
            facts, parent = facts_of_run(run), run.id
        case path:
            name, (groups, metadata) = str(path), read_file(path)
            facts = read_facts(metadata)
    fit = fit_weights(plan, groups)
    table = Weighed(
        source=name,
        matched=fit.matched,
        rows=_shown(fit.rows),
        mean=facts.mean,
        deviation=facts.deviation,
        class_names=facts.class_names,
    )
    return KnownWeights(fit, table, parent)


def _shown(rows: tuple[WeightRow, ...]) -> tuple[WeightRow, ...]:
    """Return as many rows as a table may have; of those that matched, some are left out."""
    others = sum(row.fit is not WeightFit.MATCHED for row in rows)
    room, number = MAX_WEIGHT_ROWS - others, count()
    return tuple(row for row in rows if row.fit is not WeightFit.MATCHED or next(number) < room)[:MAX_WEIGHT_ROWS]


def read_to_end(steps: Generator[tuple[int, int], None, KnownWeights], report: Report) -> KnownWeights:
    """Return the weights in the end, and report how much of them has come."""
    while True:
        try:
            report(*next(steps))
        except StopIteration as end:
            found: KnownWeights = end.value
            return found
