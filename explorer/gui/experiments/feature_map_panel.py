"""FeatureMapPanel: the feature maps of one image in the untrained and the trained network, section by section."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from explorer.architecture.design import Design
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.plan import Plan
from explorer.gui.diagram.layout import INPUT
from explorer.gui.document import Document
from explorer.gui.experiments.feature_map_answers import TRAINED, UNTRAINED, FeatureMapAnswers, MapsAnswer
from explorer.gui.experiments.feature_map_strip import ROWS, SIDES, FeatureMapStrip, MapColumn, NetworkRow
from explorer.gui.widgets.buttons import sign_button, word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.runs.questions.pictures import FeatureMaps, ImageOrigin, Maps

_NAME_WIDTH = 240  # greatest width of a file's name in pixels


class FeatureMapPanel(QWidget):
    """The feature maps of one image, pale where they are out of date; `closed` when the user closes the panel."""

    closed = Signal()

    def __init__(self, document: Document, maps: FeatureMapAnswers) -> None:
        super().__init__()
        self.setObjectName("feature_maps")
        self.document = document
        self.maps = maps
        self.strip = FeatureMapStrip()
        self.strip.setObjectName("maps")
        self.strip.chosen.connect(document.select)
        self.lay_out()
        self.maps.changed.connect(self.redraw)
        document.vocabulary_changed.connect(self.redraw)
        document.selection_changed.connect(self.redraw)

    def lay_out(self) -> None:
        self.setAccessibleName(self.tr("Feature maps"))
        scroll = QScrollArea()
        scroll.setWidget(self.strip)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        least = self.strip.needed(SIDES[0], beside=False, rows=ROWS)
        scroll.setMinimumHeight(least.height() + scroll.horizontalScrollBar().sizeHint().height())
        for widget in (self.strip, scroll.viewport()):
            widget.setAutoFillBackground(False)
        self.back = sign_button(Qt.ArrowType.LeftArrow, self.tr("Previous image"), self._show_previous_image)
        self.next = sign_button(Qt.ArrowType.RightArrow, self.tr("Next image"), self.show_next_image)
        self.picture, self.status = QLabel(), QLabel()
        self.picture.setFont(theme.figures_font(self.picture.font()))
        theme.make_secondary(self.status)
        for label in (self.picture, self.status):
            label.setWordWrap(True)
        head = QHBoxLayout()
        head.setSpacing(theme.RHYTHM // 2)
        for widget in (self.back, self.next):
            head.addWidget(widget)
        head.addWidget(self.picture, stretch=1)
        head.addWidget(word_button(self.tr("Open image …"), self._open_image, "open image"))
        head.addWidget(sign_button("x", self.tr("Close"), self.closed.emit))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.RHYTHM, theme.RHYTHM // 2, theme.RHYTHM, theme.RHYTHM // 2)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(head)
        column.addWidget(scroll, stretch=1)
        column.addWidget(self.status)

    def _show_previous_image(self) -> None:
        self.maps.use_number(self.maps.number - 1)

    def show_next_image(self) -> None:
        self.maps.use_number(self.maps.number + 1)

    def _open_image(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Open image"))
        if name:
            self.maps.use_file(Path(name))

    def redraw(self) -> None:
        if not self.isVisible():
            return
        maps, wanted = self.maps, self.maps.wanted()
        shown = maps.answers.get(UNTRAINED)
        plan = shown.plan if shown and shown.maps else self.document.plan
        rows = [self.row(name, question, plan.design) for name, question in wanted.items()]
        self.strip.show_rows(self.columns(plan), rows, self.document.selection)
        self.picture.setText(self._picture_text(shown, shown.maps) if shown and shown.maps else "")
        reasons = [say(maps.answers[name].reason) for name in wanted if name in maps.answers]
        self.status.setText(self._refusal_text() or maps.obstacle() or next(filter(None, reasons), self.advice()))
        self._fit_words()

    def _fit_words(self) -> None:
        """Keep the height of wrapped lines, which the splitter would cut off."""
        for label in (self.picture, self.status):
            label.setMinimumHeight(max(0, label.heightForWidth(label.width())))

    def _refusal_text(self) -> str:
        """Return why an image was refused, with its file name without folders."""
        words, file = say(self.maps.refusal), self.maps.refused
        return words.replace(str(file), file.name) if file else words

    def advice(self) -> str:
        if self.maps.live() is None and self.maps.pool.busy and not self.maps.run():
            return self.tr("Random weights: this is not the design that trains.")
        if self.maps.live() or self.maps.run():
            return self.tr("Drop an image on the window to send it through the network.")
        return self.tr("Train the network to compare, or drop an image to send it through.")

    def columns(self, plan: Plan) -> list[MapColumn]:
        """Return the columns: the input and the sections that output feature maps."""
        name, design = VOCABULARIES[self.document.vocabulary], plan.design
        found = [
            MapColumn(section.name, name(design, section.name), section.output, hue)
            for hue, section in enumerate(plan.sections)
            if section.name != "head"
        ]
        return [MapColumn("", say(INPUT), design.input, 0), *found]

    def row(self, name: str, question: Maps, design: Design) -> NetworkRow:
        """Return the row of the network `name`, without maps if its design is not that of the columns."""
        answer = self.maps.answers.get(name)
        step = answer.maps.step if answer and answer.maps else None
        title = {UNTRAINED: self.tr("untrained"), TRAINED: self.tr("trained")}[name]
        if name == TRAINED and step is not None:
            title = self.tr("after step {step}").format(step=whole(step))
        if answer is None or answer.maps is None or answer.question.design != design:
            return NetworkRow(title)
        maps, label = answer.maps, answer.maps.origin.label
        known = len(answer.class_names) == design.classes  # otherwise its classes are not those of the data
        mark = ("✓ " if maps.predicted == label else "✗ ") if known and label >= 0 else ""
        number = self.tr("class {number}").format(number=maps.predicted)
        verdict = mark + (answer.class_names[maps.predicted] if known else number)
        digits = 0 if maps.probability >= 0.1 else 1
        return NetworkRow(
            title, (verdict, percent(maps.probability, digits)), answer.sheets, pale=answer.question != question
        )

    def _picture_text(self, answer: MapsAnswer, maps: FeatureMaps) -> str:
        """Return which image this is and how it was changed to fit the network's input."""
        question, origin = answer.question, maps.origin
        if question.file:
            name = self.fontMetrics().elidedText(Path(question.file).name, Qt.TextElideMode.ElideMiddle, _NAME_WIDTH)
        else:
            words = self.tr("Image {number} of {images}: {name}")
            number = whole(question.image % maps.images + 1)
            label = next(iter(answer.class_names[origin.label :]), "")
            name = words.format(number=number, images=whole(maps.images), name=label)
        return " · ".join((name, *self.changes(origin, question.design)))

    def changes(self, origin: ImageOrigin, design: Design) -> Iterator[str]:
        """Yield what was done to bring the image to the design's input."""
        channels, height, width = design.input
        modes = {"L": self.tr("grey"), "1": self.tr("black and white"), "P": self.tr("palette")}
        before, after = modes.get(origin.mode, origin.mode), modes["L"] if channels == 1 else "RGB"
        if (origin.height, origin.width) != (height, width):
            yield f"{origin.height}×{origin.width} → {height}×{width}"
        if origin.cropped:
            yield self.tr("cropped")
        if before != after:
            yield f"{before} → {after}"
        if origin.turned:
            yield self.tr("rotated upright")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.maps.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.maps.watch(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
