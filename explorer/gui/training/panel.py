"""TrainingPanel: data, device, recipe, what they need, Start, and room for what tells of the runs."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_state import DataState
from explorer.gui.document import Document
from explorer.gui.training.progress import RunProgress
from explorer.gui.training.run_changes import RunChanges
from explorer.gui.training.setup.asking_box import fill_box
from explorer.gui.training.setup.data_box import DataBox
from explorer.gui.training.setup.download_view import DownloadView
from explorer.gui.training.setup.estimate import EstimateView
from explorer.gui.training.setup.remarks import Remarks
from explorer.gui.training.setup.start_button import StartButton
from explorer.gui.training.setup.weights_box import WeightsBox
from explorer.gui.training.setup.weights_view import WeightsView
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.input.form import Form
from explorer.gui.widgets.input.meanings import explain_choices
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.notice import Notice
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.data_download import DataDownload
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.weighing import Weighing
from explorer.runs.questions.data import ProblemKind
from explorer.runs.recipe import PLACE, RECIPE_MEANINGS, RECIPES, Recipe, recipe_name

if TYPE_CHECKING:
    from explorer.runs.folder.run import Run


class TrainingPanel(QWidget):
    """The controls of training; what the user sets in them goes to the choice, the pool and the actions."""

    def __init__(
        self,
        document: Document,
        choice: TrainingChoice,
        pool: WorkerPool,
        estimates: Estimates,
        download: DataDownload,
        weighing: Weighing,
        actions: Actions,
        open_forms: set[str],
        runs: Callable[[], "Sequence[Run]"],
    ) -> None:
        """`runs` returns the runs whose weights may be used, the chosen one first."""
        super().__init__()
        self._document, self._choice, self._pool, self._actions = document, choice, pool, actions
        self._estimates = estimates
        self.data_box, self.download = DataBox(choice, download, actions), DownloadView(download)
        self.weights_box = WeightsBox(choice, runs)
        self.weights = WeightsView(weighing, self.weights_box.ask_file)
        self.device_box, self.recipe_box = QComboBox(), QComboBox()
        # here or on the page of the data
        shown_elsewhere = tuple(name for name in PLACE if name not in ("arithmetic", "seed"))
        self.form = Form(Recipe, open_forms, skip=shown_elsewhere, rows=8, above=self._boxes())
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
        """The boxes above the recipe's fields, each with its label, and what is said of data and weights below them."""
        for text, box, name in (
            (self.tr("Data"), self.data_box, "data"),
            (self.tr("Weights"), self.weights_box, "weights"),
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
            if box is self.weights_box:
                yield "", self.weights

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

    def add_remarks(self, data: DataState, look: Callable[[ProblemKind | None], object]) -> None:
        """Put what one should know of the data before Start below it; `look` shows their page."""
        self.remarks = Remarks(self._choice, self._estimates, self._pool, data, self._actions, look)
        self._column.insertWidget(self._column.indexOf(self.notice), self.remarks)

    def _connect_boxes(self) -> None:
        choice = self._choice
        self.recipe_box.activated.connect(self._pick_recipe)
        self.device_box.activated.connect(
            lambda: choice.use_recipe(choice.recipe.change(device=self.device_box.currentData()))
        )
        choice.chosen.connect(self.show_choice)

    def show_choice(self) -> None:
        """Show in the boxes what is chosen."""
        choice = self._choice
        self.data_box.show_choice()
        self.weights_box.show_choice()
        fill_box(self.device_box, self._devices(), choice.recipe.device)
        self.device_box.setToolTip("\n".join(say(device.note) for device in choice.devices if device.note))
        self.form.show_record(choice.recipe)
        name = recipe_name(choice.recipe)
        own = {} if name else {"": self.tr("custom")}
        fill_box(self.recipe_box, {known: say(known) for known in RECIPES} | own, name or "")
        explain_choices(self.recipe_box, {known: say(meaning) for known, meaning in RECIPE_MEANINGS.items()})

    def _devices(self) -> dict[str, str]:
        """Return the devices that a run can use, by their ids, in words; a card that torch cannot use is left out."""
        usable = [device for device in self._choice.devices if not device.note]
        if not usable:
            return {"auto": self.tr("auto")}
        auto = self.tr("auto ({device})").format(device=usable[0].name)
        return {"auto": auto, **{device.id: f"{device.id}: {device.name}" for device in usable}}

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
