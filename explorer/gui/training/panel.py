"""TrainingPanel: data, device, recipe, what they need, Start, and room for what tells of the runs."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.training.download_view import DownloadView
from explorer.gui.training.estimate import EstimateView
from explorer.gui.training.progress import RunProgress
from explorer.gui.training.run_changes import RunChanges
from explorer.gui.training.start_button import StartButton
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.input.form import Form
from explorer.gui.widgets.input.meanings import explain_choices
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.notice import Notice
from explorer.gui.widgets.text.language import memory, say
from explorer.gui.workers.data_download import DataDownload, DownloadState
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.recipe import RECIPE_MEANINGS, RECIPES, Recipe, recipe_name

FOLDER = "…"  # the entry of the data box that asks for a folder


class _DataBox(QComboBox):
    """The choice of data, some of which offer a download or ask for a folder, so that keys do not step through them.

    They open the list instead.
    """

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.showPopup()
        else:
            super().keyPressEvent(event)


class TrainingPanel(QWidget):
    """The controls of training; what the user sets in them goes to the choice, the pool and the actions."""

    def __init__(
        self,
        document: Document,
        choice: TrainingChoice,
        pool: WorkerPool,
        estimates: Estimates,
        download: DataDownload,
        actions: Actions,
        open_forms: set[str],
    ) -> None:
        super().__init__()
        self._document, self._choice, self._pool, self._actions = document, choice, pool, actions
        self._download, self.download = download, DownloadView(download)
        self.data_box, self.device_box, self.recipe_box = _DataBox(), QComboBox(), QComboBox()
        self.form = Form(Recipe, open_forms, skip=("data", "device"), rows=8, above=self._boxes())
        self.form.edited.connect(lambda name, value: choice.use_recipe(choice.recipe.change(**{name: value})))
        self.estimate = EstimateView(choice, estimates)
        self._start_button = StartButton(pool, actions)
        self.start, self.start_arrow = self._start_button.start, self._start_button.arrow
        self.progress, self.notice = RunProgress(document, pool), Notice()
        self.changes = RunChanges(document, pool, actions)
        self._lay_out()
        self._connect_boxes()
        connect_order(actions.find_rate, self._find_rate)
        for signal in (choice.changed, pool.changed):
            signal.connect(self.show_state)
        self.show_choice()
        self.show_state()

    def _boxes(self) -> Iterator[tuple[str, QWidget]]:
        """The three boxes above the recipe's fields, each with its label, and the download below the first."""
        for text, box, name in (
            (self.tr("Data"), self.data_box, "data"),
            (self.tr("Device"), self.device_box, "device"),
            (self.tr("Recipe"), self.recipe_box, "recipe"),
        ):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            box.setAccessibleName(text)
            box.setObjectName(name)
            watch_box(box)
            yield text, box
            if box is self.data_box:
                yield "", self.download

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(*[theme.RHYTHM] * 4)
        self._column.setSpacing(theme.RHYTHM)
        for widget in (self.form, self.estimate, self._start_button, self.progress, self.changes, self.notice):
            self._column.addWidget(widget)
        self._column.addStretch(1)

    def add_runs(self, spark: QWidget, queue: QWidget) -> None:
        """Put what shows the curves in small below Start, and the queue below everything."""
        self._column.insertWidget(self._column.indexOf(self._start_button) + 1, spark)
        self._column.addWidget(queue, stretch=1)

    def _connect_boxes(self) -> None:
        choice = self._choice
        self.data_box.activated.connect(self._pick_data)
        self.recipe_box.activated.connect(self._pick_recipe)
        self.device_box.activated.connect(
            lambda: choice.use_recipe(choice.recipe.change(device=self.device_box.currentData()))
        )
        choice.chosen.connect(self.show_choice)
        self._download.changed.connect(self._show_data)

    def show_choice(self) -> None:
        """Show in the boxes what is chosen."""
        choice = self._choice
        self._show_data()
        self._fill_box(self.device_box, self._devices(), choice.recipe.device)
        self.device_box.setToolTip("\n".join(say(device.note) for device in choice.devices if device.note))
        self.form.show_record(choice.recipe)
        name = recipe_name(choice.recipe)
        own = {} if name else {"": self.tr("custom")}
        self._fill_box(self.recipe_box, {known: say(known) for known in RECIPES} | own, name or "")
        explain_choices(self.recipe_box, {known: say(meaning) for known, meaning in RECIPE_MEANINGS.items()})

    def _show_data(self) -> None:
        """Offer the data sets that are here, those that can be downloaded unless one is loading, and a folder."""
        entries = {data.name: say(data.label) for data in self._choice.known_data}
        if self._download.state is not DownloadState.LOADING:
            text = self.tr("{data} · download {size} …")
            for name, entry in CATALOGUE.items():
                entries.setdefault(name, text.format(data=say(entry.label), size=memory(entry.size)))
        entries[FOLDER] = self.tr("Folder of images …")
        self._fill_box(self.data_box, entries, self._choice.data.name)

    def _devices(self) -> dict[str, str]:
        """Return the devices that a run can use, by their ids, in words; a card that torch cannot use is left out."""
        usable = [device for device in self._choice.devices if not device.note]
        if not usable:
            return {"auto": self.tr("auto")}
        auto = self.tr("auto ({device})").format(device=usable[0].name)
        return {"auto": auto, **{device.id: f"{device.id}: {device.name}" for device in usable}}

    def _fill_box(self, box: QComboBox, entries: dict[str, str], chosen: str) -> None:
        """Let `box` offer `entries`, the texts by their values, and show the chosen one."""
        if entries != {box.itemData(number): box.itemText(number) for number in range(box.count())}:
            box.clear()
            for value, words in entries.items():
                box.addItem(words, value)
        box.setCurrentIndex(box.findData(chosen))

    def _pick_data(self) -> None:
        name = self.data_box.currentData()
        if name == FOLDER:
            name = QFileDialog.getExistingDirectory(self, self.tr("Folder with one subfolder of images per class"))
        if name in CATALOGUE and name not in [data.name for data in self._choice.known_data]:
            self._choice.forget_refusal()
            self._download.offer(CATALOGUE[name])
        elif name:
            self._download.withdraw()
            self._choice.use_data(name)
        self.show_choice()

    def _pick_recipe(self) -> None:
        if name := self.recipe_box.currentData():
            self._choice.use_named_recipe(name)

    def _find_rate(self) -> None:
        """Open the learning-rate range test of what Start would train."""
        from explorer.gui.training.lr_dialog import LrDialog  # imports pyqtgraph, which takes long

        choice = self._choice
        LrDialog(self._pool, choice.fitted, choice.recipe, self._use_rate, self).open()

    def _use_rate(self, rate: float) -> None:
        self._choice.use_recipe(self._choice.recipe.change(lr=rate))

    def show_state(self) -> None:
        """Show what went wrong, if anything did."""
        fatal, shown = self._document.fatal, self._pool.shown
        words = [*self._pool.failures, self._choice.refusal, fatal.what if fatal else shown.message]
        self.notice.tell(list(map(say, words)), "" if fatal else say(shown.advice))
