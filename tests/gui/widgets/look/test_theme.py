import sys
from itertools import combinations
from math import dist
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPalette
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTreeView,
    QWidget,
)

from explorer.gui.design.problems import ProblemLine
from explorer.gui.design.table import _table_colours
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import palest
from explorer.resources import resource
from tests.clicks import run_button


def rgb(colour: str) -> tuple[float, float, float]:
    return QColor(colour).getRgbF()[:3]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = rgb(colour)
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


# Machado, Oliveira and Fernandes 2009: what is left of linear RGB where one kind of cone is missing
BLINDNESS = {
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}


def lab(colour: str, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """CIE L*a*b* of what someone with this blindness sees."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb(colour)]
    red, green, blue = (min(1.0, max(0.0, sum(a * b for a, b in zip(row, parts, strict=True)))) for row in matrix)
    whole = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in whole)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("blindness", BLINDNESS)
@pytest.mark.parametrize("hues", [theme.PROJECTOR.stages, theme.PROJECTOR.runs])
def test_on_a_projector_no_two_hues_look_alike_to_anyone(hues, blindness):
    seen = [lab(hue, BLINDNESS[blindness]) for hue in hues]
    assert min(dist(one, other) for one, other in combinations(seen, 2)) >= 15


@pytest.mark.parametrize("chosen", theme.PALETTES.values(), ids=theme.PALETTES)
def test_words_can_be_read_in_every_palette(qapp, chosen):
    for ground in (chosen.window, chosen.surface, chosen.raised):
        for ink in (chosen.text, chosen.quiet, chosen.warning, chosen.bad, chosen.accent):
            assert contrast(ink, ground) >= 4.5, (ink, ground)
    assert contrast(chosen.on_accent, chosen.accent) >= 4.5  # of a selected row and of Start
    assert contrast(chosen.surface, chosen.text) >= 4.5  # of Start under the pointer
    theme.apply_theme(next(name for name, each in theme.PALETTES.items() if each is chosen))
    try:
        for name, colour in _table_colours(chosen).items():
            ground = chosen.accent if name == "chosen" else chosen.surface
            assert contrast(colour.name(), ground) >= 4.5, name
    finally:
        theme.apply_theme("light")


@pytest.mark.parametrize("chosen", theme.PALETTES.values(), ids=theme.PALETTES)
def test_what_carries_meaning_is_seen_in_every_palette(chosen):
    """Borders, sliders, marks and stages on all grounds; slabs, bars and curves on that of pictures."""
    for ground in (chosen.window, chosen.surface, chosen.raised):
        for colour in (chosen.border, chosen.quiet, chosen.accent, chosen.disabled, *chosen.stages):
            assert contrast(colour, ground) >= 3, (colour, ground)
    for colour in (chosen.neutral, *chosen.runs):
        assert contrast(colour, chosen.surface) >= 3, colour
    for colour in (*chosen.runs, chosen.quiet):  # earlier runs, and the edges of the published band
        pale = palest(colour, chosen.surface).name()
        assert 3 <= contrast(pale, chosen.surface) <= contrast(colour, chosen.surface)


@pytest.mark.parametrize("chosen", theme.PALETTES.values(), ids=theme.PALETTES)
def test_a_box_has_a_border_that_is_seen(qtbot, chosen):
    theme.apply_theme(next(name for name, each in theme.PALETTES.items() if each is chosen))
    try:
        for made in (QLineEdit, QSpinBox, QComboBox, QPushButton, QPlainTextEdit, QTreeView):
            around = QWidget()
            qtbot.addWidget(around)
            box = made(around)
            box.setGeometry(10, 10, 80, 40)
            image = around.grab().toImage()
            column = [image.pixelColor(50, y).name() for y in range(5, 30)]
            assert max(contrast(colour, chosen.window) for colour in column) >= 3, made
    finally:
        theme.apply_theme("light")


def test_what_a_projector_shows_is_black_on_white():
    chosen = theme.PROJECTOR
    assert contrast(chosen.text, chosen.window) == 21
    for ink in (chosen.quiet, chosen.warning, chosen.bad, chosen.accent):
        assert contrast(ink, chosen.window) >= 6.5
    for colour in (*chosen.stages, *chosen.runs):
        assert contrast(colour, chosen.surface) >= 3, colour


def ticked_box(folder: Path, monkeypatch) -> QImage:
    """What a ticked box looks like if the program's icons are in `folder`."""
    monkeypatch.setattr(theme, "resource", lambda *parts: folder.joinpath(*parts))
    theme.apply_theme("light")
    box = QCheckBox()
    theme.apply_style(box, "check")
    box.setChecked(True)
    box.resize(24, 24)
    return box.grab().toImage()


UNUSUAL = "'\"()[]{}\\ %#;:,*?!&<>|$@=+~`^\t\néüñß"
IN_NAMES = "".join(each for each in map(chr, range(0x250)) if each.isprintable() and each != "/")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not allow such names")
def test_a_ticked_box_looks_the_same_wherever_the_program_is(qapp, qtlog, tmp_path, monkeypatch):
    usual = ticked_box(resource(), monkeypatch)
    names = [*UNUSUAL, *(IN_NAMES[first : first + 100] for first in range(0, len(IN_NAMES), 100))]
    for name in names:
        folder = tmp_path / f"a{name}z"
        folder.mkdir()
        (folder / "icons").symlink_to(resource("icons"))
        assert ticked_box(folder, monkeypatch) == usual, name
    with qtlog.disabled():
        assert ticked_box(tmp_path / "nowhere", monkeypatch) != usual
    monkeypatch.undo()
    theme.apply_theme("light")


def ink_of(button: QAbstractButton) -> int:
    """How light the opaque part of an icon is."""
    image = button.icon().pixmap(24, 24).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max((pixel.lightness() for pixel in pixels if pixel.alpha() > 200), default=0)


def test_a_change_of_palette_reaches_icons_and_plots(session, qtbot):
    window = session.window
    try:
        window.orders.theme_chosen.emit("dark")
        assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(theme.DARK.window)
        assert ink_of(run_button(session, "stop")) > 150
        assert ink_of(window.editor.editors[0].remove) > 150
    finally:
        window.orders.theme_chosen.emit("light")
    assert ink_of(run_button(session, "stop")) < 100
    assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(theme.LIGHT.window)


def test_a_change_of_palette_reaches_what_is_painted_and_what_is_wrong(session, qtbot):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    line = session.window.editor.editors[2].problems.findChild(ProblemLine)
    try:
        for name in ("dark", "light"):
            session.window.orders.theme_chosen.emit(name)
            chosen = theme.PALETTES[name]
            inks = {chosen.bad, chosen.text, chosen.quiet}
            qtbot.waitUntil(lambda inks=inks: {word.colour for word in session.window.diagram.words} == inks)
            assert line.words.palette().color(QPalette.ColorRole.WindowText) == QColor(chosen.bad)
    finally:
        session.window.orders.theme_chosen.emit("light")


@pytest.mark.parametrize(("chosen", "then"), [("system", "dark"), ("light", "light")])
def test_the_window_follows_the_system_if_it_shall(session, monkeypatch, chosen, then):
    hints = QGuiApplication.styleHints()
    try:
        session.window.orders.theme_chosen.emit(chosen)
        monkeypatch.setattr(theme, "system_is_dark", lambda: True)
        hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
        assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(theme.PALETTES[then].window)
        assert ink_of(run_button(session, "stop")) > 150 or then == "light"
    finally:
        monkeypatch.undo()
        session.window.orders.theme_chosen.emit("light")
