from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt

from explorer.architecture.blocks import Line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.gui.diagram.layout import section_captions
from explorer.gui.diagram.places import Slab
from tests.clicks import block_view


def slabs(session) -> dict[str, Slab]:
    return {slab.drawn.path: slab for slab in session.window.diagram.slabs}


def place_of(session, path: str) -> QPoint:
    """The middle of a slab in the diagram's viewport."""
    diagram = session.window.diagram
    return (slabs(session)[path].box.center() + QPointF(diagram.start, 0)).toPoint()


def click_slab(session, qtbot, path: str) -> None:
    diagram = session.window.diagram
    qtbot.mouseClick(diagram.viewport(), Qt.MouseButton.LeftButton, pos=place_of(session, path))


def test_size_shrinks_and_channels_grow(session):
    boxes = [slabs(session)[f"layer{number}.1"].box for number in (1, 2, 3, 4)]
    assert [box.height() for box in boxes] == sorted((box.height() for box in boxes), reverse=True)
    assert [box.width() for box in boxes] == sorted(box.width() for box in boxes)
    assert boxes[0].height() > 1.5 * boxes[3].height()


def test_arcs_say_what_the_shortcut_is():
    plan = plan_network(preset("resnet50"))
    lines = {slab.path: slab.line for caption in section_captions(plan, set(), str) for slab in caption.slabs}
    assert lines["layer1.0"] is Line.DASHED
    assert lines["layer1.1…"] is Line.SOLID
    assert lines["stem.conv1"] is None
    plain = section_captions(plan_network(preset("deep-plain-56")), set(), str)
    assert {slab.line for caption in plain for slab in caption.slabs} == {None}


def test_a_long_network_stays_readable(open_session):
    session = open_session("cifar-resnet1202")
    assert len(slabs(session)) < 15
    assert slabs(session)["layer1.1…"].drawn.count == 199


def test_a_click_selects_the_block(session, qtbot):
    click_slab(session, qtbot, "layer3.1")
    assert session.document.selection == "layer3.1"
    assert slabs(session)["layer3.1"].chosen
    assert not slabs(session)["layer3.0"].chosen


def test_a_stage_selection_marks_all_its_slabs(session):
    session.document.select("layer2")
    assert {path for path, slab in slabs(session).items() if slab.chosen} == {"layer2.0", "layer2.1"}


def badge_of(session, run: str) -> QPoint:
    diagram = session.window.diagram
    return (diagram.badges[run].center() + QPointF(diagram.start, 0)).toPoint()


def test_a_click_opens_a_run_and_its_badge_folds_it(open_session, qtbot):
    session = open_session("resnet34")
    viewport = session.window.diagram.viewport()
    click_slab(session, qtbot, "layer3.1…")
    assert {f"layer3.{block}" for block in range(6)} <= set(slabs(session))
    assert session.document.selection == "layer3.1"
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=badge_of(session, "layer3.1…"))
    assert "layer3.1…" in slabs(session)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=badge_of(session, "layer3.1…"))
    assert "layer3.5" in slabs(session)


@pytest.mark.parametrize("name", ["mini", "cifar-resnet20"])
def test_no_two_words_stand_in_each_other(open_session, name):
    """The first stage, as high as the diagram, has a run of blocks whose number stands above its caption."""
    session = open_session(name)
    session.document.propose(session.document.design.with_stage(0, blocks=4), "")
    diagram = session.window.diagram
    metrics = diagram.fontMetrics()
    boxes = [
        QRectF(word.centre - wide / 2, word.top, wide, metrics.lineSpacing() - 1)
        for word in diagram.words
        if (wide := metrics.horizontalAdvance(word.text))
    ]
    assert any("×" in word.text for word in diagram.words)
    assert not any(one.intersects(other) for one, other in combinations(boxes, 2))


def double_click(session, qtbot, place: QPoint) -> None:
    viewport = session.window.diagram.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)


@pytest.mark.parametrize("path", ["layer3.0", "layer3.1", "layer3.4"])
def test_a_double_click_opens_a_block_even_of_an_opened_run(open_session, qtbot, path):
    session = open_session("resnet34")
    click_slab(session, qtbot, "layer3.1…")
    double_click(session, qtbot, place_of(session, path))
    assert block_view(session).title.text().startswith(f"{path}: ")
    assert "layer3.5" in slabs(session)


def test_a_double_click_on_a_run_opens_its_block_wherever_that_has_gone(open_session, qtbot):
    session = open_session("resnet34")
    double_click(session, qtbot, place_of(session, "layer3.1…"))
    assert block_view(session).title.text().startswith("layer3.1: ")
    assert "layer3.5" in slabs(session)


def test_a_double_click_beside_the_network_opens_nothing(session, qtbot):
    click_slab(session, qtbot, "layer2.0")
    double_click(session, qtbot, QPoint(2, 2))
    assert session.window.pages.current is session.window.table


def test_keys_open_blocks_and_runs_and_select_only_what_there_is(open_session, qtbot):
    session = open_session(preset("resnet34").with_stage(0, blocks=2))
    diagram, document, window = session.window.diagram, session.document, session.window
    for path in ("stem.conv1", "layer1.1", "layer1.0"):
        document.select(path)
        for key in (Qt.Key.Key_Space, Qt.Key.Key_Return):
            qtbot.keyClick(diagram, key)
            assert document.selection == path
        assert (window.pages.current is window.table) == path.startswith("stem")
    block_view(session)
    qtbot.keyClick(diagram, Qt.Key.Key_Escape)
    assert window.table.isVisible()
    document.select("layer3.1…")
    qtbot.keyClick(diagram, Qt.Key.Key_Return)
    assert document.selection == "layer3.1"
    qtbot.keyClick(diagram, Qt.Key.Key_Right)
    assert document.selection == "layer3.2"
    qtbot.keyClick(diagram, Qt.Key.Key_Space)
    assert document.selection == "layer3.1…"
    assert "layer3.2" not in slabs(session)


def test_keys_walk_along_the_network(session, qtbot):
    diagram = session.window.diagram
    qtbot.keyClick(diagram, Qt.Key.Key_Right)
    assert session.document.selection == "stem.conv1"
    for _ in range(2):
        qtbot.keyClick(diagram, Qt.Key.Key_Right)
    assert session.document.selection == "layer1.0"
    qtbot.keyClick(diagram, Qt.Key.Key_Left)
    assert session.document.selection == "stem.maxpool"


def test_the_first_bad_place_is_drawn_and_what_is_valid_stays(session):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    captions = section_captions(session.document.plan, set(), str)
    assert [caption.path for caption in captions] == ["", "stem", "layer1", "layer2", "layer3"]
    assert captions[-1].broken
    assert "layer2.1" in slabs(session)
