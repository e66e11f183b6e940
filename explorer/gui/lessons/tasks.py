"""Tasks: what a lesson may ask the user to do, each a function that returns whether the task is done.

A task gets the workspace and the design that was shown when its page was opened. A new task is one function here and
one entry of `TASKS`; lessons give the name of the function as `done`.
"""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from explorer.architecture.blocks import CannotBuild, Join
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_of
from explorer.architecture.source.network import python_source
from explorer.gui.workers.worker_state import WorkerState
from explorer.gui.workspace import BLOCK, Workspace

_TABLE_1 = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")  # of He et al. 2015

_Task = Callable[[Workspace, Design], bool]


def selected(workspace: Workspace, before: Design) -> bool:
    return bool(workspace.document.selection)


def stage_deepened(workspace: Workspace, before: Design) -> bool:
    design = workspace.document.design
    return sum(stage.blocks for stage in design.stages) > sum(stage.blocks for stage in before.stages)


def block_opened(workspace: Workspace, before: Design) -> bool:
    return workspace.page == BLOCK


def block_alone(workspace: Workspace, before: Design) -> bool:
    return workspace.page == BLOCK and workspace.alone_block.is_shown


def identity_alone(workspace: Workspace, before: Design) -> bool:
    try:
        block = workspace.alone_block.build(workspace.document.design)
    except CannotBuild:
        return False
    return block_alone(workspace, before) and block.way.join is Join.IDENTITY


def branch_zeroed(workspace: Workspace, before: Design) -> bool:
    return bool(workspace.identity_trial.zeroed)


def pinned(workspace: Workspace, before: Design) -> bool:
    return workspace.document.baseline is not None


def chapter_names(workspace: Workspace, before: Design) -> bool:
    return workspace.document.vocabulary == "chapter"


def copied(workspace: Workspace, before: Design) -> bool:
    source = python_source(workspace.document.plan, workspace.document.vocabulary)
    return QGuiApplication.clipboard().text() == source


def stem_changed(workspace: Workspace, before: Design) -> bool:
    return workspace.document.design.stem != before.stem


def bottleneck_chosen(workspace: Workspace, before: Design) -> bool:
    return workspace.document.design.block == "bottleneck"


def preactivation_chosen(workspace: Workspace, before: Design) -> bool:
    return workspace.document.design.preactivation


def params_doubled(workspace: Workspace, before: Design) -> bool:
    return workspace.document.plan.params >= 2 * plan_network(before).params


def table_1_opened(workspace: Workspace, before: Design) -> bool:
    return workspace.document.design != before and preset_of(workspace.document.design) in _TABLE_1


def deep_opened(workspace: Workspace, before: Design) -> bool:
    """Return whether the 56-layer network that trains on a laptop is shown, with or without its shortcuts."""
    return workspace.document.design in (preset("deep-residual-56"), preset("deep-plain-56"))


def trained(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and run.step is not None


def validated(workspace: Workspace, before: Design) -> bool:
    run = workspace.pool.shown.run
    return run is not None and run.epoch is not None


def twin_validated(workspace: Workspace, before: Design) -> bool:
    runs = workspace.pool.shown.live
    return len(runs) == 2 and all(run.epoch for run in runs)


def paused(workspace: Workspace, before: Design) -> bool:
    return workspace.pool.shown.state == WorkerState.PAUSED


def feature_maps_shown(workspace: Workspace, before: Design) -> bool:
    return workspace.shows_maps


TASKS: dict[str, _Task] = {
    task.__name__: task
    for task in (
        selected,
        stage_deepened,
        block_opened,
        block_alone,
        identity_alone,
        branch_zeroed,
        pinned,
        chapter_names,
        copied,
        stem_changed,
        bottleneck_chosen,
        preactivation_chosen,
        params_doubled,
        table_1_opened,
        deep_opened,
        trained,
        validated,
        twin_validated,
        paused,
        feature_maps_shown,
    )
}
