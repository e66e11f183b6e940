"""SplitControls: how the images are divided, how even the classes are, and what the recipe makes of both."""

from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from explorer.fields import fields_of
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.classes.part_legend import PartLegend
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.controls import Control
from explorer.gui.widgets.input.form import labelled_control
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.runs.data.image_list import Layout
from explorer.runs.data.split import SplitKind
from explorer.runs.questions.data import ClassCount, Scanned
from explorer.runs.recipe import Recipe
from explorer.sentences import translatable

_DRAWN = ("validation_share", "test_share", "split_seed")  # what a split depends on that no folder gives
_OWN = ("background",)  # what concerns own images only
_DIGITS = 8  # for which a box of the split has room
_EVEN = 1.05  # up to this ratio the classes are called equally large
_KINDS = {
    SplitKind.FOUND: translatable("Split: as the folders say"),
    SplitKind.STRATIFIED: translatable("Split: drawn class by class"),
    SplitKind.PUBLISHED: translatable("Split: as published"),
}
_OF_TABLE = translatable("Split: as the table says")


class SplitControls(QWidget):
    """The numbers of images by part, sentences on the split and the balance, and boxes for what can be chosen."""

    def __init__(self, choice: TrainingChoice) -> None:
        super().__init__()
        self._choice = choice
        self.legend, self.split, self.balance = PartLegend(), QLabel(), QLabel()
        self.controls: dict[str, Control] = {}
        for sentence in (self.split, self.balance):
            sentence.setWordWrap(True)
            sentence.setFont(theme.figures_font(sentence.font()))
        self._drawn, self._form = QWidget(), QFormLayout()
        self._drawn.setLayout(Flow(*map(self._make_cell, _DRAWN)))
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setVerticalSpacing(theme.RHYTHM // 2)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name in ("balance", *_OWN):
            self._form.addRow(*self._make(name))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        for part in (self.legend, self.split, self._drawn, self.balance):
            column.addWidget(part)
        column.addLayout(self._form)

    def _make_cell(self, name: str) -> QWidget:
        """Return a control below its label, no wider than its numbers need."""
        cell, widgets = QWidget(), self._make(name)
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in widgets:
            column.addWidget(widget)
        digits = _DIGITS * self.fontMetrics().horizontalAdvance("0")
        cell.setFixedWidth(max(digits, widgets[0].sizeHint().width()))
        return cell

    def _make(self, name: str) -> tuple[QLabel, Control]:
        """Return the label and the control of a field of the recipe."""
        label, control = labelled_control(fields_of(Recipe)[name])
        control.edited.connect(lambda value: self._choice.use_recipe(self._choice.recipe.change(**{name: value})))
        self.controls[name] = control
        return label, control

    def show_recipe(self) -> None:
        """Show in the boxes what is chosen."""
        for name, control in self.controls.items():
            control.show_value(getattr(self._choice.recipe, name))

    def show_data(self, scanned: Scanned) -> None:
        """Show how the data are divided, and only what can be chosen about them."""
        kind, is_own = scanned.split.kind, scanned.layout != Layout.NAMED
        is_table = kind is SplitKind.FOUND and scanned.layout == Layout.TABLE
        self.legend.show_counts(scanned)
        self.split.setText(say(_OF_TABLE if is_table else _KINDS[kind]))
        self.balance.setText(self._balance_words(scanned.classes))
        self._drawn.setVisible(kind is SplitKind.STRATIFIED)
        for name in _OWN:
            self._form.setRowVisible(self.controls[name], is_own)

    def _balance_words(self, classes: tuple[ClassCount, ...]) -> str:
        """Return how many times as many training images the largest class has as the smallest."""
        counts = sorted(found.train for found in classes)
        if not counts or not counts[0]:
            return self.tr("Some classes have no image to train on.") if counts else ""
        ratio = counts[-1] / counts[0]
        if ratio <= _EVEN:
            return self.tr("All classes have about as many training images.")
        words = self.tr("The largest class has {n} × as many training images as the smallest.")
        return words.format(n=f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}")
