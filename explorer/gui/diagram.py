"""The diagram: one slab a block, high as the root of its map, thick as its channels; arcs are the shortcuts."""

from math import sqrt
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsScene, QGraphicsView, QStyleOptionGraphicsItem, QWidget

from explorer.architecture.compare import shape_text
from explorer.gui import theme
from explorer.gui.document import Document
from explorer.gui.parts import RUN
from explorer.gui.slabs import Caption, Drawn, fit_width, section_captions, square

DEPTH = 5  # pixels by which a slab's far side is shifted, for a look of volume
STACK = 3  # pixels between the copies that stand for a run
WIDEST = 400.0  # pixels that a word may take
SHORTCUT_PENS = {
    "identity": Qt.PenStyle.SolidLine,
    "projection": Qt.PenStyle.DashLine,
    "pad": Qt.PenStyle.DotLine,
}


class Word(NamedTuple):
    """A text below its `top`, centred."""

    text: str
    centre: float
    top: float
    colour: str
    bold: bool = False


class Slab(QGraphicsItem):
    def __init__(self, drawn: Drawn, box: QRectF, chosen: bool, name: str) -> None:
        super().__init__()
        self.drawn, self.box, self.chosen = drawn, box, chosen
        self.setToolTip(f"{name}  {shape_text(drawn.shape)}")

    def boundingRect(self) -> QRectF:
        return self.box.adjusted(-4, -self.arc_height() - DEPTH - 3 * STACK, DEPTH + 4 * STACK, 4)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.box.adjusted(-2, -DEPTH, DEPTH + 2, 0))
        return path

    def arc_height(self) -> float:
        return 14.0 if self.drawn.joins != "none" else 0.0

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        hue = theme.stage_colour(self.drawn.section)
        copies = min(self.drawn.count, 3)
        for copy in reversed(range(copies)):
            self.paint_volume(painter, self.box.translated(copy * STACK, -copy * STACK), hue, self.chosen and copy == 0)
        if self.drawn.joins in SHORTCUT_PENS:
            self.paint_arc(painter)

    def paint_volume(self, painter: QPainter, box: QRectF, hue: QColor, chosen: bool) -> None:
        edge = QPen(QColor(theme.colours().accent) if chosen else hue.darker(125), 2.0 if chosen else 1.0)
        painter.setPen(edge)
        top = QPolygonF(
            [
                box.topLeft(),
                box.topLeft() + QPointF(DEPTH, -DEPTH),
                box.topRight() + QPointF(DEPTH, -DEPTH),
                box.topRight(),
            ]
        )
        side = QPolygonF(
            [
                box.topRight(),
                box.topRight() + QPointF(DEPTH, -DEPTH),
                box.bottomRight() + QPointF(DEPTH, -DEPTH),
                box.bottomRight(),
            ]
        )
        for shade, polygon in ((hue.lighter(118), top), (hue.darker(115), side)):
            painter.setBrush(shade)
            painter.drawPolygon(polygon)
        painter.setBrush(hue)
        painter.drawRect(box)

    def paint_arc(self, painter: QPainter) -> None:
        """From before the block to behind it, over its top."""
        stacked = STACK * (min(self.drawn.count, 3) - 1)
        left, right = self.box.left() - 3, self.box.right() + DEPTH + 4 + stacked
        top = self.box.top() - DEPTH - 2 - stacked
        path = QPainterPath(QPointF(left, top + 2))
        peak = top - self.arc_height()
        path.cubicTo(QPointF(left, peak), QPointF(right, peak), QPointF(right, top + 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.colours().text), 1.4, SHORTCUT_PENS[self.drawn.joins]))
        painter.drawPath(path)
        head = QPolygonF([QPointF(right - 3, top - 1), QPointF(right + 3, top - 1), QPointF(right, top + 4)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().text))
        painter.drawPolygon(head)


class Diagram(QGraphicsView):
    """Draws the document's plan, shares its selection; arrow keys walk along the slabs, Return opens a run."""

    block_opened = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.opened: set[str] = set()
        self.paths: list[str] = []
        self.words: list[Word] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setScene(QGraphicsScene(self))
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        # A few items that all change at once: nothing to index, nothing to save, nothing to leave unpainted.
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Diagram"))
        self.setToolTip("")
        self.setMinimumHeight(self.fontMetrics().height() * 9)
        document.changed.connect(self.draw)
        document.selection_changed.connect(self.draw)
        document.vocabulary_changed.connect(self.draw)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.draw()

    def draw(self) -> None:
        """Lay the plan out anew: a few dozen items at most unless a long run is open."""
        scene = self.scene()
        scene.clear()
        self.words.clear()
        captions = section_captions(self.document.plan, self.opened, self.document.name_of)
        slabs = [slab for caption in captions for slab in caption.slabs]
        self.paths = [slab.path for slab in slabs if slab.path]
        line = self.fontMetrics().lineSpacing()
        width = self.viewport().width() - 4 * theme.RHYTHM
        height = self.viewport().height() - 2 * line - 7 * theme.RHYTHM
        tallest = max(square(slab.shape) for slab in slabs)
        needed = [self.caption_width(caption) for caption in captions]
        thickness, gap = fit_width(captions, needed, width)
        middle = height / 2
        left = 0.0
        for caption, words in zip(captions, needed, strict=True):
            own = sum(thickness[slab] + gap for slab in caption.slabs) - gap if caption.slabs else 0.0
            room = max(own, words)
            at = left + (room - own) / 2
            for slab in caption.slabs:
                tall = max(6.0, height * sqrt(square(slab.shape)) / sqrt(tallest))
                box = QRectF(at, middle - tall / 2, thickness[slab], tall)
                name = self.document.name_of(slab.path) if slab.path else self.tr("input")
                scene.addItem(Slab(slab, box, self.is_chosen(slab.path), name))
                if slab.count > 1:
                    below = at + thickness[slab] / 2, box.bottom() + 2
                    self.words.append(Word(f"×{slab.count}", *below, theme.colours().text))
                at += thickness[slab] + gap
            self.write_caption(caption, left + room / 2, height + theme.RHYTHM, middle)
            left += room + gap
        self.draw_wire(left - gap, middle)
        scene.setSceneRect(
            -theme.RHYTHM, -2 * theme.RHYTHM, left - gap + 2 * theme.RHYTHM, height + 2 * line + 4 * theme.RHYTHM
        )

    def caption_width(self, caption: Caption) -> float:
        return max(self.fontMetrics().horizontalAdvance(text) for text in caption.lines) + 4.0

    def is_chosen(self, path: str) -> bool:
        chosen = self.document.selection
        return bool(path and chosen) and (
            chosen == path or f"{chosen}.".startswith(f"{path}.") or path.startswith(f"{chosen}.")
        )

    def draw_wire(self, length: float, middle: float) -> None:
        wire = self.scene().addLine(0, middle, length, middle, QPen(QColor(theme.colours().line), 2))
        wire.setZValue(-1)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """All words in one go: an item for each would cost more than the slabs."""
        plain, bold = QFont(self.font()), QFont(self.font())
        bold.setBold(True)
        for word in self.words:
            painter.setFont(bold if word.bold else plain)
            painter.setPen(QColor(word.colour))
            box = QRectF(word.centre - WIDEST / 2, word.top, WIDEST, self.fontMetrics().lineSpacing())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, word.text)

    def write_caption(self, caption: Caption, centre: float, top: float, middle: float) -> None:
        chosen = theme.colours()
        if caption.broken:
            self.words.append(Word("✕", centre, middle - self.fontMetrics().height() / 2, chosen.bad, bold=True))
        (name, shape), colour = caption.lines, chosen.bad if caption.broken else chosen.text
        self.words.append(Word(name, centre, top, colour, bold=self.is_chosen(caption.path)))
        self.words.append(Word(shape, centre, top + self.fontMetrics().lineSpacing(), chosen.quiet))

    def slab_at(self, position: QPointF) -> str:
        item = self.itemAt(position.toPoint())
        return item.drawn.path if isinstance(item, Slab) else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        path = self.slab_at(event.position())
        if path.endswith(RUN):
            self.toggle(path)
        elif path:
            self.document.select(path)
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A block is opened; one of an opened run folds the run again."""
        path = self.slab_at(event.position())
        run = f"{path.partition('.')[0]}.1{RUN}"
        if run in self.opened:
            self.toggle(run)
        elif path.startswith("layer"):
            self.block_opened.emit()

    def toggle(self, path: str) -> None:
        self.opened ^= {path}
        self.draw()
        self.document.select(path)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, chosen = event.key(), self.document.selection
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.paths:
            step = 1 if key == Qt.Key.Key_Right else -1
            place = self.paths.index(chosen) + step if chosen in self.paths else 0
            self.document.select(self.paths[max(0, min(place, len(self.paths) - 1))])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and "." in chosen:
            self.toggle(f"{chosen.partition('.')[0]}.1{RUN}")
        else:
            super().keyPressEvent(event)
