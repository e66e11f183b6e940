"""Who answers which question, beside probes, which `probes/registry.py` lists. No Qt."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from explorer.architecture.plan import plan_network
from explorer.engine.block_check.checking import check_block
from explorer.engine.data.progress import Report, Warn
from explorer.engine.export.export import export_file
from explorer.engine.probes.estimate import estimate
from explorer.engine.probes.lr_range_test import sweep
from explorer.engine.probes.outside import outside_network
from explorer.engine.probes.scan import scan_data
from explorer.engine.probes.speed import speed
from explorer.engine.probes.thumbnails import thumbnails
from explorer.engine.probes.weigh import weigh
from explorer.engine.probes.work import work_on
from explorer.engine.results.classification import classify
from explorer.engine.results.evaluation import evaluate
from explorer.engine.results.evidence import find_evidence
from explorer.engine.results.lesions import find_lesions
from explorer.engine.results.neighbours import find_neighbours
from explorer.runs.events import Event, Failed
from explorer.runs.questions.block_check import CheckBlock
from explorer.runs.questions.data import Scan, Thumbnails
from explorer.runs.questions.estimate import Estimate, Sweep
from explorer.runs.questions.export import Export
from explorer.runs.questions.networks import Outside, Speed
from explorer.runs.questions.question import Answer, Question
from explorer.runs.questions.results import Classify, Evaluate, Evidence, Lesions, Neighbours
from explorer.runs.questions.weights import Weigh


def _worked_on(work: Callable[[Any, Report, Warn], Answer]) -> Callable[[Any], Iterator[Event]]:
    return partial(work_on, work=work)


SHORT: dict[type[Question], Callable[[Any], Answer | Failed]] = {
    Estimate: estimate,
    Outside: outside_network,
    Thumbnails: thumbnails,
    Evidence: find_evidence,
}
LONG: dict[type[Question], Callable[[Any], Iterator[Event]]] = {  # with progress, several times a second
    Sweep: sweep,
    Speed: speed,
    Weigh: weigh,
    Scan: _worked_on(scan_data),
    Evaluate: _worked_on(evaluate),
    Classify: _worked_on(classify),
    Neighbours: _worked_on(find_neighbours),
    Lesions: _worked_on(find_lesions),
    Export: _worked_on(export_file),
    CheckBlock: _worked_on(check_block),
}
_QUICK = 2 * 10**9  # multiply–accumulates that one core has done before it is known how many are free


def is_quick(question: Question) -> bool:
    """Return whether one thread answers a question sooner than more threads that have to be found first."""
    return type(question) in SHORT and plan_network(question.design).macs < _QUICK
