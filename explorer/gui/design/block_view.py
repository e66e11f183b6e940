"""The view of one block: the chapter's figure with live shapes and counts, and the source of the block beside it.

The view can also show one block alone, on any input: Residual(3, 6) with stride 2 on 3×6×6 gives 6×3×3.
"""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextOption
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.blocks import Block, CannotBuild
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import Section
from explorer.architecture.source.network import block_source
from explorer.gui.design.alone_block import MAXIMA, AloneBlock
from explorer.gui.design.block_figure import BlockFigure
from explorer.gui.design.outline import RepeatedBlocks, find_part
from explorer.gui.document import Document
from explorer.gui.widgets import theme
from explorer.gui.widgets.boxes import NumberBox
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.language import say, whole


class _AloneForm(QWidget):
    """The boxes for the input, width and stride of a block alone."""

    def __init__(self, alone: AloneBlock) -> None:
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
        for name, maximum in MAXIMA.items():
            box = self.boxes[name] = NumberBox(1, maximum)
            box.setValue(alone.values[name])
            box.setAccessibleName(names[name])
            box.valueChanged.connect(partial(alone.set_value, name))
            row.addWidget(QLabel(names[name]))
            row.addWidget(box)
        row.addStretch(1)


class BlockView(QWidget):
    """Shows the selected block; emits `closed` when the user wants to return to the layers.

    `shown` carries the block of the network that is shown, or None if none is. `cramped` is emitted when the view needs
    more height than it has; it carries the needed height in pixels.
    """

    closed = Signal()
    shown = Signal(object)
    cramped = Signal(int)

    def __init__(self, document: Document, alone: AloneBlock, tried: QWidget) -> None:
        """Put `tried` above the figure: the experiments with the block, whose buttons keep their place there."""
        super().__init__()
        self.document = document
        self.alone_block = alone
        self.title = QLabel()
        theme.make_heading(self.title)
        self.title.setWordWrap(True)
        self.back = word_button(self.tr("Back to layers"), self.closed.emit, icon="undo-2")
        self.alone = QCheckBox(self.tr("Block only"))
        self.alone.setObjectName("alone")
        theme.apply_style(self.alone, "check")
        self.alone.setToolTip(self.tr("Show one block on any input, without the stem and head"))
        self.alone.setChecked(alone.is_shown)
        self.alone.toggled.connect(alone.show)
        self.form = _AloneForm(alone)
        self.alone.toggled.connect(self.form.setVisible)
        alone.changed.connect(self.show_block)
        self.figure = BlockFigure()
        self.source = QPlainTextEdit(readOnly=True)
        self.source.setFont(theme.code_font())
        self.source.setMinimumWidth(self.fontMetrics().averageCharWidth() * 24)
        self.source.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # no line is cut
        self.source.setAccessibleName(self.tr("Source code of the block"))
        self.lay_out(tried)
        self.form.setVisible(alone.is_shown)
        self.setFocusProxy(self.back)
        document.changed.connect(self.show_block)
        document.selection_changed.connect(self.show_block)
        document.vocabulary_changed.connect(self.show_block)

    def lay_out(self, tried: QWidget) -> None:
        head = QHBoxLayout()
        head.addWidget(self.back)
        head.addWidget(self.title, stretch=1)
        head.addWidget(self.alone)
        middle = QHBoxLayout()
        middle.setSpacing(2 * theme.RHYTHM)
        middle.addWidget(self.figure, stretch=1)
        middle.addWidget(self.source, stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.addLayout(head)
        column.addWidget(self.form)
        column.addWidget(tried)
        column.addLayout(middle, stretch=1)

    def show_block(self) -> None:
        """Show the selected block, or the block alone."""
        if not self.isVisible():
            return
        alone = self.alone_block.is_shown
        try:
            block = self.alone_block.build(self.document.design) if alone else self._selected_block()
        except CannotBuild as error:
            self.figure.show_block(None)
            self.shown.emit(None)
            self.title.setText(say(error.reason))
            self.source.clear()
            return
        self.figure.show_block(block)
        self.shown.emit(None if alone else block)
        if block is None:
            self.title.setText(self.tr("Select a block in the diagram."))
            self.source.clear()
            return
        name = self.tr("One block") if alone else self.document.name_of(block.name)
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

    def _selected_block(self) -> Block | None:
        """Return the selected block, that of the selected layer, or the first of the selected stage; else None."""
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

    def ask_for_room(self) -> None:
        layout = self.layout()
        assert layout is not None
        needed = layout.totalMinimumHeightForWidth(self.width())
        if needed > self.height():
            self.cramped.emit(needed)

    def showEvent(self, event: object) -> None:
        self.show_block()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
