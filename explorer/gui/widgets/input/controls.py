"""Controls: the widgets that set one field of a frozen dataclass, chosen by the annotations of the field."""

from collections.abc import Callable
from typing import Any

from annotated_types import Interval
from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSpinBox, QWidget

from explorer.fields import Field
from explorer.gui.widgets.input.boxes import NumberBox, watch_box
from explorer.gui.widgets.input.meanings import explain_choices
from explorer.gui.widgets.input.numbers import number_text, typed_number
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say


def spin_box(bounds: Interval) -> NumberBox:
    return NumberBox(int(str(bounds.ge)), min(int(str(bounds.le)), 2**31 - 1))


class Control(QWidget):
    """The control of one field: shows a value, and emits `edited` with the value that the user sets."""

    edited = Signal(object)
    show_value: Callable[[Any], None]
    entry: QWidget  # the widget that takes the focus
    hint = ""  # a text to add to the field's help

    def hold(self, *widgets: QWidget) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM // 2)
        for widget in widgets:
            row.addWidget(widget, stretch=0 if isinstance(widget, QLabel) else 1)
            widget.setAcceptDrops(
                False
            )  # the window opens dropped files; a Qt box would take the path, and offer a move
        self.entry = widgets[0]
        self.setFocusProxy(self.entry)


class Plain(Control):
    """A control made of one widget whose own signal carries the value."""

    def __init__(self, box: QWidget, changed: SignalInstance, show_value: Callable[[Any], None]) -> None:
        super().__init__()
        self.box, self.show_value = box, show_value
        changed.connect(self.edited.emit)
        self.hold(box)


def choice(field: Field) -> Plain:
    box = QComboBox()
    box.addItems(list(field.options))
    explain_choices(box, {option: say(meaning) for option, meaning in field.meanings.items()})
    watch_box(box)
    return Plain(box, box.currentTextChanged, box.setCurrentText)


def switch(field: Field) -> Plain:
    box = QCheckBox()
    theme.apply_style(box, "check")
    return Plain(box, box.toggled, box.setChecked)


def whole(field: Field) -> Plain:
    box = spin_box(field.bounds)
    return Plain(box, box.valueChanged, box.setValue)


class _Sides(Control):
    """The control of a shape: one box each for channels, height and width."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.shown: tuple[int, ...] = ()
        self.boxes = [spin_box(bounds) for bounds in field.parts]
        widgets: list[QWidget] = []
        for box, part in zip(self.boxes, (self.tr("channels"), self.tr("height"), self.tr("width")), strict=True):
            box.setAccessibleName(self.tr("{field}: {part}").format(field=say(field.label.text), part=part))
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
    """The control of a real number: a text line, as values from 0.0005 to 10 do not fit a spin box's fixed decimals."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.bounds = field.bounds
        self.hint = self._bounds_text()
        self.box = QLineEdit()
        watch_box(self.box)
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.box.editingFinished.connect(self.report)
        self.hold(self.box)
        self.shown = 0.0

    def report(self) -> None:
        value = typed_number(self.box.text())
        allowed = self.allows(value)
        self.show_value(value if allowed else self.shown)  # an invalid text is replaced by the value before
        if allowed:
            self.edited.emit(value)

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

    def _bounds_text(self) -> str:
        words = (
            (self.bounds.ge, self.tr("at least {n}")),
            (self.bounds.gt, self.tr("more than {n}")),
            (self.bounds.le, self.tr("at most {n}")),
            (self.bounds.lt, self.tr("less than {n}")),
        )
        return ", ".join(text.format(n=number_text(float(str(n)))) for n, text in words if n is not None)


class Words(Control):
    """The control of a text."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.box = QLineEdit()
        watch_box(self.box)
        self.box.editingFinished.connect(self.report)
        self.hold(self.box)

    def report(self) -> None:
        self.show_value(self.box.text())
        self.edited.emit(self.box.text())

    def show_value(self, value: Any) -> None:
        self.box.setText(value)


def control_for(field: Field) -> Control:
    """Return the control for the kind of values that `field` has."""
    if field.options:
        return choice(field)
    kinds: dict[type, Callable[[Field], Control]] = {bool: switch, int: whole, float: Real, tuple: _Sides, str: Words}
    return kinds[field.kind](field)
