"""Remarks: what one should know before Start, each in a line, with the order that does something about it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_state import DataState
from explorer.gui.data.problem_line import problem_lines
from explorer.gui.widgets.buttons import action_button, word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import memory, say, whole
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.cache_folder import cache_bytes, cache_folder, cache_limit
from explorer.runs.data.storage import free_bytes
from explorer.runs.questions.data import ProblemKind
from explorer.validation import Refused

_COLOURED = 0.02  # share of images with colour from which it is worth a word that the network will not see it
_PROBLEMS = (ProblemKind.LEAK, ProblemKind.UNREADABLE)  # what to know before Start


class _Line(NamedTuple):
    words: QLabel
    order: QPushButton | None
    whole: QWidget


class Remarks(QWidget):
    """The lines that there is a reason for; hidden while there is none."""

    def __init__(
        self,
        choice: TrainingChoice,
        estimates: Estimates,
        pool: WorkerPool,
        data: DataState,
        actions: Actions,
        look: Callable[[ProblemKind | None], object],
    ) -> None:
        """`look` shows the page of the data, with the images that have a problem."""
        super().__init__()
        self._choice, self._estimates, self._pool, self._data = choice, estimates, pool, data
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.RHYTHM // 2)
        self.lines: dict[str, _Line] = {
            "colour": self._line(action_button(actions.use_colour, "use_colour")),
            "fine_tune": self._line(action_button(actions.fine_tune, "fine_tune")),
            "scan": self._line(word_button(self.tr("Look"), partial(look, None), "look_scan")),
            **{
                kind: self._line(word_button(self.tr("Look"), partial(look, kind), f"look_{kind}"))
                for kind in _PROBLEMS
            },
            "cache": self._line(),
            "checkpoints": self._line(),
            "grow": self._line(),
            "test": self._line(),
        }
        theme.make_secondary(self.lines["test"].words)
        for name in ("colour", ProblemKind.LEAK, "checkpoints", "grow"):
            self.lines[name].words.setForegroundRole(QPalette.ColorRole.BrightText)
        for signal in (choice.changed, estimates.changed):
            signal.connect(self.show_state)
        self.show_state()

    def _line(self, order: QPushButton | None = None) -> _Line:
        words, whole_line = QLabel(), QWidget()
        words.setWordWrap(True)
        row = QHBoxLayout(whole_line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        row.addWidget(words, stretch=1)
        if order:
            row.addWidget(order, alignment=Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(whole_line)
        return _Line(words, order, whole_line)

    def show_state(self) -> None:
        """Show the lines that there is a reason for now."""
        texts = {
            **{**self._texts_of_data(), **self._texts_of_disk()},
            **{"fine_tune": self._fine_tune_text(), "grow": self._late_blocks_text()},
        }
        for name, line in self.lines.items():
            line.words.setText(texts.get(name, ""))
            show_if(bool(texts.get(name)), line.whole)
        show_if(any(texts.values()), self)

    def _texts_of_data(self) -> dict[str, str]:
        """Return what a scan of own images has found, or that it goes on."""
        choice, scanned = self._choice, self._data.scanned
        if not choice.data.images:
            return {}
        if self._data.is_scanning:
            return {"scan": self.tr("Scanning the images …")}
        if scanned is None or self._data.refusal:
            return {"scan": say(self._data.refusal)}
        texts: dict[str, str] = {line.kind: line.text for line in problem_lines(self._data) if line.kind in _PROBLEMS}
        if scanned.coloured > _COLOURED and choice.fitted.input[0] == 1:
            texts["colour"] = self.tr("The images have colour, but the design has one channel.")
        if tested := sum(each.test for each in scanned.classes):
            texts["test"] = self.tr("Training never sees the {n} test images.").format(n=whole(tested))
        return texts

    def _fine_tune_text(self) -> str:
        recipe = self._choice.recipe
        is_tuning = recipe.head_epochs or recipe.frozen_stages or recipe.backbone_rate < 1
        if is_tuning or not self._choice.weights:
            return ""
        return self.tr("Known weights learn best at low rates, after the new head.")

    def _late_blocks_text(self) -> str:
        """Return why blocks cannot join later as the recipe has it."""
        if not self._choice.recipe.grow:
            return ""
        from explorer.architecture.plan import plan_network  # rare, and nothing that the first paint needs
        from explorer.runs.late_blocks import late_blocks

        try:
            late_blocks(plan_network(self._choice.fitted), self._choice.recipe)
        except Refused as refused:
            return self.tr("Late blocks: {reason}").format(reason=say(refused.complaints[0].what))
        return ""

    def _texts_of_disk(self) -> dict[str, str]:
        """Return what there is no room for on the disk."""
        found, texts = self._estimates.of(self._choice.fitted), dict[str, str]()
        if found is None:
            return texts
        if needed := found.cache_bytes:
            free, limit = free_bytes(cache_folder()) + cache_bytes(), cache_limit()
            room = min(free, limit) if limit else free
            if needed > room:
                text = self.tr(
                    "Decoded, the images take {needed} on the disk, and there is room for {room}: they are decoded "
                    "again in every epoch."
                )
                texts["cache"] = text.format(needed=memory(needed), room=memory(room))
        if found.checkpoint_bytes > (free := free_bytes(self._pool.runs)):
            text = self.tr("Checkpoints take up to {needed} on the disk; {free} are free.")
            texts["checkpoints"] = text.format(needed=memory(found.checkpoint_bytes), free=memory(free))
        return texts
