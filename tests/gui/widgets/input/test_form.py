from dataclasses import fields

import pytest
from PySide6.QtCore import QLocale, Qt

from explorer.architecture.design import Design
from explorer.architecture.presets import preset
from explorer.fields import fields_of
from explorer.gui.widgets.input.controls import Real
from explorer.gui.widgets.input.form import Form
from explorer.runs.recipe import RECIPES, Recipe


@pytest.mark.parametrize("kind", [Design, Recipe])
def test_every_labelled_field_has_a_control(qtbot, kind):
    form = Form(kind, set(), skip=("stages",))
    qtbot.addWidget(form)
    unlabelled = {"name", "stages"}
    assert set(form.controls) == {field.name for field in fields(kind)} - unlabelled


@pytest.mark.parametrize("name", ["resnext50_32x4d", "d2l-resnet18", "preact-resnet164"])
def test_showing_a_design_reports_nothing_else(qtbot, name):
    """Every echo of a control that is set is the very value that is shown."""
    form = Form(Design, set(), skip=("stages",))
    qtbot.addWidget(form)
    form.show_record(preset("mini"))
    echoes = []
    form.edited.connect(lambda field, value: echoes.append((field, value)))
    form.show_record(preset(name))
    assert echoes
    assert all(getattr(preset(name), field) == value for field, value in echoes)


def test_a_person_types_a_side(qtbot):
    form = Form(Design, set(), skip=("stages",))
    qtbot.addWidget(form)
    form.show_record(preset("d2l-resnet18"))
    box = form.controls["input"].boxes[1]
    box.selectAll()
    with qtbot.waitSignal(form.edited) as edited:
        qtbot.keyClicks(box, "64")
        qtbot.keyClick(box, Qt.Key.Key_Return)
    assert edited.args == ["input", (1, 64, 96)]


def test_a_rate_out_of_bounds_is_not_taken(qtbot):
    real = Real(fields_of(Recipe)["lr"])
    qtbot.addWidget(real)
    real.show_value(0.1)
    reported = []
    real.edited.connect(reported.append)
    for typed, taken in (("0", []), ("1000", []), ("0.05", [0.05])):
        real.box.clear()
        qtbot.keyClicks(real.box, typed)
        qtbot.keyClick(real.box, Qt.Key.Key_Return)
        assert reported == taken
    assert real.box.text() == "0.05"


def test_an_emptied_field_shows_its_value_again(qtbot):
    real = Real(fields_of(Recipe)["lr"])
    qtbot.addWidget(real)
    real.show_value(RECIPES["chapter"].lr)
    real.box.clear()
    real.box.editingFinished.emit()
    assert real.box.text() == "0.05"


def test_rare_fields_stand_behind_more(qtbot):
    form = Form(Recipe, set(), skip=("data", "device"))
    qtbot.addWidget(form)
    form.show()
    assert not form.controls["seed"].isVisible()
    qtbot.mouseClick(form.more, Qt.MouseButton.LeftButton)
    assert form.controls["seed"].isVisible()


@pytest.mark.parametrize(
    ("language", "typed", "taken"),
    [
        ("en_US", "1,000", None),
        ("en_US", "0,05", 0.05),
        ("en_US", "0.05", 0.05),
        ("en_US", " 5e-2 ", 0.05),
        ("de_DE", "0,05", 0.05),
        ("de_DE", "0.05", 0.05),
        ("de_DE", "1.000", None),
        ("en_US", "one", None),
    ],
)
def test_a_number_is_read_as_a_person_of_that_language_means_it(qtbot, language, typed, taken):
    before = QLocale()
    QLocale.setDefault(QLocale(language))
    try:
        real = Real(fields_of(Recipe)["lr"])
        qtbot.addWidget(real)
        real.show_value(1.5)
        reported = []
        real.edited.connect(reported.append)
        real.box.clear()
        qtbot.keyClicks(real.box, typed)
        qtbot.keyClick(real.box, Qt.Key.Key_Return)
        assert reported == ([] if taken is None else [taken])
        if taken is None:
            assert real.box.text() == {"en_US": "1.5", "de_DE": "1,5"}[language]
    finally:
        QLocale.setDefault(before)


def test_what_is_shown_is_read_again_as_it_was(qtbot):
    real = Real(fields_of(Recipe)["lr"])
    qtbot.addWidget(real)
    reported = []
    real.edited.connect(reported.append)
    for value in (0.123456789, 5e-05, 100.0, 0.2):
        real.show_value(value)
        qtbot.keyClick(real.box, Qt.Key.Key_Return)
    assert reported == [0.123456789, 5e-05, 100.0, 0.2]


def test_the_tool_tip_says_the_bounds(qtbot):
    form = Form(Recipe, set())
    qtbot.addWidget(form)
    assert form.controls["lr"].toolTip() == "The highest rate of the schedule.\nmore than 0, at most 100"
    assert form.controls["momentum"].toolTip().endswith("\nat least 0, less than 1")
