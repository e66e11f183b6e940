"""CompareState: which networks stand side by side, and what a worker has said of them. No widgets.

The columns of designs are planned at once. A worker is asked about a network of torchvision, once per input and number
of classes, and speeds are measured when the user asks for them.
"""

from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.architecture.design import Design
from explorer.architecture.layers import Shape
from explorer.architecture.plan import Plan, plan_network
from explorer.gui.choice import TrainingChoice
from explorer.gui.compare.subject import BASELINE, CURRENT, Subject, SubjectKind
from explorer.gui.document import Document, title_of_run
from explorer.gui.workers.inquiry import SETTLE, Inquiry
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.columns import OUTSIDE, Column, column_of_outside, column_of_plan
from explorer.runs.folder.run import Run
from explorer.runs.questions.networks import MeasuredSpeed, Outside, OutsideNetwork, Speed
from explorer.sentences import NOTHING, Sentence

_Key = tuple[str, Shape, int]  # a network of torchvision, with the input and the number of classes it is asked about


class CompareState(QObject):
    """The subjects of the columns and their figures; `changed` when any of it is different, `edited` after an edit.

    `progressed` while speeds are measured.
    `convention` is how MACs are counted. `measuring` are the subjects whose speed is being measured, the first of them
    now, `done` the share of it.
    """

    changed = Signal()
    edited = Signal()
    progressed = Signal()

    def __init__(self, document: Document, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self.document = document
        self._choice, self._pool = choice, pool
        self.subjects: tuple[Subject, ...] = (CURRENT,)
        self.convention = "macs"
        self.measuring: tuple[Subject, ...] = ()
        self.done = 0.0
        self.refusal = NOTHING
        self._networks: dict[_Key, OutsideNetwork | Sentence] = {}
        self._speeds: dict[Design | _Key, MeasuredSpeed] = {}
        self._columns: dict[Subject, tuple[object, Column]] = {}
        self._question: Inquiry | None = None
        self._measurement: Inquiry | None = None
        self._timer = QTimer(self, interval=SETTLE, singleShot=True)
        self._timer.timeout.connect(self._ask)
        document.changed.connect(self._note_edit)
        pool.changed.connect(self._note_workers)

    @property
    def runs(self) -> Path:
        """The folder of the runs that can be columns."""
        return self._pool.runs

    # Which columns

    def add(self, subject: Subject) -> None:
        """Add a column at the end, unless it is there."""
        if subject not in self.subjects:
            self._show((*self.subjects, subject))

    def remove(self, subject: Subject) -> None:
        """Remove a column; the last one cannot go."""
        if len(self.subjects) > 1:
            self._show(tuple(each for each in self.subjects if each != subject))

    def add_run(self, run: Run) -> None:
        self.add(Subject(SubjectKind.RUN, title_of_run(run), run.design, run.best_accuracy))

    def count_by(self, convention: str) -> None:
        """Count MACs by another convention."""
        self.convention = convention
        self.changed.emit()

    def refuse(self, reason: Sentence) -> None:
        """Tell why something that was asked for could not be done."""
        self.refusal = reason
        self.changed.emit()

    def _show(self, subjects: tuple[Subject, ...]) -> None:
        self.subjects = subjects
        self.refusal = NOTHING
        self._ask()
        self.changed.emit()

    def _note_edit(self) -> None:
        """Show the edited design; the other columns stay, but for the baseline where it was unpinned."""
        if self.document.baseline is None and BASELINE in self.subjects:
            self.subjects = tuple(each for each in self.subjects if each != BASELINE) or (CURRENT,)
        if any(each.kind is SubjectKind.OUTSIDE for each in self.subjects):
            self._timer.start()
        self.edited.emit()

    # What they show

    def title(self, subject: Subject) -> str:
        """Return the heading of a column."""
        match subject.kind:
            case SubjectKind.CURRENT:
                return self.tr("Current design")
            case SubjectKind.BASELINE:
                return self.tr("Baseline")
            case SubjectKind.OUTSIDE:
                return OUTSIDE.get(subject.name, subject.name)
            case SubjectKind.DESIGN:
                return subject.name
            case SubjectKind.RUN:
                return self.tr("Run {name}").format(name=subject.name)
            case _:
                assert_never(subject.kind)

    def column(self, subject: Subject) -> Column | None:
        """Return the figures of a subject, or None while they are not known."""
        source = self._source(subject)
        if source is None:
            return None
        known = self._columns.get(subject)
        if known is None or known[0] is not source:
            known = source, self._made(subject, source)
            self._columns[subject] = known
        return known[1]

    def design_of(self, subject: Subject) -> Design | None:
        """Return the design of a column; None for a network of torchvision, and while no baseline is pinned."""
        match subject.kind:
            case SubjectKind.CURRENT:
                return self.document.design
            case SubjectKind.BASELINE:
                return self.document.baseline.design if self.document.baseline else None
            case SubjectKind.DESIGN | SubjectKind.RUN:
                return subject.design
            case SubjectKind.OUTSIDE:
                return None
            case _:
                assert_never(subject.kind)

    def _source(self, subject: Subject) -> Plan | OutsideNetwork | Subject | None:
        """Return what a column is made of; the same object as long as the column is the same."""
        match subject.kind:
            case SubjectKind.CURRENT:
                return self.document.plan
            case SubjectKind.BASELINE:
                return self.document.baseline
            case SubjectKind.DESIGN | SubjectKind.RUN:
                return subject
            case SubjectKind.OUTSIDE:
                found = self._networks.get(self._key(subject))
                return found if isinstance(found, OutsideNetwork) else None
            case _:
                assert_never(subject.kind)

    def _made(self, subject: Subject, source: Plan | OutsideNetwork | Subject) -> Column:
        match source:
            case OutsideNetwork():
                return column_of_outside(subject.name, source)
            case Plan():
                return column_of_plan(subject.name, source)
            case Subject():
                assert source.design is not None
                return column_of_plan(source.name, plan_network(source.design), source.accuracy)

    def reason(self, subject: Subject) -> Sentence | str:
        """Return why a column has no figures yet, or never will."""
        found = self._networks.get(self._key(subject))
        if isinstance(found, Sentence):
            return found
        return self._pool.probe_obstacle() or self.tr("Asking torchinfo …")

    # Networks of torchvision

    def _key(self, subject: Subject) -> _Key:
        """Return what a network of torchvision is asked about with: the document's input and classes."""
        return subject.name, self.document.design.input, self.document.design.classes

    def _ask(self) -> None:
        """Ask about the next network that no worker has told of, or has refused to."""
        outside = [each for each in self.subjects if each.kind is SubjectKind.OUTSIDE]
        wanted = next((each for each in outside if self._key(each) not in self._networks), None)
        question = Outside(self.document.design, self._choice.recipe, network=wanted.name) if wanted else None
        if self._question and self._question.question != question:
            self._question.cancel()
            self._question = None
        if wanted and question and self._question is None:
            key = self._key(wanted)
            self._question = Inquiry(self._pool, question)
            self._question.answered.connect(lambda answer: self._note_network(key, answer))
            self._question.refused.connect(lambda reason: self._note_network(key, reason))

    def _note_workers(self) -> None:
        """Tell why a network is still to be waited for, or that measuring may begin."""
        (self.changed if self._question else self.progressed).emit()

    def _note_network(self, key: _Key, answer: OutsideNetwork | Sentence) -> None:
        self._networks[key] = answer
        self._question = None
        self._ask()
        self.changed.emit()

    # Images per second

    def speed(self, subject: Subject) -> MeasuredSpeed | None:
        """Return how fast a column's network was when it was measured, or None."""
        key = self._speed_key(subject)
        return self._speeds.get(key) if key else None

    def _speed_key(self, subject: Subject) -> Design | _Key | None:
        """Return what a subject's speed belongs to; None for a design that cannot be built."""
        if subject.kind is SubjectKind.OUTSIDE:
            return self._key(subject)
        column = self.column(subject)
        return column.plan.design if column and column.plan and not column.plan.obstacles else None

    @property
    def unmeasured(self) -> tuple[Subject, ...]:
        """The subjects whose speed can be measured and was not."""
        return tuple(each for each in self.subjects if self._speed_key(each) and not self.speed(each))

    def measure(self) -> None:
        """Measure one column after the other that was not measured yet."""
        self.refusal = NOTHING
        self.measuring, self.done = self.unmeasured, 0.0
        self._measure_next()

    def stop_measuring(self) -> None:
        if self._measurement:
            self._measurement.cancel()
        self._measurement, self.measuring = None, ()
        self.changed.emit()

    def _measure_next(self) -> None:
        key = self._speed_key(self.measuring[0]) if self.measuring else None
        if key is None:
            self.measuring = ()
        else:
            design, network = (key, "") if isinstance(key, Design) else (self.document.design, key[0])
            question = Speed(design, self._choice.recipe, network=network)
            self._measurement = Inquiry(self._pool, question)
            self._measurement.progressed.connect(self._note_progress)
            self._measurement.answered.connect(lambda answer: self._note_speed(key, answer))
            self._measurement.refused.connect(self._note_refusal)
        self.changed.emit()

    def _note_progress(self, done: int, total: int) -> None:
        self.done = done / total
        self.progressed.emit()

    def _note_speed(self, key: Design | _Key, answer: MeasuredSpeed) -> None:
        self._speeds[key] = answer
        self._end_measurement()

    def _note_refusal(self, reason: Sentence) -> None:
        self.refusal = reason
        self._end_measurement()

    def _end_measurement(self) -> None:
        self._measurement, self.done = None, 0.0
        self.measuring = self.measuring[1:]
        self._measure_next()

    def waiting_reason(self) -> str:
        """Return why measuring has not begun; empty if it has, or nothing is to be measured."""
        return self._pool.busy_reason() if self.measuring else ""
