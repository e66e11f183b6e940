"""Actions: every command of the window, once: its text, its keys, when it is enabled, and what it does.

Menus, tool bar and buttons show these objects. What is being typed is committed before any of them is triggered.
Actions on windows, files and lessons have no effect here: the part of the window that does them connects to them.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu

from explorer.architecture.plan import Section
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.start_orders import StartOrders
from explorer.gui.widgets.input.boxes import redo_keys, undo_keys
from explorer.gui.widgets.input.typed import commit_typed, connect_order, take_back_typed
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.data.catalogue import describe_data
from explorer.runs.recipe import FINE_TUNE
from explorer.validation import Refused

if TYPE_CHECKING:
    pass

_Keys = QKeySequence.StandardKey


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
        self._make_file_actions()
        self._make_edit_actions()
        self._make_design_actions()
        self._make_training_actions()
        self._make_run_actions()
        self._make_study_actions()
        self._make_data_actions()
        self._make_results_actions()
        self._make_flag_actions()
        self._make_classify_actions()
        self._make_view_actions()
        self._make_help_actions()
        self.pages: tuple[QAction, ...] = ()
        for name, action in (vars(self) | vars(self.starts)).items():
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
        self.open_images = self._add(self.tr("Open images …"), keys="Ctrl+Shift+O")
        self.open_table = self._add(self.tr("Open table of images …"))
        self.example_images = self._add(self.tr("Example folder of images …"))
        self.example_images.setToolTip(self.tr("Train on a small folder of images that has what own images often have"))
        self.open_images.setToolTip(self.tr("Train on a folder with one subfolder of images per class"))
        self.open_table.setToolTip(self.tr("Train on images that a CSV file names, with the class of each"))
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
        self.check_block = self._add(self.tr("Check my block …"))
        self.check_block.setToolTip(self.tr("Compare a class Residual that you have written with the expected one"))
        self.pin = self._add(self.tr("Pin as baseline"), self._pin, icon="pin")
        self.unpin = self._add(self.tr("Unpin baseline"), self._unpin, icon="pin-off")

    def _make_training_actions(self) -> None:
        pool = self._pool
        self.starts = StartOrders(self._document, self._choice, pool, self._estimates, self._add)
        self.start = self.starts.start
        self.pause = self._add(self.tr("Pause"), self._pause_or_resume, "F6", "pause")
        self.step = self._add(self.tr("Step"), pool.step_once, "F10", "step-forward")
        self.stop = self._add(self.tr("Stop"), pool.stop, "Shift+F5", "square")
        self.release_queue = self._add(self.tr("Resume queue"), pool.release_queue)
        self.find_rate = self._add(self.tr("Find a learning rate …"))
        self.use_colour = self._add(self.tr("Give the design 3 channels"), self._use_colour)
        self.use_colour.setIconText(self.tr("3 channels"))
        self.fine_tune = self._add(
            self.tr("Use the recipe fine-tune"), lambda: self._choice.use_named_recipe(FINE_TUNE)
        )
        self.fine_tune.setIconText(self.tr("Fine-tune"))
        self.fine_tune.setToolTip(self.tr("Train the new head first, then all layers, those far below it slowly"))
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

    def _make_run_actions(self) -> None:
        """Make the actions on the runs that are selected on their page, which connects and enables them."""
        self.use_run = self._add(self.tr("Use design and recipe of run"))
        self.open_run = self._add(self.tr("Open design of run"))
        self.pin_run = self._add(self.tr("Pin design of run as baseline"))
        self.resume_run = self._add(self.tr("Resume selected run"))
        self.rename_run = self._add(self.tr("Rename run"))
        self.note_run = self._add(self.tr("Note on run …"))
        self.tag_run = self._add(self.tr("Tags of run …"))
        self.star_run = self._add(self.tr("Star run"))
        numbered, by_age = self.tr("Colour of run: {n}"), self.tr("Colour of run: by age")
        others = [numbered.format(n=whole(number)) for number in range(1, 1 + theme.RUN_COLOURS)]
        self.colours_of_run = tuple(map(self._add, (by_age, *others)))
        for number, action in enumerate(self.colours_of_run):
            action.setObjectName(f"colour_of_run_{number}")
            action.setCheckable(True)
        self._colour_menu = QMenu(self.tr("Colour of run"))
        self._colour_menu.addActions(list(self.colours_of_run))
        self.colour_run = self._colour_menu.menuAction()
        self.hide_run = self._add(self.tr("Hide run"))
        self.show_run_folder = self._add(self.tr("Show run in its folder"))
        self.delete_run = self._add(self.tr("Move run to the bin"))
        self.copy_runs = self._add(self.tr("Copy table of runs"))
        self.take_back_run = self._add(self.tr("Take design and recipe of run back"))
        self.restore_run = self._add(self.tr("Take run back from the bin"))
        self.save_curves = self._add(self.tr("Save picture of curves …"), icon="download")
        self.show_hidden_runs = self._add_switch(self.tr("Show hidden runs"))
        self.use_run.setIconText(self.tr("Use design and recipe"))
        self.use_run.setToolTip(self.tr("Show this run's design, and train with its recipe and data"))
        self.resume_run.setIconText(self.tr("Resume"))
        self.resume_run.setToolTip(self.tr("Continue this run from its last checkpoint"))
        for action in (self.take_back_run, self.restore_run):
            action.setIconText(self.tr("Undo"))
        rest = (self.copy_runs, self.take_back_run, self.restore_run, self.save_curves)
        for action in (*self.of_runs, *self.colours_of_run, *rest):
            action.setEnabled(False)  # until their page is open

    def _make_study_actions(self) -> None:
        """Make the actions on the study that is shown on the page of the runs, which connects and enables them."""
        self.continue_study = self._add(self.tr("Continue study"), icon="play")
        self.copy_study = self._add(self.tr("Copy study as a command"))
        self.delete_study = self._add(self.tr("Move study to the bin …"))
        for action in (self.continue_study, self.copy_study, self.delete_study):
            action.setEnabled(False)  # until their page is open

    def _make_data_actions(self) -> None:
        """Make the actions on the data and on the images that are shown; their page connects and enables them."""
        self.scan_data = self._add(self.tr("Scan the data again"))
        self.cancel_scan = self._add(self.tr("Cancel the scan"))
        self.leave_out_images = self._add(self.tr("Leave images out"))
        self.move_images = self._add(self.tr("Move images to a class …"))
        self.keep_images = self._add(self.tr("Keep images"))
        self.readmit_images = self._add(self.tr("Forget decisions on images"))
        self.take_back_decision = self._add(self.tr("Take decision back"))
        for action, words, tip in (
            (self.scan_data, self.tr("Scan again"), self.tr("Open the images that are new or have changed")),
            (self.cancel_scan, self.tr("Cancel"), ""),
            (self.leave_out_images, self.tr("Leave out"), self.tr("Train without these images; no file is touched")),
            (
                self.move_images,
                self.tr("Move to …"),
                self.tr("Give the selected images another class; no file is touched"),
            ),
            (self.keep_images, self.tr("Keep"), self.tr("Accept these images as they are, and ask no more")),
            (self.readmit_images, self.tr("Take back"), self.tr("Use these images as they are in the folder")),
            (self.take_back_decision, self.tr("Undo"), self.tr("Take the last decision on images back")),
        ):
            action.setIconText(words)
            action.setToolTip(tip or action.text())
            action.setEnabled(False)  # until their page is open

    def _make_results_actions(self) -> None:
        """Make the actions on the results of a run; their page connects and enables them."""
        self.evaluate_run = self._add(self.tr("Evaluate this run"))
        self.cancel_evaluation = self._add(self.tr("Cancel the evaluation"))
        self.show_mistakes = self._add(self.tr("Most confident mistakes"))
        self.evaluate_run.setToolTip(self.tr("Let the network of the run classify each image, and note the answers"))
        self.show_mistakes.setIconText(self.tr("All mistakes"))
        self.show_mistakes.setToolTip(
            self.tr("Show all images that are taken for another class, the most confident mistake first")
        )
        self.cancel_evaluation.setIconText(self.tr("Cancel"))
        for action in (self.evaluate_run, self.cancel_evaluation, self.show_mistakes):
            action.setEnabled(False)  # until their page is open

    def _make_flag_actions(self) -> None:
        """Make the actions on the images that the results show; their page connects and enables them."""
        self.reclass_results = self._add(self.tr("Results: give images another class …"))
        self.leave_out_results = self._add(self.tr("Results: leave images out"))
        self.exclude_results = self._add(self.tr("Results: mark images as none of the classes"))
        self.take_back_results = self._add(self.tr("Results: forget decisions on images"))
        self.undo_results = self._add(self.tr("Results: take decision back"))
        self.train_again = self._add(self.tr("Train again with these changes"))
        self.save_table = self._add(self.tr("Save my changes as a table …"))
        self.save_copy = self._add(self.tr("Save my changes as a clean copy …"))
        self.cancel_saving = self._add(self.tr("Cancel saving my changes"))
        for action, words, tip in (
            (self.reclass_results, self.tr("Another class …"), self.tr("Give the selected images another class")),
            (self.leave_out_results, self.tr("Leave out"), self.tr("Train without the selected images")),
            (
                self.exclude_results,
                self.tr("None of these"),
                self.tr("The selected images show none of the classes; train without them"),
            ),
            (
                self.take_back_results,
                self.tr("Take back"),
                self.tr("Use the selected images as they are in the folder"),
            ),
            (self.undo_results, self.tr("Undo"), self.tr("Take the last decision on images back")),
            (
                self.train_again,
                self.train_again.text(),
                self.tr("Train as this run was trained, on its data with your changes"),
            ),
            (self.save_table, self.tr("As a table …"), self.tr("A CSV file with file, class and part of each image")),
            (
                self.save_copy,
                self.tr("As a clean copy …"),
                self.tr("A new folder with the images as you have decided; your own folder stays as it is"),
            ),
            (self.cancel_saving, self.tr("Cancel"), ""),
        ):
            action.setIconText(words)
            action.setToolTip(tip or action.text())
            action.setEnabled(False)  # until their page is open

    @property
    def of_results(self) -> tuple[QAction, ...]:
        """The actions on the images that the results show and on what is decided, as they stand in their menu."""
        return (
            *(self.reclass_results, self.leave_out_results, self.exclude_results, self.take_back_results),
            *(self.undo_results, self.train_again, self.save_table, self.save_copy, self.cancel_saving),
        )

    def _make_classify_actions(self) -> None:
        """Make the actions on images from anywhere; their panel connects and enables them."""
        self.classify_images = self._add(self.tr("Classify images …"))
        self.classify_folder = self._add(self.tr("Classify a folder …"))
        self.classify_clipboard = self._add(self.tr("Classify from the clipboard"))
        self.cancel_classifying = self._add(self.tr("Cancel the classification"))
        self.save_classified = self._add(self.tr("Save the classes of images …"))
        for action, words, tip in (
            (
                self.classify_images,
                self.tr("Classify …"),
                self.tr("Choose images, and see which class each of them is for the network of the run"),
            ),
            (self.classify_folder, self.tr("Folder …"), self.tr("Classify all images below a folder")),
            (self.classify_clipboard, self.tr("Clipboard"), self.tr("Classify an image or files that were copied")),
            (self.cancel_classifying, self.tr("Cancel"), ""),
            (self.save_classified, self.tr("Save as CSV …"), self.tr("Save the classes with their confidence")),
        ):
            action.setIconText(words)
            action.setToolTip(tip or action.text())
            action.setEnabled(False)  # until their panel is open

    @property
    def of_runs(self) -> tuple[QAction, ...]:
        """The actions that need a selected run, as they stand in its menu."""
        return (
            *(self.use_run, self.open_run, self.pin_run, self.resume_run),
            *(self.rename_run, self.note_run, self.tag_run, self.star_run, self.colour_run),
            *(self.hide_run, self.show_run_folder, self.delete_run),
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
        self.own_lessons = self._add(self.tr("Folder of own lessons …"))
        self.own_lessons.setToolTip(self.tr("Lessons that you or your teacher have written; they are listed here"))

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

    def _use_colour(self) -> None:
        _, height, width = self._document.design.input
        self._document.propose(self._document.design.change(input=(3, height, width)), self.tr("3 channels"))

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
        self.starts.show_state()
        self._show_pause(state)
        self.step.setEnabled(state == WorkerState.PAUSED)
        may_change = state in (WorkerState.RUNNING, WorkerState.PAUSED)
        for action in (self.halve_rate, self.lower_rate):
            action.setEnabled(may_change)
        more = self._more_epochs()
        self.add_epochs.setText(self.tr("Add epochs: {n}").format(n=whole(more)))
        text = self.tr("+ 1 epoch") if more == 1 else self.tr("+ {n} epochs").format(n=whole(more))
        self.add_epochs.setIconText(text)
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
