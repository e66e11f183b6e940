"""KnobRow: what a study varies and its values, with the problem of the first point that cannot be built."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from explorer.gui.studies.knob_field import KnobField
from explorer.gui.widgets.buttons import sign_button
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.runs.studies.study import Knob


class KnobRow(QWidget):
    """A list of what can be varied, and its values: a line of numbers, or a box per option.

    `changed` tells of another key or other values, `removed` that the user wants no such row.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, fields: Mapping[str, KnobField], key: str) -> None:
        super().__init__()
        self._fields = fields
        self.box, self.line, self.problem = QComboBox(), QLineEdit(), QLabel()
        self.options: dict[str, QCheckBox] = {}
        self._choices = QWidget()
        for field in fields.values():
            self.box.addItem(say(field.title), field.key)
        self.box.setAccessibleName(self.tr("What is varied"))
        watch_box(self.box)
        watch_box(self.line)
        self.line.setPlaceholderText(self.tr("Values, as 1, 2, 4, 8"))
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setForegroundRole(QPalette.ColorRole.BrightText)  # the role that our palettes use for errors
        self.problem.setMinimumHeight(self.fontMetrics().lineSpacing())  # nothing below moves when one comes
        self.remove = sign_button("x", self.tr("Do not vary this"), self.removed.emit)
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(theme.RHYTHM)
        grid.setVerticalSpacing(theme.RHYTHM // 4)
        grid.setColumnStretch(1, 1)
        for column, widget in ((0, self.box), (1, self.line), (1, self._choices), (2, self.remove)):
            grid.addWidget(widget, 0, column)
        grid.addWidget(self.problem, 1, 0, 1, 3)
        self.box.setCurrentIndex(self.box.findData(key))
        self._show_field()
        self.box.currentIndexChanged.connect(self._show_field)
        self.box.currentIndexChanged.connect(self.changed)
        self.line.textChanged.connect(self.changed)

    @property
    def field(self) -> KnobField:
        return self._fields[self.box.currentData()]

    @property
    def knob(self) -> Knob:
        """What the row says."""
        if self.field.options:
            return Knob(self.field.key, tuple(value for value, box in self.options.items() if box.isChecked()))
        return Knob(self.field.key, self.field.typed(self.line.text()))

    def _show_field(self) -> None:
        """Offer the usual values of what is varied now."""
        field, title = self.field, self.box.currentText()
        self.box.setToolTip(say(field.field.label.help))
        self.line.setAccessibleName(self.tr("Values of {name}").format(name=title))
        self.line.setVisible(not field.options)
        self._choices.setVisible(bool(field.options))
        if field.options:
            self._show_options(field, title)
        else:
            self.line.setText(field.shown(field.usual))

    def _show_options(self, field: KnobField, title: str) -> None:
        """Make a box per option, all of them checked if there are only two."""
        old = self._choices
        self._choices, self.options = QWidget(), {}
        flow = Flow()
        for option in field.options:
            box = self.options[option] = QCheckBox(option)
            theme.apply_style(box, "check")
            box.setAccessibleName(self.tr("{name}: {value}").format(name=title, value=option))
            box.setToolTip(say(field.field.meanings.get(option, "")))
            box.setChecked(len(field.options) == 2 or option == str(field.now))
            box.toggled.connect(self.changed)
            flow.addWidget(box)
        self._choices.setLayout(flow)
        self._grid.replaceWidget(old, self._choices)
        old.deleteLater()

    def show_problem(self, words: str) -> None:
        self.problem.setText(words)
        entry = next(iter(self.options.values())) if self.field.options else self.line
        entry.setAccessibleDescription(words)
