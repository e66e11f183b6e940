"""EstimateView: the image size to train at, the time that an epoch will take, and the memory that training needs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QRadioButton, QVBoxLayout, QWidget

from explorer.architecture.design import Design
from explorer.gui.choice import TrainingChoice
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import about, memory, say
from explorer.gui.workers.estimates import Estimates

_LINES = 2  # of text for which there is room


class EstimateView(QWidget):
    """The estimate in words; where the design's image size and the data's differ, a choice between both."""

    def __init__(self, choice: TrainingChoice, estimates: Estimates) -> None:
        super().__init__()
        self._choice, self._estimates = choice, estimates
        self.at_data_size, self.at_own_size = QRadioButton(), QRadioButton()
        for button in (self.at_data_size, self.at_own_size):
            theme.apply_style(button, "radio")
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # so that Start below stays in its place
            button.setSizePolicy(policy)
        self.line = QLabel()
        theme.make_secondary(self.line)
        self.line.setWordWrap(True)
        self.line.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.line.setMinimumHeight(_LINES * self.line.fontMetrics().lineSpacing())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        for widget in (self.at_data_size, self.at_own_size, self.line):
            column.addWidget(widget)
        self.at_data_size.clicked.connect(lambda: choice.use_own_size(False))
        self.at_own_size.clicked.connect(lambda: choice.use_own_size(True))
        choice.changed.connect(self._show_estimate)
        estimates.changed.connect(self._show_estimate)
        self._show_estimate()

    def _show_estimate(self) -> None:
        choice = self._choice
        small, large = choice.data_sized, choice.own_sized
        differ = small != large
        for button, design in ((self.at_data_size, small), (self.at_own_size, large)):
            button.setVisible(differ)
            if differ:
                button.setText(self._offer_text(design))
        (self.at_own_size if choice.at_own_size else self.at_data_size).setChecked(True)
        self.line.setText(self._needs_text(choice.fitted))

    def _offer_text(self, design: Design) -> str:
        size = f"{design.input[1]}×{design.input[2]}"
        found = self._estimates.of(design)
        if found is None or found.seconds_per_epoch is None:
            return size
        return self.tr("{size}: about {time} per epoch").format(size=size, time=about(found.seconds_per_epoch))

    def _needs_text(self, design: Design) -> str:
        """Return the memory and the time needed in one line, or that they are being measured, or why they are not."""
        found = self._estimates.of(design)
        if found is None:
            reason = self._estimates.refusal(design)
            return say(reason) if reason else self.tr("measuring …") if self._estimates.may_measure else ""
        needed = memory(found.memory_bytes)
        if found.seconds_per_epoch is not None:
            time = about(found.seconds_per_epoch)
            text = self.tr("needs {memory} · about {time} per epoch").format(memory=needed, time=time)
        else:  # too large to be tried
            text = self.tr("needs {memory}").format(memory=needed)
        if self._estimates.is_too_large():
            text += " · " + self.tr("only {memory} free").format(memory=memory(found.available_bytes))
        return text
