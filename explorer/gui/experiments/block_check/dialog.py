"""BlockCheckDialog: the user's class Residual at the left; what it is beside ours at the right."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent, QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.document import Document
from explorer.gui.experiments.block_check.layer_list import LayerList
from explorer.gui.experiments.block_check.state import BlockCheckState
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.input.code_editor import CodeEditor
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.focus_frame import FocusFrame
from explorer.gui.widgets.text.language import say
from explorer.runs.questions.block_check import BlockChecked, Remark, Verdict

_SIZE = (150, 40)  # characters and lines, if the window has as much room
_PRINTED_LINES = 4


class BlockCheckDialog(QDialog):
    """Stays open beside the window; all that it shows is in the `state`, which outlives it."""

    def __init__(self, state: BlockCheckState, document: Document, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("block check")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Check my block"))
        self._state = state
        self.editor = CodeEditor(self.tr("Your class Residual"))
        self.editor.setPlaceholderText(self.tr("Paste your class Residual here, and resnet_block if you have it."))
        self.editor.setPlainText(state.source)
        self.accepted_box = QCheckBox(self.tr("I trust this code"))
        theme.apply_style(self.accepted_box, "check")
        self.warning = QLabel(
            self.tr(
                "Your code runs in a process of its own, but with your rights: it can read and change your files. "
                "Check only code that you trust."
            ),
            wordWrap=True,
        )
        self.standard = QComboBox()
        self.standard.setAccessibleName(self.tr("Compare with"))
        self.standard.addItem(self.tr("the chapter’s Residual"))
        self.standard.addItem(self.tr("a block of this design: {kind}").format(kind=document.design.block))
        self.standard.setCurrentIndex(int(state.of_design))
        self.check = word_button(self.tr("Check"), state.check, "check block")
        self.cancel = word_button(self.tr("Cancel"), state.cancel, "cancel check")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        theme.apply_style(self.progress, "progress")
        self.summary, self.hints, self.case = (QLabel(wordWrap=True) for _ in range(3))
        theme.make_heading(self.summary)
        theme.make_secondary(self.case)
        for label in (self.summary, self.hints, self.case):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.layers = LayerList()
        self.printed = QPlainTextEdit(readOnly=True)
        self.printed.setFont(theme.code_font())
        self.printed.setAccessibleName(self.tr("What your code printed"))
        self.printed_title = QLabel(self.tr("What your code printed"))
        theme.make_secondary(self.printed_title)
        self._lay_out()
        self.editor.textChanged.connect(lambda: state.edit(self.editor.toPlainText()))
        self.accepted_box.clicked.connect(state.accept)
        self.standard.activated.connect(lambda place: state.compare_with_design(bool(place)))
        self.layers.line_chosen.connect(self.editor.mark_line)
        state.changed.connect(self._show_state)
        state.is_open = True
        FocusFrame(self)
        self._show_state()
        self.editor.setFocus()

    def _lay_out(self) -> None:
        left, right, below = QWidget(), QWidget(), QHBoxLayout()
        below.addWidget(QLabel(self.tr("Compare with")))
        below.addWidget(self.standard, stretch=1)
        below.addWidget(self.cancel)
        below.addWidget(self.check)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(self.editor, stretch=1)
        for widget in (self.warning, self.accepted_box):
            column.addWidget(widget)
        column.addLayout(below)
        column = QVBoxLayout(right)
        column.setContentsMargins(theme.RHYTHM, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        for label in (self.progress, self.summary, self.hints, self.case):
            column.addWidget(label)
        column.addWidget(self.layers, stretch=1)
        column.addWidget(self.printed_title)
        column.addWidget(self.printed)
        column.addStretch(0)
        metrics = self.editor.fontMetrics()
        self.printed.setFixedHeight(int((_PRINTED_LINES + 1) * metrics.lineSpacing()))
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        for part in (left, right):
            self.splitter.addWidget(part)
            part.setMinimumWidth(30 * metrics.averageCharWidth())
        self.splitter.setSizes([900, 1100])
        QVBoxLayout(self).addWidget(self.splitter)
        wanted = self.sizeHint().expandedTo(self.editor.size())
        wanted.setWidth(_SIZE[0] * metrics.averageCharWidth())
        wanted.setHeight(_SIZE[1] * metrics.lineSpacing())
        parent = self.parentWidget()
        self.resize(wanted.boundedTo(parent.size() * 0.95) if parent else wanted)

    def _show_state(self) -> None:
        state, answer = self._state, self._state.answer
        for widget in (self.warning, self.accepted_box):
            widget.setVisible(not state.is_accepted)
        self.check.setEnabled(state.may_check)
        self.check.setDefault(state.may_check)
        self.cancel.setVisible(state.is_checking)
        self.progress.setVisible(state.is_checking)
        summary = answer.summary if answer else Remark(state.refusal)
        waiting = state.waiting_reason() or self.tr("Your block is built and compared; this takes some seconds …")
        self.summary.setText(waiting if state.is_checking else _with_line(self, summary))
        is_bad = bool(state.refusal) or bool(answer and answer.verdict is not Verdict.EQUAL)
        role = QPalette.ColorRole.BrightText if is_bad else QPalette.ColorRole.WindowText
        self.summary.setForegroundRole(role)
        self.summary.setVisible(bool(self.summary.text()))
        self.hints.setText("\n".join(f"• {_with_line(self, hint)}" for hint in answer.hints) if answer else "")
        self.hints.setVisible(bool(self.hints.text()))
        self._show_layers(answer)
        printed = answer.printed if answer else ""
        self.printed.setPlainText(printed)
        for part in (self.printed, self.printed_title):
            part.setVisible(bool(printed))
        lines = [*(hint.line for hint in answer.hints), summary.line] if answer else []
        self.editor.mark_line(next((line for line in lines if line), 0))

    def _show_layers(self, answer: BlockChecked | None) -> None:
        layers = answer.layers if answer else ()
        nothing = self.tr("What your block does, layer by layer beside ours, stands here.")
        words = self.tr("The layers {case}:").format(case=say(answer.case)) if answer else nothing
        self.case.setText(words)
        self.case.setHidden(self.summary.isVisibleTo(self) and not layers)
        self.layers.show_layers(layers)
        self.layers.setVisible(bool(layers))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_layers(self._state.answer)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._state.is_open = False
        super().closeEvent(event)

    def reject(self) -> None:
        """Close, as Esc asks; a check under way goes on, and its answer is there when the dialog is opened again."""
        self.close()


def _with_line(dialog: BlockCheckDialog, remark: Remark) -> str:
    words = say(remark.words)
    if not remark.line:
        return words
    return dialog.tr("Line {line}: {words}").format(line=remark.line, words=words)
