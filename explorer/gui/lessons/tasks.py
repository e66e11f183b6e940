"""Deeds: what a lesson may ask a person to do, each a small question to the window.

A task gets the window and the design that was shown when its step began. A new one is one function here; its name is
what a lesson writes as `done`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from explorer.architecture.blocks import Join
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_of
from explorer.architecture.source.network import python_source
from explorer.gui.workers.worker_state import WorkerState

if TYPE_CHECKING:
    from explorer.gui.main_window.window import Window

TABLE_1 = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")  # of He et al. 2015

Task = Callable[["Window", Design], bool]


def selected(window: "Window", before: Design) -> bool:
    return bool(window.document.selection)


def stage_deepened(window: "Window", before: Design) -> bool:
    return sum(stage.blocks for stage in window.document.design.stages) > sum(stage.blocks for stage in before.stages)


def block_opened(window: "Window", before: Design) -> bool:
    return window.block.isVisible()


def block_alone(window: "Window", before: Design) -> bool:
    return window.block.isVisible() and window.block.alone.isChecked()


def identity_alone(window: "Window", before: Design) -> bool:
    block = window.block.figure.block
    return block_alone(window, before) and block is not None and block.way.join is Join.IDENTITY


def branch_zeroed(window: "Window", before: Design) -> bool:
    return bool(window.block.experiment.trial.zeroed)


def pinned(window: "Window", before: Design) -> bool:
    return window.document.baseline is not None


def chapter_names(window: "Window", before: Design) -> bool:
    return window.document.vocabulary == "chapter"


def copied(window: "Window", before: Design) -> bool:
    source = python_source(window.document.plan, window.document.vocabulary)
    return QGuiApplication.clipboard().text() == source


def stem_changed(window: "Window", before: Design) -> bool:
    return window.document.design.stem != before.stem


def bottleneck_chosen(window: "Window", before: Design) -> bool:
    return window.document.design.block == "bottleneck"


def preactivation_chosen(window: "Window", before: Design) -> bool:
    return window.document.design.preactivation


def params_doubled(window: "Window", before: Design) -> bool:
    return window.document.plan.params >= 2 * plan_network(before).params


def table_1_opened(window: "Window", before: Design) -> bool:
    return window.document.design != before and preset_of(window.document.design) in TABLE_1


def deep_opened(window: "Window", before: Design) -> bool:
    """The deep net that trains on a laptop, with or without its shortcuts."""
    return window.document.design in (preset("deep-residual-56"), preset("deep-plain-56"))


def trained(window: "Window", before: Design) -> bool:
    run = window.pool.shown.run
    return run is not None and run.step is not None


def validated(window: "Window", before: Design) -> bool:
    run = window.pool.shown.run
    return run is not None and run.epoch is not None


def twin_validated(window: "Window", before: Design) -> bool:
    runs = window.pool.shown.live
    return len(runs) == 2 and all(run.epoch for run in runs)


def paused(window: "Window", before: Design) -> bool:
    return window.pool.shown.state is WorkerState.PAUSED


def travelled(window: "Window", before: Design) -> bool:
    return window.menus.see_travel.isChecked()


TASKS: dict[str, Task] = {
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
        travelled,
    )
}
