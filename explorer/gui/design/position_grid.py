"""PositionGrid: which positions of its input each path through a block reads, and which the block never sees."""

from fractions import Fraction
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.architecture.blocks import Block, Join
from explorer.architecture.positions import ReadPositions, read_by_branch, read_by_shortcut, unread_share
from explorer.gui.design.outline import type_text
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.sentences import Sentence

_CELLS = 14  # rows and columns of a large map that are drawn
_MAX_DENOMINATOR = 25  # larger shares are written as counts of positions
_SIDE = 6  # pixels of one position


class _Path(NamedTuple):
    """A path through a block: its name, the layer that strides, and what the path reads."""

    title: str
    positions: ReadPositions


class _Cells(QWidget):
    """The upper left of a map; positions that are read are filled."""

    def __init__(self) -> None:
        super().__init__()
        self._positions: ReadPositions | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_positions(self, positions: ReadPositions) -> None:
        self._positions = positions
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._positions is None:
            return QSize()
        rows, columns = self._positions
        return QSize(_SIDE * min(_CELLS, len(columns)) + 1, _SIDE * min(_CELLS, len(rows)) + 1 + theme.RHYTHM)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._positions is None:
            return
        rows, columns = self._positions
        painter, colours = QPainter(self), theme.colours()
        painter.setPen(QPen(QColor(colours.border), 1))
        for row in range(min(_CELLS, len(rows))):
            for column in range(min(_CELLS, len(columns))):
                filled = QColor(colours.accent if self._positions.reads(row, column) else colours.surface)
                painter.setBrush(filled)
                painter.drawRect(QRectF(_SIDE * column + 0.5, _SIDE * row + 0.5, _SIDE, _SIDE))
        painter.end()


class PositionGrid(QWidget):
    """Shows the branch and the shortcut of a block with a stride, side by side; hidden for other blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("positions")
        heading = QLabel(self.tr("Positions that are read"))
        theme.make_heading(heading)
        self.cells, self.titles, self.words = [_Cells(), _Cells()], [QLabel(), QLabel()], [QLabel(), QLabel()]
        self.summary = QLabel(wordWrap=True)
        theme.make_secondary(self.summary)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * theme.RHYTHM)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        for number, (title, cells, words) in enumerate(zip(self.titles, self.cells, self.words, strict=True)):
            title.setWordWrap(True)
            words.setWordWrap(True)
            words.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(cells, 2 * number, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(title, 2 * number, 1)
            grid.addWidget(words, 2 * number + 1, 1)
            grid.setRowStretch(2 * number + 1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(heading)
        column.addLayout(grid)
        column.addWidget(self.summary)

    def show_block(self, block: Block | None) -> None:
        if block is None or block.stride == 1:
            self.hide()
            return
        self.show()
        paths = self._paths(block)
        for number, widgets in enumerate(zip(self.titles, self.cells, self.words, strict=True)):
            title, cells, words = widgets
            for widget in widgets:
                widget.setVisible(number < len(paths))
            if number < len(paths):
                title.setText(paths[number].title)
                cells.show_positions(paths[number].positions)
                words.setText(self._share_text(paths[number].positions))
                cells.setAccessibleName(title.text())
                cells.setAccessibleDescription(words.text())
        self.summary.setText(self._summary_text(block))

    def _paths(self, block: Block) -> list[_Path]:
        """Return the shortcut, if there is one, and the branch."""
        branch = next(type_text(layer) for layer in block.branch if layer.kind.stride > 1)
        paths = [_Path(self.tr("Branch: {layer}").format(layer=branch), read_by_branch(block))]
        if positions := read_by_shortcut(block):
            strided = (type_text(layer) for layer in block.shortcut if layer.kind.stride > 1)
            layer = next(strided, say(Sentence(block.way.note, {"n": block.stride})).replace("\n", " "))
            paths.insert(0, _Path(self.tr("Shortcut: {layer}").format(layer=layer), positions))
        return paths

    def _share_text(self, positions: ReadPositions) -> str:
        share = positions.share
        if share == 1:
            return self.tr("reads every position")
        if share.denominator <= _MAX_DENOMINATOR:
            read, total = share.numerator, share.denominator
        else:
            total = len(positions.rows) * len(positions.columns)
            read = int(share * total)
        words = self.tr("reads {read} of {total} positions and never sees {rest} of them")
        return words.format(read=whole(read), total=whole(total), rest=_percent(1 - share))

    def _summary_text(self, block: Block) -> str:
        """Return what the whole block never sees, and how much of a large map is drawn."""
        _, height, width = block.input
        unread = unread_share(block)
        if unread:
            words = self.tr("{percent} of the input reach neither: the block never sees them.")
            if block.way.join is Join.NONE:
                words = self.tr("{percent} of the input are never seen by the block.")
        else:
            words = self.tr("Together they see the whole input.") if block.way.join is not Join.NONE else ""
        found = words.format(percent=_percent(unread))
        if max(height, width) <= _CELLS:
            return found
        drawn = self.tr("Drawn: the upper left {rows}×{columns} of {height}×{width}.").format(
            rows=min(_CELLS, height), columns=min(_CELLS, width), height=height, width=width
        )
        return f"{found} {drawn}".strip()


def _percent(share: Fraction) -> str:
    return percent(float(share), 0 if (100 * share).denominator == 1 else 1)
