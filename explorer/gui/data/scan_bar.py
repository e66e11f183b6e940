"""ScanBar: what the data are in a line, or how far the scan is, with the order that starts or ends it."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QStackedWidget, QWidget

from explorer.gui.actions import Actions
from explorer.gui.data.data_state import DataState
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import clock, memory, percent, say, whole
from explorer.runs.questions.data import Scanned

_BAR = 16  # characters wide
_SOME, _MOST = 0.02, 0.98  # shares of coloured images between which both kinds are told


class ScanBar(QWidget):
    """The line, as high whatever it shows; its orders share one place."""

    def __init__(self, state: DataState, actions: Actions) -> None:
        super().__init__()
        self._state = state
        self.words, self.bar, self._order = _Line(), QProgressBar(textVisible=False), QStackedWidget()
        self.bar.setAccessibleName(self.tr("Scan"))
        self.bar.setFixedWidth(_BAR * self.fontMetrics().averageCharWidth())
        theme.apply_style(self.bar, "progress")
        self._order.addWidget(action_button(actions.scan_data, "scan_data"))
        self._order.addWidget(action_button(actions.cancel_scan, "cancel_scan"))
        self._order.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        row.addWidget(self.words, stretch=1)
        row.addWidget(self.bar)
        row.addWidget(self._order)
        state.progressed.connect(self._show_progress)

    def show_state(self) -> None:
        """Show what the scan is doing or what it has found."""
        state = self._state
        self._order.setCurrentIndex(int(state.is_scanning))
        self.bar.setVisible(state.is_scanning)
        if state.is_scanning:
            self.bar.setRange(0, 0 if not state.waiting_reason() else 1)
            self.words.show_text(state.waiting_reason() or self.tr("Looking for images …"))
        elif state.scanned is None:
            self.words.show_text("")  # the page has more room to say why
        elif state.refusal:
            self.words.show_text(say(state.refusal))
        elif state.was_cancelled:
            self.words.show_text(self.tr("The scan was cancelled; this is what was known before."))
        else:
            self.words.show_text(self._summary(state.scanned))
        is_refused = state.scanned is not None and bool(state.refusal)
        role = QPalette.ColorRole.BrightText if is_refused else QPalette.ColorRole.WindowText
        self.words.setForegroundRole(role)

    def _show_progress(self, done: int, total: int) -> None:
        if not total:  # while images are looked for
            return
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        amount = self.tr("{done} of {total} images").format(done=whole(done), total=whole(total))
        seconds = self._state.seconds_left
        left = "" if seconds is None else self.tr("{time} left").format(time=clock(seconds))
        self.words.show_text(" · ".join(filter(None, (amount, left))))

    def _summary(self, scanned: Scanned) -> str:
        images = sum(found.train + found.validation + found.test for found in scanned.classes)
        words = self.tr("{images} images in {classes} classes").format(
            images=whole(images), classes=whole(len(scanned.classes))
        )
        size = memory(scanned.bytes) if scanned.bytes else ""
        return " · ".join(filter(None, (words, self._colour_words(scanned.coloured), self._side_words(scanned), size)))

    def _colour_words(self, share: float) -> str:
        if share <= _SOME:
            return self.tr("grey") if not share else self.tr("nearly all grey")
        if share >= _MOST:
            return self.tr("in colour")
        return self.tr("{share} in colour").format(share=percent(share, 0))

    def _side_words(self, scanned: Scanned) -> str:
        if len(scanned.sides) != 2:
            return ""
        height, width = scanned.sides
        return self.tr("typically {width} × {height}").format(width=whole(width), height=whole(height))


class _Line(QLabel):
    """A text with the height of two lines, whatever it says; the tool tip has all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(theme.figures_font(self.font()))
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(2 * self.fontMetrics().lineSpacing())

    def show_text(self, text: str) -> None:
        self.setText(text)
        self.setToolTip(text)
