"""RunsPage: every run in a table or as a point, what differs between the selected ones, and what to do with them."""

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent, QTextDocument
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document, title_of_run
from explorer.gui.runs.run_differences import differences
from explorer.gui.runs.run_history import MAX_DRAWN, RunHistory
from explorer.gui.runs.run_orders import RunOrders
from explorer.gui.runs.run_row import RunRow
from explorer.gui.runs.run_scatter import RunScatter
from explorer.gui.runs.run_table import RunTable
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.runs.study_orders import StudyOrders
from explorer.gui.studies.studies_panel import StudiesPanel
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.scroll import Scroll
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.widgets.text.spoken import speak
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.studies import Studies

_LINES = 4  # of the text below the table
_HIGH = 22  # lines of text from which the page has room for all of these
_WIDE = 130  # characters from which table and points stand beside each other


class RunsPage(QWidget):
    """The table and the points of the runs that match the filter, or until there is a run, how to get one."""

    def __init__(
        self,
        document: Document,
        choice: TrainingChoice,
        pool: WorkerPool,
        history: RunHistory,
        studies: Studies,
        view: RunsView,
        actions: Actions,
    ) -> None:
        super().__init__()
        self._history, self._studies, self._view = history, studies, view
        self.table, self.scatter = RunTable(history, view), RunScatter(history, view)
        self.orders = RunOrders(document, choice, pool, history, view, self.table, actions)
        self.studies, self.study_orders = StudiesPanel(studies, actions), StudyOrders(studies, history, actions, self)
        self.studies_area = Scroll(self.studies)
        self.empty = EmptyState(self.tr("Every run that you start is kept and listed here."), actions.start)
        self.full = QWidget()
        self.filter, self.count, self.wrong = QLineEdit(view.filter), QLabel(), QLabel()
        self.points, self.plots = QCheckBox(self.tr("Scatter plot")), QCheckBox(self.tr("Studies"))
        self.columns, self.more = QToolButton(), QToolButton()
        self.use, self.resume = (
            action_button(actions.use_run, "use_run"),
            action_button(actions.resume_run, "resume_run"),
        )
        self.words = QPlainTextEdit()
        self.setFocusProxy(self.table)
        self._set_up_controls()
        self._lay_out()
        self._show_wrong()
        history.listed.connect(self._reload_studies)
        studies.changed.connect(self.show_runs)
        self.studies.plot.chosen.connect(history.choose)
        self.studies.plot.opened.connect(lambda _: actions.open_run.trigger())
        history.changed.connect(self.show_runs)
        history.progressed.connect(self._show_progress)
        self.table.itemDelegate().closeEditor.connect(lambda: QTimer.singleShot(0, self, self.show_runs))
        self.table.shared.connect(self._show_missing)
        self.table.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the table of runs")))

    def _set_up_controls(self) -> None:
        view = self._view
        self.filter.setPlaceholderText(self.tr("Filter by words, or accuracy > 0.9 and params < 1e6"))
        self.filter.setToolTip(self._filter_help())
        self.wrong.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # it has a tool tip too
        self.filter.setAccessibleName(self.tr("Filter runs"))
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._use_filter)
        theme.make_secondary(self.count)
        self.count.setFont(theme.figures_font(self.count.font()))
        self.columns.setCheckable(True)
        self.columns.setAutoRaise(True)
        self.columns.setChecked(view.has_all_columns)
        self.columns.toggled.connect(self.table.show_all_columns)
        for box, shown, show in (
            (self.points, view.has_scatter, self._use_scatter),
            (self.plots, view.has_studies, self._use_studies),
        ):
            theme.apply_style(box, "check")
            box.setChecked(shown)
            box.toggled.connect(show)
        self.more.setText(self.tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(self.orders.menu)
        self.words.setReadOnly(True)
        self.words.setTabChangesFocus(True)
        self.words.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.words.setAccessibleName(self.tr("The selected runs"))
        self.words.setPlaceholderText(self.tr("Select one run for its details, several for what differs between them."))

    def _lay_out(self) -> None:
        above, buttons, middle = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        above.addWidget(self.filter, stretch=1)
        above.addWidget(self.count)
        above.addWidget(self.columns)
        above.addWidget(self.points)
        above.addWidget(self.plots)
        for button in (self.use, self.resume, self.more):
            buttons.addWidget(button)
        buttons.addWidget(self.wrong, stretch=1)
        middle.addWidget(self.table, stretch=3)
        middle.addWidget(self.scatter, stretch=2)
        middle.addWidget(self.studies_area, stretch=2)
        column = QVBoxLayout(self.full)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.setSpacing(theme.RHYTHM)
        for row in (above, buttons):
            column.addLayout(row)
        column.addLayout(middle, stretch=1)
        column.addWidget(self.words)
        column.addWidget(self.orders)
        whole_page = QVBoxLayout(self)
        whole_page.setContentsMargins(0, 0, 0, 0)
        whole_page.addWidget(self.full)
        whole_page.addWidget(self.empty)

    def show_runs(self) -> None:
        """Show the runs as they are now; while the page is not seen or a name is typed, later."""
        if self.isVisible() and not self.table.is_edited:
            self.table.runs.show_runs()
            self._show_rows()

    def _reload_studies(self) -> None:
        if self.isVisible():
            self._studies.reload()

    def _show_progress(self) -> None:
        if self.table.runs.has_progress():
            self.show_runs()

    def _use_filter(self, text: str) -> None:
        self.table.runs.use_filter(text)
        shown = [run_id for run_id in self._history.chosen if self.table.runs.place_of(run_id) is not None]
        self._history.choose(shown)  # so that no order concerns a run that is not seen
        self._show_wrong()
        self._show_rows()

    def _show_wrong(self) -> None:
        """Say what is wrong with the filter, and from where on, beside the list, which stays as it is."""
        wrong = self.table.runs.wrong
        words = ""
        if wrong:
            rest = wrong.text[wrong.place :].strip()
            words = say(wrong.reason)
            words = self.tr("{reason}, at “{text}”").format(text=rest, reason=words) if rest else words
        self.wrong.setText(words)
        self.wrong.setToolTip(words)
        speak(self.filter, words)

    def _filter_help(self) -> str:
        return self.tr(
            "Words are looked for in name, note, tags, design, data and state. Fields are compared by = != < <= > >= "
            "and ~ (contains), and joined by and, or, not and parentheses: accuracy, params, macs, depth, epochs, "
            "done, seconds, seed, state, created, data, device, name, note, tag, star, hidden, study, blocks, "
            "stage2.width, and every other field of a design or a recipe, such as lr or shortcut."
        )

    def _show_rows(self) -> None:
        rows, total = self.table.runs.rows, self.table.runs.total
        self.full.setVisible(bool(total))
        self.empty.setVisible(not total)
        self.count.setText(self.tr("{n} of {total}").format(n=whole(len(rows)), total=whole(total)))
        self.table.show_choice()
        self._show_plots()
        self._show_words()

    def _use_scatter(self, shown: bool) -> None:
        """Show the points, in the place of the studies, or do not."""
        self._view.has_scatter = shown
        if shown:
            self.plots.setChecked(False)
        self._show_plots()

    def _use_studies(self, shown: bool) -> None:
        """Show the studies, in the place of the points, or do not."""
        self._view.has_studies = shown
        if shown:
            self.points.setChecked(False)
        self._show_plots()

    def _show_plots(self) -> None:
        """Show points or studies beside the table where there is room, else in its place, or neither."""
        view, has_any = self._view, bool(self._studies.known or self._studies.unreadable)
        is_wide = self.width() >= _WIDE * self.fontMetrics().averageCharWidth()
        studies, points = view.has_studies and has_any, view.has_scatter
        is_alone = is_wide or not (studies or points)
        self.plots.setVisible(has_any)
        self.plots.setChecked(view.has_studies)  # a study that was started shows itself
        self.points.setChecked(points)
        self.scatter.setVisible(points)
        self.studies_area.setVisible(studies)
        self.table.setVisible(is_alone)
        self.columns.setEnabled(is_alone)
        if points:
            self.scatter.show_rows(self.table.runs.rows)
        if studies:
            self.studies.show_studies(self._history.chosen)

    def _show_missing(self) -> None:
        """Say which columns there is no room for."""
        missing = self.table.missing
        words = self.tr("{columns} do not fit: show them").format(columns=self.tr(", ").join(missing))
        self.columns.setText(f"+{len(missing)} ▸" if missing else "◂")
        self.columns.setToolTip(words if missing else self.tr("Show only the columns that fit"))
        self.columns.setAccessibleName(self.columns.toolTip())
        self.columns.setVisible(bool(missing) or self._view.has_all_columns)

    def _show_words(self) -> None:
        """Say beneath the table what differs between the selected runs, or all about a single one."""
        places = [self.table.runs.place_of(run_id) for run_id in self._history.chosen]
        rows = [self.table.runs.rows[place] for place in places if place is not None]
        lines = differences(rows) if len(rows) > 1 else [line for row in rows for line in self._details(row)]
        if len(rows) > MAX_DRAWN:
            lines.insert(0, self.tr("Curves are drawn of the first {n} of them.").format(n=whole(MAX_DRAWN)))
        text = "\n".join(lines)
        if text != self.words.toPlainText():
            self.words.setPlainText(text)

    def _details(self, row: RunRow) -> list[str]:
        lines = [self.tr("{name}: {design}").format(name=row.name, design=row.line)]
        if row.before:
            lines.append(
                self.tr("Against {name}: {changes}").format(name=title_of_run(row.before), changes=row.changes)
            )
        return [*lines, *([row.note] if row.note else [])]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._studies.reload()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        spacing, margins = self._line_height(), 2 * self.words.document().documentMargin()
        lines = _LINES if self.height() >= _HIGH * spacing else _LINES // 2
        self.words.setFixedHeight(int(lines * spacing + margins))
        self._show_plots()

    def _line_height(self) -> float:
        """Return the height of a line of words in pixels; Chinese ones are higher than the font says."""
        line = QTextDocument(self.tr("Against {name}: {changes}"))
        line.setDefaultFont(self.words.font())
        line.setDocumentMargin(0)
        return line.size().height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "words"):
            self.table.viewport().update()
