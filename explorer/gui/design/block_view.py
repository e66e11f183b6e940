"""The view of one block: the chapter's figure with live shapes and counts, and the source of the block beside it.

The view can also show one block alone, on any input: Residual(3, 6) with stride 2 on 3×6×6 gives 6×3×3.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLayout, QVBoxLayout, QWidget

from explorer.architecture.blocks import Block, CannotBuild
from explorer.architecture.layers import shape_text
from explorer.architecture.plan import Section
from explorer.architecture.source.network import block_source
from explorer.gui.design.alone_block import MAXIMA, AloneBlock
from explorer.gui.design.block_figure import BlockFigure
from explorer.gui.design.outline import RepeatedBlocks, find_part
from explorer.gui.design.position_grid import PositionGrid
from explorer.gui.design.source_view import SourceView
from explorer.gui.document import Document
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.boxes import NumberBox
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.scroll import Scroll
from explorer.gui.widgets.text.language import say, whole

_LEAST_WIDTH = 56  # characters
_WIDE = 96  # characters: in a narrower view the figure stands above the other things


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
        row = Flow()
        self.setLayout(row)
        self.boxes: dict[str, NumberBox] = {}
        for name, maximum in MAXIMA.items():
            box = self.boxes[name] = NumberBox(1, maximum)
            box.setValue(alone.values[name])
            box.setAccessibleName(names[name])
            box.valueChanged.connect(partial(alone.set_value, name))
            pair = QWidget()
            line = QHBoxLayout(pair)
            line.setContentsMargins(0, 0, 0, 0)
            line.addWidget(QLabel(names[name]))
            line.addWidget(box)
            row.addWidget(pair)


class _NoBlock(QWidget):
    """What is shown while no block is selected; `select` selects the first one."""

    def __init__(self, select: Callable[[], object]) -> None:
        super().__init__()
        words = QLabel(
            self.tr("The selected block stands here: its layers and shapes, its source, and what happens without it."),
            wordWrap=True,
        )
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.make_secondary(words)
        self.select = word_button(self.tr("Select the first block"), select, "select block")
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(words)
        column.addWidget(self.select, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class BlockView(QWidget):
    """Shows the selected block; emits `closed` when the user leaves it with Esc.

    `shown` carries the block of the network that is shown, or None if none is. The figure has the full height, with
    answers, positions and source beside it; where that is too narrow, all of it stands in one column that scrolls.
    """

    closed = Signal()
    shown = Signal(object)

    def __init__(
        self,
        document: Document,
        alone: AloneBlock,
        controls: QWidget,
        answers: Sequence[QWidget],
        own_block: QWidget,
    ) -> None:
        """Put `controls`, what can be asked about the block, below the figure, and their `answers` beside it.

        `own_block` is the button that compares a block of the user's, above the figure.
        """
        super().__init__()
        self.document = document
        self.alone_block = alone
        self.title = QLabel()
        theme.make_heading(self.title)
        self.title.setWordWrap(True)
        self.alone = QCheckBox(self.tr("Block only"))
        self.alone.setObjectName("alone")
        theme.apply_style(self.alone, "check")
        self.alone.setToolTip(self.tr("Show one block on any input, without the stem and head"))
        self.alone.setChecked(alone.is_shown)
        self.alone.toggled.connect(alone.show)
        self.form = _AloneForm(alone)
        self.alone.toggled.connect(self.form.setVisible)
        alone.changed.connect(self.show_block)
        self.figure, self.positions, self.source = BlockFigure(), PositionGrid(), SourceView()
        self.nothing = _NoBlock(self._select_first)
        self._lay_out(controls, answers, own_block)
        self.form.setVisible(alone.is_shown)
        self.setFocusProxy(self.alone)
        document.changed.connect(self.show_block)
        document.selection_changed.connect(self.show_block)
        document.vocabulary_changed.connect(self.show_block)

    def _lay_out(self, controls: QWidget, answers: Sequence[QWidget], own_block: QWidget) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, stretch=1)
        head.addWidget(self.alone)
        head.addWidget(own_block)
        beside = QWidget()
        self._beside = QVBoxLayout(beside)
        self._beside.setContentsMargins(0, 0, theme.RHYTHM, 0)
        self._beside.setSpacing(2 * theme.RHYTHM)
        for widget in (*answers, self.positions):
            self._beside.addWidget(widget)
        self._beside.addWidget(self.source, stretch=1)
        self._figure_area, self._area = Scroll(self.figure), Scroll(beside)
        self.middle = QWidget()
        row = QHBoxLayout(self.middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * theme.RHYTHM)
        row.addWidget(self._figure_area, stretch=1)
        row.addWidget(self._area, stretch=1)
        column = QVBoxLayout(self)
        column.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # see minimumSizeHint
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.addLayout(head)
        column.addWidget(self.form)
        column.addWidget(self.nothing, stretch=1)
        column.addWidget(self.middle, stretch=1)
        column.addWidget(controls)
        QWidget.setTabOrder(self.alone, own_block)  # it is older than this view, before whose parts it would come

    def _arrange(self) -> None:
        """Put the figure beside the other things, or on top of them where the view is too narrow for both."""
        is_narrow = self.width() < self.fontMetrics().averageCharWidth() * _WIDE
        if is_narrow is self._figure_area.isHidden():
            return
        self._figure_area.setHidden(is_narrow)
        if is_narrow:
            self._beside.insertWidget(0, self._figure_area.takeWidget())
            self.figure.show()
        else:
            self._figure_area.setWidget(self.figure)

    def bring_into_view(self, answer: QWidget) -> None:
        """Scroll to the top of an answer once it has its place."""
        QTimer.singleShot(0, answer, lambda: self._area.verticalScrollBar().setValue(answer.y()))

    def _select_first(self) -> None:
        first = next((stage.first for stage in self.document.plan.stages if stage.first), None)
        if first:
            self.document.select(first.name)

    def show_block(self) -> None:
        """Show the selected block, or the block alone."""
        if not self.isVisible():
            return
        alone = self.alone_block.is_shown
        block, why = None, ""
        try:
            block = self.alone_block.build(self.document.design) if alone else self._selected_block()
        except CannotBuild as error:
            why = say(error.reason)
        self.figure.show_block(block)
        self._figure_area.updateGeometry()  # another block needs another width
        self.positions.show_block(block)
        self.nothing.setHidden(block is not None or alone)
        self.middle.setHidden(block is None and not alone)
        self.title.setText(self._title_text(block) if block else why)
        self.source.show_source(block_source(self.document.plan, self.document.vocabulary) if block else "")
        self.shown.emit(None if alone else block)

    def _title_text(self, block: Block) -> str:
        name = self.tr("One block") if self.alone_block.is_shown else self.document.name_of(block.name)
        words = self.tr("{name}: {input} → {output}, {params} parameters, {macs} MACs")
        return words.format(
            name=name,
            input=shape_text(block.input),
            output=shape_text(block.output),
            params=whole(block.params),
            macs=whole(block.macs),
        )

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

    def minimumSizeHint(self) -> QSize:
        """Return the least size with the figure above the other things, which it is as soon as that is needed."""
        found = super().minimumSizeHint()
        return QSize(min(found.width(), self.fontMetrics().averageCharWidth() * _LEAST_WIDTH), found.height())

    def showEvent(self, event: object) -> None:
        self.show_block()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
