"""Before the start: at which image size, how long an epoch will take, how much memory it needs.

Where the design's size and the data's differ, both are offered with their times. The worker measures them one after the
other as long as nobody presses Start.
"""

from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QRadioButton, QVBoxLayout, QWidget

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.gui import theme
from explorer.gui.crew import Crew
from explorer.gui.language import about, memory, say
from explorer.runs.catalogue import DataSet
from explorer.runs.commands import Estimate
from explorer.runs.events import Hello
from explorer.runs.recipe import Recipe, costly

SETTLE = 300  # milliseconds without an edit before the worker measures
TRIES = 3  # of a measurement that the worker may have died of

Answer = dict[str, float | int | str]
Case = tuple[Design, Recipe]  # what an estimate depends on


class Refusal(NamedTuple):
    """An answer without figures: by which worker, known by its hello, and at which try."""

    answer: Answer
    worker: Hello | None
    tries: int


class Preflight(QWidget):
    """`fitted` is the design that Start would train; `changed` when that, or what is known of it, changed."""

    changed = Signal()

    def __init__(self, crew: Crew) -> None:
        super().__init__()
        self.crew = crew
        self.answers: dict[Case, Answer] = {}
        self.refusals: dict[Case, Refusal] = {}
        self.asked: Case | None = None
        self.asked_of: Hello | None = None
        self.number = 0
        self.picked = False
        self.fitted: Design | None = None
        self.data_sized: Design | None = None
        self.own_sized: Design | None = None
        self.recipe = Recipe()
        self.at_data_size, self.at_own_size = QRadioButton(), QRadioButton()
        for button in (self.at_data_size, self.at_own_size):
            theme.dress(button, "radio")
        self.line = QLabel()
        theme.make_quiet(self.line)
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
        crew.answered.connect(self.take)
        crew.changed.connect(self.timer.start)

    def take_over(self, old: "Preflight") -> None:
        """Know what `old` knew, what it waits for and what was picked in it."""
        self.answers, self.refusals, self.picked = old.answers, old.refusals, old.picked
        self.asked, self.asked_of, self.number = old.asked, old.asked_of, old.number
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
        hello = self.crew.hello
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

    def case(self, design: Design) -> Case:
        return design, costly(self.recipe)

    def offer(self, design: Design) -> str:
        size = f"{design.input[1]}×{design.input[2]}"
        answer = self.answers.get(self.case(design), {})
        if "seconds_per_epoch" not in answer:
            return size
        seconds = float(answer["seconds_per_epoch"])
        return self.tr("{size}: about {time} an epoch").format(size=size, time=about(seconds))

    def needs(self, design: Design) -> str:
        """Memory and time in one line, or that they are being measured."""
        answer = self.answers.get(self.case(design))
        refusal = self.refusals.get(self.case(design))
        if answer is None and refusal and isinstance(reason := refusal.answer["reason"], str):
            return say(reason)  # a sentence, which remembers what it is made of
        if answer is None:
            return self.tr("measuring …") if self.crew.listener.state in ("idle", "warming") else ""
        needed = memory(float(answer["memory_bytes"]))
        if "seconds_per_epoch" in answer:
            time = about(float(answer["seconds_per_epoch"]))
            text = self.tr("needs {memory} · about {time} an epoch").format(memory=needed, time=time)
        else:  # too large to be tried
            text = self.tr("needs {memory}").format(memory=needed)
        if self.is_too_large():
            text += " · " + self.tr("only {memory} free").format(memory=memory(float(answer["available_bytes"])))
        return text

    def is_too_large(self, networks: int = 1) -> bool:
        """Whether the estimate says that memory will not do for so many networks of this size."""
        answer = self.answers.get(self.case(self.fitted), {}) if self.fitted else {}
        available = float(answer.get("available_bytes", 0))
        return 0 < available < networks * float(answer.get("memory_bytes", 0))

    def ask(self) -> None:
        """Measure the next thing that is shown and not known, the likelier one first."""
        shown = [design for design in (self.fitted, self.data_sized, self.own_sized) if design]
        wanted = next(filter(self.is_open, shown), None)
        if self.asked or wanted is None or any(each.fatal for each in find_problems(plan_network(wanted))):
            return
        self.number = self.crew.ask(partial(Estimate, wanted, self.recipe))
        if self.number:
            self.asked, self.asked_of = self.case(wanted), self.crew.listener.hello

    def is_open(self, design: Design) -> bool:
        """Whether it is worth asking about: not known, and not refused by this very worker or too often."""
        case = self.case(design)
        refusal = self.refusals.get(case)
        refused = refusal and (refusal.worker is self.crew.listener.hello or refusal.tries >= TRIES)
        return case not in self.answers and not refused

    def take(self, number: int, answer: Answer) -> None:
        if self.asked and number == self.number:
            if "reason" in answer:
                before = self.refusals.get(self.asked)
                self.refusals[self.asked] = Refusal(answer, self.asked_of, 1 + (before.tries if before else 0))
            else:
                self.answers[self.asked] = answer
            self.asked = None
            self.redraw()
            self.ask()
