"""Form: the annotated fields of a frozen dataclass as controls. A new field needs no line here.

A form shows a record and reports what a person does as `edited(name, value)`; it stores nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from math import nan
from typing import Any, get_args, get_origin, get_type_hints

from annotated_types import Interval
from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.design import OneOf
from explorer.architecture.words import Label
from explorer.gui import theme
from explorer.gui.language import say


@dataclass(frozen=True, slots=True)
class Field:
    """What a form must know of one field; `parts` are the bounds of a tuple's entries."""

    name: str
    kind: type
    label: Label
    options: tuple[str, ...]
    bounds: Interval
    parts: tuple[Interval, ...]


def interval_of(hint: Any) -> Interval:
    return next((each for each in get_args(hint)[1:] if isinstance(each, Interval)), Interval())


@cache
def form_fields(kind: type) -> dict[str, Field]:
    """The labelled fields of the dataclass `kind`, in order."""
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for each in fields(kind):
        inner, *notes = get_args(hints[each.name]) or (hints[each.name],)
        label = next((note for note in notes if isinstance(note, Label)), None)
        if label is None:
            continue
        options = next((note.options for note in notes if isinstance(note, OneOf)), ())
        is_tuple = get_origin(inner) is tuple
        parts = tuple(map(interval_of, get_args(inner))) if is_tuple else ()
        bounds = interval_of(hints[each.name])
        found[each.name] = Field(each.name, tuple if is_tuple else inner, label, options, bounds, parts)
    return found


def spin_box(bounds: Interval) -> QSpinBox:
    box = QSpinBox()
    box.setRange(int(str(bounds.ge)), min(int(str(bounds.le)), 2**31 - 1))
    box.setAccelerated(True)
    box.setKeyboardTracking(False)  # 128 is one edit, not 1, 12, 128
    return box


class Control(QWidget):
    """The control of one field: shows a value, reports another."""

    edited = Signal(object)
    show_value: Callable[[Any], None]
    entry: QWidget  # what takes the focus
    hint = ""  # what to say beside the field's help

    def hold(self, *widgets: QWidget) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM // 2)
        for widget in widgets:
            row.addWidget(widget, stretch=0 if isinstance(widget, QLabel) else 1)
        self.entry = widgets[0]
        self.setFocusProxy(self.entry)


class Choice(Control):
    def __init__(self, field: Field) -> None:
        super().__init__()
        self.box = QComboBox()
        self.box.addItems(list(field.options))
        self.box.currentTextChanged.connect(self.edited.emit)
        self.hold(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setCurrentText(value)


class Switch(Control):
    def __init__(self, field: Field) -> None:
        super().__init__()
        self.box = QCheckBox()
        theme.dress(self.box, "check")
        self.box.toggled.connect(self.edited.emit)
        self.hold(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setChecked(value)


class Whole(Control):
    def __init__(self, field: Field) -> None:
        super().__init__()
        self.box = spin_box(field.bounds)
        self.box.valueChanged.connect(self.edited.emit)
        self.hold(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setValue(value)


class Sides(Control):
    """Channels × height × width."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.shown: tuple[int, ...] = ()
        self.boxes = [spin_box(bounds) for bounds in field.parts]
        widgets: list[QWidget] = []
        for index, box in enumerate(self.boxes):
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            box.setAlignment(Qt.AlignmentFlag.AlignRight)
            box.valueChanged.connect(lambda value, index=index: self.report(index, value))
            widgets += [QLabel("×"), box] if widgets else [box]
        self.hold(*widgets)

    def report(self, index: int, value: int) -> None:
        self.edited.emit((*self.shown[:index], value, *self.shown[index + 1 :]))

    def show_value(self, value: Any) -> None:
        self.shown = value
        for box, part in zip(self.boxes, value, strict=True):
            box.setValue(part)


class Real(Control):
    """A number from 0.0005 to 10 needs its digits, not a spin box's decimals."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.bounds = field.bounds
        self.hint = self.bounds_text()
        self.box = QLineEdit()
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.box.editingFinished.connect(self.report)
        self.hold(self.box)
        self.shown = 0.0

    def report(self) -> None:
        value = typed_number(self.box.text())
        if self.allows(value):
            self.edited.emit(value)
        else:  # what is no rate leaves the one there was
            self.show_value(self.shown)

    def allows(self, value: float) -> bool:
        bounds: Any = self.bounds
        return (
            (bounds.ge is None or value >= bounds.ge)
            and (bounds.gt is None or value > bounds.gt)
            and (bounds.le is None or value <= bounds.le)
            and (bounds.lt is None or value < bounds.lt)
        )

    def show_value(self, value: Any) -> None:
        self.shown = value
        self.box.setText(number_text(value))

    def bounds_text(self) -> str:
        words = (
            (self.bounds.ge, self.tr("at least {n}")),
            (self.bounds.gt, self.tr("more than {n}")),
            (self.bounds.le, self.tr("at most {n}")),
            (self.bounds.lt, self.tr("less than {n}")),
        )
        return ", ".join(text.format(n=number_text(float(str(n)))) for n, text in words if n is not None)


def typed_number(text: str) -> float:
    """A number in the manner of the person's language, or of a file; nan if it is none."""
    value, understood = QLocale().toDouble(text.strip())
    if understood:
        return value
    try:
        return float(text)
    except ValueError:
        return nan


def number_text(value: float) -> str:
    """As few digits as say it exactly, in the manner of the person's language."""
    return QLocale().toString(value, "g", QLocale.FloatingPointPrecisionOption.FloatingPointShortest.value)


class Words(Control):
    def __init__(self, field: Field) -> None:
        super().__init__()
        self.box = QLineEdit()
        self.box.editingFinished.connect(lambda: self.edited.emit(self.box.text()))
        self.hold(self.box)

    def show_value(self, value: Any) -> None:
        self.box.setText(value)


def control_for(field: Field) -> Control:
    if field.options:
        return Choice(field)
    return {bool: Switch, int: Whole, float: Real, tuple: Sides, str: Words}[field.kind](field)


class More(QToolButton):
    """A heading that opens and closes what stands below it."""

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
    """The controls of a dataclass's labelled fields, the rare ones behind More; `skip` names fields shown elsewhere.

    Of more than `rows` rare ones the others are scrolled to.
    """

    edited = Signal(str, object)

    def __init__(self, kind: type, skip: tuple[str, ...] = (), rows: int = 100) -> None:
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
        rare = QWidget()
        rare.setLayout(self.rare)
        for field in form_fields(kind).values():
            if field.name not in skip:
                self.add(field)
        below = rare if self.rare.rowCount() <= rows else scrolled(rare, rows / self.rare.rowCount())
        self.more = More(self.tr("More"), below)
        if self.rare.rowCount():
            column.addWidget(self.more)
            column.addWidget(below)

    def add(self, field: Field) -> None:
        control = control_for(field)
        label = QLabel(say(field.label.text))
        for widget in (label, control):
            widget.setToolTip("\n".join(filter(None, (say(field.label.help), control.hint))))
        entry = control.entry
        entry.setAccessibleName(say(field.label.text))
        entry.setAccessibleDescription(label.toolTip())
        entry.setObjectName(field.name)
        label.setBuddy(entry)
        control.edited.connect(lambda value, name=field.name: self.edited.emit(name, value))
        (self.rare if field.label.rare else self.common).addRow(label, control)
        self.controls[field.name] = control

    def is_rare(self, name: str) -> bool:
        """Whether the field `name` stands behind More."""
        return name in self.controls and self.rare.indexOf(self.controls[name]) >= 0

    def show_record(self, record: Any) -> None:
        for name, control in self.controls.items():
            value = getattr(record, name)
            if self.shown is None or value != getattr(self.shown, name):  # Qt paints even what stays as it is
                control.show_value(value)
        self.shown = record


def scrolled(whole: QWidget, share: float) -> QScrollArea:
    """An area that shows this `share` of the `whole` at most, and half of that at least."""
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(whole)
    most = round(share * whole.sizeHint().height())
    area.setMaximumHeight(most)
    area.setMinimumHeight(most // 2)
    return area
