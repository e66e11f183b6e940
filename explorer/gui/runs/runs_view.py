"""RunsView: how the Runs page shows the runs. No widgets; kept when the window is rebuilt."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from explorer.gui.runs.run_row import DATE

if TYPE_CHECKING:
    from explorer.gui.runs.used_run import UsedRun


@dataclass
class RunsView:
    """The words of the filter, the column that the table is sorted by, and what is shown.

    `axis` names what the scatter plot shows accuracy against; `used` is what the last *use this run* has replaced.
    """

    filter: str = ""
    column: int = DATE
    descending: bool = True
    has_all_columns: bool = False
    has_scatter: bool = False
    has_studies: bool = False
    axis: str = "params"
    used: "UsedRun | None" = None
