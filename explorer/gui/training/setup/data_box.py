"""DataBox: the data to train on: named sets, which may have to be downloaded, and own images in a folder or a table."""

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.training.setup.asking_box import AskingBox, fill_box, names_of_paths
from explorer.gui.widgets.text.language import memory, say
from explorer.gui.workers.data_download import DataDownload, DownloadState
from explorer.runs.data.catalogue import CATALOGUE

FOLDER, TABLE, EXAMPLE = "…/", "….csv", "…"  # the entries that ask for a folder, a table, and whether to make one


class DataBox(AskingBox):
    """The list; what is picked goes to the choice, is offered as a download, or is asked for."""

    def __init__(self, choice: TrainingChoice, download: DataDownload, actions: Actions) -> None:
        super().__init__()
        self._choice, self._download, self._actions = choice, download, actions
        self.activated.connect(self._pick)
        choice.chosen.connect(self.show_choice)
        download.changed.connect(self.show_choice)

    def show_choice(self) -> None:
        """Offer the sets that are here, own images, and sets that can be downloaded unless one is loading."""
        known = {data.name: say(data.label) for data in self._choice.known_data}
        own = [data.name for data in self._choice.known_data if data.images]
        entries = {name: label for name, label in known.items() if name not in own}
        entries |= names_of_paths(list(dict.fromkeys((*own, *self._choice.recent_data))))
        if self._download.state is not DownloadState.LOADING:
            text = self.tr("{data} · download {size} …")
            for name, entry in CATALOGUE.items():
                entries.setdefault(name, text.format(data=say(entry.label), size=memory(entry.size)))
        entries |= {FOLDER: self.tr("Image folder …"), TABLE: self.tr("Table (CSV) …")}
        entries |= {EXAMPLE: self.tr("Example folder …")}
        fill_box(self, entries, self._choice.data.name)

    def _pick(self) -> None:
        name = self.currentData()
        actions = self._actions
        asking = {FOLDER: actions.open_images, TABLE: actions.open_table, EXAMPLE: actions.example_images}
        if asks := asking.get(name):
            asks.trigger()
        elif name in CATALOGUE and name not in [data.name for data in self._choice.known_data]:
            self._choice.forget_refusal()
            self._download.offer(CATALOGUE[name])
        else:
            self._download.withdraw()
            self._choice.use_data(name)
        self.show_choice()
