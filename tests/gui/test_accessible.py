"""The window for whoever sees little, has no mouse or an unsteady hand: names, words, focus, targets, keys."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QSlider,
    QTabBar,
    QWidget,
)

from explorer.gui.experiments.feature_map_panel import FeatureMapPanel
from explorer.gui.lessons.lesson_file import TOUR
from explorer.gui.main_window.pages import PAGES
from explorer.gui.session import Session
from explorer.gui.training.lr_dialog import LrDialog
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import SEEN, contrast
from explorer.gui.widgets.look.focus_frame import FocusFrame
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text import spoken
from explorer.gui.workers.curves import Curves
from explorer.runs.events import Epoch, Gradients, Step
from tests.clicks import curves, show_block
from tests.events import settle
from tests.gui.made_lines import made_line

CLICKED = (QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QSlider, QHeaderView, QTabBar)
PARTS = ("stem", "layer1.0", "head")


def run() -> Curves:
    steps = [Step(number, 1, 1 / number, 0.0, 1.0, 1, 0.5, 0.1, 100.0) for number in range(1, 11)]
    return Curves([*steps, Epoch(1, 10, 0.2, 0.5, 0.25, 0.75, 1.0), Gradients(10, PARTS, (0.1, 0.2, 0.3))])


def show_plots(session: Session) -> None:
    """Plots of one run, whatever the folder of runs has."""
    curves(session).show_lines([made_line(run(), steps=10)])
    session.workspace.run_history.progressed.emit()
    curves(session).redraw()
    settle()


def show_all(session: Session) -> None:
    """As much of the window as can be seen at a time."""
    window = session.window
    window.resize(1440, 1400)
    window.editor.form.more.setChecked(True)
    window.training.form.more.setChecked(True)
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    show_block(session, "layer2.0").alone.setChecked(True)
    window.orders.show_maps.setChecked(True)
    window.tutor.teach(TOUR)
    settle()


def focusable(window: QWidget) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        is_inner = isinstance(widget.parentWidget(), QAbstractSpinBox | QComboBox)
        can_have = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy()
        if widget.isVisible() and can_have and not is_inner:
            yield widget


def name_of(widget: QWidget) -> str:
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_whatever_has_the_focus_has_a_name(session):
    show_all(session)
    found = {type(widget).__name__: widget for widget in focusable(session.window)}
    assert {"Diagram", "NumberBox", "FeatureMapStrip"} <= set(found)
    assert [type(each) for each in focusable(session.window) if not name_of(each)] == []
    sides = [box.accessibleName() for box in session.window.editor.form.controls["input"].boxes]
    assert sides == ["Input: channels", "Input: height", "Input: width"]
    show_plots(session)
    assert {"CurvePlot", "DepthBars"} <= {type(each).__name__ for each in focusable(session.window)}
    for name in PAGES:
        session.window.pages.show_page(name)
        assert [type(each) for each in focusable(session.window) if not name_of(each)] == []


def test_every_page_of_every_lesson_names_what_it_shows(session):
    tutor = session.window.tutor
    for name, lesson in tutor.lessons().items():
        tutor.teach(name)
        for number in range(len(lesson.pages)):
            tutor.go(number)
            assert [type(each) for each in focusable(tutor.card) if not name_of(each)] == [], (name, number)


def test_a_dialog_names_what_it_shows(session, qtbot):
    dialog = LrDialog(session.pool, session.document.design, session.workspace.choice.recipe, print, session.window)
    dialog.show()
    settle()
    assert list(focusable(dialog))
    assert [type(each) for each in focusable(dialog) if not name_of(each)] == []
    dialog.close()


def small(window: QWidget) -> list[str]:
    return [
        f"{type(each).__name__} {name_of(each)}: {each.width()}×{each.height()}"
        for each in window.findChildren(QWidget)
        if isinstance(each, CLICKED)
        and each.isVisible()
        and not isinstance(each, QScrollBar)
        and not isinstance(each.parentWidget(), QAbstractSpinBox | QComboBox | QScrollBar)
        and min(each.width(), each.height()) < TARGET
    ]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_target_is_small(session, language):
    try:
        session.window.orders.language_chosen.emit(language)
        show_all(session)
        assert small(session.window) == []
        session.document.pin(session.document.plan)
        show_plots(session)
        for name in PAGES:
            session.window.pages.show_page(name)
            settle()
            assert small(session.window) == []
        bar = session.window.menuBar()
        assert all(bar.actionGeometry(each).height() >= TARGET for each in bar.actions())
    finally:
        session.window.orders.language_chosen.emit("en")


def test_the_handle_of_a_slider_is_no_small_target(session, qtbot):
    slider = session.window.editor.editors[0].sliders["width"]
    settle()
    place = TARGET / 2 + (slider.width() - TARGET) * slider.value() / slider.maximum()
    for away in (-TARGET // 2 + 2, TARGET // 2 - 2):  # where the handle is missed, a click moves it
        before = slider.value()
        qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(place) + away, slider.height() // 2))
        assert slider.value() == before


def changed(before: QImage, after: QImage) -> int:
    """How many pixels are as different as the parts of a picture that carry meaning must be."""
    return sum(
        contrast(before.pixelColor(x, y), after.pixelColor(x, y)) >= SEEN
        for x in range(before.width())
        for y in range(before.height())
        if before.pixel(x, y) != after.pixel(x, y)
    )


def around(widget: QWidget) -> QImage:
    window, room = widget.window(), widget.rect().adjusted(-6, -6, 6, 6)
    return window.grab(room.translated(widget.mapTo(window, QPoint()))).toImage()


@pytest.mark.parametrize("palette", theme.PALETTES)
def test_the_focus_is_seen_on_every_kind_of_control(session, qtbot, palette):
    window = session.window
    try:
        window.orders.theme_chosen.emit(palette)
        settle()
        window.resize(1440, 1000)
        window.training.form.more.setChecked(True)
        show_plots(session)
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        editor, plots = window.editor, curves(session)
        kinds = (
            *(editor.form.controls["input"].boxes[0], editor.form.controls["stem"].box),
            *(editor.editors[0].sliders["blocks"], editor.editors[0].remove, window.training.form.more),
            *(window.training.start, window.training.start_arrow, window.training.form.controls["lr"].box),
            *(plots.logarithmic, plots.loss, plots.gradients, window.diagram, window.table),
        )
        for widget in kinds:
            if widget is window.table:
                window.pages.show_layers()
            (editor.add if widget is not editor.add else window.diagram).setFocus(Qt.FocusReason.TabFocusReason)
            settle()
            before = around(widget)
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            settle()
            # two lines of its width at least, of a frame that is two pixels strong
            assert changed(before, around(widget)) >= 2 * min(widget.width(), 60), widget
    finally:
        window.orders.theme_chosen.emit("light")


def test_after_a_click_the_focus_is_seen_once_a_key_is_pressed(session, qtbot, monkeypatch):
    window = session.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    frame = window.findChild(FocusFrame)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    window.diagram.setFocus(Qt.FocusReason.MouseFocusReason)
    settle()
    assert not frame.isVisible()
    qtbot.keyClick(window.diagram, Qt.Key.Key_Right)
    settle()
    assert frame.isVisible()


def test_a_window_in_which_nothing_has_the_focus_has_no_frame(session, qtbot):
    window = session.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    frame = window.findChild(FocusFrame)
    window.table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(frame.isVisible)
    window.setFocus()
    qtbot.waitUntil(lambda: not frame.isVisible())


@pytest.mark.parametrize("palette", theme.PALETTES)
def test_a_selected_slab_is_seen(session, palette):
    diagram = session.window.diagram
    try:
        session.window.orders.theme_chosen.emit(palette)
        settle()
        before = diagram.grab().toImage()
        session.document.select("layer2.0")
        settle()
        (slab,) = (each for each in diagram.slabs if each.chosen)
        assert changed(before, diagram.grab().toImage()) >= slab.box.height() + slab.box.width()
    finally:
        session.window.orders.theme_chosen.emit("light")


def test_tab_goes_through_the_window_and_comes_back(session, qtbot):
    window = session.window
    show_all(session)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    assert {"Diagram", "SourceView", "QTextBrowser", "FeatureMapStrip"} <= kinds_by_tab(window, qtbot)
    show_plots(session)
    assert {"CurvePlot", "DepthBars"} <= kinds_by_tab(window, qtbot)


def kinds_by_tab(window, qtbot) -> set[str]:
    """The kinds of controls that Tab reaches before it comes back, which are all that can have the focus."""
    first = window.editor.form.controls["classes"].box
    first.setFocus()
    seen = []
    while (now := QApplication.focusWidget()) not in seen:
        seen.append(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    assert now is first
    missed = [each for each in focusable(window) if each not in seen and each.isEnabled()]
    assert [each for each in missed if not isinstance(each, QRadioButton)] == []  # arrow keys go between those
    return {type(widget).__name__ for widget in seen}


# What a screen reader says


@pytest.fixture
def said(monkeypatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(spoken, "QAccessibleAnnouncementEvent", lambda widget, words: words)
    monkeypatch.setattr(spoken.QAccessible, "updateAccessibility", found.append)
    return found


def test_the_diagram_says_what_is_selected(session, qtbot, said):
    diagram = session.window.diagram
    assert diagram.accessibleDescription().startswith("input 1×96×96, stem 64×24×24, layer1 64×24×24")
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    diagram.setFocus()
    session.document.select("layer2")
    words = "layer2  ×2, basic: 128×12×12, 525,952 parameters, 4.7 % of the network"
    assert diagram.accessibleDescription() == words
    assert said[-1] == words
    session.document.propose(session.document.design.with_stage(1, width=256), "")
    assert "256×12×12" in said[-1]


def test_a_curve_is_read_zoomed_and_moved_with_keys(session, qtbot, said):
    show_plots(session)
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    plots = curves(session)
    plot = plots.loss
    plot.setFocus()
    view = plot.plot.getPlotItem().vb
    for key, words in (
        (Qt.Key.Key_Left, "a run · epoch 1.00 · loss 0.100 · validation 75.0 % (loss 0.250)"),
        (Qt.Key.Key_Left, "a run · epoch 0.90 · loss 0.111 · training 50.0 %"),
        (Qt.Key.Key_Right, "a run · epoch 1.00 · loss 0.100 · validation 75.0 % (loss 0.250)"),
    ):
        qtbot.keyClick(plot, key)
        assert said[-1] == plot.accessibleDescription() == words
    whole = view.viewRange()[0]
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    near = view.viewRange()[0]
    assert near[1] - near[0] < 0.8 * (whole[1] - whole[0])
    qtbot.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.viewRange()[0][0] < near[0]
    qtbot.keyClick(plot, Qt.Key.Key_Minus)
    low, _ = view.viewRange()[1]
    qtbot.keyClick(plot, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert view.viewRange()[1][0] > low
    assert session.workspace.plot_view.ranges
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert view.viewRange()[0] == pytest.approx(whole)
    assert not session.workspace.plot_view.ranges
    session.window.diagram.setFocus()
    assert plot.accessibleDescription().startswith("Loss from 1.000 to 0.100")
    assert plots.reading.isHidden()


def test_gradients_are_read_with_keys(session, qtbot, said):
    session.window.resize(1440, 1200)
    show_plots(session)
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    bars = curves(session).gradients
    bars.setFocus()
    for key, words in (
        (Qt.Key.Key_Right, "stem: ● 0.1, at the start 0.1"),
        (Qt.Key.Key_Right, "layer1.0: ● 0.2, at the start 0.2"),
    ):
        qtbot.keyClick(bars, key)
        assert said[-1] == words


def test_the_cross_hair_goes_with_the_pointer(session, qtbot):
    show_plots(session)
    plots = curves(session)
    plots.loss.pointed.emit(0.5)
    assert plots.reading.isVisible()
    assert plots.reading.text().endswith("> a run · epoch 0.50 · loss 0.200 · training 50.0 %")
    hairs = (plots.loss._hair, plots.accuracy._hair)
    assert all(each.isVisible() for each in hairs)
    plots.loss.plot.left.emit()
    assert plots.reading.isHidden()
    assert not any(each.isVisible() for each in hairs)


def test_enter_presses_next_wherever_the_focus_is_in_the_card(session, qtbot):
    session.window.tutor.teach(TOUR)
    card = session.window.tutor.card
    for widget, page in ((card.next, "2/"), (card.text, "3/")):
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Return)
        assert card.count.text().startswith(page)


def test_enter_presses_every_button_with_words(session):
    show_all(session)
    assert all(each.autoDefault() for each in session.window.findChildren(QPushButton))


def test_an_image_is_opened_with_keys(session, qtbot, monkeypatch, tmp_path):
    session.window.orders.show_maps.setChecked(True)
    panel = session.window.findChild(FeatureMapPanel)
    monkeypatch.setattr(
        "explorer.gui.experiments.feature_map_panel.QFileDialog.getOpenFileName",
        lambda *_: (str(tmp_path / "a.png"), ""),
    )
    qtbot.keyClick(panel.findChild(QPushButton, "open image"), Qt.Key.Key_Return)
    assert session.workspace.feature_maps.file == tmp_path / "a.png"
