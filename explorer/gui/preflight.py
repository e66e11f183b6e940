"""Before the start: at which image size, how long an epoch will take, how much memory it needs.

Where the design's size and the data's differ, both are offered with their times. The worker measures them one after the
other as long as nobody presses Start.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QRadioButton, QVBoxLayout, QWidget

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.gui import theme
from explorer.gui.language import about, memory, say
from explorer.gui.trainer import Trainer
from explorer.runs.catalogue import DataSet
from explorer.runs.commands import Estimate
from explorer.runs.recipe import Recipe

SETTLE = 300  # milliseconds without an edit before the worker measures

Answer = dict[str, float | int | str]


class Preflight(QWidget):
    """`fitted` is the design that Start would train; `changed` when that, or what is known of it, changed."""

    changed = Signal()

    def __init__(self, trainer: Trainer) -> None:
        super().__init__()
        self.trainer = trainer
        self.answers: dict[tuple[Design, Recipe], Answer] = {}
        self.asked: tuple[Design, Recipe] | None = None
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
        trainer.answered.connect(self.take)
        trainer.changed.connect(self.timer.start)

    def take_over(self, old: "Preflight") -> None:
        """Know what `old` knew, what it waits for and what was picked in it."""
        self.answers, self.asked, self.number, self.picked = old.answers, old.asked, old.number, old.picked
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
        hello = self.trainer.hello
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
        self.changed.emit()

    def offer(self, design: Design) -> str:
        size = f"{design.input[1]}×{design.input[2]}"
        answer = self.answers.get((design, self.recipe), {})
        if "seconds_per_epoch" not in answer:
            return size
        seconds = float(answer["seconds_per_epoch"])
        return self.tr("{size}: about {time} an epoch").format(size=size, time=about(seconds))

    def needs(self, design: Design) -> str:
        """Memory and time in one line, or that they are being measured."""
        answer = self.answers.get((design, self.recipe))
        if answer is None:
            return self.tr("measuring …") if self.trainer.state in ("idle", "warming") else ""
        if isinstance(reason := answer.get("reason"), str):
            return say(reason)
        text = self.tr("needs {memory} · about {time} an epoch").format(
            memory=memory(float(answer["memory_bytes"])), time=about(float(answer["seconds_per_epoch"]))
        )
        if self.is_too_large():
            text += " · " + self.tr("only {memory} free").format(memory=memory(float(answer["available_bytes"])))
        return text

    def is_too_large(self, networks: int = 1) -> bool:
        """Whether the estimate says that memory will not do for so many networks of this size."""
        answer = self.answers.get((self.fitted, self.recipe), {}) if self.fitted else {}
        available = float(answer.get("available_bytes", 0))
        return 0 < available < networks * float(answer.get("memory_bytes", 0))

    def ask(self) -> None:
        """Measure the next thing that is shown and not known, the likelier one first."""
        shown = [design for design in (self.fitted, self.data_sized, self.own_sized) if design]
        unknown: Callable[[Design], bool] = lambda design: (design, self.recipe) not in self.answers  # noqa: E731
        wanted = next(filter(unknown, shown), None)
        if self.asked or wanted is None or any(each.fatal for each in find_problems(plan_network(wanted))):
            return
        self.number = self.trainer.ask(partial(Estimate, wanted, self.recipe))
        if self.number:
            self.asked = (wanted, self.recipe)

    def take(self, number: int, answer: Answer) -> None:
        if self.asked and number == self.number:
            self.answers[self.asked] = answer
            self.asked = None
            self.redraw()
            self.ask()
