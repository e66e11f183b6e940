"""Export formats, described without torch for the menu and the command line. No Qt.

A format is one entry here and one writer of the same name, in the `WRITERS` of its maker.
"""

from dataclasses import dataclass
from enum import StrEnum

from explorer.runs.extras import missing_packages
from explorer.sentences import Sentence, translatable
from explorer.validation import refuse


class Maker(StrEnum):
    """Who writes a format, and where its writer is."""

    PLAN = "plan"  # text of a plan alone, at once: architecture/source/network.py
    WORKER = "torch"  # whatever takes time or torch, in a worker: engine/export/export.py
    WINDOW = "Qt"  # what the window draws: gui/diagram/picture.py


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name on the command line, and its labels in a menu for what it is made of.

    `of_design` and `of_run` say what of a design or of a run is written, and are empty where nothing is; where a
    format is of designs alone, a run stands for its own. Without a `suffix` it is a folder. `has_weights` of a run if
    there is one. `extra` names the optional dependencies of this program that it needs, and `modules` are what they
    bring.
    """

    name: str
    of_design: str = ""
    of_run: str = ""
    suffix: str = ""
    maker: Maker = Maker.WORKER
    has_weights: bool = False
    extra: str = ""
    modules: tuple[str, ...] = ()

    @property
    def needs_run(self) -> bool:
        return not self.of_design

    @property
    def missing(self) -> Sentence:
        """Say how to install what is not there, without importing any of it; empty if nothing is missing."""
        return missing_packages(self.extra, self.modules)

    def check(self) -> None:
        """Raise Refused if what this format needs is not installed."""
        if self.missing:
            raise refuse(self.name, "{missing}", missing=self.missing)


FORMATS = {
    form.name: form
    for form in (
        Format("python", of_design=translatable("Standalone PyTorch source"), suffix=".py", maker=Maker.PLAN),
        Format("script", of_run=translatable("Script that repeats the run"), suffix=".py"),
        Format(
            "safetensors",
            of_run=translatable("Best weights (safetensors)"),
            suffix=".safetensors",
            has_weights=True,
        ),
        Format(
            "onnx",
            of_design=translatable("Untrained network (ONNX)"),
            of_run=translatable("Trained network (ONNX)"),
            suffix=".onnx",
            has_weights=True,
            extra="onnx",
            modules=("onnx", "onnxruntime", "onnxscript"),
        ),
        Format("csv", of_design=translatable("Layer table (CSV)"), of_run=translatable("Curves (CSV)"), suffix=".csv"),
        Format(
            "markdown",
            of_design=translatable("Layer table (Markdown)"),
            of_run=translatable("Recipe, results and layer table (Markdown)"),
            suffix=".md",
        ),
        Format("svg", of_design=translatable("Diagram (SVG)"), suffix=".svg", maker=Maker.WINDOW),
        Format(
            "tensorboard",
            of_run=translatable("Curves for TensorBoard (folder)"),
            extra="tensorboard",
            modules=("tensorboard",),
        ),
        Format("timm", of_run=translatable("Folder for timm, with a model card"), has_weights=True),
        Format("html", of_run=translatable("Report on one page (HTML)"), suffix=".html"),
    )
}
