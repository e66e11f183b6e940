"""EvidenceView: what of an image's evidence is shown, and what was changed in the image. No widgets."""

from dataclasses import dataclass, field

from explorer.runs.questions.results import Patch

Patches = tuple[Patch, ...]


@dataclass
class EvidenceView:
    """It is kept when the window is rebuilt.

    `stage` is the section whose output is asked, empty for the last one. `fresh`: before training. The `patches` are
    changes of the image `file`; `earlier` are those before each change. `with_neighbours`: of each image that is
    selected, the nearest training images are looked for.
    """

    stage: str = ""
    fresh: bool = False
    file: str = ""
    patches: Patches = ()
    earlier: list[Patches] = field(default_factory=list)
    with_neighbours: bool = False

    def show_file(self, file: str) -> None:
        """Show another image, which is as it was."""
        if file != self.file:
            self.file, self.patches = file, ()
            self.earlier.clear()

    def begin_change(self) -> None:
        """Note the patches as they are, to which `undo` returns."""
        self.earlier.append(self.patches)

    def undo(self) -> None:
        """Take back the last change."""
        if self.earlier:
            self.patches = self.earlier.pop()

    def reset(self) -> None:
        """Have the image as it was, which can be undone."""
        if self.patches:
            self.begin_change()
            self.patches = ()
