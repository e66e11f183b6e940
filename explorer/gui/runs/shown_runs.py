"""ShownRuns: which runs the list and the curves show. No widgets."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.gui.workers.curves import Curves


@dataclass
class ShownRuns:
    """The shown runs: `read` are the curves of ended ones, by id, `live` the current ones on the plots.

    `chosen` is the id of the run that is selected in the list, or empty.
    """

    read: "dict[str, Curves]" = field(default_factory=dict)
    live: "list[tuple[str, Curves]]" = field(default_factory=list)
    chosen: str = ""
