"""EpochSlider: after which epoch the network is looked at."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QSlider, QWidget

from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import whole

_NARROW, _WIDE = 10, 24  # characters


class EpochSlider(QWidget):
    """The slider over the epochs of which there are predictions; `moved` carries the one that the user wants."""

    moved = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._epochs: tuple[int, ...] = ()
        self.words, self.slider = QLabel(), QSlider(Qt.Orientation.Horizontal)
        self.words.setFont(theme.figures_font(self.words.font()))
        theme.apply_style(self.slider, "slider")
        self.slider.setAccessibleName(self.tr("Epoch"))
        self.slider.setToolTip(self.tr("After which epoch the network is looked at"))
        self.slider.setMinimumWidth(_NARROW * self.fontMetrics().averageCharWidth())
        self.slider.setMaximumWidth(_WIDE * self.fontMetrics().averageCharWidth())
        self.slider.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.slider.setPageStep(1)
        watch_box(self.slider)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.RHYTHM, 0)
        row.setSpacing(theme.RHYTHM)
        row.addWidget(self.words)
        row.addWidget(self.slider)
        self.slider.valueChanged.connect(self._move)

    def show_epochs(self, epochs: Sequence[int], shown: int, best: int) -> None:
        """Let these epochs be chosen from; the `best` one of the run is called so."""
        self._epochs = tuple(epochs)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(epochs) - 1))
        self.slider.setValue(epochs.index(shown) if shown in epochs else 0)
        self.slider.blockSignals(False)
        self.slider.setVisible(len(epochs) > 1)
        text = self.tr("epoch {n}, the best") if shown == best else self.tr("epoch {n}")
        longest = max(
            self.words.fontMetrics().horizontalAdvance(words.format(n=whole(max(epochs, default=0))))
            for words in (self.tr("epoch {n}, the best"), self.tr("epoch {n}"))
        )
        self.words.setMinimumWidth(longest)
        self.words.setText(text.format(n=whole(shown)) if shown else "")
        self.slider.setAccessibleDescription(self.words.text())

    def _move(self, place: int) -> None:
        self.moved.emit(self._epochs[place])
