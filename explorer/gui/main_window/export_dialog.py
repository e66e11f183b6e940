"""ExportDialog: how far an export is, with the time left and Cancel; it opens only for one that takes a while."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QVBoxLayout, QWidget

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import clock
from explorer.gui.workers.exporting import Exporting

_PATIENCE = 1000  # milliseconds without a word about an export
_WIDTH = 48  # characters


class ExportDialog(QDialog):
    """The rest of the window can be used meanwhile; closing this cancels the export."""

    def __init__(self, exporting: Exporting, parent: QWidget) -> None:
        super().__init__(parent)
        self._exporting = exporting
        self.setWindowTitle(self.tr("Export"))
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.words, self.bar = QLabel(), QProgressBar(textVisible=False)
        self.words.setWordWrap(True)
        self.words.setMinimumWidth(_WIDTH * self.fontMetrics().averageCharWidth())
        self.bar.setAccessibleName(self.tr("Export"))
        theme.apply_style(self.bar, "progress")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self.words, self.bar, buttons):
            column.addWidget(widget)
        self._soon = QTimer(self, interval=_PATIENCE, singleShot=True)
        self._soon.timeout.connect(self.show)
        exporting.changed.connect(self._show_state)
        self._show_state()

    def reject(self) -> None:
        self._exporting.cancel()
        super().reject()

    def _show_state(self) -> None:
        """Say what the export is doing; hide once it is over."""
        exporting = self._exporting
        if exporting.path is None:
            self._soon.stop()
            self.hide()
            return
        if not (self.isVisible() or self._soon.isActive()):
            self._soon.start()
        done, total = exporting.done
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        words = self.tr("Exporting {name} …").format(name=exporting.path.name)
        seconds = exporting.seconds_left
        left = "" if seconds is None else self.tr("{time} left").format(time=clock(seconds))
        self.words.setText(f"{words}\n{exporting.waiting_reason() or left}")
