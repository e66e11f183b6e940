"""Form: the annotated fields of a frozen dataclass as controls. A new field needs no line here.

A form shows a record and emits what the user sets as `edited(name, value)`; the form stores nothing.
"""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from explorer.fields import Field, fields_of
from explorer.gui.widgets.input.controls import Control, control_for
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.scroll import Scroll
from explorer.gui.widgets.text.language import say


class More(QToolButton):
    """A heading that shows and hides the widget below it."""

    def __init__(self, text: str, below: QWidget) -> None:
        super().__init__()
        self.setText(text)
        self.setAutoRaise(True)
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setArrowType(Qt.ArrowType.RightArrow)
        below.hide()
        self.toggled.connect(below.setVisible)
        self.toggled.connect(
            lambda opened: self.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
        )


class Form(QWidget):
    """The controls of a dataclass's labelled fields, the rare ones under More; `skip` names fields shown elsewhere.

    If there are more than `rows` rare fields, they scroll. `above` are labels and widgets that come first; one without
    a label is as wide as the form. Whether More is open is kept in `open_forms`, by the name of the dataclass.
    """

    edited = Signal(str, object)

    def __init__(
        self,
        kind: type,
        open_forms: set[str],
        skip: tuple[str, ...] = (),
        rows: int = 100,
        above: Iterable[tuple[str, QWidget]] = (),
    ) -> None:
        super().__init__()
        self.controls: dict[str, Control] = {}
        self.shown: Any = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        self.common, self.rare = QFormLayout(), QFormLayout()
        for layout in (self.common, self.rare):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setVerticalSpacing(theme.RHYTHM // 2)
            layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.addLayout(self.common)
        for text, widget in above:
            self.common.addRow(*(text, widget) if text else (widget,))
        rare = QWidget()
        rare.setLayout(self.rare)
        for field in fields_of(kind).values():
            if field.name not in skip:
                self.add(field)
        below = rare if self.rare.rowCount() <= rows else scrolled(rare, rows / self.rare.rowCount())
        self.more = More(self.tr("More"), below)
        self.more.toggled.connect(
            lambda opened: open_forms.add(kind.__name__) if opened else open_forms.discard(kind.__name__)
        )
        if self.rare.rowCount():
            column.addWidget(self.more)
            column.addWidget(below)
            self.more.setChecked(kind.__name__ in open_forms)

    def add(self, field: Field) -> None:
        label, control = labelled_control(field)
        if field.label.heading:
            heading = QLabel(say(field.label.heading))
            theme.make_secondary(heading)
            heading.setContentsMargins(0, theme.RHYTHM if self.rare.rowCount() else 0, 0, 0)
            self.rare.addRow(heading)
        control.edited.connect(lambda value, name=field.name: self.edited.emit(name, value))
        (self.rare if field.label.rare else self.common).addRow(label, control)
        self.controls[field.name] = control

    def is_rare(self, name: str) -> bool:
        """Return whether the field `name` is shown under More."""
        return name in self.controls and self.rare.indexOf(self.controls[name]) >= 0

    def unfold(self, name: str) -> None:
        """Open More if the field `name` is below it."""
        if self.is_rare(name):
            self.more.setChecked(True)

    def show_record(self, record: Any) -> None:
        for name, control in self.controls.items():
            value = getattr(record, name)
            if self.shown is None or value != getattr(self.shown, name):  # Qt repaints a widget even if its value stays
                control.show_value(value)
        self.shown = record


def labelled_control(field: Field) -> tuple[QLabel, Control]:
    """Return the label of a field and its control, both with the field's help."""
    label, control = QLabel(say(field.label.text)), control_for(field)
    for widget in (label, control):
        widget.setToolTip("\n".join(filter(None, (say(field.label.help), control.hint))))
        widget.setWhatsThis(widget.toolTip())
    entry = control.entry
    entry.setAccessibleName(entry.accessibleName() or say(field.label.text))
    entry.setAccessibleDescription(label.toolTip())
    entry.setObjectName(field.name)
    label.setBuddy(entry)
    return label, control


def scrolled(whole: QWidget, share: float) -> Scroll:
    """Return a scroll area as high as this `share` of the height of `whole` at most, and half of that at least."""
    area = Scroll(whole)
    maximum = round(share * whole.sizeHint().height())
    area.setMaximumHeight(maximum)
    area.setMinimumHeight(maximum // 2)
    return area
