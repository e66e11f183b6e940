"""Tasks: what a lesson may ask the user to do, each with a function that returns whether it is done.

The function gets the workspace and the design that was shown when the step was asked for. A new task is a function
here, its entry of `TASKS`, and its name and meaning in `TaskKind`; lessons give the name as `done`.
"""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtGui import QGuiApplication

from explorer.architecture.blocks import CannotBuild, Join
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset_of
from explorer.architecture.source.network import python_source
from explorer.gui.lessons.vocabulary import TaskKind
from explorer.gui.training.curves.plot_view import Depth
from explorer.gui.workers.worker_state import WorkerState
from explorer.gui.workspace import BLOCK, Workspace
from explorer.runs.questions.blocks import Inserted
from explorer.runs.questions.data import ProblemKind
from explorer.runs.weights import is_same_network

_HIGH_RATE = 1.0
_TABLE_1 = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")  # of He et al. 2015


class Task(NamedTuple):
    """One task; if its answer takes time, `answer` is the object name of the control that must have painted it."""

    is_done: Callable[[Workspace, Design], bool]
    answer: str = ""


def selected(workspace: Workspace, before: Design) -> bool:
    return bool(workspace.document.selection)


def stage_deepened(workspace: Workspace, before: Design) -> bool:
    design = workspace.document.design
    return sum(stage.blocks for stage in design.stages) > sum(stage.blocks for stage in before.stages)


def block_opened(workspace: Workspace, before: Design) -> bool:
    return workspace.shows(BLOCK)


def block_alone(workspace: Workspace, before: Design) -> bool:
    return workspace.shows(BLOCK) and workspace.alone_block.is_shown


def identity_alone(workspace: Workspace, before: Design) -> bool:
    try:
        block = workspace.alone_block.build(workspace.document.design)
    except CannotBuild:
        return False
    return block_alone(workspace, before) and block.way.join is Join.IDENTITY


def branch_zeroed(workspace: Workspace, before: Design) -> bool:
    return bool(workspace.identity_trial.zeroed)


def identity_inserted(workspace: Workspace, before: Design) -> bool:
    return isinstance(workspace.identity_trial.latest, Inserted)


def pinned(workspace: Workspace, before: Design) -> bool:
    return workspace.document.baseline is not None


def chapter_names(workspace: Workspace, before: Design) -> bool:
    return workspace.document.vocabulary == "chapter"


def copied(workspace: Workspace, before: Design) -> bool:
    source = python_source(workspace.document.plan, workspace.document.vocabulary)
    return QGuiApplication.clipboard().text() == source


def stem_changed(workspace: Workspace, before: Design) -> bool:
    return workspace.document.design.stem != before.stem


def bottleneck_opened(workspace: Workspace, before: Design) -> bool:
    return workspace.shows(BLOCK) and workspace.document.design.block == "bottleneck"


def preactivation_opened(workspace: Workspace, before: Design) -> bool:
    return workspace.shows(BLOCK) and workspace.document.design.preactivation


def params_doubled(workspace: Workspace, before: Design) -> bool:
    return workspace.document.plan.params >= 2 * plan_network(before).params


def mismatched(workspace: Workspace, before: Design) -> bool:
    return workspace.document.fatal is not None


def repaired(workspace: Workspace, before: Design) -> bool:
    return workspace.document.fatal is None


def table_1_compared(workspace: Workspace, before: Design) -> bool:
    design, baseline = workspace.document.design, workspace.document.baseline
    if baseline is None or baseline.design == design:
        return False
    return preset_of(design) in _TABLE_1 and preset_of(baseline.design) in _TABLE_1


def _pinned_before(workspace: Workspace, field: str) -> bool:
    """Return whether a design that differs in `field` from the shown one is pinned as baseline."""
    baseline, design = workspace.document.baseline, workspace.document.design
    return baseline is not None and getattr(baseline.design, field) != getattr(design, field)


def shortcut_changed(workspace: Workspace, before: Design) -> bool:
    return _pinned_before(workspace, "shortcut")


def projected_everywhere(workspace: Workspace, before: Design) -> bool:
    return shortcut_changed(workspace, before) and workspace.document.design.shortcut == "projection-all"


def shortcut_norm_changed(workspace: Workspace, before: Design) -> bool:
    return _pinned_before(workspace, "shortcut_norm")


def stride_moved(workspace: Workspace, before: Design) -> bool:
    return _pinned_before(workspace, "stride_on")


def average_opened(workspace: Workspace, before: Design) -> bool:
    return workspace.page == BLOCK and workspace.document.design.shortcut == "average"


def small_network_compared(workspace: Workspace, before: Design) -> bool:
    baseline = workspace.document.baseline
    return baseline is not None and baseline.params >= 20 * workspace.document.plan.params


def grown_tenfold(workspace: Workspace, before: Design) -> bool:
    baseline = workspace.document.baseline
    return baseline is not None and workspace.document.plan.params >= 10 * baseline.params


def trained(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and run.step is not None


def validated(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and run.epoch is not None


def twin_validated(workspace: Workspace, before: Design) -> bool:
    runs = workspace.pool.shown.live
    return len(runs) == 2 and all(run.epoch for run in runs)


def recipes_compared(workspace: Workspace, before: Design) -> bool:
    runs = workspace.pool.shown.live
    return len({run.recipe for run in runs}) > 1 and all(run.step for run in runs)


def norms_compared(workspace: Workspace, before: Design) -> bool:
    return bool(workspace.identity_trial.norms)


def preactivation_beside(workspace: Workspace, before: Design) -> bool:
    runs = workspace.pool.shown.live
    return len({run.design.preactivation for run in runs}) > 1 and all(run.epoch for run in runs)


def signal_shown(workspace: Workspace, before: Design) -> bool:
    shown = workspace.plot_view.depth is Depth.SIGNALS
    return shown and any(run.curves.signals for run in workspace.pool.shown.live)


def paused(workspace: Workspace, before: Design) -> bool:
    return workspace.pool.shown.state == WorkerState.PAUSED


def feature_maps_compared(workspace: Workspace, before: Design) -> bool:
    return workspace.shows_maps and workspace.feature_maps.are_compared()


def high_rate_validated(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and run.epoch is not None and run.epoch.epoch > 1 and run.recipe.lr >= _HIGH_RATE


def rate_lowered(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and workspace.choice.recipe.lr < run.recipe.lr


def low_rate_validated(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and run.epoch is not None and run.recipe.lr < _HIGH_RATE


def weights_at_hand(workspace: Workspace, before: Design) -> bool:
    design = workspace.choice.fitted
    return any(run.best_epoch and is_same_network(run.design, design) for run in workspace.run_history.runs)


def weights_chosen(workspace: Workspace, before: Design) -> bool:
    return bool(workspace.choice.weights)


def fine_tuned(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and run.epoch is not None and run.started is not None and bool(run.started.weights)


def images_chosen(workspace: Workspace, before: Design) -> bool:
    return workspace.choice.data.images is not None


def _has_no(workspace: Workspace, *kinds: ProblemKind) -> bool:
    """Return whether the images that are chosen were looked at, and have none of these problems."""
    scanned = workspace.data_state.scanned if images_chosen(workspace, workspace.document.design) else None
    return scanned is not None and not any(problem.kind in kinds for problem in scanned.problems)


def leak_mended(workspace: Workspace, before: Design) -> bool:
    return _has_no(workspace, ProblemKind.LEAK)


def images_decided(workspace: Workspace, before: Design) -> bool:
    return _has_no(workspace, *ProblemKind)


TASKS: dict[TaskKind, Task] = {
    TaskKind(task.is_done.__name__): task
    for task in (
        Task(selected),
        Task(stage_deepened),
        Task(block_opened),
        Task(block_alone),
        Task(identity_alone),
        Task(branch_zeroed, answer="effect"),
        Task(identity_inserted, answer="effect"),
        Task(pinned),
        Task(chapter_names),
        Task(copied),
        Task(stem_changed),
        Task(bottleneck_opened),
        Task(preactivation_opened),
        Task(params_doubled),
        Task(mismatched),
        Task(repaired),
        Task(table_1_compared),
        Task(shortcut_changed),
        Task(projected_everywhere),
        Task(shortcut_norm_changed),
        Task(stride_moved),
        Task(average_opened),
        Task(small_network_compared),
        Task(grown_tenfold),
        Task(trained, answer="curves"),
        Task(validated, answer="curves"),
        Task(twin_validated, answer="curves"),
        Task(recipes_compared, answer="curves"),
        Task(norms_compared, answer="norms effect"),
        Task(preactivation_beside, answer="curves"),
        Task(signal_shown, answer="gradients"),
        Task(high_rate_validated, answer="curves"),
        Task(rate_lowered),
        Task(low_rate_validated, answer="curves"),
        Task(weights_at_hand),
        Task(weights_chosen),
        Task(fine_tuned, answer="curves"),
        Task(images_chosen),
        Task(leak_mended),
        Task(images_decided),
        Task(paused),
        Task(feature_maps_compared, answer="maps"),
    )
}
