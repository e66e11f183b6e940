"""TrainingChoice: what Start would train: the data, the recipe with its device, and the image size. No widgets."""

from PySide6.QtCore import QObject, Signal

from explorer.architecture.design import Design
from explorer.gui.document import Document
from explorer.runs.catalogue import DataSet, data_sets, describe_data
from explorer.runs.events import Device
from explorer.runs.recipe import PLACE, RECIPES, Recipe


class TrainingChoice(QObject):
    """What Start would train; `changed` is emitted when that differs, also after an edit of the design.

    `chosen` is emitted before it unless the design alone has changed.

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
        self._own_size: bool | None = None
        document.changed.connect(self.changed)
        self.chosen.connect(self.changed)

    def find_data(self) -> None:
        """Look again for the named data sets on this machine."""
        found = data_sets()
        names = [data.name for data in found]
        self.known_data = (*found, *(data for data in self.known_data if data.name not in names))
        self.chosen.emit()

    def use_data(self, name: str) -> None:
        """Train on the data set or folder `name`. Raises Refused, and then leaves the choice as it was."""
        before, self.data = self.data, describe_data(name)
        self.known_data = tuple({known.name: known for known in (*self.known_data, self.data)}.values())
        recipe = self.recipe.change(data=self.data.name)
        if (before, self.recipe) != (self.data, recipe):  # the same folder may have other classes by now
            self.recipe = recipe
            self.chosen.emit()

    def use_recipe(self, recipe: Recipe) -> None:
        if recipe != self.recipe:
            self.recipe = recipe
            self.chosen.emit()

    def use_named_recipe(self, name: str) -> None:
        """Use the recipe called `name`, except that data, device and seed stay."""
        self.use_recipe(RECIPES[name].change(**{key: getattr(self.recipe, key) for key in PLACE}))

    def note_devices(self, devices: tuple[Device, ...]) -> None:
        """Note the devices of this machine, as a worker has reported them."""
        if devices != self.devices:
            self.devices = devices
            self.chosen.emit()

    def use_own_size(self, own: bool) -> None:
        """Train at the design's image size, or at the data's."""
        self._own_size = own
        self.chosen.emit()

    @property
    def data_sized(self) -> Design:
        """The shown design with the data's channels, classes and image size."""
        return self.data.fit(self.document.design, own_size=False)

    @property
    def own_sized(self) -> Design:
        """The shown design with the data's channels and classes at its own image size."""
        return self.data.fit(self.document.design, own_size=True)

    @property
    def at_own_size(self) -> bool:
        return self._has_accelerator() if self._own_size is None else self._own_size

    @property
    def fitted(self) -> Design:
        """The design that Start would train."""
        return self.own_sized if self.at_own_size else self.data_sized

    def _has_accelerator(self) -> bool:
        if self.recipe.device != "auto":
            return self.recipe.device != "cpu"
        return any(device.id != "cpu" and not device.note for device in self.devices)
