"""WhyPanel: where a run's network sees what speaks for a class of the selected image, and which images it has learned.

The image can be changed by mouse and keyboard, and the answer follows.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.layers import shape_text
from explorer.architecture.plan import plan_network
from explorer.gui.results.results_state import ResultsState
from explorer.gui.results.why.evidence_answers import EvidenceAnswer, EvidenceAnswers
from explorer.gui.results.why.evidence_figure import EvidenceFigure, HeatMap
from explorer.gui.results.why.likely_bars import LikelyBars
from explorer.gui.results.why.neighbour_answers import NeighbourAnswers
from explorer.gui.results.why.neighbour_strip import NeighbourCell, NeighbourStrip
from explorer.gui.widgets.buttons import sign_button, word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import clock, percent, say, whole
from explorer.gui.workers.pool import WorkerPool


class WhyPanel(QWidget):
    """The panel; it asks only while it is visible."""

    def __init__(self, state: ResultsState, pool: WorkerPool) -> None:
        super().__init__()
        self.setObjectName("why")
        self._state = state
        self.evidence = EvidenceAnswers(self, state, pool)
        self.neighbours = NeighbourAnswers(self, state, pool)
        self.figure, self.bars, self.strip = EvidenceFigure(state.evidence), LikelyBars(), NeighbourStrip()
        self.stage, self.fresh = QComboBox(), QCheckBox(self.tr("Before training"))
        self.undo = sign_button("undo-2", self.tr("Take back the last change of the image"), self.figure.undo)
        self.reset = sign_button("x", self.tr("Have the image as it was"), self.figure.reset)
        self.hint = QLabel()
        self.words, self.content = QLabel(wordWrap=True), QStackedWidget()
        self.search = word_button(self.tr("Look for them"), self.neighbours.find, "find neighbours")
        self.cancel = word_button(self.tr("Cancel"), self.neighbours.cancel, "cancel neighbours")
        self.progress, self.amount = QProgressBar(textVisible=False), QLabel()
        self.said, self.below = QLabel(wordWrap=True), QStackedWidget()
        self.note, self.title = QLabel(wordWrap=True), QLabel(self.tr("Nearest training images"))
        self._set_up()
        self._lay_out()
        self.evidence.changed.connect(self.show_answer)
        self.neighbours.changed.connect(self.show_neighbours)
        self.neighbours.progressed.connect(self._show_progress)
        state.changed.connect(self.show_run)
        state.images_changed.connect(self.show_answer)
        self.figure.patched.connect(self._follow_patches)
        self.show_run()

    def _set_up(self) -> None:
        self.setAccessibleName(self.tr("Why"))
        self.stage.setObjectName("evidence stage")
        self.stage.setAccessibleName(self.tr("Evidence in the output of"))
        self.stage.setToolTip(
            self.tr(
                "Which part of the network is asked: the first ones see details, the last ones whole things (Grad-CAM)"
            )
        )
        self.stage.activated.connect(self._use_stage)
        self.fresh.setObjectName("before training")
        self.fresh.setToolTip(self.tr("The same image in the network as it was before it had learned anything"))
        theme.apply_style(self.fresh, "check")
        self.fresh.toggled.connect(self._use_fresh)
        self.undo.setObjectName("undo patch")
        self.reset.setObjectName("reset patches")
        self.progress.setAccessibleName(self.tr("Nearest training images"))
        theme.apply_style(self.progress, "progress")
        for label in (self.words, self.said, self.amount, self.note, self.title, self.hint):
            theme.make_secondary(label)
        self.amount.setFont(theme.figures_font(self.amount.font()))
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for widget in (self.hint, self.figure):
            widget.setToolTip(
                self.tr(
                    "Drag over the image to erase a rectangle of it; drag the rectangle to move what it holds; "
                    "click with the right button to take that back"
                )
            )

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(theme.RHYTHM // 2)
        head.addWidget(self.stage)
        head.addWidget(self.fresh)
        head.addWidget(self.hint, stretch=1)
        head.addWidget(self.undo)
        head.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        column.addLayout(head)
        self.content.addWidget(self.words)
        self.content.addWidget(self.figure)
        column.addWidget(self.content, stretch=1)
        column.addWidget(self.note)
        column.addWidget(self.bars)
        column.addWidget(self.title)
        column.addWidget(self.below, stretch=1)
        self.below.addWidget(_row(self.search, self.said))
        self.below.addWidget(_row(self.cancel, self.progress, self.amount))
        self.below.addWidget(self.strip)
        self.below.setMinimumHeight(self.strip.minimumSizeHint().height())

    # What is shown

    def show_run(self) -> None:
        """Offer the parts of the network that output maps, and show the answer."""
        run = self._state.run
        if run:
            sections = plan_network(run.design).sections[:-1]
            names = [section.name for section in sections]
            if names != [self.stage.itemData(place) for place in range(self.stage.count())]:
                self.stage.clear()
                for section in sections:
                    self.stage.addItem(f"{section.name} ({shape_text(section.output)})", section.name)
            if self._state.evidence.stage not in names:
                self._state.evidence.stage = names[-1]
            self.stage.setCurrentIndex(names.index(self._state.evidence.stage))
        self.fresh.setChecked(self._state.evidence.fresh)
        self.show_answer()
        self.show_neighbours()

    def show_answer(self) -> None:
        """Show the maps and the probabilities, or say why there are none."""
        state, answer = self._state, self.evidence.answer
        self.content.setCurrentWidget(self.figure if answer else self.words)
        for widget in (self.stage, self.fresh):
            widget.setEnabled(bool(state.run and state.file))
        self._show_orders()
        truth, names = self.evidence.truth, self.evidence.class_names
        show_if(bool(note := self._note()), self.note)
        self.note.setText(note)
        if answer is None:
            self.words.setText(self._words())
            self.bars.show_classes(None, None, names, truth)
            return
        height, width = answer.maps.sheets[0].shape[:2]
        size = self.tr("seen as {height} × {width}").format(height=whole(height), width=whole(width))
        self.figure.show_maps(answer.pictures[0], (self.tr("Image"), size), self._heat_maps(answer))
        self._give_room()
        before = self.evidence.untouched if answer.question.patches else None
        self.bars.show_classes(answer.maps.likely, before, names, truth)

    def _words(self) -> str:
        if self.evidence.refusal:
            return say(self.evidence.refusal)
        if self._state.run is None or not self._state.file:
            return self.tr("Select an image to see where the network finds what speaks for a class.")
        return self._state.pool.probe_obstacle()

    def _note(self) -> str:
        """Return which weights have answered, where that is not what one would think."""
        answer, predictions = self.evidence.answer, self._state.predictions
        if answer is None:
            return ""
        if answer.maps.warning:
            return say(answer.maps.warning)
        epoch = answer.maps.epoch
        if predictions and epoch and epoch != predictions.epoch:
            words = self.tr("By the best weights, those of epoch {best}; the weights of epoch {epoch} are not kept.")
            return words.format(best=whole(epoch), epoch=whole(predictions.epoch))
        return ""

    def _give_room(self) -> None:
        """Give the pictures no more room than they can fill, and the rest to the neighbours."""
        hint, others = self.tr("Drag to erase"), (self.stage, self.fresh, self.undo, self.reset)
        taken = sum(each.sizeHint().width() + theme.RHYTHM // 2 for each in others)
        has_room = taken + self.hint.fontMetrics().horizontalAdvance(hint) <= self.width()
        self.hint.setText(hint if has_room else "")
        self.content.setMaximumHeight(max(self.figure.heightForWidth(self.width()), self.words.sizeHint().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def _heat_maps(self, answer: EvidenceAnswer) -> list[HeatMap]:
        """Return the maps; the one with the stronger evidence is drawn in full, the other by its share of that."""
        maps, names, truth = answer.maps, self.evidence.class_names, self.evidence.truth
        most = max(maps.strengths) or 1.0
        shares = dict(zip(maps.likely.classes, maps.likely.probabilities, strict=True))
        found = []
        for label, strength, greys in zip(maps.classes, maps.strengths, answer.pictures[1:], strict=True):
            name = names[label]
            if label == truth:
                role = self.tr("{share} · truth")
            elif label == maps.likely.classes[0]:
                role = self.tr("{share} · prediction")
            else:
                role = self.tr("{share} · likely next")
            lines = name, role.format(share=percent(shares[label], 0 if shares[label] >= 0.1 else 1))
            words = "" if strength else self.tr("nothing here speaks for {name}").format(name=name)
            found.append(HeatMap(greys, strength / most, lines, words))
        return found

    def show_neighbours(self) -> None:
        """Show the nearest training images, how far the search is, or the order that starts it."""
        found, nearest = self.neighbours, self.neighbours.nearest
        self.search.setEnabled(bool(self._state.run and self._state.file))
        self.said.setText(say(found.refusal) if found.refusal else "")
        if found.is_asking:
            self.progress.setRange(0, 0)
            self.amount.setText("")
        names = self.evidence.class_names
        cells = []
        if nearest:
            rows = zip(nearest.files, nearest.labels, nearest.similarities, found.pictures, strict=True)
            for file, label, similarity, picture in rows:
                tip = self.tr("{file}, similarity {similarity}").format(file=file, similarity=f"{similarity:.3f}")
                cells.append(NeighbourCell(picture, names[label], tip, label == self.evidence.truth))
        self.strip.show_cells(cells, are_there=found.is_complete)
        self.below.setCurrentIndex(1 if found.is_asking else 2 if cells else 0)

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        if total:
            words = self.tr("{done} of {total} images").format(done=whole(done), total=whole(total))
            seconds = self.neighbours.seconds_left
            left = "" if seconds is None else self.tr("{time} left").format(time=clock(seconds))
            self.amount.setText(" · ".join(filter(None, (words, left))))

    # What the user does

    def _use_stage(self) -> None:
        self._state.evidence.stage = self.stage.currentData()
        self.evidence.update()

    def _use_fresh(self, fresh: bool) -> None:
        self._state.evidence.fresh = fresh
        self.evidence.update()

    def _follow_patches(self) -> None:
        self._show_orders()
        self.evidence.update()

    def _show_orders(self) -> None:
        view = self._state.evidence
        self.undo.setEnabled(bool(view.earlier))
        self.reset.setEnabled(bool(view.patches))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for answers in (self.evidence, self.neighbours):
            answers.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for answers in (self.evidence, self.neighbours):
            answers.watch(False)


def _row(order: QWidget, *others: QWidget) -> QWidget:
    """Return a widget with an order at its top, and beside it others, the first of which gets the room."""
    row = QWidget()
    line = QHBoxLayout()
    line.setSpacing(theme.RHYTHM)
    line.addWidget(order)
    for number, other in enumerate(others):
        line.addWidget(other, stretch=number == 0)
    column = QVBoxLayout(row)
    column.setContentsMargins(0, 0, 0, 0)
    column.addLayout(line)
    column.addStretch(1)
    return row
