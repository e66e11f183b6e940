"""The diagram: one slab per block, whose height grows with the feature map and whose thickness with the channels.

Arcs are the shortcuts. All is painted directly, without a graphics scene, as every tick of a slider changes all slabs.
"""

from math import sqrt

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from explorer.architecture.layers import shape_text
from explorer.gui.design.outline import RUN, Broken, find_part, repeats, type_text
from explorer.gui.diagram.layout import INPUT, Caption, SlabSpec, fit_width, section_captions, square
from explorer.gui.diagram.places import Column, Slab, Text
from explorer.gui.diagram.slab import DEPTH, MARGIN, MAX_COPIES, SlabStyle, paint_slab, slab_picture
from explorer.gui.document import Document
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.gui.widgets.text.spoken import speak

_MIN_HEIGHT = 6.0
_ARC_ROOM, _NO_ARC_ROOM = 28.0, 8.0  # pixels above slabs with a shortcut and above those without
_MIN_LINES = 4  # lines of text: where the highest slab would be lower, there is no strip of costs
_LOW = 0.8  # of the greatest height: lower slabs have room above them for their arcs


class Diagram(QAbstractScrollArea):
    """Draws the document's plan and shares its selection; the arrow keys select the slab before or after.

    Return opens the view of a block, or unfolds repeated blocks into single ones; Space unfolds and folds repeated
    blocks, as a click on their ×N does. `drawn` is emitted when the layout is made again.
    """

    drawn = Signal()

    def __init__(self, document: Document, opened: set[str]) -> None:
        """Draw `document`; `opened` holds the paths of the unfolded repeated blocks and is changed in place."""
        super().__init__()
        self.document = document
        self.opened = opened
        self.slabs: list[Slab] = []
        self.columns: list[Column] = []
        self.words: list[Text] = []
        self.badges: dict[str, QRectF] = {}  # the place of each ×N, by the path of its repeated blocks
        self.pressed = ""  # the path that the last click selected
        self._extent = 0.0  # pixels, the width of all that is drawn
        self.strip_room = 0  # pixels kept free above the network for the strip of costs
        self.middle = 0.0  # the y coordinate of the line through all slabs
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName("diagram")
        self.setAccessibleName(self.tr("Diagram"))
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
        """Lay out the plan again: a few dozen slabs at most, unless many repeated blocks are unfolded."""
        captions = section_captions(self.document.plan, self.opened, self.document.name_of)
        line = self.fontMetrics().lineSpacing()
        width = self.viewport().width() - 4 * theme.RHYTHM
        shown = [drawn for caption in captions for drawn in caption.slabs]
        tallest = max(square(drawn.shape) for drawn in shown)
        arched = max((square(drawn.shape) for drawn in shown if drawn.line), default=0.0)
        top, height = self._share_height(sqrt(arched / tallest))
        needed = [self._caption_width(caption) for caption in captions]
        thickness, gap = fit_width(captions, needed, width)
        self.middle = top + height / 2
        self.slabs, self.columns, self.words, self.badges = [], [], [], {}
        left = 2.0 * theme.RHYTHM
        for caption, words in zip(captions, needed, strict=True):
            own = sum(thickness[drawn] + gap for drawn in caption.slabs) - gap if caption.slabs else 0.0
            room = max(own, words)
            at = left + (room - own) / 2
            fronts = QRectF()
            for drawn in caption.slabs:
                tall = max(_MIN_HEIGHT, height * sqrt(square(drawn.shape) / tallest))
                box = QRectF(round(at), round(self.middle - tall / 2), round(thickness[drawn]), round(tall))
                fronts |= box
                self.slabs.append(Slab(drawn, box, self.is_chosen(drawn.path)))
                if drawn.run:
                    self._write_badge(drawn, at + thickness[drawn] / 2, box.bottom() + 5)
                at += thickness[drawn] + gap
            below = top + height + TARGET + theme.RHYTHM  # ×N, or a handle, stands between a slab and its caption
            self._write_caption(caption, left + room / 2, below)
            self.columns.append(Column(caption.path, fronts, QRectF(left + (room - words) / 2, below, words, 2 * line)))
            left += room + gap
        self._extent = left - gap + 2.0 * theme.RHYTHM
        bar = self.horizontalScrollBar()
        bar.setPageStep(self.viewport().width())
        bar.setRange(0, max(0, int(self._extent) - self.viewport().width()))
        self.viewport().update()
        speak(self, self._words())
        self.drawn.emit()

    def gap_after(self, number: int) -> float:
        """Return the x coordinate in the viewport of the middle between a column and the next one."""
        one, other = self.columns[number : number + 2]
        return self.start + (one.box.right() + other.box.left()) / 2

    def _share_height(self, arched: float) -> tuple[float, float]:
        """Return where the highest slab begins, and its height; `arched` is the share of it that slabs with arcs have.

        Room for the strip of costs is kept, so that nothing moves when it appears, unless slabs would be too low.
        """
        line = self.fontMetrics().lineSpacing()
        below = TARGET + 2 * line + 2 * theme.RHYTHM
        self.strip_room = 3 * line + theme.RHYTHM
        top = self.strip_room + (_ARC_ROOM if arched > _LOW else _NO_ARC_ROOM)
        height = self.viewport().height() - top - below
        if height < _MIN_LINES * line:
            self.strip_room, top = 0, _ARC_ROOM
            height = self.viewport().height() - top - below
        return top, height

    def _words(self) -> str:
        """Return the selected part in words, with its size and its share of the network; without one, the network."""
        plan, path = self.document.plan, self.document.selection
        part = find_part(plan, path)
        if part is None or isinstance(part, Broken):
            shown = [f"{say(INPUT)} {shape_text(plan.design.input)}"]
            shown += [f"{self.document.name_of(each.name)} {shape_text(each.output)}" for each in plan.sections]
            return self.tr(", ").join(shown)
        return self.tr("{name}, {type}: {shape}, {params} parameters, {share} of the network").format(
            name=self.document.name_of(path) + repeats(part),
            type=type_text(part),
            shape=shape_text(part.output),
            params=whole(part.params),
            share=percent(part.params / max(1, plan.params)),
        )

    def _caption_width(self, caption: Caption) -> float:
        return max(self.fontMetrics().horizontalAdvance(text) for text in caption.lines) + 4.0

    @property
    def paths(self) -> list[str]:
        """Return the paths of all slabs, from the input to the head."""
        return [slab.drawn.path for slab in self.slabs if slab.drawn.path]

    def is_chosen(self, path: str) -> bool:
        chosen = self.document.selection
        return bool(path and chosen) and (
            chosen == path or f"{chosen}.".startswith(f"{path}.") or path.startswith(f"{chosen}.")
        )

    def reveal_chosen(self) -> None:
        """Scroll to the selected part where the diagram is wider than its window."""
        chosen = QRectF()
        for slab in self.slabs:
            chosen |= slab.box if slab.chosen else QRectF()
        if not chosen.isNull():
            bar, width = self.horizontalScrollBar(), self.viewport().width()
            bar.setValue(int(max(chosen.right() + MARGIN - width, min(bar.value(), chosen.left() - MARGIN))))

    def _write_badge(self, drawn: SlabSpec, centre: float, top: float) -> None:
        """Write how many repeated blocks there are, and mark them if they are unfolded."""
        count = f"×{drawn.blocks}" if drawn.count > 1 else f"▾×{drawn.blocks}"
        wide = self.fontMetrics().horizontalAdvance(count) + theme.RHYTHM
        self.words.append(Text(text=count, centre=centre, top=top, colour=theme.colours().text))
        self.badges[drawn.run] = QRectF(centre - wide / 2, top, wide, self.fontMetrics().height())

    def _write_caption(self, caption: Caption, centre: float, top: float) -> None:
        chosen = theme.colours()
        if caption.broken:
            height = self.middle - self.fontMetrics().height() / 2
            self.words.append(Text(text="✕", centre=centre, top=height, colour=chosen.bad, bold=True))
        (name, shape), colour = caption.lines, chosen.bad if caption.broken else chosen.text
        is_bold = self.is_chosen(caption.path)
        self.words.append(Text(text=name, centre=centre, top=top, colour=colour, bold=is_bold))
        top += self.fontMetrics().lineSpacing()
        self.words.append(Text(text=shape, centre=centre, top=top, colour=chosen.quiet))

    @property
    def start(self) -> float:
        """Return the x coordinate in the viewport where the diagram begins: centred, or scrolled."""
        return max(0, (self.viewport().width() - int(self._extent)) // 2) - self.horizontalScrollBar().value()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.translate(self.start, 0)
        seen = QRectF(event.rect()).translated(-self.start, 0)
        self._paint_line(painter)
        for slab in self.slabs:
            if slab.box.right() + MARGIN >= seen.left() and slab.box.left() - MARGIN <= seen.right():
                picture = slab_picture(self._slab_style(slab))
                painter.drawPixmap(slab.box.topLeft() - QPointF(MARGIN, MARGIN), picture)
        self._paint_words(painter)
        painter.end()

    def paint_shapes(self, painter: QPainter) -> None:
        """Paint the whole diagram, whatever is in view, without pixels of its own."""
        self._paint_line(painter)
        for slab in self.slabs:
            paint_slab(painter, slab.box.topLeft(), self._slab_style(slab))
        self._paint_words(painter)

    @property
    def bounds(self) -> QRectF:
        """The place of the whole diagram, without the room that is kept above and below it."""
        top = min(slab.box.top() for slab in self.slabs) - MARGIN
        bottom = max(word.top for word in self.words) + self.fontMetrics().lineSpacing() + theme.RHYTHM
        return QRectF(0, top, self._extent, bottom - top)

    def _paint_line(self, painter: QPainter) -> None:
        """Paint the line that leads through all slabs."""
        painter.setPen(QPen(QColor(theme.colours().line), 2))
        painter.drawLine(QPointF(2 * theme.RHYTHM, self.middle), QPointF(self._extent - 2 * theme.RHYTHM, self.middle))

    def _slab_style(self, slab: Slab) -> SlabStyle:
        drawn, box = slab.drawn, slab.box
        return SlabStyle(
            colours=theme.colours(),
            section=drawn.section,
            width=round(box.width()),
            height=round(box.height()),
            copies=min(drawn.count, MAX_COPIES),
            line=drawn.line,
            chosen=slab.chosen,
            ratio=self.devicePixelRatioF(),
        )

    def _paint_words(self, painter: QPainter) -> None:
        plain, bold = self.font(), self.font()
        bold.setBold(True)
        for word in self.words:
            font = bold if word.bold else plain
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(word.colour))
            left = word.centre - metrics.horizontalAdvance(word.text) / 2
            painter.drawText(QPointF(left, word.top + metrics.ascent()), word.text)

    def _slab_at(self, position: QPointF) -> Slab | None:
        """Return the slab under a point of the viewport, or None; where two overlap, the one in front."""
        point = position - QPointF(self.start, 0)
        hits = (slab for slab in reversed(self.slabs) if slab.box.adjusted(-2, -DEPTH, DEPTH + 2, 0).contains(point))
        return next(hits, None)

    def _path_at(self, position: QPointF) -> str:
        slab = self._slab_at(position)
        return slab.drawn.path if slab else ""

    def _run_at(self, position: QPointF) -> str:
        """Return the path of the repeated blocks that a click here unfolds or folds, or an empty text.

        They are hit at their badge, or at the slab that stands for all of them.
        """
        point, path = position - QPointF(self.start, 0), self._path_at(position)
        badge = next((run for run, box in self.badges.items() if box.contains(point)), "")
        return path if path.endswith(RUN) else badge

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            slab = self._slab_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.describe(slab.drawn) if slab else "", self.viewport())
            return True
        return super().viewportEvent(event)

    def describe(self, drawn: SlabSpec) -> str:
        name = self.document.name_of(drawn.path) if drawn.path else say(INPUT)
        return f"{name}  {shape_text(drawn.shape)}"

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.click(event.position())

    def click(self, position: QPointF) -> None:
        """Select the part at a point of the viewport; unfold or fold the equal blocks that are there."""
        self.pressed = self._path_at(position)
        if run := self._run_at(position):
            self.pressed = self.toggle(run)
        elif self.pressed:
            self.document.select(self.pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.open_pressed()

    def open_pressed(self) -> None:
        """Open the block that the last click selected; after that click another may be at its place."""
        if self.pressed.startswith("layer"):
            self.document.select(self.pressed)
            self.document.open_block()

    def toggle(self, run: str) -> str:
        """Unfold or fold repeated blocks; select the first of them or all, and return the path that is selected."""
        self.opened ^= {run}
        self.draw()
        self.document.select(run.removesuffix(RUN) if run in self.opened else run)
        return self.document.selection
