"""What each choice of a box means is shown when it is opened."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStyleOptionViewItem

from explorer.architecture.design import Design
from explorer.fields import fields_of
from explorer.runs.recipe import RECIPE_MEANINGS, Recipe
from explorer.sentences import Sentence, explained, meanings_of

ROLE = Qt.ItemDataRole.AccessibleDescriptionRole


@pytest.mark.parametrize("record", [Design, Recipe])
def test_every_option_of_every_field_has_a_meaning(record):
    for name, field in fields_of(record).items():
        assert tuple(field.meanings) == field.options, name


def test_only_what_explains_values_has_meanings():
    assert meanings_of(explained({"a": "one", "b": "two"})) == {"a": "one", "b": "two"}
    for text in ("a: one", Sentence("{value}", {"value": "a"}), Sentence("{a}", {"a": Sentence("{x}", {"x": 1})})):
        assert meanings_of(text) == {}


def test_every_choice_that_needs_a_word_has_one_and_room_for_it(session):
    window = session.window
    for name in ("stem", "block", "shortcut", "stride_on", "init", "recipe", "optimizer", "schedule", "precision"):
        box = window.findChild(QComboBox, name)
        option = QStyleOptionViewItem()
        option.initFrom(box.view())
        for row in range(box.count()):
            meaning = box.itemData(row, ROLE)
            assert meaning, (name, row)
            needed = option.fontMetrics.horizontalAdvance(box.itemText(row) + meaning)
            assert box.view().minimumWidth() > needed
    assert window.findChild(QComboBox, "recipe").itemData(1, ROLE) == RECIPE_MEANINGS["chapter"]


def test_a_recipe_of_ones_own_needs_no_word(session):
    choice, box = session.workspace.choice, session.window.training.recipe_box
    choice.use_recipe(choice.recipe.change(lr=0.3))
    assert (box.currentText(), box.currentData(ROLE)) == ("custom", "")
