"""One block, opened: the chapter's figure with live shapes and counts, and the source of the block beside it.

Without a network it analyses one block alone, on any input: Residual(3, 6) with stride 2 on 3×6×6 gives 6×3×3.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.blocks import Block, CannotBuild, build_block
from explorer.architecture.layers import Signal as Flow
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import Section
from explorer.architecture.source.network import block_source
from explorer.gui.design.block_figure import BlockFigure
from explorer.gui.design.outline import RepeatedBlocks, find_part
from explorer.gui.document import Document
from explorer.gui.experiments.identity_panel import IdentityPanel
from explorer.gui.training.estimate import Estimates
from explorer.gui.widgets import theme
from explorer.gui.widgets.boxes import NumberBox
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.language import say, whole
from explorer.gui.workers.pool import WorkerPool

ALONE = {"channels": (3, 8192), "size": (6, 4096), "width": (6, 8192), "stride": (2, 8)}  # the chapter's, and the most


class AloneForm(QWidget):
    """What a block alone needs to know: its input, width and stride; kind and shortcut come from the design."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        names = {
            "channels": self.tr("Input channels"),
            "size": self.tr("Input size"),
            "width": self.tr("Width"),
            "stride": self.tr("Stride"),
        }
        self.setObjectName("alone_form")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.boxes: dict[str, NumberBox] = {}
        for name, (value, most) in ALONE.items():
            box = self.boxes[name] = NumberBox(1, most)
            box.setValue(value)
            box.setAccessibleName(names[name])
            box.valueChanged.connect(self.changed)
            row.addWidget(QLabel(names[name]))
            row.addWidget(box)
        row.addStretch(1)

    def value(self, name: str) -> int:
        return self.boxes[name].value()


class BlockView(QWidget):
    """Follows the document's selection; `closed` when a person wants the layers back.

    `cramped` when it has more to show than its height allows; carries the height it needs.
    """

    closed = Signal()
    cramped = Signal(int)

    def __init__(self, document: Document, pool: WorkerPool, preflight: Estimates) -> None:
        super().__init__()
        self.document = document
        self.experiment = IdentityPanel(document, pool, preflight)
        self.experiment.found.connect(self.ask_for_room)
        self.title = QLabel()
        theme.make_heading(self.title)
        self.title.setWordWrap(True)
        self.back = word_button(self.tr("Back to the layers"), self.closed.emit, icon="undo-2")
        self.alone = QCheckBox(self.tr("Block only"))
        self.alone.setObjectName("alone")
        theme.apply_style(self.alone, "check")
        self.alone.setToolTip(self.tr("One block on any input, without stem and head"))
        self.form = AloneForm()
        self.form.hide()
        self.form.changed.connect(self.show_block)
        self.alone.toggled.connect(self.form.setVisible)
        self.alone.toggled.connect(self.show_block)
        self.figure = BlockFigure()
        self.source = QPlainTextEdit(readOnly=True)
        self.source.setFont(theme.code_font())
        self.source.setMinimumWidth(self.fontMetrics().averageCharWidth() * 24)
        self.source.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.source.setAccessibleName(self.tr("Source of the block"))
        self.lay_out()
        document.changed.connect(self.show_block)
        document.selection_changed.connect(self.show_block)
        document.vocabulary_changed.connect(self.show_block)

    def lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.back)
        head.addWidget(self.title, stretch=1)
        head.addWidget(self.alone)
        both = QHBoxLayout()
        both.setSpacing(2 * theme.RHYTHM)
        both.addWidget(self.figure, stretch=1)
        both.addWidget(self.source, stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.addLayout(head)
        column.addWidget(self.form)
        column.addLayout(both, stretch=1)
        column.addWidget(self.experiment)

    def show_block(self) -> None:
        """The selected block, or the block alone."""
        if not self.isVisible():
            return
        try:
            block = self.block_alone() if self.alone.isChecked() else self.selected_block()
        except CannotBuild as error:
            self.figure.show_block(None)
            self.experiment.show_block(None)
            self.title.setText(say(error.reason))
            self.source.clear()
            return
        self.figure.show_block(block)
        self.experiment.show_block(None if self.alone.isChecked() else block)
        if block is None:
            self.title.setText(self.tr("Select a block in the diagram."))
            self.source.clear()
            return
        name = self.tr("One block") if self.alone.isChecked() else self.document.name_of(block.name)
        words = self.tr("{name}: {input} → {output}, {params} parameters, {macs} MACs")
        self.title.setText(
            words.format(
                name=name,
                input=shape_text(block.input),
                output=shape_text(block.output),
                params=whole(block.params),
                macs=whole(block.macs),
            )
        )
        source = block_source(self.document.plan, self.document.vocabulary)
        if source != self.source.toPlainText():
            self.source.setPlainText(source)

    def selected_block(self) -> Block | None:
        """The block that the selection is or is in; the first one of a stage."""
        path = self.document.selection
        part = find_part(self.document.plan, ".".join(path.split(".")[:2]))
        match part:
            case RepeatedBlocks():
                return part.block
            case Section():
                return part.first
            case Block():
                return part
            case _:
                return None

    def block_alone(self) -> Block:
        """Raises CannotBuild."""
        design, value = self.document.design, self.form.value
        wiring = design.wiring(value("channels"), value("width"), value("stride"))
        block, _ = build_block("block", design.block, wiring, Flow((value("channels"), value("size"), value("size"))))
        return block

    def ask_for_room(self) -> None:
        layout = self.layout()
        assert layout is not None
        needed = layout.totalMinimumHeightForWidth(self.width())
        if needed > self.height():
            self.cramped.emit(needed)

    def take_over(self, old: "BlockView") -> None:
        """Show what `old` showed."""
        for name, box in self.form.boxes.items():
            box.setValue(old.form.value(name))
        self.alone.setChecked(old.alone.isChecked())
        self.experiment.take_over(old.experiment)

    def showEvent(self, event: object) -> None:
        self.show_block()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
