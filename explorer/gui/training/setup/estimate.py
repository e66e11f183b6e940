"""EstimateView: the image size to train at, the time that an epoch will take, and the memory that training needs."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QRadioButton, QVBoxLayout, QWidget

from explorer.architecture.design import Design
from explorer.gui.choice import TrainingChoice
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import about, memory, say, whole
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
        self.line.setToolTip(self._details_text(choice.fitted))
        self.line.setAccessibleDescription(self.line.toolTip())

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
        words = [self.tr("needs {memory}").format(memory=memory(found.memory.total))]
        if found.seconds_per_epoch is not None:  # else too large to be tried
            words.append(self.tr("about {time} per epoch").format(time=about(found.seconds_per_epoch)))
        if self._estimates.is_too_large():
            words.append(self.tr("only {memory} free").format(memory=memory(found.available_bytes)))
        if found.largest_batch:
            words.append(self.tr("batch size up to {n}").format(n=whole(found.largest_batch)))
        return " · ".join(words)

    def _details_text(self, design: Design) -> str:
        """Return what the memory is for, and what the first start decodes and the disk will take."""
        found = self._estimates.of(design)
        if found is None:
            return ""
        parts = {
            self.tr("Weights"): found.memory.weights,
            self.tr("Gradients"): found.memory.gradients,
            self.tr("Optimizer"): found.memory.optimizer,
            self.tr("Activations"): found.memory.activations,
            self.tr("Images"): found.memory.data,
        }
        lines = [self.tr("{part}: {memory}").format(part=part, memory=memory(size)) for part, size in parts.items()]
        disk = self.tr("Checkpoints: {memory} on the disk").format(memory=memory(found.checkpoint_bytes))
        first = ""
        if found.cache_bytes:
            text = self.tr("The first start decodes the images: about {time}, {memory} on the disk")
            first = text.format(time=about(found.decoding_seconds), memory=memory(found.cache_bytes))
        return "\n".join(filter(None, [*lines, disk, first]))
