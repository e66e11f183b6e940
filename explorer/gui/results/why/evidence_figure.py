"""EvidenceFigure: an image as a network sees it, beside it where it finds what speaks for two classes.

By mouse and keyboard rectangles of the image are erased, and moved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, qRgba
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.results.why.evidence_view import EvidenceView, Patches
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.spoken import speak
from explorer.runs.questions.results import Patch

_GAP = theme.RHYTHM
_LINES = 2  # of text below a picture
_LEAST = 4  # lines of text that a picture is high at least
_HEAT = 240, 125, 26  # seen on black, white and grey: it need not differ by theme, as images do not
_STRONGEST = 0.85  # opacity of the largest value
_WAYS = {"Left": (0, -1), "Right": (0, 1), "Up": (-1, 0), "Down": (1, 0)}  # down and to the right, by key
_SHARE = 4  # of the image's sides: a rectangle that the keyboard makes


@dataclass(frozen=True, slots=True)
class HeatMap:
    """What speaks for a class: greys as large as the image, drawn with this `opacity`, and lines below.

    With an opacity of 0 it is said in `words` that nothing does.
    """

    greys: QImage
    opacity: float
    lines: tuple[str, ...]
    words: str = ""


class EvidenceFigure(QWidget):
    """Draws what `show_maps` was given, and the rectangles of `view`, which it changes; `patched` when it has.

    A drag on the image erases a rectangle, one on a rectangle moves what it holds; the right button takes the last
    change back.
    """

    patched = Signal()

    def __init__(self, view: EvidenceView) -> None:
        super().__init__()
        self.setObjectName("evidence")
        self.setAccessibleName(self.tr("Evidence in the image"))
        self._view = view
        self._picture = QImage()
        self._lines: tuple[str, ...] = ()
        self._maps: Sequence[HeatMap] = ()
        self._start: QPoint | None = None  # pixel of the image where the button was pressed
        self._before: Patches = ()  # when it was
        self._held: int | None = None  # number of the rectangle that is moved
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._add_keys()

    def _add_keys(self) -> None:
        add_keys(self, self.tr("Erase a rectangle of the image"), self._erase_middle, "Return", "Enter")
        add_keys(self, self.tr("Take back the last change of the image"), self.undo, "Backspace")
        add_keys(self, self.tr("Have the image as it was"), self.reset, QKeySequence.StandardKey.Delete)
        changes = {
            "": (self._shift_erased, self.tr("Erase another place")),
            "Shift+": (self._resize, self.tr("Make the rectangle larger or smaller")),
            "Alt+": (self._shift_held, self.tr("Move what the rectangle holds")),
        }
        for modifier, (change, text) in changes.items():
            for key, way in _WAYS.items():
                add_keys(self, text, partial(self._change_last, change, *way), modifier + key)

    def show_maps(self, picture: QImage, lines: tuple[str, ...], maps: Sequence[HeatMap]) -> None:
        """Show an image with lines below, and the maps beside it."""
        self._picture, self._lines, self._maps = picture, lines, maps
        shown = [lines, *((*each.lines, each.words) for each in maps)]
        speak(self, "; ".join(", ".join(filter(None, each)) for each in shown))
        self.update()

    # Size and places

    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        return QSize(3 * _LEAST * line + 2 * _GAP, (_LEAST + _LINES) * line + _GAP // 2)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint() * 2

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height that pictures as wide as there is room for have."""
        count, picture = 1 + (len(self._maps) or 2), self._picture
        shape = 1 if picture.isNull() else picture.height() / picture.width()  # until one comes
        return round((width - (count - 1) * _GAP) / count * shape) + self._words_height()

    def _words_height(self) -> int:
        return _LINES * self.fontMetrics().lineSpacing() + _GAP // 2

    def _squares(self) -> list[QRectF]:
        """Return the place of the image, and of each map."""
        count = 1 + max(1, len(self._maps))
        picture = self._picture
        width = (self.width() - (count - 1) * _GAP) / count
        tall = self.height() - self._words_height()
        scale = min(width / max(1, picture.width()), tall / max(1, picture.height()))
        if scale > 1 and min(picture.width(), picture.height()) * (scale - int(scale)) < width / 8:
            scale = int(scale)  # all pixels of one size where that costs little
        size = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
        return [size.translated(number * (max(width, size.width()) + _GAP), 0) for number in range(count)]

    def _pixel(self, place: QPointF, inside: bool) -> QPoint | None:
        """Return the pixel of the image at a place, of the nearest picture unless it has to be `inside` one."""
        squares = self._squares()
        found = next((square for square in squares if square.contains(place)), None)
        if found is None and (inside or self._picture.isNull()):
            return None
        square = found or min(squares, key=lambda each: abs(each.center().x() - place.x()))
        scale = square.width() / self._picture.width()
        x, y = (place.x() - square.left()) / scale, (place.y() - square.top()) / scale
        return QPoint(int(x // 1), int(y // 1))

    # Mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pixel = self._pixel(event.position(), inside=True)
        if event.button() is Qt.MouseButton.RightButton:
            self.undo()
        elif pixel is not None and event.button() is Qt.MouseButton.LeftButton:
            self._start, self._before, self._held = pixel, self._view.patches, self._patch_at(pixel)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._start is None:
            pixel = self._pixel(event.position(), inside=True)
            shapes = Qt.CursorShape
            if pixel is None:
                self.unsetCursor()
            else:
                is_free = self._patch_at(pixel) is None
                self.setCursor(shapes.CrossCursor if is_free else shapes.OpenHandCursor)
            return
        pixel = self._nearest(event.position())
        if self._held is None:
            area = QRect(self._start, self._start).united(QRect(pixel, pixel))
            patch = Patch(area.top(), area.left(), area.height(), area.width())
            changed = self._before if pixel == self._start else (*self._before, patch)
        else:
            way, held = pixel - self._start, self._before[self._held]
            moved = replace(held, down=held.down + way.y(), right=held.right + way.x())
            changed = (*self._before[: self._held], moved, *self._before[self._held + 1 :])
        self._use(changed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._start is not None:
            if self._view.patches != self._before:
                self._view.earlier.append(self._before)
                self.patched.emit()
            self._start = self._held = None

    def _nearest(self, place: QPointF) -> QPoint:
        """Return the pixel of the image that is nearest to a place."""
        pixel = self._pixel(place, inside=False)
        assert pixel is not None
        return QPoint(
            min(max(0, pixel.x()), self._picture.width() - 1), min(max(0, pixel.y()), self._picture.height() - 1)
        )

    def _patch_at(self, pixel: QPoint) -> int | None:
        """Return the number of the rectangle at a pixel, the one that was made last."""
        found = (number for number, patch in enumerate(self._view.patches) if _area(patch).contains(pixel))
        return max(found, default=None)

    def _use(self, patches: Patches) -> None:
        if patches != self._view.patches:
            self._view.patches = patches
            self.patched.emit()
            self.update()

    def undo(self) -> None:
        """Take back the last change of the image."""
        if self._start is None and self._view.earlier:
            self._view.undo()
            self.patched.emit()
            self.update()

    def reset(self) -> None:
        """Have the image as it was."""
        if self._start is None and self._view.patches:
            self._view.reset()
            self.patched.emit()
            self.update()

    def _erase_middle(self) -> None:
        width, height = self._picture.width(), self._picture.height()
        if width and self._start is None:
            wide, tall = max(1, width // _SHARE), max(1, height // _SHARE)
            patch = Patch((height - tall) // 2, (width - wide) // 2, tall, wide)
            self._view.begin_change()
            self._use((*self._view.patches, patch))

    def _change_last(self, change: Callable[[Patch, int, int], Patch], down: int, right: int, _: bool = False) -> None:
        """Change the rectangle that was made last; with it, that is taken back too."""
        if self._view.patches and self._start is None:
            *rest, last = self._view.patches
            self._use((*rest, change(last, down, right)))

    def _shift_erased(self, patch: Patch, down: int, right: int) -> Patch:
        return replace(patch, top=patch.top + down, left=patch.left + right)

    def _resize(self, patch: Patch, down: int, right: int) -> Patch:
        return replace(patch, height=max(1, patch.height + down), width=max(1, patch.width + right))

    def _shift_held(self, patch: Patch, down: int, right: int) -> Patch:
        return replace(patch, down=patch.down + down, right=patch.right + right)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._picture.isNull():
            return
        painter = QPainter(self)
        squares = self._squares()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, squares[0].width() < self._picture.width())
        painter.drawImage(squares[0], self._picture)
        self._write(painter, squares[0], self._lines)
        grey = self._picture.convertToFormat(QImage.Format.Format_Grayscale8)
        for square, heat in zip(squares[1:], self._maps, strict=False):
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, square.width() < self._picture.width())
            painter.drawImage(square, grey)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setOpacity(heat.opacity)
            painter.drawImage(square, _coloured(heat.greys))
            painter.setOpacity(1)
            self._write(painter, square, heat.lines)
            if heat.words:
                self._write_over(painter, square, heat.words)
        for square in squares[: 1 + len(self._maps)]:
            self._paint_patches(painter, square)
        painter.end()

    def _write(self, painter: QPainter, square: QRectF, lines: tuple[str, ...]) -> None:
        """Write the lines below a picture, the first in bold."""
        colours, high = theme.colours(), self.fontMetrics().lineSpacing()
        for number, line in enumerate(lines):
            font = QFont(self.font())
            font.setBold(number == 0)
            painter.setFont(font)
            painter.setPen(QColor(colours.quiet if number else colours.text))
            room = QRectF(square.left(), square.bottom() + _GAP // 2 + number * high, square.width(), high)
            words = painter.fontMetrics().elidedText(line, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft, words)
        painter.setFont(self.font())

    def _write_over(self, painter: QPainter, square: QRectF, words: str) -> None:
        """Write over the lower end of a picture."""
        room = square.adjusted(_GAP // 2, _GAP // 2, -_GAP // 2, -_GAP // 2)
        flags = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap
        box = painter.boundingRect(room, flags, words)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().surface))
        painter.drawRect(box.adjusted(-_GAP // 2, -_GAP // 4, _GAP // 2, _GAP // 4).intersected(square))
        painter.setPen(QColor(theme.colours().text))
        painter.drawText(box, flags, words)

    def _paint_patches(self, painter: QPainter, square: QRectF) -> None:
        """Draw the rectangles where they are now; where one was, in dashes."""
        scale = square.width() / self._picture.width()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setClipRect(square)
        for patch in self._view.patches:
            for area, style in ((_area(patch), Qt.PenStyle.SolidLine), (_origin(patch), Qt.PenStyle.DotLine)):
                if style is Qt.PenStyle.SolidLine or patch.down or patch.right:
                    outline = QRectF(area.x() * scale, area.y() * scale, area.width() * scale, area.height() * scale)
                    painter.setPen(QPen(QColor(theme.colours().accent), 2, style))
                    painter.drawRect(outline.translated(square.topLeft()))
        painter.setClipping(False)


def _origin(patch: Patch) -> QRect:
    return QRect(patch.left, patch.top, patch.width, patch.height)


def _area(patch: Patch) -> QRect:
    """Return where a rectangle of the image is now."""
    return _origin(patch).translated(patch.right, patch.down)


def _coloured(greys: QImage) -> QImage:
    """Return a map in the colour of evidence, the more opaque the larger its values."""
    heat = QImage(greys)
    heat.reinterpretAsFormat(QImage.Format.Format_Indexed8)
    heat.setColorTable([qRgba(*_HEAT, round(_STRONGEST * value)) for value in range(256)])
    return heat
