"""The training panel: data, device, recipe, one Start that becomes Pause and Stop, progress, and room for the plots."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.compare import shape_text
from explorer.architecture.reading import Refused
from explorer.gui import theme
from explorer.gui.document import Document
from explorer.gui.form import Form
from explorer.gui.language import clock, percent, say, whole
from explorer.gui.preflight import Preflight
from explorer.gui.trainer import LiveRun, Trainer
from explorer.runs.catalogue import DataSet, data_sets, describe_data
from explorer.runs.events import Finished, Stopped
from explorer.runs.recipe import PLACE, RECIPES, Recipe, recipe_name

FOLDER = "…"  # the entry of the data box that asks for a folder


class TrainingPanel(QWidget):
    """Shows the trainer's state and says what a person wants of it; `below` is where plots and runs go."""

    def __init__(self, document: Document, trainer: Trainer) -> None:
        super().__init__()
        self.document, self.trainer = document, trainer
        self.recipe = Recipe()
        self.known_data = data_sets()
        self.data: DataSet = self.known_data[0]
        self.confirmed = False
        self.data_box, self.device_box, self.recipe_box = QComboBox(), QComboBox(), QComboBox()
        self.form = Form(Recipe, skip=("data", "device"))
        self.form.edited.connect(lambda name, value: self.set_recipe(self.recipe.change(**{name: value})))
        self.preflight = Preflight(trainer)
        self.preflight.changed.connect(self.show_state)
        self.make_buttons()
        self.bar = QProgressBar(textVisible=False)
        self.status, self.message = QLabel(), QLabel()
        for label in (self.status, self.message):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.status.setFont(theme.figures_font(self.status.font()))
        self.below = QVBoxLayout()
        self.lay_out()
        self.fill_boxes()
        document.changed.connect(self.show_design)
        trainer.changed.connect(self.show_state)
        trainer.changed.connect(self.fill_devices)
        trainer.progressed.connect(self.show_progress)
        self.form.show_record(self.recipe)
        self.show_design()

    def make_buttons(self) -> None:
        self.start = QPushButton()
        self.start.setObjectName("start")
        self.start.setProperty("primary", True)
        self.start.clicked.connect(self.begin)
        self.pause = self.button(self.tr("Pause"), "pause", self.trainer.pause)
        self.resume = self.button(self.tr("Resume"), "play", self.trainer.resume)
        self.step = self.button(self.tr("Step"), "step-forward", self.trainer.step_once)
        self.step.setToolTip(self.tr("Train on one mini-batch and pause again"))
        self.stop = self.button(self.tr("Stop"), "square", self.trainer.stop)
        self.stop.setToolTip(self.tr("Finish the batch, write a checkpoint and end; the run can be resumed"))

    def button(self, text: str, icon: str, action: Callable[[], None]) -> QPushButton:
        made = QPushButton(text)
        theme.set_icon(made, icon)
        made.clicked.connect(action)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return made

    def lay_out(self) -> None:
        rows = QFormLayout()
        rows.setVerticalSpacing(theme.RHYTHM // 2)
        rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, box, name in (
            (self.tr("Data"), self.data_box, "data"),
            (self.tr("Device"), self.device_box, "device"),
            (self.tr("Recipe"), self.recipe_box, "recipe"),
        ):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            box.setAccessibleName(text)
            box.setObjectName(name)
            rows.addRow(text, box)
        buttons = QHBoxLayout()
        for button in (self.start, self.pause, self.resume, self.step, self.stop):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.setSpacing(theme.RHYTHM)
        column.addLayout(rows)
        column.addWidget(self.form)
        column.addWidget(self.preflight)
        column.addLayout(buttons)
        for widget in (self.bar, self.status, self.message):
            column.addWidget(widget)
        column.addLayout(self.below, stretch=1)

    def fill_boxes(self) -> None:
        for each in self.known_data:
            self.data_box.addItem(say(each.label), each.name)
        self.data_box.addItem(self.tr("Folder of images …"), FOLDER)
        self.data_box.activated.connect(self.pick_data)
        for name in RECIPES:
            self.recipe_box.addItem(name, name)
        self.recipe_box.activated.connect(self.pick_recipe)
        self.device_box.addItem("auto", "auto")
        self.device_box.activated.connect(
            lambda: self.set_recipe(self.recipe.change(device=self.device_box.currentData()))
        )

    def fill_devices(self) -> None:
        hello = self.trainer.hello
        if not hello or self.device_box.count() > 1:
            return
        for device in hello.devices:
            if device.note:  # a card that this torch cannot use
                self.device_box.setToolTip(device.note)
            else:
                self.device_box.addItem(f"{device.id}: {device.name}", device.id)
        fastest = next((device for device in hello.devices if not device.note), hello.devices[0])
        self.device_box.setItemText(0, self.tr("auto ({device})").format(device=fastest.name))
        self.show_design()

    def pick_data(self) -> None:
        name = self.data_box.currentData()
        if name == FOLDER:
            name = QFileDialog.getExistingDirectory(self, self.tr("A folder with one sub-folder of images a class"))
        if name:
            self.use_data(name)
        self.data_box.setCurrentIndex(self.data_box.findData(self.data.name))

    def use_data(self, name: str) -> None:
        """Train on the data set or folder `name`; one that will not do leaves the choice as it was."""
        try:
            self.data = describe_data(name)
        except Refused as error:
            self.trainer.say(str(error.complaints[0].what))
            return
        if self.data_box.findData(self.data.name) < 0:
            self.data_box.insertItem(self.data_box.count() - 1, self.data.label, self.data.name)
        self.data_box.setCurrentIndex(self.data_box.findData(self.data.name))
        self.set_recipe(self.recipe.change(data=name))

    def pick_recipe(self) -> None:
        name = self.recipe_box.currentData()
        if name:
            self.set_recipe(RECIPES[name].change(**{key: getattr(self.recipe, key) for key in PLACE}))

    def set_recipe(self, recipe: Recipe) -> None:
        if recipe == self.recipe:
            return
        self.recipe = recipe
        self.form.show_record(recipe)
        name = recipe_name(recipe)
        if name is None and self.recipe_box.findData("") < 0:
            self.recipe_box.addItem(self.tr("your own"), "")
        self.recipe_box.setCurrentIndex(self.recipe_box.findData(name or ""))
        self.show_design()

    def show_design(self) -> None:
        self.confirmed = False
        self.preflight.show_choice(self.document.design, self.data, self.recipe)

    def begin(self) -> None:
        """Fit the design to the data as one undoable step if need be, and train it."""
        design = self.preflight.fitted
        if design is None:
            return
        if self.preflight.is_too_large() and not self.confirmed:
            self.confirmed = True
            self.show_state()
            return
        self.document.propose(design, self.tr("Fit design to data"))
        self.trainer.start(self.document.design, self.recipe)

    def show_state(self) -> None:
        """Buttons that tell the truth: Start, or Pause and Stop, or Resume, Step and Stop."""
        state = self.trainer.state
        busy = self.trainer.is_busy()
        fatal = next((each for each in self.document.problems if each.fatal), None)
        self.start.setVisible(not busy)
        self.start.setEnabled(fatal is None)
        self.start.setText(self.start_text())
        self.pause.setVisible(state in ("starting", "running"))
        self.pause.setEnabled(state == "running")
        self.resume.setVisible(state == "paused")
        self.step.setVisible(state == "paused")
        self.stop.setVisible(busy)
        self.stop.setEnabled(state != "stopping")
        for widget in (self.form, self.preflight, self.data_box, self.device_box, self.recipe_box):
            widget.setEnabled(not busy)
        self.preflight.setVisible(not busy)
        words = say(fatal.what) if fatal and not busy else self.trainer.message
        self.message.setText(words)
        self.message.setToolTip(self.trainer.advice)
        self.message.setStyleSheet(f"color: {theme.colours().bad if words else theme.colours().text}")
        self.message.setVisible(bool(words))
        self.show_progress()

    def start_text(self) -> str:
        design = self.preflight.fitted
        if self.confirmed:
            return self.tr("Train anyway")
        if design is None or design == self.document.design:
            return self.tr("Start")
        return self.tr("Fit design to data ({shape}, {classes} classes)\nand start").format(
            shape=shape_text(design.input), classes=whole(design.classes)
        )

    def show_progress(self) -> None:
        run = self.trainer.run
        self.bar.setVisible(run is not None and self.trainer.is_busy())
        self.status.setVisible(run is not None)
        if run is None:
            return
        self.bar.setRange(0, run.total)  # 0 to 0 is Qt's "busy"
        self.bar.setValue(run.step.step if run.step else 0)
        self.status.setText(self.status_text(run))

    def status_text(self, run: LiveRun) -> str:
        """Where the run stands, in one or two lines."""
        words = {
            "warming": self.tr("loading torch …"),
            "starting": self.tr("starting …"),
            "paused": self.tr("paused"),
            "stopping": self.tr("stopping: writing a checkpoint …"),
        }
        parts = [words[self.trainer.state]] if self.trainer.state in words and self.trainer.is_busy() else []
        match run.outcome:
            case Finished(best_epoch=epoch, best_accuracy=accuracy):
                best = self.tr("finished: best validation {accuracy} after epoch {n}")
                return best.format(accuracy=percent(accuracy), n=epoch)
            case Stopped(step=step):
                return self.tr("stopped after step {n}; it can be resumed").format(n=whole(step))
        if run.started and run.step:
            parts.append(self.tr("epoch {n}/{all}").format(n=run.step.epoch, all=run.started.epochs))
            left = run.seconds_left()
            if self.trainer.state == "running" and left is not None:
                parts.append(self.tr("{time} left").format(time=clock(left)))
            parts.append(self.tr("{n} images/s").format(n=whole(round(run.step.examples_per_second))))
        if run.epoch:
            parts.append(self.tr("validation {accuracy}").format(accuracy=percent(run.epoch.validation_accuracy)))
        if run.design != self.document.design:
            parts.append(self.tr("trained on an earlier design"))
        if self.trainer.trouble:
            parts.append(f"⚠ {self.trainer.trouble}")
        return " · ".join(parts)
