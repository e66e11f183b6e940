"""The training panel: data, device, recipe, Start, the run in front, and room for the plots, the runs and the queue."""

from collections.abc import Iterator

from PySide6.QtWidgets import QBoxLayout, QComboBox, QFileDialog, QVBoxLayout, QWidget

from explorer.architecture.layers import shape_text
from explorer.gui.document import Document
from explorer.gui.runs.queue_list import QueueList
from explorer.gui.training.estimate import Estimates
from explorer.gui.training.progress import RunProgress
from explorer.gui.training.run_buttons import RunButtons
from explorer.gui.widgets import theme
from explorer.gui.widgets.boxes import watch_box
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.form import Form
from explorer.gui.widgets.language import say, whole
from explorer.gui.widgets.notice import Notice
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.catalogue import DataSet, data_sets, describe_data
from explorer.runs.commands import Train
from explorer.runs.recipe import PLACE, RECIPES, Recipe, recipe_name
from explorer.validation import Refused

FOLDER = "…"  # the entry of the data box that asks for a folder


class TrainingPanel(QWidget):
    """Shows the pool's state and says what a person wants of it; `below` is where plots and runs go."""

    def __init__(self, document: Document, pool: WorkerPool) -> None:
        super().__init__()
        self.document, self.pool = document, pool
        self.recipe = Recipe()
        self.known_data = data_sets()
        self.data: DataSet = self.known_data[0]
        self.confirmed = 0  # networks that a person wants to train although memory will not do
        self.data_box, self.device_box, self.recipe_box = QComboBox(), QComboBox(), QComboBox()
        self.form = Form(Recipe, skip=("data", "device"), rows=8, above=self.boxes())
        self.form.edited.connect(lambda name, value: self.set_recipe(self.recipe.change(**{name: value})))
        self.preflight = Estimates(pool)
        self.preflight.changed.connect(self.show_state)
        self.make_buttons()
        self.transport = RunButtons(pool)
        self.progress, self.orders = RunProgress(document, pool), QueueList(document, pool)
        self.notice = Notice()
        self.below = QVBoxLayout()
        self.lay_out()
        self.fill_boxes()
        document.changed.connect(self.show_design)
        pool.changed.connect(self.show_state)
        pool.changed.connect(self.fill_devices)
        self.form.show_record(self.recipe)
        self.show_design()

    def boxes(self) -> Iterator[tuple[str, QComboBox]]:
        """The three boxes above the recipe's fields, each with its label."""
        for text, box, name in (
            (self.tr("Data"), self.data_box, "data"),
            (self.tr("Device"), self.device_box, "device"),
            (self.tr("Recipe"), self.recipe_box, "recipe"),
        ):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            watch_box(box)
            box.setAccessibleName(text)
            box.setObjectName(name)
            yield text, box

    def make_buttons(self) -> None:
        self.start = word_button("", self.begin, "start")
        tip = self.tr("Train this design with and without shortcuts, on the same batches, and watch both learn")
        self.twin = word_button("", self.begin_twins, "twin", tip=tip)

    def lay_out(self) -> None:
        self.buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        for button in (self.start, self.twin):
            self.buttons.addWidget(button)
        self.controls = QWidget()
        above = QVBoxLayout(self.controls)
        above.setContentsMargins(0, 0, 0, 0)
        above.addWidget(self.form)
        above.addWidget(self.preflight)
        above.addWidget(self.transport)
        above.addLayout(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        for each in (above, column):
            each.setSpacing(theme.RHYTHM)
        column.addWidget(self.controls)
        column.addWidget(self.progress)
        column.addWidget(self.notice)
        column.addLayout(self.below, stretch=4)
        column.addWidget(self.orders, stretch=1)

    def fill_boxes(self) -> None:
        for each in self.known_data:
            self.data_box.addItem(say(each.label), each.name)
        self.data_box.addItem(self.tr("Folder of images …"), FOLDER)
        self.data_box.activated.connect(self.pick_data)
        for name in RECIPES:
            self.recipe_box.addItem(say(name), name)
        self.recipe_box.activated.connect(self.pick_recipe)
        self.device_box.addItem(self.tr("auto"), "auto")
        self.device_box.activated.connect(
            lambda: self.set_recipe(self.recipe.change(device=self.device_box.currentData()))
        )

    def fill_devices(self) -> None:
        hello = self.pool.hello
        if not hello or self.device_box.count() > 1:
            return
        for device in hello.devices:
            if device.note:  # a card that this torch cannot use
                self.device_box.setToolTip(say(device.note))
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
            self.pool.shown.report(error.complaints[0].what)
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

    def take_over(self, old: "TrainingPanel") -> None:
        """Offer the run that `old` offered."""
        self.preflight.take_over(old.preflight)
        self.form.more.setChecked(old.form.more.isChecked())
        self.fill_devices()
        if old.data != self.data:
            self.use_data(old.data.name)
        self.set_recipe(old.recipe)
        self.device_box.setCurrentIndex(self.device_box.findData(old.recipe.device))
        self.show_design()

    def show_design(self) -> None:
        self.confirmed = 0
        self.preflight.show_choice(self.document.design, self.data, self.recipe)

    def begin(self) -> None:
        """Fit the design to the data as one undoable step if need be, and train it as soon as there is a device."""
        self.order(twin=False)

    def begin_twins(self) -> None:
        """The same with the design's twin beside it."""
        self.order(twin=True)

    def order(self, twin: bool) -> None:
        if self.make_ready(networks=1 + twin):
            self.pool.start(Train(self.document.design, self.recipe, self.pool.runs, twin=twin))

    def find_rate(self) -> None:
        """Open the learning-rate range test of what Start would train."""
        from explorer.gui.training.lr_dialog import LrDialog  # with pyqtgraph

        if design := self.preflight.fitted:
            LrDialog(self.pool, design, self.recipe, self.use_rate, self).open()

    def use_rate(self, rate: float) -> None:
        self.set_recipe(self.recipe.change(lr=rate))

    def has_room(self) -> bool:
        """Whether a run could begin now, on a device without one."""
        return bool(self.pool.free_device(self.recipe.device))

    def make_ready(self, networks: int) -> bool:
        """Whether training may begin; where memory will not do for so many networks, it takes a second click."""
        design = self.preflight.fitted
        if design is None:
            return False
        if self.preflight.is_too_large(networks) and self.confirmed < networks:
            self.confirmed = networks
            self.show_state()
            return False
        self.document.propose(design, self.tr("Fit design to data"))
        return True

    def show_state(self) -> None:
        """Buttons that tell the truth: they begin a run, or put one where it waits for its turn."""
        fatal = next((each for each in self.document.problems if each.fatal), None)
        for button in (self.start, self.twin):
            button.setEnabled(fatal is None)
        self.start.setText(self.start_text())
        self.twin.setText(self.twin_text())
        self.start.setToolTip("" if self.has_room() else self.tr("It begins by itself when its turn has come"))
        theme.apply_style(self.start, "plain" if self.pool.shown.is_busy() else "primary")
        beside = "\n" not in self.start.text()
        self.buttons.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        words = [*self.pool.failures, fatal.what if fatal else self.pool.shown.message]
        self.notice.tell([say(each) for each in words], "" if fatal else say(self.pool.shown.advice))

    def start_text(self) -> str:
        design, room = self.preflight.fitted, self.has_room()
        if self.confirmed and self.preflight.is_too_large():
            return self.tr("Train anyway")
        if design is None or design == self.document.design:
            return self.tr("Start") if room else self.tr("Add to queue")
        if room:
            text = self.tr("Fit design to data ({shape}, {classes} classes)\nand start")
        else:
            text = self.tr("Fit design to data ({shape}, {classes} classes)\nand add to queue")
        return text.format(shape=shape_text(design.input), classes=whole(design.classes))

    def twin_text(self) -> str:
        if self.confirmed > 1:
            return self.tr("Train both anyway")
        if self.document.design.plain:
            return self.tr("… and its residual twin")
        return self.tr("… and its plain twin")
