"""StudyOrders: what the user may do with the study that is shown on the page of the runs."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

from explorer.gui.actions import Actions
from explorer.gui.runs.bin import DeletedRun, delete_folder, delete_run
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.studies.study_words import title_of_study
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.focus_frame import FocusFrame
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.workers.studies import KnownStudy, Studies, StudyState
from explorer.runs.studies.command import study_command
from explorer.runs.studies.schedule import TrialState
from explorer.runs.studies.study import StudyKind
from explorer.validation import Refused

_GOING = (StudyState.GOING, StudyState.HELD)


class StudyOrders(QObject):
    """Connects the actions on studies, and enables those that have an effect on the one that is shown."""

    def __init__(self, studies: Studies, history: RunHistory, actions: Actions, page: QWidget) -> None:
        super().__init__(page)
        self._studies, self._history, self._actions, self._page = studies, history, actions, page
        for action, do in (
            (actions.continue_study, self._continue_or_stop),
            (actions.copy_study, self._copy),
            (actions.delete_study, self._ask_to_delete),
        ):
            connect_order(action, do)
        studies.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        """Let the actions say and offer what they do with the study that is shown."""
        actions, known = self._actions, self._studies.current
        state = self._studies.state_of(known) if known else StudyState.DONE
        goes = state is StudyState.GOING
        left = known is not None and known.schedule.count(TrialState.DONE) < len(known.schedule.trials)
        actions.continue_study.setText(self.tr("Stop study") if goes else self.tr("Continue study"))
        actions.continue_study.setIconText(self.tr("Stop") if goes else self.tr("Continue"))
        theme.set_icon(actions.continue_study, "square" if goes else "play")
        actions.continue_study.setToolTip(
            self.tr("Stop its runs, which save checkpoints, and start no more of them")
            if goes
            else self.tr("Train what is left, and again what failed")
        )
        actions.continue_study.setEnabled(known is not None and (goes or left))
        # how many trials a search may try is known to who ordered it alone
        actions.copy_study.setEnabled(known is not None and known.study.kind is not StudyKind.SEARCH)
        actions.delete_study.setEnabled(known is not None and state not in (*_GOING, StudyState.ELSEWHERE))

    def _continue_or_stop(self) -> None:
        if known := self._studies.current:
            if self._studies.state_of(known) is StudyState.GOING:
                self._studies.stop(known)
            else:
                self._studies.go_on(known)

    def _copy(self) -> None:
        if known := self._studies.current:
            QGuiApplication.clipboard().setText(study_command(known.study))
            self._actions.confirmed.emit(self.tr("Copied the command that starts this study"))

    def _ask_to_delete(self) -> None:
        """Ask whether a study is to be deleted, and whether its runs are."""
        if (known := self._studies.current) is None:
            return
        runs = sum(each.run is not None for each in known.schedule.trials)
        box = QMessageBox(QMessageBox.Icon.Question, self.tr("Delete study"), "", parent=self._page)
        box.setObjectName("delete_study")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Move the study {name} to the bin?").format(name=title_of_study(known.study)))
        box.setInformativeText(self.tr("Its plot is gone with it; its runs stay in the list unless they go too."))
        with_runs = QCheckBox(self.tr("Move its {n} runs to the bin as well").format(n=whole(runs)))
        theme.apply_style(with_runs, "check")
        with_runs.setEnabled(bool(runs))
        box.setCheckBox(with_runs)
        delete = box.addButton(self.tr("Move to the bin"), QMessageBox.ButtonRole.AcceptRole)
        box.addButton(self.tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        delete.clicked.connect(lambda: self._delete(known, with_runs.isChecked()))
        FocusFrame(box)
        box.open()

    def _delete(self, known: KnownStudy, with_runs: bool) -> None:
        deleted: list[DeletedRun] = []
        try:
            for each in known.schedule.trials if with_runs else ():
                if each.run:
                    deleted.append(delete_run(each.run))
            delete_folder(known.folder.folder, title_of_study(known.study))
            self._actions.confirmed.emit(self.tr("The study is in the bin"))
        except Refused as refused:
            self._actions.confirmed.emit(say(refused.sentence))
        if deleted:
            self._history.deleted = (*self._history.deleted, tuple(deleted))
        self._history.reload()
        self._studies.reload()
