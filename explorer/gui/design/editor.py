"""The design editor: input, classes, stem, block and shortcut, then the stages with their sliders.

The sliders have scales of their own, fine for small networks; the spin boxes beside them take every value.
"""

from bisect import bisect_left

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.compare import value_text
from explorer.architecture.design import Design, Stage
from explorer.architecture.layers import shape_text
from explorer.fields import fields_of
from explorer.gui.actions import Actions
from explorer.gui.design.name_line import NameLine
from explorer.gui.design.problems import Problems
from explorer.gui.design.stage_edits import SCALES, Gesture, StageEdits
from explorer.gui.document import Document
from explorer.gui.widgets.buttons import action_button, sign_button
from explorer.gui.widgets.input.boxes import NumberBox, watch_box
from explorer.gui.widgets.input.controls import spin_box
from explorer.gui.widgets.input.form import Form
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.scroll import Scroll
from explorer.gui.widgets.text.language import say


class _ScaledSlider(QSlider):
    """A slider over the values of a scale, which emits `moved` only when the user moves it."""

    moved = Signal(int)

    def __init__(self, scale: tuple[int, ...]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.scale = scale
        self.setRange(0, len(scale) - 1)
        self.setPageStep(3)
        watch_box(self)
        theme.apply_style(self, "slider")
        self.actionTriggered.connect(lambda _: self.moved.emit(scale[self.sliderPosition()]))

    def show_value(self, value: int) -> None:
        """Move to the first value of the scale that is not below `value`, or to the last one."""
        self.setValue(min(bisect_left(self.scale, value), len(self.scale) - 1))


class _StageEditor(QWidget):
    """The controls of one stage: blocks and width with sliders, the stride, and a button that removes the stage."""

    def __init__(self, document: Document, index: int) -> None:
        super().__init__()
        self.document = document
        self.index = index
        self.edits = StageEdits(document)
        self.fields = fields_of(Stage)
        self.heading = QLabel(self.tr("Stage {number}").format(number=index + 1))
        theme.make_heading(self.heading)
        self.output = QLabel()
        theme.make_secondary(self.output)
        self.remove = sign_button("x", self.edits.removal(index), lambda: self.edits.remove(index))
        self.problems = Problems(document)
        self.sliders: dict[str, _ScaledSlider] = {}
        self.boxes: dict[str, NumberBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.RHYTHM, theme.RHYTHM // 2, 0, theme.RHYTHM // 2)
        grid.setHorizontalSpacing(theme.RHYTHM)
        grid.setVerticalSpacing(theme.RHYTHM // 4)
        grid.setColumnStretch(1, 1)
        head = QHBoxLayout()
        head.setSpacing(theme.RHYTHM)
        head.addWidget(self.heading)
        head.addWidget(self.output, stretch=1)
        head.addWidget(self.remove)
        grid.addLayout(head, 0, 0, 1, 3)
        for row, name in enumerate(("blocks", "width", "stride"), 1):
            self.add(grid, row, name)
        grid.addWidget(self.problems, 4, 0, 1, 3)

    def add(self, grid: QGridLayout, row: int, name: str) -> None:
        field = self.fields[name]
        label = QLabel(say(field.label.text))
        theme.make_secondary(label)
        spoken = self.tr("Stage {number}: {field}").format(number=self.index + 1, field=say(field.label.text))
        box = self.boxes[name] = spin_box(field.bounds)
        gesture = Gesture(self)
        box.valueChanged.connect(lambda value: self.edits.set_value(self.index, name, value, gesture.name()))
        widgets: list[QWidget] = [label, box]
        if name in SCALES:
            slider = self.sliders[name] = _ScaledSlider(SCALES[name])
            slider.sliderPressed.connect(gesture.begin)
            slider.sliderReleased.connect(gesture.end)
            slider.moved.connect(lambda value: self.edits.set_value(self.index, name, value, gesture.name()))
            slider.setObjectName(f"{name}{self.index + 1}")
            grid.addWidget(slider, row, 1)
            widgets.append(slider)
        for widget in widgets:
            widget.setToolTip(say(field.label.help))
            widget.setAccessibleName(spoken)
            widget.installEventFilter(self)
        grid.addWidget(label, row, 0)
        grid.addWidget(box, row, 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the stage's hue along the left edge; a selected stage has a broader line and a shaded background."""
        painter = QPainter(self)
        chosen = self.document.selection.partition(".")[0] == f"layer{self.index + 1}"
        if chosen:
            painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Midlight))
        painter.fillRect(0, 0, 6 if chosen else 2, self.height(), theme.stage_colour(self.index + 1))
        painter.end()

    def show_stage(self, stage: Stage, can_be_removed: bool) -> None:
        for name, box in self.boxes.items():
            if box.value() != getattr(stage, name):  # Qt repaints a box even if its value stays the same
                box.setValue(getattr(stage, name))
        for name, slider in self.sliders.items():
            slider.show_value(getattr(stage, name))
        plan = self.document.plan
        built = plan.stages[self.index] if self.index < len(plan.stages) else None
        self.output.setText(shape_text(built.output) if built else "")
        self.remove.setEnabled(can_be_removed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.select()
        return False

    def mousePressEvent(self, event: object) -> None:
        self.select()

    def select(self) -> None:
        name = f"layer{self.index + 1}"
        if self.document.selection.partition(".")[0] != name:
            self.document.select(name)


class DesignEditor(Scroll):
    """The editor of the whole design: shows the document's design and proposes changes to the document."""

    def __init__(self, document: Document, actions: Actions, open_forms: set[str]) -> None:
        super().__init__()
        self.document = document
        self.form = Form(Design, open_forms, skip=("stages",))
        self.form.edited.connect(self.propose)
        self.gesture = Gesture(self)
        self.problems = Problems(document)
        self.editors: list[_StageEditor] = []
        self.stages = QVBoxLayout()
        self.stages.setSpacing(theme.RHYTHM // 2)
        self.add = action_button(actions.add_stage, "add_stage")
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.setSpacing(theme.RHYTHM)
        self.name = NameLine(document)
        column.addWidget(self.name)
        column.addWidget(self.form)
        column.addWidget(self.problems)
        column.addLayout(self.stages)
        column.addWidget(self.add, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.setWidget(body)
        document.changed.connect(self.show_design)
        document.selection_changed.connect(self.show_selection)
        self.show_design()

    def propose(self, name: str, value: object) -> None:
        field = say(fields_of(Design)[name].label.text)
        label = self.tr("{field}: {value}").format(field=field, value=value_text(value))
        ticks = isinstance(value, int | tuple) and not isinstance(value, bool)
        gesture = f"{self.gesture.name()} {name}" if ticks else ""
        self.document.propose(self.document.design.change(**{name: value}), label, gesture)

    def show_design(self) -> None:
        design = self.document.design
        while len(self.editors) > len(design.stages):
            editor = self.editors.pop()
            editor.hide()
            editor.deleteLater()
        while len(self.editors) < len(design.stages):
            self.editors.append(_StageEditor(self.document, len(self.editors)))
            self.stages.addWidget(self.editors[-1])
        self.form.show_record(design)
        for editor, stage in zip(self.editors, design.stages, strict=True):
            editor.show_stage(stage, design.can_remove_stage)
        self.show_problems()

    def show_problems(self) -> None:
        def problems_at(prefix: str) -> list:
            return [problem for problem in self.document.problems if problem.where.startswith(prefix)]

        for editor in self.editors:
            editor.problems.show_problems(problems_at(f"stages[{editor.index}]"))
        elsewhere = [problem for problem in self.document.problems if "[" not in problem.where]
        self.problems.show_problems(elsewhere)
        if any(self.form.is_rare(problem.where) for problem in elsewhere):
            self.form.more.setChecked(True)

    def show_selection(self) -> None:
        for editor in self.editors:
            editor.update()
