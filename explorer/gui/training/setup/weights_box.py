"""WeightsBox: what the network starts with: new weights, torchvision's, those of a run or of a file."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from explorer.gui.choice import TrainingChoice
from explorer.gui.document import title_of_run
from explorer.gui.training.setup.asking_box import AskingBox, fill_box, names_of_paths
from explorer.runs.weights import IMAGENET, is_same_network, published_versions

if TYPE_CHECKING:
    from explorer.runs.folder.run import Run

_FILE = "…"  # the entry that asks for a file


class WeightsBox(AskingBox):
    """The list; `runs` returns the runs on this machine, the chosen one first, then the newest."""

    def __init__(self, choice: TrainingChoice, runs: Callable[[], "Sequence[Run]"]) -> None:
        super().__init__()
        self._choice, self._runs = choice, runs
        self.activated.connect(self._pick)
        choice.changed.connect(self.show_choice)

    def show_choice(self) -> None:
        """Offer what fits the design, and what is chosen."""
        choice, design = self._choice, self._choice.fitted
        entries = {"": self.tr("new")} | self._published(published_versions(design))
        fitting = (run for run in self._runs() if run.best_epoch and is_same_network(run.design, design))
        if run := next(fitting, None):
            entries[run.id] = self.tr("run {name}").format(name=title_of_run(run))
        if choice.weights not in entries:
            entries |= self._other(choice.weights)
        fill_box(self, entries | {_FILE: self.tr("A file …")}, choice.weights)

    def _published(self, versions: Sequence[str]) -> dict[str, str]:
        """Return torchvision's weights in these versions, the newest first."""
        if len(versions) == 1:
            return {f"{IMAGENET}:{versions[0]}": self.tr("ImageNet (torchvision)")}
        text = self.tr("ImageNet {version} (torchvision)")
        return {f"{IMAGENET}:{version}": text.format(version=version) for version in reversed(versions)}

    def _other(self, source: str) -> dict[str, str]:
        """Return the entry of weights that seem not to fit, or are in a file."""
        name, _, version = source.partition(":")
        if name == IMAGENET:
            return self._published((version,))
        run = next((run for run in self._runs() if run.id == source), None)
        return {source: self.tr("run {name}").format(name=title_of_run(run))} if run else names_of_paths([source])

    def _pick(self) -> None:
        if self.currentData() == _FILE:
            self.ask_file()
        else:
            self._choice.use_weights(self.currentData())
        self.show_choice()

    def ask_file(self) -> None:
        """Ask for a file of weights."""
        before = Path(self._choice.weights)
        folder = str(before.parent) if before.is_absolute() else ""
        kinds = self.tr("Weights (*.pth *.pt *.safetensors *.bin);;All files (*)")
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Weights to start with"), folder, kinds)
        if name:
            self._choice.use_weights(name)
