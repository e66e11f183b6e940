"""The menu of what can be trained beside the current design: the other columns of a comparison that are designs."""

from functools import partial

from PySide6.QtWidgets import QMenu, QWidget

from explorer.gui.compare.compare_state import CompareState
from explorer.gui.compare.subject import SubjectKind
from explorer.gui.start_orders import StartOrders
from explorer.gui.widgets.input.typed import connect_order


class BesideMenu(QMenu):
    """The menu, filled when it opens; what cannot be trained beside the design says why."""

    def __init__(self, state: CompareState, starts: StartOrders, parent: QWidget) -> None:
        super().__init__(parent)
        self._state, self._starts = state, starts
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for subject in self._state.subjects:
            design = self._state.design_of(subject)
            if design is None or subject.kind is SubjectKind.CURRENT:
                continue
            action = self.addAction(self._state.title(subject))
            reason = self._starts.obstacle_beside(design)
            action.setEnabled(not reason)
            action.setToolTip(reason)
            connect_order(action, partial(self._starts.start_beside, design))
        if self.isEmpty():
            self.addAction(self.tr("Add a design, a run or the baseline first")).setEnabled(False)
