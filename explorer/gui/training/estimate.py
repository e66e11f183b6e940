"""Before the start: at which image size, how long an epoch will take, how much memory it needs.

Where the design's size and the data's differ, both are offered with their times. The worker measures them one after the
other as long as nobody presses Start.
"""

from collections.abc import Iterator

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QRadioButton, QVBoxLayout, QWidget

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.gui.widgets import theme
from explorer.gui.widgets.language import about, memory, say
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.answers import Estimate, Estimated
from explorer.runs.catalogue import DataSet
from explorer.runs.recipe import Recipe, costly
from explorer.sentences import Sentence

SETTLE = 300  # milliseconds without an edit before the worker measures


class Estimates(QWidget):
    """`fitted` is the design that Start would train; `changed` when that, or what is known of it, changed."""

    changed = Signal()

    def __init__(self, pool: WorkerPool) -> None:
        super().__init__()
        self.pool = pool
        self.answers: dict[Estimate, Estimated] = {}
        self.refusals: dict[Estimate, Sentence] = {}
        self.inquiry: Inquiry | None = None
        self.picked = False
        self.fitted: Design | None = None
        self.data_sized: Design | None = None
        self.own_sized: Design | None = None
        self.recipe = Recipe()
        self.at_data_size, self.at_own_size = QRadioButton(), QRadioButton()
        for button in (self.at_data_size, self.at_own_size):
            theme.apply_style(button, "radio")
        self.line = QLabel()
        theme.make_secondary(self.line)
        self.line.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        for widget in (self.at_data_size, self.at_own_size, self.line):
            column.addWidget(widget)
        self.at_data_size.setChecked(True)
        self.at_data_size.clicked.connect(self.pick)
        self.at_own_size.clicked.connect(self.pick)
        self.timer = QTimer(self, interval=SETTLE, singleShot=True)
        self.timer.timeout.connect(self.ask)

    def take_over(self, old: "Estimates") -> None:
        """Know what `old` knew, what it waits for and what was picked in it."""
        self.answers, self.refusals, self.picked = old.answers, old.refusals, old.picked
        if old.inquiry:
            self._wait_for(old.inquiry)
        self.at_own_size.setChecked(old.at_own_size.isChecked())

    def show_choice(self, design: Design, data: DataSet, recipe: Recipe) -> None:
        """What would be trained if `design` meets `data` under `recipe`."""
        self.recipe = recipe
        self.data_sized, self.own_sized = data.fit(design, own_size=False), data.fit(design, own_size=True)
        if not self.picked:
            own = self.has_accelerator()
            (self.at_own_size if own else self.at_data_size).setChecked(True)
        self.redraw()
        self.timer.start()

    def pick(self) -> None:
        self.picked = True
        self.redraw()

    def has_accelerator(self) -> bool:
        """Whether the chosen device is a fast one."""
        hello = self.pool.hello
        devices = hello.devices if hello else ()
        if self.recipe.device != "auto":
            return self.recipe.device != "cpu"
        return any(device.id != "cpu" and not device.note for device in devices)

    def redraw(self) -> None:
        small, large = self.data_sized, self.own_sized
        if small is None or large is None:
            return
        differ = small != large
        for button, design in ((self.at_data_size, small), (self.at_own_size, large)):
            button.setVisible(differ)
            button.setText(self.offer(design))
        self.fitted = large if differ and self.at_own_size.isChecked() else small
        self.line.setText(self.needs(self.fitted))
        self.line.setVisible(bool(self.line.text()))
        self.setVisible(differ or bool(self.line.text()))
        self.changed.emit()

    def question(self, design: Design) -> Estimate:
        """Without what an estimate does not depend on."""
        return Estimate(design, costly(self.recipe))

    def offer(self, design: Design) -> str:
        size = f"{design.input[1]}×{design.input[2]}"
        answer = self.answers.get(self.question(design))
        if answer is None or answer.seconds_per_epoch is None:
            return size
        return self.tr("{size}: about {time} an epoch").format(size=size, time=about(answer.seconds_per_epoch))

    def needs(self, design: Design) -> str:
        """Memory and time in one line, or that they are being measured."""
        answer = self.answers.get(self.question(design))
        if answer is None:
            measuring = self.pool.idle_worker.state in (WorkerState.IDLE, WorkerState.WARMING)
            reason = self.refusals.get(self.question(design))
            return say(reason) if reason else self.tr("measuring …") if measuring else ""
        needed = memory(answer.memory_bytes)
        if answer.seconds_per_epoch is not None:
            time = about(answer.seconds_per_epoch)
            text = self.tr("needs {memory} · about {time} an epoch").format(memory=needed, time=time)
        else:  # too large to be tried
            text = self.tr("needs {memory}").format(memory=needed)
        if self.is_too_large():
            text += " · " + self.tr("only {memory} free").format(memory=memory(answer.available_bytes))
        return text

    def is_too_large(self, networks: int = 1) -> bool:
        """Whether the estimate says that memory will not do for so many networks of this size."""
        answer = self.answers.get(self.question(self.fitted)) if self.fitted else None
        return answer is not None and 0 < answer.available_bytes < networks * answer.memory_bytes

    def ask(self) -> None:
        """Measure the next thing that is shown and not known, the likelier one first."""
        if self.inquiry and self.inquiry.state is InquiryState.ASKED:
            return  # what is measured already will soon be known
        wanted = next(self._open_questions(), None)
        if self.inquiry and self.inquiry.question != wanted:
            self.inquiry.cancel()
            self.inquiry = None
        if wanted and self.inquiry is None:
            self._wait_for(Inquiry(self.pool, wanted))

    def _open_questions(self) -> Iterator[Estimate]:
        """About designs that can be built, and that nobody has measured or refused to."""
        for design in filter(None, (self.fitted, self.data_sized, self.own_sized)):
            question = self.question(design)
            if question in self.answers or question in self.refusals:
                continue
            if not any(each.fatal for each in find_problems(plan_network(design))):
                yield question

    def _wait_for(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry
        inquiry.answered.connect(self._note_answer)
        inquiry.refused.connect(self._note_refusal)

    def _note_answer(self, answer: Estimated) -> None:
        self.answers[self._end_inquiry()] = answer
        self._go_on()

    def _note_refusal(self, reason: Sentence) -> None:
        self.refusals[self._end_inquiry()] = reason
        self._go_on()

    def _end_inquiry(self) -> Estimate:
        """Return what it was about; there is none now."""
        assert self.inquiry
        question, self.inquiry = self.inquiry.question, None
        assert isinstance(question, Estimate)
        return question

    def _go_on(self) -> None:
        """Show what is known now, and measure what is not."""
        self.redraw()
        self.ask()
