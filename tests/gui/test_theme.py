from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QAbstractButton, QApplication

from explorer.gui import theme


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    parts = QColor(colour).getRgbF()[:3]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_words_can_be_read_in_both_palettes():
    for chosen in (theme.LIGHT, theme.DARK):
        for ground in (chosen.window, chosen.surface):
            for ink in (chosen.text, chosen.quiet, chosen.warning, chosen.bad):
                assert contrast(ink, ground) >= 4.5, (ink, ground)
        assert contrast(chosen.on_accent, chosen.accent) >= 4.5
        for colour in (*chosen.stages, *chosen.runs):
            assert contrast(colour, chosen.surface) >= 2.5, colour


def ink_of(button: QAbstractButton) -> int:
    """How light the opaque part of an icon is."""
    image = button.icon().pixmap(24, 24).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max((pixel.lightness() for pixel in pixels if pixel.alpha() > 200), default=0)


def test_a_change_of_palette_reaches_icons_and_plots(session, qtbot):
    window = session.window
    try:
        window.use_theme("dark")
        assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(theme.DARK.window)
        assert ink_of(window.training.stop) > 150
        assert ink_of(window.editor.editors[0].remove) > 150
    finally:
        window.use_theme("light")
    assert ink_of(window.training.stop) < 100
    assert QApplication.palette().color(QPalette.ColorRole.Window) == QColor(theme.LIGHT.window)
