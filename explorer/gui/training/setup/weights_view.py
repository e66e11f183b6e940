"""WeightsView: what of the chosen weights fits the design, how far their download is, or why they cannot be used."""

from collections import Counter
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from explorer.gui.training.setup.weights_table import WeightsTable
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.notice import Notice
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import clock, memory, say, whole
from explorer.gui.workers.weighing import Weighing
from explorer.runs.questions.weights import Weighed, WeightFit

_FITS = (WeightFit.MATCHED, WeightFit.FITTED)


class WeightsView(QWidget):
    """One line, with the table of all tensors behind a button; hidden while the weights are new ones."""

    def __init__(self, weighing: Weighing, ask_file: Callable[[], object]) -> None:
        """`ask_file` asks for a file of weights instead."""
        super().__init__()
        self._weighing = weighing
        self.words, self.bar, self.notice = QLabel(), QProgressBar(textVisible=False), Notice()
        self.words.setWordWrap(True)
        self.words.setFont(theme.figures_font(self.words.font()))
        theme.make_secondary(self.words)
        self.bar.setAccessibleName(self.tr("Download"))
        theme.apply_style(self.bar, "progress")
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that nothing below moves when the download ends
        self.bar.setSizePolicy(policy)
        self.table = word_button(self.tr("Table …"), self._show_table, "weights_table")
        self.cancel = word_button(self.tr("Cancel"), weighing.cancel, "cancel_weights")
        self.again = word_button(self.tr("Try again"), weighing.ask_again, "weigh_again")
        self.file = word_button(self.tr("Use a file that I have …"), ask_file, "weights_file")
        line, buttons = QHBoxLayout(), QHBoxLayout()
        line.addWidget(self.words, stretch=1)
        for button in (self.table, self.cancel):
            line.addWidget(button, alignment=Qt.AlignmentFlag.AlignTop)
        for button in (self.again, self.file):
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(line)
        column.addWidget(self.bar)
        column.addWidget(self.notice)
        column.addLayout(buttons)
        weighing.changed.connect(self._show_state)
        self._show_state()

    def _show_state(self) -> None:
        weighing, (done, total) = self._weighing, self._weighing.loaded
        is_refused = bool(weighing.refusal)
        self.notice.tell([say(weighing.refusal)], "")
        self.words.setVisible(not is_refused)
        if weighing.weighed:
            self.words.setText(self._fit_text(weighing.weighed))
        elif not is_refused:
            self.words.setText(self._progress_text(done, total))
        self.bar.setVisible(bool(total))
        self.bar.setRange(0, 100)  # not bytes, of which there may be more than Qt counts
        self.bar.setValue(100 * done // max(1, total))
        self.table.setVisible(bool(weighing.weighed))
        self.cancel.setVisible(weighing.is_open)
        for button in (self.again, self.file):
            button.setVisible(is_refused)
        show_if(weighing.is_open or is_refused or bool(weighing.weighed), self)

    def _progress_text(self, done: int, total: int) -> str:
        if total:
            amount = self.tr("{done} of {total}").format(done=memory(done), total=memory(total))
            seconds = self._weighing.seconds_left
            left = "" if seconds is None else self.tr("{time} left").format(time=clock(seconds))
            return " · ".join(filter(None, (amount, left)))
        return self._weighing.waiting_reason() or self.tr("Reading the weights …")

    def _fit_text(self, weighed: Weighed) -> str:
        """Return how many tensors of the design are taken, and what becomes of the others."""
        kinds = Counter(row.fit for row in weighed.rows)
        lacking = (WeightFit.NEW_HEAD, WeightFit.OTHER_SHAPE, WeightFit.MISSING)
        every = weighed.matched + sum(kinds[fit] for fit in lacking)
        words = [self.tr("{n} of {all} tensors").format(n=whole(weighed.matched), all=whole(every))]
        if kinds[WeightFit.NEW_HEAD]:
            words.append(self.tr("new head"))
        for fit, text in (
            (WeightFit.FITTED, self.tr("{n} fitted to the channels")),
            (WeightFit.OTHER_SHAPE, self.tr("{n} of another shape")),
            (WeightFit.MISSING, self.tr("{n} missing")),
            (WeightFit.UNKNOWN, self.tr("{n} not used")),
        ):
            if kinds[fit]:
                words.append(text.format(n=whole(kinds[fit])))
        return self.tr("; ").join(words)

    def _show_table(self) -> None:
        assert self._weighing.weighed
        WeightsTable(self._weighing.weighed, self).open()
