"""Exports: the menu of all formats, and what becomes of a choice in it."""

from functools import partial
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from explorer.architecture.source.network import WRITERS
from explorer.gui.actions import Actions
from explorer.gui.document import Document, title_of_run
from explorer.gui.main_window.export_dialog import ExportDialog
from explorer.gui.main_window.files import Files, file_name
from explorer.gui.main_window.pages import Pages
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.text.language import chosen_language, say, spoken_language
from explorer.gui.workers.exporting import Exporting
from explorer.gui.workspace import CURVES
from explorer.runs.destination import Content, write_content
from explorer.runs.folder.run import Run
from explorer.runs.formats import FORMATS, Format, Maker
from explorer.runs.questions.export import Export, Exported
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from explorer.validation import Refused


class Exports(QObject):
    """Writes the design that is shown, or the run that is selected in the list of runs, where the user wants it."""

    def __init__(
        self,
        files: Files,
        document: Document,
        history: RunHistory,
        exporting: Exporting,
        pages: Pages,
        actions: Actions,
    ) -> None:
        super().__init__(files)
        self._files, self._document, self._history, self._exporting = files, document, history, exporting
        self._pages = pages
        self.dialog = ExportDialog(exporting, files.window)
        exporting.written.connect(self._note_written)
        exporting.refused.connect(self._note_refusal)
        connect_order(actions.save_curves, self._save_curves)

    def fill_menu(self, menu: QMenu) -> None:
        """Fill `menu` with what can be made of the design, then with what can be made of the selected run."""
        menu.clear()
        menu.setToolTipsVisible(True)
        run, fatal = self._history.current, self._document.fatal
        menu.addSection(self.tr("Design"))
        for form in FORMATS.values():
            if form.of_design:
                self._add(menu, form, form.of_design, say(fatal.what) if fatal else "")
        menu.addSection(title_of_run(run) if run else self.tr("Run"))
        for form in FORMATS.values():
            if form.of_run:
                self._add(menu, form, form.of_run, "" if run else self.tr("Select a run in the list of runs"), run)

    def _add(self, menu: QMenu, form: Format, label: str, obstacle: str, run: Run | None = None) -> QAction:
        is_busy = form.maker is Maker.WORKER and self._exporting.path is not None
        obstacle = obstacle or (self.tr("Another export is under way") if is_busy else "")
        action = menu.addAction(self.tr("{format} …").format(format=say(label)))
        action.setObjectName(f"{form.name}_of_run" if label == form.of_run and form.of_design else form.name)
        action.setEnabled(not obstacle)
        action.setToolTip(obstacle)
        connect_order(action, partial(self._export, form, label, run))
        return action

    def _export(self, form: Format, label: str, run: Run | None) -> None:
        """Ask where a format of a run, or else of the design, is to be written, and write it."""
        if form.missing:
            self._files.complain(self.tr("Could not export {name}").format(name=say(label)), say(form.missing))
        elif path := self._ask_where(form, label, run):
            self._write(form, run, path)

    def _ask_where(self, form: Format, label: str, run: Run | None) -> Path | None:
        title = self.tr("Export")
        if form.suffix:
            name = file_name(title_of_run(run) if run else self._document.title)
            return self._files.ask_where(title, name, {form.suffix: f"{say(label)} (*{form.suffix})"})
        name = f"{run.id if run else file_name(self._document.title)}-{form.name}"
        title = self.tr("Where to put the folder {name}").format(name=name)
        chosen = QFileDialog.getExistingDirectory(self._files.window, title, self._files.folder())
        return Path(chosen) / name if chosen else None

    def _write(self, form: Format, run: Run | None, path: Path) -> None:
        document = self._document
        match form.maker:
            case Maker.PLAN:
                self._write_now(path, WRITERS[form.name](document.plan, document.vocabulary))
            case Maker.WORKER:
                self._exporting.start(
                    Export(
                        run.design if run else document.design,
                        run.recipe if run else Recipe(),
                        format=form.name,
                        path=path,
                        runs=run.folder.parent if run else Path(),
                        run=run.id if run else "",
                        names=document.vocabulary,
                        language=spoken_language(chosen_language()),
                    )
                )
            case Maker.WINDOW:
                from explorer.gui.diagram import picture

                self._write_now(path, picture.WRITERS[form.name](document.design, document.vocabulary))
            case _:
                assert_never(form.maker)

    def _save_curves(self) -> None:
        """Write a picture of the curves as they are on their page."""
        from explorer.gui.runs.curves_page import CurvesPage
        from explorer.gui.training.curves import curves_picture

        page = self._pages.page(CURVES)
        assert isinstance(page, CurvesPage)
        kinds = {suffix: f"{suffix[1:].upper()} (*{suffix})" for suffix in curves_picture.WRITERS}
        run = self._history.current
        name = file_name(title_of_run(run) if run else self._document.title)
        if path := self._files.ask_where(self.tr("Save picture of curves"), name, kinds):
            self._write_now(path, curves_picture.WRITERS[path.suffix.lower()](page.plots))

    def _write_now(self, path: Path, content: Content) -> None:
        try:
            write_content(path, content)
        except Refused as refused:
            self._note_refusal(path, refused.sentence)
        else:
            self._note_written(Exported(path=path))

    def _note_written(self, answer: Exported) -> None:
        self._files.tell(self.tr("Exported {name}").format(name=answer.path.name))
        if answer.warning:
            self._files.complain(self.tr("Exported {name}").format(name=answer.path.name), say(answer.warning))

    def _note_refusal(self, path: Path, reason: Sentence) -> None:
        self._files.complain(self.tr("Could not export {name}").format(name=path.name), say(reason))
