"""Colours, spacing and icons: three complete palettes of our own on the Fusion style.

Qt's colour scheme has no effect on plain X11, so each palette sets every role. Stages have five muted hues, the same in
diagram, table and editor; runs have eight, the same in plots and list.
"""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QByteArray, QDir, QSettings, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QToolTip, QWidget

from explorer.gui.widgets.look.style import TARGET, Style
from explorer.resources import resource

RHYTHM = 8  # pixels, the unit of all margins and spacings
_FUSION_DARKER = 140  # per cent: how much darker than Window Fusion draws a border


@dataclass(frozen=True, slots=True)
class Colours:
    """One palette: the colour of each purpose as #rrggbb, and the hues of stages and runs."""

    window: str
    surface: str
    raised: str
    line: str
    border: str
    text: str
    quiet: str
    disabled: str
    accent: str
    on_accent: str
    warning: str
    bad: str
    neutral: str
    stages: tuple[str, ...]
    runs: tuple[str, ...]


LIGHT = Colours(
    window="#f4f5f7",
    surface="#ffffff",
    raised="#e9ebef",
    line="#d4d8de",
    border="#78818d",
    text="#1d2229",
    quiet="#5b6470",
    disabled="#7d8692",
    accent="#2766c9",
    on_accent="#ffffff",
    warning="#8f5b00",
    bad="#b3261e",
    neutral="#838c98",
    stages=("#4f84c8", "#3a9080", "#a67720", "#c2695c", "#8a72c2"),
    runs=("#2460c0", "#ac4a05", "#1c754a", "#96307f", "#786000", "#0a7083", "#b32d37", "#6049c0"),
)
DARK = Colours(
    window="#1b1e23",
    surface="#22262c",
    raised="#2e333b",
    line="#3b424c",
    border="#7c8693",
    text="#e7eaee",
    quiet="#a3acb8",
    disabled="#7c8693",
    accent="#6ba1ff",
    on_accent="#0d1521",
    warning="#e5b45a",
    bad="#f2857d",
    neutral="#76808d",
    stages=("#6f9fdc", "#5cb5a5", "#d6a94f", "#d5857a", "#a08bd6"),
    runs=("#6ba1ff", "#f0964b", "#63c592", "#d983c8", "#d1b54a", "#4fbfd1", "#f07f86", "#a595f2"),
)
# For a projector and for colour-blind users: black on white, with hues that differ in lightness too and can be told
# apart under protanopia, deuteranopia and tritanopia (a test simulates them).
PROJECTOR = Colours(
    window="#ffffff",
    surface="#ffffff",
    raised="#e6e6e6",
    line="#8c8c8c",
    border="#6a6a6a",
    text="#000000",
    quiet="#3d3d3d",
    disabled="#6a6a6a",
    accent="#0b57b0",
    on_accent="#ffffff",
    warning="#6b4300",
    bad="#9c0f06",
    neutral="#767676",
    stages=("#0b66c3", "#c65a00", "#00866b", "#7a1f5c", "#2b2b2b"),
    runs=("#1010c8", "#c87010", "#40a070", "#701070", "#a01010", "#404040", "#c810c8", "#a070a0"),
)
PALETTES = {"light": LIGHT, "dark": DARK, "projector": PROJECTOR}
RUN_COLOURS = min(len(each.runs) for each in PALETTES.values())
_THEMES = ("system", *PALETTES)


def system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


@lru_cache(maxsize=1)
def colours() -> Colours:
    """Return the palette in use."""
    app = QApplication.instance()
    return PALETTES[app.property("palette_name")] if app and app.property("palette_name") else LIGHT


def stage_colour(number: int) -> QColor:
    """Return the hue of stage `number`, from 1; 0 stands for stem and head, which are grey."""
    chosen = colours()
    return QColor(chosen.stages[(number - 1) % len(chosen.stages)] if number else chosen.neutral)


def run_colour(number: int) -> QColor:
    chosen = colours().runs
    return QColor(chosen[number % len(chosen)])


def palette(chosen: Colours) -> QPalette:
    """Return Qt's palette with every role set from `chosen`."""
    role = QPalette.ColorRole
    roles = {
        role.Window: chosen.window,
        role.WindowText: chosen.text,
        role.Base: chosen.surface,
        role.AlternateBase: chosen.window,
        role.ToolTipBase: chosen.raised,
        role.ToolTipText: chosen.text,
        role.PlaceholderText: chosen.quiet,
        role.Text: chosen.text,
        role.Button: chosen.raised,
        role.ButtonText: chosen.text,
        role.BrightText: chosen.bad,
        role.Light: chosen.surface,
        role.Midlight: chosen.raised,
        role.Mid: chosen.line,
        role.Dark: chosen.line,
        role.Shadow: chosen.line,
        role.Highlight: chosen.accent,
        role.HighlightedText: chosen.on_accent,
        role.Accent: chosen.accent,
        role.Link: chosen.accent,
        role.LinkVisited: chosen.accent,
    }
    made = QPalette()
    for name, colour in roles.items():
        made.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.PlaceholderText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(chosen.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(chosen.line))
    return made


_BORDERED = ("QAbstractSpinBox", "QComboBox", "QLineEdit", "QPushButton", "QTreeView", "QPlainTextEdit", "QScrollBar")


def _bordered(chosen: Colours) -> QPalette:
    """Return the palette of widgets with a border: Fusion draws it darker than Window, a colour that they do not fill.

    Darker than the window itself it would hardly be seen, and not at all in a dark one.
    """
    made = palette(chosen)
    made.setColor(QPalette.ColorRole.Window, QColor(chosen.border).lighter(_FUSION_DARKER))
    return made


# Style sheets of single widgets, where the palette does not suffice: one for the whole application slows every paint.
_STYLES = {
    "primary": """
QPushButton {{ background: {accent}; color: {on_accent}; border: none; border-radius: 4px; padding: 7px 4px;
  font-weight: 600; }}
QPushButton:hover {{ background: {text}; color: {surface}; }}
QPushButton:disabled {{ background: {raised}; color: {disabled}; }}
""",
    "plain": "",
    "radio": """
QRadioButton {{ padding: 5px 0; }}
QRadioButton::indicator {{ width: 10px; height: 10px; border: 1px solid {quiet}; border-radius: 6px;
  background: {surface}; }}
QRadioButton::indicator:checked {{ width: 4px; height: 4px; border: 4px solid {accent}; background: {on_accent}; }}
""",
    "check": """
QCheckBox {{ padding: 5px 0; min-width: {target}px; }}
QCheckBox::indicator {{ width: 12px; height: 12px; border: 1px solid {quiet}; border-radius: 3px;
  background: {surface}; }}
QCheckBox::indicator:checked {{ border-color: {accent}; background: {accent}; image: url("icons:{tick}"); }}
""",
    "progress": """
QProgressBar {{ border: none; background: {raised}; border-radius: 3px; max-height: 6px; min-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
""",
    "slider": """
QSlider {{ min-height: {target}px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {border}; }}
QSlider::sub-page:horizontal {{ border-radius: 2px; background: {accent}; }}
QSlider::handle:horizontal {{ width: {target}px; margin: -10px 0; border: none;
  background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
  stop: 0.62 {accent}, stop: 0.72 transparent); }}
""",
    "header": """
QHeaderView::section {{ background: {surface}; color: {quiet}; border: none; border-bottom: 1px solid {line};
  padding: 4px 6px; }}
""",
    "columns": """
QHeaderView {{ background: {surface}; }}
QHeaderView::section:vertical {{ background: {surface}; color: {quiet}; border: none; padding: 0 8px; }}
QTableCornerButton::section {{ background: {surface}; border: none; border-bottom: 1px solid {line}; }}
""",
    "tools": """
QToolBar {{ border: none; border-bottom: 1px solid {line}; spacing: 4px; padding: 0 6px; }}
QToolBar QToolButton[popupMode="2"] {{ padding: 4px 14px 4px 4px; }}
QToolBar QToolButton::menu-indicator {{ subcontrol-position: right center; }}
""",
}
NAMED = ("surface", "raised", "line", "border", "text", "quiet", "disabled", "accent", "on_accent")


def apply_theme(theme: str) -> None:
    """Set the palette and the style of the application; `theme` is `system` or the name of a palette."""
    name = ("dark" if system_is_dark() else "light") if theme == "system" else theme
    chosen = PALETTES[name]
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setProperty("palette_name", name)
    for cached in (colours, icon, _style_text):  # before Qt tells the widgets, which read these values
        cached.cache_clear()
    QDir.setSearchPaths("icons", [str(resource("icons"))])  # a path in a style sheet would have to be escaped
    if not isinstance(QApplication.style(), Style):
        QApplication.setStyle(Style("Fusion"))
    QApplication.setPalette(palette(chosen))
    bordered = _bordered(chosen)
    for kind in _BORDERED:
        QApplication.setPalette(bordered, kind)  # type: ignore[arg-type]  # PySide's stub wants bytes
    QToolTip.setPalette(palette(chosen))


@lru_cache
def _style_text(style: str) -> str:
    chosen = colours()
    tick = "tick-dark.svg" if chosen is DARK else "tick-light.svg"
    return _STYLES[style].format(tick=tick, target=TARGET, **{name: getattr(chosen, name) for name in NAMED})


def apply_style(widget: QWidget, name: str) -> None:
    """Set the style called `name` on `widget`; `restyle` sets it again when the palette changes."""
    if widget.property("style_name") != name:  # setting a style sheet is expensive even if nothing changes
        widget.setProperty("style_name", name)
        widget.setStyleSheet(_style_text(name))


def make_secondary(label: QWidget) -> None:
    """Show a label of secondary importance in a paler colour."""
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)


def make_heading(label: QWidget) -> None:
    """Show a label as a heading, in a heavier font."""
    font = label.font()
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)


def saved_theme() -> str:
    theme = str(QSettings().value("theme", "system"))
    return theme if theme in _THEMES else "system"


@lru_cache(maxsize=64)
def icon(name: str, colour: str = "") -> QIcon:
    """Return a Lucide icon in `colour`, or in that of the text, and paler while disabled."""
    from PySide6.QtSvg import QSvgRenderer  # imported here, as the first paint has no icons

    text = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    made = QIcon()
    for mode, tint in (
        (QIcon.Mode.Normal, colour or colours().text),
        (QIcon.Mode.Disabled, colours().disabled),
    ):
        renderer = QSvgRenderer(QByteArray(text.replace("currentColor", tint).encode()))
        pixmap = QPixmap(48, 48)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        made.addPixmap(pixmap, mode)
    return made


def set_icon(widget: QAction | QAbstractButton, name: str) -> None:
    """Set the icon called `name` on `widget`; `restyle` sets it again when the palette changes."""
    widget.setProperty("icon_name", name)
    widget.setIcon(icon(name))


def restyle(window: QWidget) -> None:
    """Set every icon and every style below `window` again, in the colours of the palette in use."""
    widgets: list[QAction | QAbstractButton] = [*window.findChildren(QAction), *window.findChildren(QAbstractButton)]
    for widget in widgets:
        if name := widget.property("icon_name"):
            widget.setIcon(icon(name))
    for child in window.findChildren(QWidget):
        if name := child.property("style_name"):
            child.setStyleSheet(_style_text(name))


def figures_font(font: QFont) -> QFont:
    """Return `font` with figures of equal width, so that columns of numbers line up."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def enlarged(font: QFont) -> QFont:
    """Return `font` 1.6 times as large, to be read from the last row of a lecture hall."""
    made = QFont(font)
    made.setPointSizeF(1.6 * font.pointSizeF())
    return made


def code_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
