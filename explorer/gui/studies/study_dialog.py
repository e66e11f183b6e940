"""StudyDialog: what a study varies, with how many seeds, what it measures; how many runs that is and about how long."""

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.layers import shape_text
from explorer.architecture.twins import twin_of
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.studies.knob_field import varied_fields
from explorer.gui.studies.knob_row import KnobRow
from explorer.gui.studies.study_words import SHORTCUT, title_of_study
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.input.boxes import NumberBox, watch_box
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.focus_frame import FocusFrame
from explorer.gui.widgets.text.language import about, say, whole
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.studies import Studies
from explorer.runs.devices import candidates
from explorer.runs.studies.knobs import DEPTH
from explorer.runs.studies.nested import nested_knobs
from explorer.runs.studies.study import Knob, Measure, Study, StudyKind
from explorer.runs.studies.trials import MAX_RUNS, PlannedTrial, check_study, count_runs
from explorer.sentences import translatable
from explorer.validation import Refused

_MAX_KNOBS = 4  # a plot of more cannot be read
_MAX_SEEDS, _SEEDS = 100, 3
_WIDTH = 76  # characters
_SETTLED = 150  # milliseconds without an edit before every network is planned


class StudyDialog(QDialog):
    """The study of what Start would train; `started` carries its title once it is on the disk."""

    started = Signal(str)

    def __init__(
        self,
        document: Document,
        choice: TrainingChoice,
        pool: WorkerPool,
        estimates: Estimates,
        studies: Studies,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("study")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Start as a study"))
        self._choice, self._pool, self._estimates, self._studies = choice, pool, estimates, studies
        self._design = choice.fitted
        self._fields = varied_fields(self._design, choice.recipe)
        self._trials: tuple[PlannedTrial, ...] = ()  # with one seed, if all can be trained
        self.rows: list[KnobRow] = []
        self.name, self.measure = QLineEdit(), QComboBox()
        self.twins = QCheckBox(self.tr("Each also plain, without shortcuts"))
        self.seeds = NumberBox(1, _MAX_SEEDS)
        self.add = word_button(self.tr("Vary more"), self._add_next, "add_knob", icon="plus")
        self.summary, self.notes = QLabel(), QLabel()
        self.start = word_button("", self._start, "start_study")
        self.cancel = word_button(self.tr("Cancel"), self.reject, "cancel")
        self.kind, self.depths, self.depths_problem = QComboBox(), QLineEdit(), QLabel()
        self._above, self._grid, self._nested = QVBoxLayout(), QWidget(), QWidget()
        self._soon = QTimer(self, interval=_SETTLED, singleShot=True)
        self._soon.timeout.connect(self._check)
        self._set_up_controls()
        self._lay_out()
        self._add_row(self._first_key(document.selection))
        self.kind.currentIndexChanged.connect(self._use_kind)
        self.depths.textChanged.connect(self._note_edit)
        estimates.changed.connect(self._show_summary)
        FocusFrame(self)

    def _set_up_controls(self) -> None:
        watch_box(self.name)
        self.kind.addItem(self.tr("Every combination of values"), StudyKind.GRID)
        self.kind.addItem(self.tr("Nested classes: deeper networks from scratch, grown, and plain"), StudyKind.NESTED)
        watch_box(self.kind)
        watch_box(self.depths)
        depth = self._fields[DEPTH]
        self.depths.setText(depth.shown(depth.usual))
        self.depths_problem.setForegroundRole(QPalette.ColorRole.BrightText)
        self.depths_problem.setWordWrap(True)
        self.depths_problem.setMinimumHeight(self.fontMetrics().lineSpacing())
        for measure in Measure:
            self.measure.addItem(say(measure), measure)
        watch_box(self.measure)
        self.seeds.setValue(_SEEDS)
        theme.apply_style(self.twins, "check")
        theme.apply_style(self.start, "primary")
        self.twins.setChecked(True)
        self.start.setDefault(True)
        self.seeds.setToolTip(self.tr("How much of a result is luck: each network from several initial weights"))
        for label in (self.summary, self.notes):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setMinimumHeight(2 * self.fontMetrics().lineSpacing())  # the time is known later
        theme.make_secondary(self.notes)
        self.notes.setText("\n".join(self._note_lines()))
        self.notes.setVisible(bool(self.notes.text()))
        for signal in (self.twins.toggled, self.seeds.valueChanged):
            signal.connect(self._note_edit)

    def _lay_out(self) -> None:
        form, buttons, column = QFormLayout(), QHBoxLayout(), QVBoxLayout(self)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._lay_out_kinds()
        entries: tuple[tuple[str, QWidget], ...] = (
            (self.tr("Seeds"), self.seeds),
            (self.tr("Compare"), self.measure),
            (self.tr("Name"), self.name),
        )
        for text, widget in entries:
            form.addRow(text, widget)
            widget.setAccessibleName(text)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.start)
        self._column = column
        column.setSpacing(theme.RHYTHM)
        for part in (self.kind, self._grid, self._nested):
            column.addWidget(part)
        column.addLayout(form)
        column.addWidget(self.summary)
        column.addWidget(self.notes)
        column.addStretch(1)
        column.addLayout(buttons)
        self.setMinimumWidth(_WIDTH * self.fontMetrics().averageCharWidth())

    def _lay_out_kinds(self) -> None:
        """Lay out what a study of each kind asks for, in one place."""
        self.kind.setAccessibleName(self.tr("Kind of study"))
        self.depths.setAccessibleName(self.tr("Depths"))
        beside, grid, nested = QHBoxLayout(), QVBoxLayout(self._grid), QFormLayout(self._nested)
        beside.addWidget(self.add)
        beside.addWidget(self.twins)
        beside.addStretch(1)
        for layout in (grid, nested):
            layout.setContentsMargins(0, 0, 0, 0)
        grid.addLayout(self._above)
        grid.addLayout(beside)
        nested.addRow(self.tr("Depths"), self.depths)
        nested.addRow("", self.depths_problem)
        self._nested.hide()

    def _use_kind(self) -> None:
        """Ask for what a study of the chosen kind needs, and compare what is usual."""
        is_nested = self.kind.currentData() == StudyKind.NESTED
        for part, shown in ((self._grid, not is_nested), (self._nested, is_nested)):
            part.setVisible(shown)
        usual = Measure.TRAINING_LOSS if is_nested else Measure.ACCURACY
        self.measure.setCurrentIndex(self.measure.findData(usual))
        self._note_edit()
        self.adjustSize()

    def _note_lines(self) -> Iterator[str]:
        """Yield what the runs have that the shown design has not."""
        if self._design != self._choice.document.design:
            text = self.tr("All are fitted to the data: {shape}, {classes} classes.")
            yield text.format(shape=shape_text(self._design.input), classes=whole(self._design.classes))
        if self._choice.weights:
            yield self.tr("All begin with new weights, not with those chosen for Start.")

    def _first_key(self, selection: str) -> str:
        """Return the blocks of the stage that is selected, or else of the last but one."""
        number = selection.partition(".")[0].removeprefix("layer")
        stages = len(self._design.stages)
        return f"stage{number if number.isdecimal() else max(1, stages - 1)}.blocks"

    # What is varied

    def _add_row(self, key: str) -> None:
        row = KnobRow(self._fields, key)
        row.changed.connect(self._note_edit)
        row.removed.connect(lambda: self._remove_row(row))
        self.rows.append(row)
        self._above.addWidget(row)
        self._note_edit()

    def _add_next(self) -> None:
        """Offer the first thing that is not varied yet; of a stage, the same of another one."""
        taken = {row.field.key for row in self.rows}
        name = self.rows[-1].field.key.rpartition(".")[2] if self.rows else ""
        open_keys = [key for key in self._fields if key not in taken]
        alike = [key for key in open_keys if key.startswith("stage") and key.endswith(f".{name}")]
        self._add_row((alike or open_keys)[-1 if alike else 0])
        self.rows[-1].box.setFocus()

    def _remove_row(self, row: KnobRow) -> None:
        self.rows.remove(row)
        self._above.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._note_edit()
        self.adjustSize()

    @property
    def study(self) -> Study:
        """What the dialog says."""
        kind = StudyKind(self.kind.currentData())
        knobs = [row.knob for row in self.rows]
        if kind is StudyKind.NESTED:
            knobs = [*nested_knobs(",".join(self._fields[DEPTH].typed(self.depths.text())))]
        elif self.twins.isChecked() and self.twins.isEnabled():
            knobs.append(Knob(SHORTCUT, self._twin_values()))
        return Study(
            kind=kind,
            design=self._design,
            recipe=self._choice.recipe,
            knobs=tuple(knobs),
            seeds=self.seeds.value(),
            measure=Measure(self.measure.currentData()),
            name=self.name.text().strip(),
        )

    def _twin_values(self) -> tuple[str, str]:
        """Return the shortcuts of the design and of its twin."""
        return self._design.shortcut, twin_of(self._design).shortcut

    # What that is

    def _note_edit(self) -> None:
        """Say how many runs there are; shortly after the last edit, whether all can be trained."""
        varies_shortcut = any(row.field.key == SHORTCUT for row in self.rows)
        self.twins.setEnabled(not varies_shortcut)
        self.add.setEnabled(len(self.rows) < _MAX_KNOBS)
        for row in self.rows:
            row.remove.setEnabled(len(self.rows) > 1)
        self._trials = ()
        self._show_summary()
        self._soon.start()

    def _check(self) -> None:
        """Plan every network, and show at its control what keeps one from being trained."""
        study = replace(self.study, seeds=1)
        is_grid = study.kind is StudyKind.GRID
        alone = [_reason(replace(study, knobs=(row.knob,))) if is_grid else "" for row in self.rows]
        for row, words in zip(self.rows, alone, strict=True):
            row.show_problem(words)
        problem = ""
        if not any(alone):
            try:
                self._trials = check_study(study)
            except Refused as refused:
                problem = _first_line(refused)
            self._show_problem(problem)
        self._show_summary()
        needed = self._column.totalHeightForWidth(self.width())
        self.resize(self.width(), max(self.height(), needed))  # a long problem takes more lines

    def _show_problem(self, words: str) -> None:
        """Show what is wrong with the values together."""
        if self.kind.currentData() == StudyKind.GRID:
            self.rows[-1].show_problem(words)
        else:
            self.depths_problem.setText(words)
            self.depths.setAccessibleDescription(words)

    def _show_summary(self) -> None:
        """Say how many runs there are and about how long they take, and let Start say and offer that."""
        study = self.study
        runs = len(self._trials) * study.seeds or count_runs(study)
        self.name.setPlaceholderText(title_of_study(replace(study, name="")))
        self.start.setText(self.tr("Start 1 run") if runs == 1 else self.tr("Start {n} runs").format(n=whole(runs)))
        self.start.setEnabled(bool(self._trials) and runs <= MAX_RUNS)
        words = (
            self.tr("{n} runs, one for each network")
            if study.seeds == 1
            else self.tr("{n} runs: {points} networks with {seeds} seeds each")
        )
        words = words.format(n=whole(runs), points=whole(runs // study.seeds), seeds=whole(study.seeds))
        if runs > MAX_RUNS:
            words = self.tr("{n} runs, more than the {most} that a study may have").format(
                n=whole(runs), most=whole(MAX_RUNS)
            )
        elif time := self._time_text(study):
            words = f"{words}\n{time}"
        self.summary.setText(words)
        self.start.setAccessibleDescription(words)

    def _time_text(self, study: Study) -> str:
        seconds = self._estimates.seconds_of(trial.side for trial in self._trials)
        if seconds is None:
            return self.tr("measuring …") if self._estimates.may_measure else ""
        if not self._trials:
            return ""
        devices = min(len(candidates(study.recipe.device, self._pool.hello)), len(self._trials) * study.seeds)
        time = about(seconds * study.seeds / devices)
        if devices > 1:
            return self.tr("about {time} on {n} devices").format(time=time, n=whole(devices))
        return self.tr("about {time}").format(time=time)

    def _start(self) -> None:
        study = self.study
        try:
            check_study(study)
            self._studies.start(study)
        except Refused as refused:
            self._show_problem(_first_line(refused))
            return
        self.started.emit(title_of_study(study))
        self.accept()


def _reason(study: Study) -> str:
    """Return the first reason why a study cannot be trained; empty if it can."""
    try:
        check_study(study)
    except Refused as refused:
        return _first_line(refused)
    return ""


def _first_line(refused: Refused) -> str:
    """Return the first complaint, and how many more there are."""
    first, *others = refused.complaints
    words = say(first.sentence)
    if not others:
        return words
    return say(translatable("{problem} (and {n} more)")).format(problem=words, n=whole(len(others)))
