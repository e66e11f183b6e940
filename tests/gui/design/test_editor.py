import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionSlider

from explorer.architecture.presets import preset
from explorer.gui.design.problems import ProblemLine
from explorer.gui.design.stage_edits import SCALES


def handle_of(slider) -> QPoint:
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    part = QStyle.SubControl.SC_SliderHandle
    return slider.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, part, slider).center()


def test_dragging_a_depth_slider_is_one_step(session, qtbot):
    document, slider = session.document, session.window.editor.editors[2].sliders["blocks"]
    start = handle_of(slider)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for offset in range(4, 64, 4):
        qtbot.mouseMove(slider, start + QPoint(offset, 0))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 0))
    assert document.design.stages[2].blocks > 2
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText().startswith("Stage 3: Blocks")
    document.undo_stack.undo()
    assert document.design == preset("d2l-resnet18")


def test_a_key_on_the_width_slider_goes_to_the_next_width_of_the_scale(session, qtbot):
    slider = session.window.editor.editors[0].sliders["width"]
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert session.document.design.stages[0].width == 80


@pytest.mark.parametrize("width", [1, 63, 100, 5000, 8192])
def test_a_width_off_the_scale_is_kept(session, width):
    """The slider stands near; it must not pull the design to its own place."""
    document = session.document
    document.propose(document.design.with_stage(0, width=width), "")
    assert document.design.stages[0].width == width
    assert session.window.editor.editors[0].boxes["width"].value() == width
    assert document.undo_stack.count() == 1


def test_scales_cover_the_bounds():
    assert (SCALES["blocks"][0], SCALES["blocks"][-1]) == (0, 512)
    assert (SCALES["width"][0], SCALES["width"][-1]) == (1, 8192)
    assert all(list(scale) == sorted(set(scale)) for scale in SCALES.values())


def test_stages_come_and_go(session, qtbot):
    document, editor = session.document, session.window.editor
    qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    assert document.design.stages[-1].width == 1024
    assert len(editor.editors) == 5
    qtbot.mouseClick(editor.editors[0].remove, Qt.MouseButton.LeftButton)
    assert [stage.width for stage in document.design.stages] == [128, 256, 512, 1024]
    for _ in range(4):
        qtbot.mouseClick(editor.add, Qt.MouseButton.LeftButton)
    assert len(document.design.stages) == 8
    assert not editor.add.isEnabled()
    assert [stage.width for stage in document.design.stages][-2:] == [8192, 8192]


def test_the_last_stage_stays(session):
    session.document.propose(session.document.design.change(stages=session.document.design.stages[:1]), "")
    assert not session.window.editor.editors[0].remove.isEnabled()


def test_a_problem_stands_at_its_stage_and_repair_mends_it(session, qtbot):
    document, editor = session.document, session.window.editor
    document.propose(document.design.change(shortcut="pad").with_stage(2, width=32), "")
    line = editor.editors[2].findChild(ProblemLine)
    assert line.isVisible()
    assert not session.window.training.start.isEnabled()
    qtbot.mouseClick(line.findChild(QPushButton), Qt.MouseButton.LeftButton)
    assert document.problems == ()
    assert document.design.shortcut == "projection"
    assert session.window.training.start.isEnabled()
    document.undo_stack.undo()
    assert document.design.shortcut == "pad"


def test_a_problem_behind_more_opens_it(session):
    session.document.propose(session.document.design.change(groups=32), "")
    editor = session.window.editor
    assert editor.form.more.isChecked()
    assert editor.problems.isVisible()


def test_clicking_a_stage_selects_it_everywhere(session, qtbot):
    window = session.window
    qtbot.mouseClick(window.editor.editors[1].heading, Qt.MouseButton.LeftButton)
    assert session.document.selection == "layer2"
    assert window.table.layers.node(window.table.currentIndex()).path == "layer2"
    assert window.totals.share.startswith("layer2: 526.0 k params, 4.7 %")
