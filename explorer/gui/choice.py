"""TrainingChoice: what Start would train: the data, the recipe with its device, and the image size. No widgets."""

from PySide6.QtCore import QObject, QSettings, Signal

from explorer.architecture.design import Design
from explorer.gui.document import Document
from explorer.runs.data.catalogue import DataSet, data_sets, describe_data
from explorer.runs.events import Device
from explorer.runs.recipe import PLACE, RECIPES, Recipe
from explorer.sentences import NOTHING
from explorer.validation import Refused

MAX_RECENT = 5  # folders and tables of images


class TrainingChoice(QObject):
    """What Start would train; `changed` is emitted when that differs, also after an edit of the design.

    `chosen` is emitted before it unless the design alone has changed. `refusal` says why the data that the user asked
    for last cannot be used, until other data can. `confirmed` is the number of networks that the user wants to train
    although memory is too small, until the choice changes.

    Where the design's image size is not the data's, either can be chosen. Until the user has chosen, it is the design's
    size on an accelerator, and on a processor the data's, which takes a fraction of the time.
    """

    changed = Signal()
    chosen = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.known_data = data_sets()
        self.data: DataSet = self.known_data[0]
        self.recipe = Recipe()
        self.devices: tuple[Device, ...] = ()
        self.own_size: bool | None = None
        self.weights = ""
        self.refusal = NOTHING
        self.confirmed = 0
        document.changed.connect(self.changed)
        self.chosen.connect(self.changed)
        self.changed.connect(self._forget_confirmation)

    def restore(self, recipe: Recipe, own_size: bool | None, weights: str = "") -> None:
        """Choose what was chosen before; if its data are gone, all but these."""
        self.recipe, self.own_size, self.weights = recipe.change(data=self.data.name), own_size, weights
        self.use_data(recipe.data)
        self.chosen.emit()

    def use_run(self, design: Design, recipe: Recipe) -> None:
        """Choose what trained `design` with `recipe`, on the device of now; if its data are gone, all but these."""
        self.restore(recipe.change(device=self.recipe.device), None)
        self.use_own_size(self.data.fit(design, own_size=False) != design)

    def find_data(self) -> None:
        """Look again for the named data sets on this machine."""
        found = data_sets()
        names = [data.name for data in found]
        self.known_data = (*found, *(data for data in self.known_data if data.name not in names))
        self.chosen.emit()

    def use_data(self, name: str) -> None:
        """Train on the data set or folder `name`; if it is refused, the data stay as they are."""
        before = self.data, self.recipe, self.refusal
        try:
            self.data, self.refusal = describe_data(name), NOTHING
        except Refused as error:
            self.refusal = error.complaints[0].what
        if self.data.images and not self.refusal:
            self._remember_data()
        self.known_data = tuple({known.name: known for known in (*self.known_data, self.data)}.values())
        self.recipe = self.recipe.change(data=self.data.name)
        if before != (self.data, self.recipe, self.refusal):  # the same folder may have other classes by now
            self.chosen.emit()

    def _remember_data(self) -> None:
        others = [name for name in self.recent_data if name != self.data.name]
        QSettings().setValue("images", [self.data.name, *others][:MAX_RECENT])

    @property
    def recent_data(self) -> tuple[str, ...]:
        """The folders and tables of images that were used last, the last one first."""
        stored = QSettings().value("images", [])
        names = [stored] if isinstance(stored, str) else stored if isinstance(stored, list) else []
        return tuple(map(str, names))

    def use_weights(self, source: str) -> None:
        """Start with the weights that `source` names, with new ones if it is empty."""
        if source != self.weights:
            self.weights = source
            self.chosen.emit()

    def forget_refusal(self) -> None:
        """Keep the data, which the user has accepted."""
        if self.refusal:
            self.refusal = NOTHING
            self.chosen.emit()

    def _forget_confirmation(self) -> None:
        self.confirmed = 0

    def use_recipe(self, recipe: Recipe) -> None:
        if recipe != self.recipe:
            self.recipe = recipe
            self.chosen.emit()

    def use_named_recipe(self, name: str) -> None:
        """Use the recipe called `name`, except that data, device, arithmetic and seed stay."""
        self.use_recipe(RECIPES[name].change(**{key: getattr(self.recipe, key) for key in PLACE}))

    def note_devices(self, devices: tuple[Device, ...]) -> None:
        """Note the devices of this machine, as a worker has reported them."""
        if devices != self.devices:
            self.devices = devices
            if not self.has_device(self.recipe.device):  # chosen at an earlier start
                self.recipe = self.recipe.change(device="auto")
            self.chosen.emit()

    def has_device(self, device: str) -> bool:
        """Return whether this machine has what a recipe calls its `device`; True while the devices are unknown."""
        usable = [known.id for known in self.devices if not known.note]
        return not usable or device in ("auto", "cuda", *usable)

    def use_own_size(self, own: bool) -> None:
        """Train at the design's image size, or at the data's."""
        self.own_size = own
        self.chosen.emit()

    @property
    def data_sized(self) -> Design:
        """The shown design with the data's channels, classes and image size."""
        return self.data.fit(self.document.design, own_size=False)

    @property
    def own_sized(self) -> Design:
        """The shown design with the data's channels and classes at its own image size."""
        return self.data.fit(self.document.design, own_size=True)

    def fit(self, design: Design) -> Design:
        """Return another design with the data's channels and classes, at its own image size if the shown one is."""
        return self.data.fit(design, own_size=self.at_own_size)

    @property
    def at_own_size(self) -> bool:
        return self._has_accelerator() if self.own_size is None else self.own_size

    @property
    def fitted(self) -> Design:
        """The design that Start would train."""
        return self.own_sized if self.at_own_size else self.data_sized

    def _has_accelerator(self) -> bool:
        if self.recipe.device != "auto":
            return self.recipe.device != "cpu"
        return any(device.id != "cpu" and not device.note for device in self.devices)
