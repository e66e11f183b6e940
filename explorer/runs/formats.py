"""Export formats, described without torch for the menu and the command line. No Qt.

A format is one entry here and one writer of the same name: in the `WRITERS` of `architecture/source/network.py` if it
needs only a plan, else in those of `engine/export/export.py`.
"""

from dataclasses import dataclass
from enum import StrEnum

from explorer.sentences import translatable


class Need(StrEnum):
    """What a writer needs besides the plan."""

    TORCH = "torch"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Format:
    """One format: its name on the command line, its label in a menu, its suffix, and what writing it needs."""

    name: str
    label: str
    suffix: str
    needs: frozenset[Need] = frozenset()


FORMATS = {
    form.name: form
    for form in (
        Format("python", translatable("Standalone PyTorch source"), ".py"),
        Format(
            "safetensors",
            translatable("Best weights of a run"),
            ".safetensors",
            frozenset({Need.TORCH, Need.RUN}),
        ),
    )
}
