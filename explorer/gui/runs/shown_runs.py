"""ShownRuns: which runs the list and the curves show. No widgets."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from explorer.gui.runs.bin import DeletedRun
    from explorer.gui.workers.curves import Curves


@dataclass
class ShownRuns:
    """The shown runs: `read` are the curves of ended ones, by id, `live` the current ones on the plots.

    `chosen` is the id of the run that is selected in the list, or empty; `with_hidden` whether hidden runs are in the
    list too. `deleted` are the runs that the user has moved to the bin and can take back, the last one first.
    """

    read: "dict[str, Curves]" = field(default_factory=dict)
    live: "list[tuple[str, Curves]]" = field(default_factory=list)
    chosen: str = ""
    with_hidden: bool = False
    deleted: "tuple[DeletedRun, ...]" = ()
