"""Actions: every command of the window, once: its text, its keys, when it is enabled, and what it does.

Menus, tool bar and buttons show these objects. What is being typed is committed before any of them is triggered.
Actions on windows, files and lessons have no effect here: the part of the window that does them connects to them.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from explorer.architecture.layers import shape_text
from explorer.architecture.plan import Section
from explorer.architecture.twins import NetworkKind, kind_of
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document, title_of_run
from explorer.gui.widgets.input.boxes import redo_keys, undo_keys
from explorer.gui.widgets.input.typed import commit_typed, connect_order, take_back_typed
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.data.catalogue import describe_data
from explorer.runs.recipe import RECIPES
from explorer.runs.sides import MAX_AT_ONCE, Side, obstacle, on_same_batches, twin_side, with_seeds
from explorer.sentences import translatable
from explorer.validation import Refused, refuse

if TYPE_CHECKING:
    from explorer.runs.folder import Run

_Keys = QKeySequence.StandardKey
_Others = Callable[[Side], Sequence[Side]]  # what trains beside the first one; raises Refused
_SEEDS = 3


class _Company(NamedTuple):
    """An order to train other networks beside the design: `networks` in all, at most so many that train at once."""

    action: QAction
    others: _Others
    networks: int
    tip: str


class Actions(QObject):
    """All actions; `size_chosen` carries the steps by which the text grows, 0 for its usual size.

    `confirmed` carries what to tell the user for a moment: that an order was carried out which shows nowhere else.
    """

    confirmed = Signal(str)
    language_chosen = Signal(str)
    theme_chosen = Signal(str)
    size_chosen = Signal(int)

    def __init__(self, document: Document, choice: TrainingChoice, pool: WorkerPool, estimates: Estimates) -> None:
        super().__init__()
        self._document, self._choice, self._pool, self._estimates = document, choice, pool, estimates
        self._run: Run | None = None
        self._companies: list[_Company] = []
        self._asked: _Others = _nothing  # what was ordered last where memory is too small
        self._make_file_actions()
        self._make_edit_actions()
        self._make_design_actions()
        self._make_training_actions()
        self._make_run_actions()
        self._make_view_actions()
        self._make_help_actions()
        self.pages: tuple[QAction, ...] = ()
        for name, action in vars(self).items():
            if isinstance(action, QAction):
                action.setObjectName(name)  # by which the command palette knows it in each language
        for signal in (document.changed, document.selection_changed):
            signal.connect(self._show_design)
        for signal in (choice.changed, pool.changed, estimates.changed):
            signal.connect(self._show_state)
        self._show_design()
        self._show_state()

    def all(self) -> list[QAction]:
        return self.findChildren(QAction)

    def _add(
        self, text: str, do: Callable[[], object] | None = None, keys: _Keys | str | None = None, icon: str = ""
    ) -> QAction:
        action = QAction(text, self)
        if do is not None:
            connect_order(action, do)
        if keys is not None:
            action.setShortcut(QKeySequence(keys))
        if icon:
            theme.set_icon(action, icon)
        return action

    def _add_switch(self, text: str, keys: str = "") -> QAction:
        action = QAction(text, self)
        action.setCheckable(True)
        action.setShortcut(QKeySequence(keys))
        action.toggled.connect(commit_typed)
        return action

    def _make_file_actions(self) -> None:
        self.open = self._add(self.tr("Open …"), keys=_Keys.Open)
        self.save = self._add(self.tr("Save"), keys=_Keys.Save)
        self.save_as = self._add(self.tr("Save as …"), keys="Ctrl+Shift+S")
        self.quit = self._add(self.tr("Quit"), keys=_Keys.Quit)

    def _make_edit_actions(self) -> None:
        stack = self._document.undo_stack
        self.undo = stack.createUndoAction(self, self.tr("Undo"))
        self.redo = stack.createRedoAction(self, self.tr("Redo"))
        for action, do, keys, icon in (
            (self.undo, self._undo, undo_keys(), "undo-2"),
            (self.redo, self._redo, redo_keys(), "redo-2"),
        ):
            action.triggered.disconnect()  # the stack knows nothing of what is being typed
            action.triggered.connect(do)
            action.setShortcuts(keys)
            theme.set_icon(action, icon)
        self.copy_text = self._add(self.tr("Copy design as text"), keys="Ctrl+Shift+C")
        self.paste_text = self._add(self.tr("Paste design"), keys="Ctrl+Shift+V")
        self.copy_source = self._add(self.tr("Copy as PyTorch"), icon="copy")
        self.copy_table = self._add(self.tr("Copy layer table"))
        self.preferences = self._add(self.tr("Preferences …"), keys="Ctrl+,")
        self.preferences.setMenuRole(QAction.MenuRole.PreferencesRole)

    def _make_design_actions(self) -> None:
        self.add_stage = self._add(self.tr("Add stage"), self._add_next_stage, icon="plus")
        self.open_block = self._add(self.tr("Open block"))
        self.pin = self._add(self.tr("Pin as baseline"), self._pin, icon="pin")
        self.unpin = self._add(self.tr("Unpin baseline"), self._unpin, icon="pin-off")

    def _make_training_actions(self) -> None:
        pool = self._pool
        self.start = self._add(self.tr("Start"), self._start, "F5")
        self._make_start_choices()
        self.pause = self._add(self.tr("Pause"), self._pause_or_resume, "F6", "pause")
        self.step = self._add(self.tr("Step"), pool.step_once, "F10", "step-forward")
        self.stop = self._add(self.tr("Stop"), pool.stop, "Shift+F5", "square")
        self.release_queue = self._add(self.tr("Resume queue"), pool.release_queue)
        self.find_rate = self._add(self.tr("Find a learning rate …"))
        self.halve_rate = self._add(self.tr("Halve the learning rate"), lambda: pool.change_rate(1 / 2))
        self.lower_rate = self._add(self.tr("Learning rate ÷ 10"), lambda: pool.change_rate(1 / 10))
        self.add_epochs = self._add("", lambda: pool.add_epochs(self._more_epochs()))
        self.restart = self._add(self.tr("Restart with the design shown"), self._restart)
        self.halve_rate.setIconText(self.tr("Rate ÷ 2"))
        self.lower_rate.setIconText(self.tr("Rate ÷ 10"))
        lowered = self.tr("From the next batch on, whatever the schedule does; it is recorded in the run")
        for action in (self.halve_rate, self.lower_rate):
            action.setToolTip(lowered)
        self.add_epochs.setToolTip(
            self.tr("Stretches the schedule over all epochs, so the rate may rise; a run that has ended is resumed")
        )
        self.restart.setToolTip(
            self.tr("Stop the run, which can be resumed, and train the design shown with the same recipe")
        )
        self.step.setToolTip(self.tr("Train on one mini-batch and pause again"))
        self.stop.setToolTip(self.tr("Finish the batch, save a checkpoint and stop; the run can be resumed"))
        self.release_queue.setToolTip(self.tr("On hold: a run was stopped, or the training process could not start"))

    def _make_start_choices(self) -> None:
        """Make the orders to train something else on the same batches, beside what Start would train."""
        same = self.tr("Train both on the same images in the same order; weights that both have begin equal")
        self.twin = self._add_company(
            lambda first: [twin_side(first)],
            self.tr("Train this design with and without shortcuts on the same batches, and compare"),
        )
        self.twin.setShortcut("Ctrl+F5")
        self.beside_baseline = self._add_company(self._baseline_side, same)
        self.beside_run = self._add_company(self._run_side, same)
        self.beside_recipes = {name: self._add_company(self._recipe_side(name), same) for name in RECIPES}
        self._recipe_menu = QMenu()
        self._recipe_menu.setToolTipsVisible(True)
        self._recipe_menu.addActions(list(self.beside_recipes.values()))
        self.beside_recipe = self._recipe_menu.menuAction()
        self.another_seed = self._add_company(
            lambda first: [replace(first, seed=first.seed + 1)],
            self.tr("The same network with other initial weights, on the same images in the same order"),
        )
        self.several_seeds = self._add_company(
            lambda first: with_seeds([first], _SEEDS)[1:],
            self.tr("How much of a result is luck: the same network from several initial weights"),
            _SEEDS,
        )

    @property
    def start_choices(self) -> tuple[QAction, ...]:
        """The other ways to start, which the arrow beside Start offers."""
        return (
            *(self.twin, self.beside_baseline, self.beside_run, self.beside_recipe),
            *(self.another_seed, self.several_seeds),
        )

    def _add_company(self, others: _Others, tip: str, networks: int = 2) -> QAction:
        action = self._add("", lambda: self._order(others))
        self._companies.append(_Company(action, others, networks, tip))
        return action

    def offer_run(self, run: "Run | None") -> None:
        """Note the run that is chosen, beside which the design may be trained."""
        self._run = run
        self._show_state()

    def _baseline_side(self, first: Side) -> Sequence[Side]:
        baseline = self._document.baseline
        if baseline is None:
            raise refuse("", translatable("Pin a baseline first"))
        if baseline.obstacles:
            raise refuse("", translatable("The baseline cannot be built"))
        return [replace(first, design=self._choice.fit(baseline.design))]

    def _run_side(self, first: Side) -> Sequence[Side]:
        if self._run is None:
            raise refuse("", translatable("Choose a run in the list first"))
        return [replace(first, design=self._choice.fit(self._run.design))]

    def _recipe_side(self, name: str) -> _Others:
        """Return the order for a recipe at the batch size of the other, since both see the same batches."""

        def others(first: Side) -> Sequence[Side]:
            recipe = on_same_batches(RECIPES[name], first.recipe).change(batch_size=first.recipe.batch_size)
            return [replace(first, recipe=recipe)]

        return others

    def _recipe_text(self, name: str) -> str:
        batch_size = self._choice.recipe.batch_size
        if RECIPES[name].batch_size == batch_size:
            return say(name)
        return self.tr("{recipe}, at batch size {size}").format(recipe=say(name), size=whole(batch_size))

    def _make_run_actions(self) -> None:
        """Make the actions on the runs that are selected on their page, which connects and enables them."""
        self.use_run = self._add(self.tr("Use design and recipe of run"))
        self.open_run = self._add(self.tr("Open design of run"))
        self.pin_run = self._add(self.tr("Pin design of run as baseline"))
        self.resume_run = self._add(self.tr("Resume selected run"))
        self.rename_run = self._add(self.tr("Rename run"))
        self.note_run = self._add(self.tr("Note on run …"))
        self.hide_run = self._add(self.tr("Hide run"))
        self.show_run_folder = self._add(self.tr("Show run in its folder"))
        self.delete_run = self._add(self.tr("Move run to the bin"))
        self.copy_runs = self._add(self.tr("Copy table of runs"))
        self.take_back_run = self._add(self.tr("Take design and recipe of run back"))
        self.restore_run = self._add(self.tr("Take run back from the bin"))
        self.show_hidden_runs = self._add_switch(self.tr("Show hidden runs"))
        self.use_run.setIconText(self.tr("Use design and recipe"))
        self.use_run.setToolTip(self.tr("Show this run's design, and train with its recipe and data"))
        self.resume_run.setIconText(self.tr("Resume"))
        self.resume_run.setToolTip(self.tr("Continue this run from its last checkpoint"))
        for action in (self.take_back_run, self.restore_run):
            action.setIconText(self.tr("Undo"))
        for action in (*self.of_runs, self.copy_runs, self.take_back_run, self.restore_run):
            action.setEnabled(False)  # until their page is open

    @property
    def of_runs(self) -> tuple[QAction, ...]:
        """The actions that need a selected run, as they stand in its menu."""
        return (
            *(self.use_run, self.open_run, self.pin_run, self.resume_run),
            *(self.rename_run, self.note_run, self.hide_run, self.show_run_folder, self.delete_run),
        )

    def _make_view_actions(self) -> None:
        self.show_maps = self._add_switch(self.tr("Feature maps"))
        self.present = self._add_switch(self.tr("Present"), "F11")
        self.own_window = self._add(self.tr("Page in its own window"), keys="Ctrl+Shift+W", icon="external-link")
        self.own_window.setToolTip(self.tr("Show this page in a window of its own; closing that brings it back"))
        self.larger = self._add(self.tr("Larger text"), lambda: self.size_chosen.emit(1), _Keys.ZoomIn)
        self.smaller = self._add(self.tr("Smaller text"), lambda: self.size_chosen.emit(-1), _Keys.ZoomOut)
        self.usual_size = self._add(self.tr("Default text size"), lambda: self.size_chosen.emit(0), "Ctrl+0")
        self.tour = self._add(self.tr("Tour"))

    def add_page(self, name: str, title: str, show: Callable[[], object]) -> None:
        """Add the action that shows a page; its key is the number of its place in the row."""
        page = self._add(title, show, f"Ctrl+{len(self.pages) + 1}")
        page.setObjectName(f"{name}_page")
        self.pages = (*self.pages, page)

    def page(self, name: str) -> QAction:
        """Return the action that shows the page called `name`."""
        return next(page for page in self.pages if page.objectName() == f"{name}_page")

    def _make_help_actions(self) -> None:
        self.find_command = self._add(self.tr("Find a command …"), keys="Ctrl+Shift+P")
        self.shortcuts = self._add(self.tr("Keyboard shortcuts"), keys=_Keys.HelpContents)
        self.check = self._add(self.tr("Check this computer"))
        self.report = self._add(self.tr("Copy report …"))
        self.about = self._add(self.tr("About ResNet Explorer"))
        self.report.setToolTip(self.tr("Versions, findings, settings and the last errors, for a report of a fault"))
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    def _pin(self) -> None:
        self._document.pin(self._document.plan)
        self.confirmed.emit(self.tr("Pinned {name} as baseline").format(name=self._document.title))

    def _unpin(self) -> None:
        self._document.pin(None)
        self.confirmed.emit(self.tr("Baseline unpinned"))

    def _undo(self) -> None:
        if not take_back_typed(QApplication.focusWidget()):
            self._document.undo_stack.undo()

    def _redo(self) -> None:
        take_back_typed(QApplication.focusWidget())
        self._document.undo_stack.redo()

    def _add_next_stage(self) -> None:
        design = self._document.design
        words = self.tr("Add stage {number}").format(number=len(design.stages) + 1)
        self._document.propose(design.with_next_stage(), words)

    @property
    def _first(self) -> Side:
        """What Start would train."""
        return Side(self._choice.fitted, self._choice.recipe, self._choice.recipe.seed)

    def _start(self) -> None:
        """Train the shown design, or what was ordered with it before and waits for a second order."""
        self._order(self._asked if self._choice.confirmed > 1 else _nothing)

    def _order(self, others: _Others) -> None:
        """Fit the design to the data, as one undoable step if need be, and start the run or add it to the queue.

        Where memory is too small for so many networks, the first order only asks for a second one.
        """
        choice, beside = self._choice, tuple(others(self._first))
        networks = min(1 + len(beside), MAX_AT_ONCE)
        design, too_large = choice.fitted, self._estimates.is_too_large(networks)
        if too_large and choice.confirmed < networks:
            choice.confirmed, self._asked = networks, others
            self._show_state()
            return
        choice.confirmed = 0
        choice.forget_refusal()
        self._document.propose(design, self.tr("Fit design to data"))
        self._pool.start(
            Train(
                design=self._document.design,
                recipe=choice.recipe,
                runs=self._pool.runs,
                beside=beside,
                anyway=too_large,
            )
        )
        self._show_state()

    def _more_epochs(self) -> int:
        """Return how many epochs one order adds: half as many as the run has."""
        run = self._pool.shown.run
        return max(1, run.recipe.epochs // 2) if run else 1

    def _restart(self) -> None:
        """Train the design that is shown, fitted to the run's data as one undoable step if need be."""
        run = self._pool.shown.run
        assert run
        with suppress(Refused):  # the data are gone: the worker says so
            fitted = describe_data(run.recipe.data).fit(self._document.design, own_size=True)
            self._document.propose(fitted, self.tr("Fit design to data"))
        self._pool.restart(self._document.design)

    def _pause_or_resume(self) -> None:
        """Pause the shown run, or let it go on after a pause, or from its last checkpoint if it has ended."""
        match self._pool.shown.state:
            case WorkerState.RUNNING:
                self._pool.pause()
            case WorkerState.PAUSED:
                self._pool.unpause()
            case _:
                self._pool.resume_shown()

    def _show_design(self) -> None:
        document = self._document
        self.unpin.setEnabled(document.baseline is not None)
        self.copy_source.setEnabled(not document.plan.obstacles)
        self.copy_source.setToolTip(say(document.fatal.what) if document.fatal else "")
        self.add_stage.setEnabled(document.design.can_add_stage)
        name = document.selection.partition(".")[0]
        stage = next((known for known in document.plan.stages if known.name == name), None)
        self.open_block.setEnabled(isinstance(stage, Section) and stage.first is not None)

    def _show_state(self) -> None:
        """Enable the training actions that have an effect, and let their texts say what they do now."""
        state, busy = self._pool.shown.state, self._pool.shown.is_busy()
        fatal = self._document.fatal
        is_free = bool(self._pool.free_device(self._choice.recipe.device))
        self.start.setEnabled(fatal is None)
        self.start.setText(self.tr("Start") if is_free else self.tr("Add to queue"))
        self.start.setIconText(self._start_text(is_free))
        queued = "" if is_free else self.tr("Starts automatically when a device is free")
        self.start.setToolTip(say(fatal.what) if fatal else queued)
        self._show_start_choices(is_free)
        self._show_pause(state)
        self.step.setEnabled(state == WorkerState.PAUSED)
        may_change = state in (WorkerState.RUNNING, WorkerState.PAUSED)
        for action in (self.halve_rate, self.lower_rate):
            action.setEnabled(may_change)
        more = whole(self._more_epochs())
        self.add_epochs.setText(self.tr("Add epochs: {n}").format(n=more))
        self.add_epochs.setIconText(self.tr("+ {n} epochs").format(n=more))
        self.add_epochs.setEnabled(self._pool.can_add_epochs())
        is_other = all(run.design != self._document.design for run in self._pool.shown.live)
        self.restart.setEnabled(may_change and is_other and fatal is None)
        self.stop.setEnabled(busy and state != WorkerState.STOPPING)

    def _show_pause(self, state: WorkerState) -> None:
        """Let the action say what it does now: pause the shown run, end the pause, or resume the run."""
        can_resume = self._pool.can_resume()
        resumes = state is WorkerState.PAUSED or can_resume
        self.pause.setEnabled(state is WorkerState.RUNNING or resumes)
        self.pause.setText(self.tr("Resume") if resumes else self.tr("Pause"))
        self.pause.setToolTip(self.tr("Continue the run that is shown from its last checkpoint") if can_resume else "")
        if self.pause.property("icon_name") != (icon := "play" if resumes else "pause"):
            theme.set_icon(self.pause, icon)

    def _start_text(self, is_free: bool) -> str:
        """Return the text of the large button.

        It also says what Start will change in the design first and, after other data were refused, which it trains on.
        """
        text, choice = self._order_text(is_free), self._choice
        data = self.tr("Data: {name}").format(name=say(choice.data.label))
        return f"{text}\n{data}" if choice.refusal else text

    def _order_text(self, is_free: bool) -> str:
        design = self._choice.fitted
        if self._choice.confirmed > 1:
            return self._anyway_text()
        if self._choice.confirmed and self._estimates.is_too_large():
            return self.tr("Train anyway")
        if design == self._document.design:
            return self.start.text()
        if is_free:
            text = self.tr("Fit design to data ({shape}, {classes} classes)\nand start")
        else:
            text = self.tr("Fit design to data ({shape}, {classes} classes)\nand add to queue")
        return text.format(shape=shape_text(design.input), classes=whole(design.classes))

    def _show_start_choices(self, is_free: bool) -> None:
        """Let each of the other ways to start say what it does, or why it cannot be had."""
        fatal, first, confirmed = self._document.fatal, self._first, self._choice.confirmed
        texts = self._start_choice_texts(is_free)
        for action, others, networks, tip in self._companies:
            reason = say(fatal.what) if fatal else _why_not(first, others)
            action.setEnabled(not reason)
            action.setText(self._anyway_text() if confirmed == networks else texts[action])
            action.setToolTip(reason or tip)
        self.beside_recipe.setText(texts[self.beside_recipe])

    def _start_choice_texts(self, is_free: bool) -> dict[QAction, str]:
        start = self.tr("Start") if is_free else self.tr("Add to queue")
        run = self.tr("{start} beside the chosen run")
        texts = {
            self.twin: self._twin_text(is_free),
            self.beside_baseline: self.tr("{start} beside the baseline"),
            self.beside_run: self.tr("{start} beside the run {name}") if self._run else run,
            self.beside_recipe: self.tr("{start} with the recipe"),
            self.another_seed: self.tr("{start} with another seed"),
            self.several_seeds: self.tr("{start} with {n} seeds"),
        }
        values = {"start": start, "name": title_of_run(self._run) if self._run else "", "n": whole(_SEEDS)}
        return {
            **{action: text.format(**values) for action, text in texts.items()},
            **{action: self._recipe_text(name) for name, action in self.beside_recipes.items()},
        }

    def _anyway_text(self) -> str:
        if self._choice.confirmed > 2:
            return self.tr("Train all {n} anyway").format(n=whole(self._choice.confirmed))
        return self.tr("Train both anyway")

    def _twin_text(self, is_free: bool) -> str:
        plain = kind_of(self._document.design) == NetworkKind.PLAIN
        if is_free:
            return self.tr("Start with its residual twin") if plain else self.tr("Start with its plain twin")
        return self.tr("Add to queue with its residual twin") if plain else self.tr("Add to queue with its plain twin")


def _nothing(first: Side) -> Sequence[Side]:
    """Train nothing beside the first side."""
    return ()


def _why_not(first: Side, others: _Others) -> str:
    """Return why the others cannot be trained beside the first side; empty if they can."""
    try:
        found = [reason for side in others(first) if (reason := obstacle(first, side))]
    except Refused as refused:
        return say(refused.complaints[0].what)
    return say(found[0]) if found else ""
