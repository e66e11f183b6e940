"""The handles of the diagram, used as a person uses them: with the pointer, or with keys while it has the focus."""

from itertools import product

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QFont, QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.architecture.design import Stage
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.gui.diagram.diagram import Diagram
from explorer.gui.diagram.handles import DiagramHandles
from explorer.gui.diagram.places import Column
from explorer.gui.session import Session
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import SEEN, contrast
from explorer.gui.widgets.look.style import TARGET
from tests.clicks import type_into
from tests.events import settle

LEFT = Qt.MouseButton.LeftButton


def diagram_of(session: Session) -> Diagram:
    return session.window.diagram


def handles_of(session: Session) -> DiagramHandles:
    return session.window.handles


def column(session: Session, path: str) -> Column:
    return next(each for each in diagram_of(session).columns if each.path == path)


def point_at(session: Session, qtbot, place: QPointF) -> None:
    """Move the pointer to a place of the diagram, from above it; a narrow diagram is scrolled there."""
    viewport = diagram_of(session).viewport()
    diagram_of(session).horizontalScrollBar().setValue(int(place.x()) - viewport.width() // 2)
    to = (place + QPointF(diagram_of(session).start, 0)).toPoint()
    for there in (QPoint(to.x(), 1), to):
        qtbot.mouseMove(viewport, there)
    settle()


def point_at_stage(session: Session, qtbot, number: int) -> DiagramHandles:
    point_at(session, qtbot, column(session, f"layer{number}").slabs.center())
    return handles_of(session)


def press(qtbot, grip: QWidget, *moves: QPoint) -> None:
    """Press the button on a grip and move the pointer along `moves`, from where it was pressed."""
    qtbot.mousePress(grip, LEFT, pos=grip.rect().center())
    start = grip.mapToGlobal(grip.rect().center())
    for move in moves:
        qtbot.mouseMove(grip, grip.mapFromGlobal(start + move))


def drag(qtbot, grip: QWidget, *moves: QPoint) -> None:
    press(qtbot, grip, *moves)
    qtbot.mouseRelease(grip, LEFT)


def blocks(session: Session) -> list[int]:
    return [stage.blocks for stage in session.document.design.stages]


def widths(session: Session) -> list[int]:
    return [stage.width for stage in session.document.design.stages]


def test_plus_and_minus_stand_on_the_stage_under_the_pointer(session, qtbot):
    handles = handles_of(session)
    assert not handles.more.isVisible()
    for number in (1, 4):
        point_at_stage(session, qtbot, number)
        place = column(session, f"layer{number}").box.translated(diagram_of(session).start, 0)
        assert place.left() < handles.fewer.geometry().center().x() < handles.more.x() < place.right() + TARGET
    qtbot.mouseClick(handles.more, LEFT)
    assert blocks(session) == [2, 2, 2, 3]
    assert session.document.undo_stack.undoText() == "Stage 4: Blocks 3"
    point_at(session, qtbot, column(session, "stem").slabs.center())
    assert not handles.more.isVisible()


def test_plus_stays_under_the_pointer_while_it_is_clicked(session, qtbot):
    handles = point_at_stage(session, qtbot, 2)
    place = handles.more.geometry()
    qtbot.mouseMove(handles.more, QPoint(12, 12))
    for _ in range(9):
        qtbot.mouseClick(handles.more, LEFT)
    assert blocks(session) == [2, 11, 2, 2]
    assert handles.more.geometry() == place
    assert handles.strip.present == 11
    assert session.document.undo_stack.count() == 1


def test_clicks_on_two_stages_are_two_steps(session, qtbot):
    for number in (1, 2):
        qtbot.mouseClick(point_at_stage(session, qtbot, number).more, LEFT)
    assert session.document.undo_stack.count() == 2


def test_a_network_keeps_a_block(open_session, qtbot):
    session = open_session(preset("mini").change(stages=(Stage(1, 8), Stage(0, 8))))
    handles = point_at_stage(session, qtbot, 1)
    assert not handles.fewer.isEnabled()
    drag(qtbot, handles.top, QPoint(0, 30), QPoint(0, 90))
    assert blocks(session) == [1, 0]
    diagram_of(session).setFocus()
    session.document.select("layer1")
    qtbot.keyClick(diagram_of(session), Qt.Key.Key_Minus)
    assert blocks(session) == [1, 0]


def test_a_stage_without_blocks_gets_some(open_session, qtbot):
    session = open_session(preset("d2l-resnet18").with_stage(1, blocks=0))
    point_at(session, qtbot, column(session, "layer2").caption.center())
    handles = handles_of(session)
    assert not handles.top.isVisible()
    qtbot.mouseClick(handles.more, LEFT)
    assert blocks(session) == [2, 1, 2, 2]


def test_dragging_the_top_changes_the_blocks_as_one_step(session, qtbot):
    handles = point_at_stage(session, qtbot, 3)
    press(qtbot, handles.top, *(QPoint(0, -offset) for offset in range(4, 34, 2)))
    assert blocks(session) == [2, 2, 6, 2]
    assert handles.drag._words.text() == "6 blocks"
    assert handles.drag._words.isVisible()
    qtbot.mouseRelease(handles.top, LEFT)
    assert not handles.drag._words.isVisible()
    assert session.document.undo_stack.count() == 1
    assert session.document.undo_stack.undoText().startswith("Stage 3: Blocks")
    session.document.undo_stack.undo()
    assert session.document.design == preset("d2l-resnet18")


def test_dragging_the_edge_goes_through_the_widths_of_the_slider(session, qtbot):
    handles = point_at_stage(session, qtbot, 1)
    press(qtbot, handles.edge, QPoint(8, 0), QPoint(16, 0))
    assert widths(session) == [96, 128, 256, 512]
    assert handles.drag._words.text() == "96 channels"
    qtbot.mouseMove(handles.edge, handles.edge.mapFromGlobal(QPoint(0, 0)))
    assert widths(session)[0] == 1
    qtbot.mouseRelease(handles.edge, LEFT)
    assert session.document.undo_stack.count() == 1
    assert session.document.undo_stack.undoText() == "Stage 1: Width 1"


def test_a_drag_back_to_where_it_began_is_no_step(session, qtbot):
    handles = point_at_stage(session, qtbot, 1)
    drag(qtbot, handles.edge, QPoint(16, 0), QPoint(0, 0))
    assert session.document.undo_stack.count() == 0


@pytest.mark.parametrize("grip", ["top", "edge", "caption"])
def test_escape_ends_a_drag_and_takes_it_back(session, qtbot, grip):
    handles = point_at_stage(session, qtbot, 2)
    press(qtbot, getattr(handles, grip), QPoint(40, -40), QPoint(200, -60))
    qtbot.keyClick(diagram_of(session), Qt.Key.Key_Escape)
    qtbot.mouseMove(getattr(handles, grip), QPoint(90, -90))
    qtbot.mouseRelease(getattr(handles, grip), LEFT)
    assert session.document.design == preset("d2l-resnet18")
    assert session.document.undo_stack.count() == 0
    assert not handles.drag._words.isVisible()


def test_an_undo_during_a_drag_leaves_the_window_whole(session, qtbot):
    session.document.propose(session.document.design.with_next_stage(), "")
    handles = point_at_stage(session, qtbot, 5)
    press(qtbot, handles.top, QPoint(0, -30))
    session.document.undo_stack.undo()
    session.document.undo_stack.undo()
    qtbot.mouseMove(handles.top, QPoint(0, -90))
    qtbot.mouseRelease(handles.top, LEFT)
    assert session.document.design == preset("d2l-resnet18")


def test_a_click_on_a_grip_is_one_on_the_diagram(open_session, qtbot):
    session = open_session("resnet34")
    handles = point_at_stage(session, qtbot, 3)
    qtbot.mouseClick(handles.top, LEFT, pos=QPoint(4, handles.top.height() - 3))
    assert session.document.selection == "layer3.0"
    qtbot.mouseClick(handles.caption, LEFT)
    assert session.document.selection == "layer3"
    qtbot.mouseClick(handles.top, LEFT, pos=handles.top.rect().bottomRight() - QPoint(10, 3))
    assert "layer3.5" in diagram_of(session).paths


def test_what_is_typed_counts_before_a_click_and_a_drag(session, qtbot):
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    box = session.window.editor.editors[1].boxes["blocks"]
    type_into(qtbot, box, "7")
    qtbot.mouseClick(point_at_stage(session, qtbot, 2).more, LEFT)
    assert blocks(session) == [2, 8, 2, 2]
    type_into(qtbot, box, "4")
    drag(qtbot, point_at_stage(session, qtbot, 2).top, QPoint(0, -16))
    assert blocks(session) == [2, 6, 2, 2]


# Stages come, go and move


def drop_at(session: Session, qtbot, number: int, place: QPointF) -> None:
    """Drag the caption of a stage to a place of the diagram."""
    caption = point_at_stage(session, qtbot, number).caption
    way = (place + QPointF(diagram_of(session).start, 0)).toPoint() - caption.geometry().center()
    drag(qtbot, caption, way / 2, way)


def test_a_stage_is_dragged_to_another_place(session, qtbot):
    after = column(session, "layer3").box.bottomRight() + QPointF(4, 0)
    drop_at(session, qtbot, 2, after)
    assert widths(session) == [64, 256, 128, 512]
    assert session.document.undo_stack.undoText() == "Move stage 2 after stage 3"
    assert session.document.selection == "layer3"
    drop_at(session, qtbot, 4, column(session, "stem").box.center())
    assert widths(session) == [512, 64, 256, 128]
    assert session.document.undo_stack.undoText() == "Move stage 4 before stage 1"
    assert session.document.undo_stack.count() == 2


def test_a_stage_that_is_dropped_where_it_was_stays(session, qtbot):
    drop_at(session, qtbot, 2, column(session, "layer2").box.center() + QPointF(10, 0))
    assert session.document.undo_stack.count() == 0


def test_a_wide_diagram_scrolls_while_a_stage_is_dragged(open_session, qtbot):
    session = open_session("resnet152")
    session.window.resize(1024, 700)
    settle()
    caption, diagram = point_at_stage(session, qtbot, 1).caption, diagram_of(session)
    diagram.horizontalScrollBar().setValue(0)
    edge = caption.parentWidget().mapToGlobal(QPoint(diagram.viewport().width() - 5, 100))
    qtbot.mousePress(caption, LEFT)
    for _ in range(40):
        qtbot.mouseMove(caption, caption.mapFromGlobal(edge))
    assert caption.cursor().shape() == Qt.CursorShape.ClosedHandCursor
    qtbot.mouseRelease(caption, LEFT)
    assert caption.cursor().shape() == Qt.CursorShape.OpenHandCursor
    assert session.document.undo_stack.undoText() == "Move stage 1 after stage 4"


def test_the_place_of_a_dragged_stage_is_shown(session, qtbot):
    handles = point_at_stage(session, qtbot, 1)
    press(qtbot, handles.caption, QPoint(500, 0))
    line = handles.drag._line
    assert line.isVisible()
    start = diagram_of(session).start
    assert column(session, "layer4").box.right() <= line.geometry().center().x() - start
    assert line.geometry().center().x() - start <= column(session, "head").box.left()
    assert handles.drag._words.text() == "Move stage 1 after stage 4"
    qtbot.mouseRelease(handles.caption, LEFT)
    assert not line.isVisible()


def test_a_stage_is_removed_unless_it_is_the_last_one(session, qtbot):
    for left in ([128, 256, 512], [256, 512], [512]):
        qtbot.mouseClick(point_at_stage(session, qtbot, 1).remove, LEFT)
        assert widths(session) == left
    assert session.document.undo_stack.undoText() == "Remove stage 1"
    assert session.document.undo_stack.count() == 3
    handles = point_at_stage(session, qtbot, 1)
    assert handles.more.isVisible()
    assert not handles.remove.isVisible()


def test_a_stage_is_added_between_two_and_after_the_last_until_there_are_eight(session, qtbot):
    handles, diagram = handles_of(session), diagram_of(session)

    def gap_after(path: str) -> QPointF:
        return QPointF(column(session, path).box.right() + 3, diagram.middle)

    point_at(session, qtbot, gap_after("stem"))
    assert not handles.add.isVisible()
    for path, added in (("layer2", Stage(2, 128)), ("layer5", Stage(2, 1024, 2))):
        point_at(session, qtbot, gap_after(path))
        qtbot.mouseClick(handles.add, LEFT)
        assert added in session.document.design.stages
        assert not handles.add.isVisible()
    assert session.document.undo_stack.undoText() == "Add stage 6"
    assert session.document.selection == "layer6"
    assert session.document.undo_stack.count() == 2
    while session.document.design.can_add_stage:
        session.document.propose(session.document.design.with_stage_after(0), "")
    point_at(session, qtbot, gap_after("layer2"))
    assert not handles.add.isVisible()


def test_a_stage_that_cannot_be_built_can_be_moved_and_removed(session, qtbot):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    point_at(session, qtbot, column(session, "layer3").caption.center())
    handles = handles_of(session)
    assert not handles.strip.isVisible()
    qtbot.mouseClick(handles.remove, LEFT)
    assert widths(session) == [64, 128, 512]
    assert not session.document.plan.obstacles


# The strip of costs


def test_the_strip_says_what_other_numbers_of_blocks_would_cost(session, qtbot):
    handles = point_at_stage(session, qtbot, 2)
    strip = handles.strip
    assert strip.isVisible()
    assert [cell.blocks for cell in strip.cells] == list(range(1, 9))
    assert strip.present == 2
    for cell in strip.cells:
        plan = plan_network(session.document.design.with_stage(1, blocks=cell.blocks))
        assert strip.costs[cell.blocks] == plan.cost
        assert cell.words[1:] == (f"{plan.params / 1e6:.2f}", f"{plan.macs / 1e6:.1f}")
    assert strip.explain(3) == (
        "3 blocks: 11,474,058 parameters, 361,124,864 MACs\n+295,680 parameters, +42,467,328 MACs"
    )
    assert strip.explain(2) == "2 blocks: 11,178,378 parameters, 318,657,536 MACs"


@pytest.mark.parametrize("name", ["d2l-resnet18", "cifar-resnet20", "resnet152"])
def test_nothing_moves_when_the_strip_appears_or_lies_below_it(open_session, qtbot, name):
    session = open_session(name)
    session.window.resize(1024, 700)
    settle()
    diagram = diagram_of(session)
    before = [slab.box for slab in diagram.slabs], diagram.size()
    strip = point_at_stage(session, qtbot, 1).strip
    assert strip.isVisible()
    assert ([slab.box for slab in diagram.slabs], diagram.size()) == before
    for slab in diagram.slabs:
        assert slab.box.top() - (18 if slab.drawn.line else 5) > strip.geometry().bottom()  # with its arc, or its top


def test_a_low_diagram_has_handles_without_the_strip(session, qtbot):
    diagram = diagram_of(session)
    session.window.centre.setSizes([diagram.minimumHeight(), 1000])
    settle()
    handles = point_at_stage(session, qtbot, 1)
    assert handles.more.isVisible()
    assert not handles.strip.isVisible()
    assert diagram.viewport().rect().contains(handles.fewer.geometry())


def test_a_drag_along_the_strip_chooses_as_one_step(session, qtbot):
    strip = point_at_stage(session, qtbot, 2).strip
    place = strip.geometry()
    qtbot.mouseMove(strip, strip.place_of(2))
    qtbot.mousePress(strip, LEFT, pos=strip.place_of(3))
    for number in (4, 5, 6):
        qtbot.mouseMove(strip, strip.place_of(number))
    qtbot.mouseRelease(strip, LEFT, pos=strip.place_of(6))
    assert blocks(session) == [2, 6, 2, 2]
    assert strip.present == 6
    assert strip.geometry() == place
    assert session.document.undo_stack.count() == 1
    assert session.document.undo_stack.undoText() == "Stage 2: Blocks 6"


def test_the_way_to_the_strip_may_cross_other_stages(open_session, qtbot):
    session = open_session("resnet18")
    session.window.resize(1280, 720)
    settle()
    handles, viewport = point_at_stage(session, qtbot, 2), diagram_of(session).viewport()
    left = QPointF(diagram_of(session).start, 0)
    start = (column(session, "layer2").slabs.center() + left).toPoint()
    way = handles.strip.geometry().topLeft() + handles.strip.place_of(8) - start
    crossed, columns = set(), diagram_of(session).columns
    qtbot.mouseMove(viewport, start + QPoint(0, 16))  # what it did before is not what is judged
    for step in range(33):
        place = start + way * (step / 40)
        qtbot.mouseMove(viewport, place)
        crossed |= {each.path for each in columns if each.box.left() <= place.x() - left.x() <= each.box.right()}
        assert handles.index == 1
    assert crossed >= {"layer2", "layer3"}
    qtbot.mouseClick(handles.strip, LEFT, pos=handles.strip.place_of(8))
    assert blocks(session) == [2, 8, 2, 2]


def test_a_pointer_that_rests_on_its_way_is_where_it_is(session, qtbot):
    handles, viewport = point_at_stage(session, qtbot, 2), diagram_of(session).viewport()
    place = (column(session, "layer3").slabs.center() + QPointF(diagram_of(session).start, 0)).toPoint()
    qtbot.mouseMove(viewport, place + QPoint(0, 20))
    assert handles.index == 2
    place = (column(session, "layer4").slabs.center() + QPointF(diagram_of(session).start, 0)).toPoint()
    for offset in (12, 8, 4, 0):
        qtbot.mouseMove(viewport, place + QPoint(0, offset))
    qtbot.waitUntil(lambda: handles.index == 3)


def test_the_strip_marks_a_present_number_beyond_eight(open_session, qtbot):
    session = open_session("cifar-resnet1202")
    strip = point_at_stage(session, qtbot, 2).strip
    assert [cell.blocks for cell in strip.cells] == [*range(1, 9), 200]
    assert strip.present == 200
    qtbot.mouseClick(strip, LEFT, pos=strip.place_of(8))
    assert blocks(session) == [200, 8, 200]


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (1024, 700)])
@pytest.mark.parametrize("scale", [1.0, 1.6, 2.5])
def test_the_strip_fits_the_diagram(open_session, qtbot, size, scale):
    session = open_session("cifar-resnet1202")
    session.window.resize(*size)
    diagram = diagram_of(session)
    font = QFont(diagram.font())
    font.setPointSizeF(scale * font.pointSizeF())
    diagram.setFont(font)
    session.window.centre.setSizes([1000, 0])
    settle()
    strip = point_at_stage(session, qtbot, 1).strip
    assert diagram.viewport().rect().contains(strip.geometry())
    assert 200 in [cell.blocks for cell in strip.cells]
    advance = strip.fontMetrics().horizontalAdvance
    assert all(advance(text) <= strip._cell_width for cell in strip.cells for text in cell.words)


# By keyboard


@pytest.fixture
def focused(session, qtbot) -> Diagram:
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    diagram = diagram_of(session)
    qtbot.mouseMove(session.window.totals, QPoint(5, 5))
    diagram.setFocus()
    session.document.select("layer2.1")
    return diagram


def test_the_selected_stage_has_the_handles_while_the_diagram_has_the_focus(session, qtbot, focused):
    handles = handles_of(session)
    assert handles.index == 1
    for widget in (handles.fewer, handles.more, handles.remove, handles.strip, handles.top, handles.edge):
        assert widget.isVisible()
    session.document.select("stem")
    assert not handles.more.isVisible()
    session.document.select("layer3")
    assert handles.more.isVisible()
    session.window.table.setFocus()
    assert not handles.more.isVisible()


def test_keys_change_the_selected_stage(session, qtbot, focused):
    none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    for key, modifiers, stages in (
        (Qt.Key.Key_Plus, none, [(2, 64), (3, 128), (2, 256), (2, 512)]),
        (Qt.Key.Key_Plus, shift, [(2, 64), (4, 128), (2, 256), (2, 512)]),
        (Qt.Key.Key_Equal, none, [(2, 64), (5, 128), (2, 256), (2, 512)]),
        (Qt.Key.Key_Minus, none, [(2, 64), (4, 128), (2, 256), (2, 512)]),
        (Qt.Key.Key_Right, control, [(2, 64), (4, 160), (2, 256), (2, 512)]),
        (Qt.Key.Key_Left, control, [(2, 64), (4, 128), (2, 256), (2, 512)]),
        (Qt.Key.Key_Right, alt | shift, [(2, 64), (2, 256), (4, 128), (2, 512)]),
        (Qt.Key.Key_Right, alt | shift, [(2, 64), (2, 256), (2, 512), (4, 128)]),
        (Qt.Key.Key_Right, alt | shift, [(2, 64), (2, 256), (2, 512), (4, 128)]),
        (Qt.Key.Key_Left, alt | shift, [(2, 64), (2, 256), (4, 128), (2, 512)]),
        (Qt.Key.Key_Insert, none, [(2, 64), (2, 256), (4, 128), (4, 128), (2, 512)]),
        (Qt.Key.Key_Delete, none, [(2, 64), (2, 256), (4, 128), (2, 512)]),
    ):
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            qtbot.keyClick(focused, chr(key), modifiers)
        else:
            qtbot.keyClick(focused, key, modifiers)
        assert [(stage.blocks, stage.width) for stage in session.document.design.stages] == stages, (key, modifiers)


def test_keys_scroll_to_what_they_select_and_edit(open_session, qtbot):
    session = open_session("resnet152")
    session.window.resize(760, 700)
    settle()
    diagram, document = diagram_of(session), session.document

    def is_seen(path: str) -> bool:
        box = column(session, path).slabs.translated(diagram.start, 0)
        return box.left() >= 0 and box.right() <= diagram.viewport().width()

    assert not is_seen("layer4")
    for _ in diagram.paths:
        qtbot.keyClick(diagram, Qt.Key.Key_Right)
    assert document.selection == "head.fc"
    assert is_seen("head")
    document.select("layer2")
    qtbot.keyClick(diagram, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    assert document.selection == "layer1"
    assert is_seen("layer1")


def test_keys_stop_at_one_stage_and_at_eight(session, qtbot, focused):
    for _ in range(9):
        qtbot.keyClick(focused, Qt.Key.Key_Insert)
    assert len(session.document.design.stages) == 8
    for _ in range(9):
        qtbot.keyClick(focused, Qt.Key.Key_Delete)
    assert len(session.document.design.stages) == 1
    assert session.document.selection == "layer1"


def test_an_edit_by_keys_is_said(session, qtbot, focused):
    qtbot.keyClick(focused, Qt.Key.Key_Plus)
    assert focused.accessibleDescription() == "Stage 2: Blocks 3: 11.47 M parameters, 361.1 M MACs"


def test_the_keys_are_listed(session):
    listed = {
        keys.toString(QKeySequence.SequenceFormat.PortableText)
        for action in diagram_of(session).findChildren(QAction)
        for keys in action.shortcuts()
        if action.text()
    }
    assert {"+", "-", "Ctrl+Left", "Ctrl+Right", "Alt+Shift+Left", "Alt+Shift+Right", "Ins", "Del"} <= listed


# To be hit and to be seen


def test_every_handle_is_large_enough(open_session, qtbot):
    session = open_session("resnet152")
    session.window.resize(1024, 700)
    settle()
    handles = point_at_stage(session, qtbot, 1)
    shown = [handles.top, handles.edge, handles.caption, handles.fewer, handles.more, handles.remove]
    for widget in shown:
        assert widget.isVisible()
        assert min(widget.width(), widget.height()) >= TARGET
        assert widget.toolTip()
    assert handles.strip._cell_width >= TARGET
    one, *others = (handles.fewer, handles.more, handles.remove)
    assert not any(one.geometry().intersects(other.geometry()) for other in others)


@pytest.mark.parametrize("palette", theme.PALETTES)
def test_grips_are_seen(session, qtbot, palette):
    try:
        session.window.orders.theme_chosen.emit(palette)
        settle()
        handles = point_at_stage(session, qtbot, 2)
        accent, surface = (QColor(getattr(theme.colours(), name)) for name in ("accent", "surface"))
        assert contrast(accent, surface) >= SEEN
        for grip in (handles.top, handles.edge):
            picture = diagram_of(session).viewport().grab(grip.geometry()).toImage()
            places = product(range(picture.width()), range(picture.height()))
            assert sum(picture.pixelColor(*place) == accent for place in places) >= 40
    finally:
        session.window.orders.theme_chosen.emit("light")


def test_cursors_say_what_a_place_does(session, qtbot):
    handles = point_at_stage(session, qtbot, 2)
    shapes = [each.cursor().shape() for each in (handles.top, handles.edge, handles.caption)]
    assert shapes == [Qt.CursorShape.SizeVerCursor, Qt.CursorShape.SizeHorCursor, Qt.CursorShape.OpenHandCursor]


def test_the_handles_go_with_their_window(session, qtbot, focused):
    """A window that is made again is destroyed with the focus in its diagram."""
    try:
        session.window.orders.language_chosen.emit("zh_CN")
        qtbot.waitUntil(lambda: session.complete)
        settle()
        handles = point_at_stage(session, qtbot, 2)
        qtbot.mouseClick(handles.more, LEFT)
        assert blocks(session) == [2, 3, 2, 2]
    finally:
        session.window.orders.language_chosen.emit("en")


def test_in_a_presentation_the_handles_work_and_the_strip_is_large(session, qtbot):
    small = point_at_stage(session, qtbot, 2).strip.height()
    session.window.orders.present.setChecked(True)
    settle()
    handles = point_at_stage(session, qtbot, 2)
    assert handles.strip.height() > small
    drag(qtbot, handles.top, QPoint(0, -16))
    assert blocks(session) == [2, 4, 2, 2]
    session.window.orders.present.setChecked(False)
