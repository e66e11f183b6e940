from collections.abc import Iterator
from math import isnan

import pytest
from PySide6.QtCore import QLocale, Qt

from explorer.fields import fields_of
from explorer.gui.widgets.input.boxes import NumberBox
from explorer.gui.widgets.input.controls import Real
from explorer.gui.widgets.input.numbers import number_text, typed_number, typed_whole
from explorer.runs.recipe import Recipe

LOCALES = QLocale.matchingLocales(QLocale.Language.AnyLanguage, QLocale.Script.AnyScript, QLocale.Country.AnyCountry)
VALUES = (0.0005, 0.001, 5e-05, 1e-10, 0.999, 0.1 + 0.2, 1.0, 1.125, 100.0, 1234.5, 123456.0, 1e22, -2.5)


@pytest.fixture(autouse=True)
def own_locale() -> Iterator[None]:
    before = QLocale()
    yield
    QLocale.setDefault(before)


def test_what_a_language_writes_it_reads_again_as_the_same_number():
    assert len(LOCALES) > 500
    for locale in LOCALES:
        QLocale.setDefault(locale)
        for value in VALUES:
            assert typed_number(number_text(value)) == value, locale.name()


@pytest.mark.parametrize(
    ("text", "meant"),
    [("0.001", 0.001), ("0,001", 0.001), ("5e-4", 0.0005), ("5E-4", 0.0005), ("0.999", 0.999), ("0,05", 0.05)],
)
def test_a_clear_number_is_understood_in_every_language(text, meant):
    for locale in LOCALES:
        QLocale.setDefault(locale)
        assert typed_number(text) == meant, locale.name()


@pytest.mark.parametrize(("text", "decimal"), [("1.250", "."), ("1,250", ","), ("-12.500", "."), ("1,250e1", ",")])
def test_what_may_be_thousands_is_read_only_where_its_separator_is_the_decimal_one(text, decimal):
    for locale in LOCALES:
        QLocale.setDefault(locale)
        read = typed_number(text)
        if not isnan(read):
            assert (locale.decimalPoint(), read) == (decimal, float(text.replace(",", "."))), locale.name()
        elif locale.decimalPoint() == decimal:
            assert locale.zeroDigit() != "0" or locale.exponential() not in "eE", locale.name()


@pytest.mark.parametrize("text", ["", "one", "1_0", "inf", "nan", "1.2.3", "1,000.5", "0.0.1", "1 0", "--1", "1e", "."])
def test_what_is_no_number_is_none_in_any_language(text):
    for locale in LOCALES:
        QLocale.setDefault(locale)
        assert isnan(typed_number(text)), locale.name()


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en_US", "1,024", 1024),
        ("en_US", "1.024", None),
        ("en_US", "0,001", None),
        ("en_US", "1,0,2,4", None),
        ("de_DE", "1.024", 1024),
        ("de_DE", "1,024", None),
        ("de_DE", "1,5", None),
        ("fa_IR", "۱۲۸", 128),
        ("fa_IR", "128", 128),
        ("en_US", "1e3", None),
        ("en_US", "-5", -5),
        ("en_US", " 96 ", 96),
        ("en_US", "", None),
    ],
)
def test_a_whole_number_is_read_as_it_is_meant(language, text, meant):
    QLocale.setDefault(QLocale(language))
    assert typed_whole(text) == meant


def test_no_language_makes_another_number_of_a_whole_one(qtbot):
    """Every key counts: 1.5 is not 15, and 100000 is not 1000 because no more fits."""
    for locale in LOCALES:
        QLocale.setDefault(locale)
        box = NumberBox(1, 8192)
        qtbot.addWidget(box)
        for value in (7, 1024, 8192):
            box.setValue(value)
            box.interpretText()
            assert box.value() == value, locale.name()
            assert typed_whole(box.text()) == value, locale.name()
        for text, meant in (
            *(("96", 96), ("1.5", 7), ("1,5", 7), ("100000", 7), ("1e3", 7), ("-5", 7), ("", 7)),
            *(("1.024", 1024), ("1,024", 1024)),
        ):
            box.setValue(7)
            box.lineEdit().setText("")
            for letter in text:
                box.lineEdit().insert(letter)
            box.interpretText()
            assert box.value() in (7, meant), (locale.name(), text)
            assert typed_whole(box.text()) == box.value(), (locale.name(), text)
            assert box.value() == meant or "024" in text, (locale.name(), text)


@pytest.mark.parametrize("text", ["1.5", "abc", "100000", "-3"])
def test_a_step_from_what_is_no_number_starts_at_the_old_value(qtbot, text):
    box = NumberBox(1, 8192)
    qtbot.addWidget(box)
    box.setValue(64)
    box.selectAll()
    qtbot.keyClicks(box, text)
    assert box.text() == text
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert box.value() == 65


def test_a_step_starts_at_what_is_typed(qtbot):
    box = NumberBox(1, 8192)
    qtbot.addWidget(box)
    box.setValue(64)
    box.selectAll()
    qtbot.keyClicks(box, "96")
    qtbot.keyClick(box, Qt.Key.Key_Up)
    assert box.value() == 97


@pytest.mark.parametrize("name", [each.name for each in fields_of(Recipe).values() if each.kind is float])
def test_every_decimal_field_takes_the_number_meant_or_keeps_its_own(qtbot, name):
    for locale in LOCALES[::10]:
        QLocale.setDefault(locale)
        real = Real(fields_of(Recipe)[name])
        qtbot.addWidget(real)
        own = getattr(Recipe(), name)
        for text, meant in (("0.001", 0.001), ("0,001", 0.001), ("5e-4", 0.0005), ("0.999", 0.999), ("x", own)):
            real.show_value(own)
            reported: list[float] = []
            real.edited.connect(reported.append)
            real.box.selectAll()
            qtbot.keyClicks(real.box, text)
            qtbot.keyClick(real.box, Qt.Key.Key_Return)
            allowed = text != "x" and real.allows(meant)
            assert reported == ([meant] if allowed else []), (locale.name(), text)
            assert typed_number(real.box.text()) == (meant if allowed else own), (locale.name(), text)
            real.edited.disconnect(reported.append)
