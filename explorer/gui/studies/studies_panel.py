"""StudiesPanel: the studies beside the runs, and the plot of the one that is chosen. Imports pyqtgraph."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale, Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.studies.study_plot import StudyPlot
from explorer.gui.studies.study_words import plotted, progress_text, state_text, title_of_study
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.workers.studies import KnownStudy, Studies


class StudiesPanel(QWidget):
    """The list, what one may do with a study, how far it is, and its plot."""

    def __init__(self, studies: Studies, actions: Actions) -> None:
        super().__init__()
        self._studies = studies
        self.box, self.progress, self.more = QComboBox(), QLabel(), QToolButton()
        self.plot = StudyPlot()
        self.go_on = action_button(actions.continue_study, "continue_study")
        menu = QMenu(self)
        menu.addActions([actions.copy_study, actions.delete_study])
        self.more.setText(self.tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(menu)
        self.box.setAccessibleName(self.tr("Study"))
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.setMinimumContentsLength(12)
        self.box.activated.connect(lambda: studies.show(self.box.currentData()))
        watch_box(self.box)
        self.progress.setWordWrap(True)
        self.progress.setTextFormat(Qt.TextFormat.PlainText)
        theme.make_secondary(self.progress)
        above, column = QHBoxLayout(), QVBoxLayout(self)
        above.addWidget(self.box, stretch=1)
        for button in (self.go_on, self.more):
            above.addWidget(button)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(above)
        column.addWidget(self.progress)
        column.addWidget(self.plot, stretch=1)

    def show_studies(self, chosen: Sequence[str]) -> None:
        """Show the studies as they are now; `chosen` are the ids of the selected runs."""
        titles = [title_of_study(known.study) for known in self._studies.known]
        entries = [
            (self._dated(title, known) if titles.count(title) > 1 else title, known.id)
            for title, known in zip(titles, self._studies.known, strict=True)
        ]
        if entries != [(self.box.itemText(row), self.box.itemData(row)) for row in range(self.box.count())]:
            self.box.clear()
            for entry in entries:
                self.box.addItem(*entry)
        current = self._studies.current
        self.box.setCurrentIndex(self.box.findData(current.id) if current else -1)
        self.box.setToolTip(self._dated(title_of_study(current.study), current) if current else "")
        lines = [f"{state_text(self._studies.state_of(current))} · {progress_text(current)}"] if current else []
        if unreadable := self._studies.unreadable:
            first = f"{unreadable[0].folder.name}: {say(unreadable[0].reason)}"
            lines.append(self.tr("Cannot be read: {n}. {first}").format(n=whole(len(unreadable)), first=first))
        self.progress.setText("\n".join(lines))
        self.plot.show_study(plotted(current) if current else None, chosen)

    def _dated(self, title: str, known: KnownStudy) -> str:
        created = QDateTime.fromSecsSinceEpoch(int(datetime.fromisoformat(known.study.created).timestamp()))
        date = QLocale().toString(created, QLocale.FormatType.ShortFormat)
        return self.tr("{study} · {date}").format(study=title, date=date)
