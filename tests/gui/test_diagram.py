from PySide6.QtCore import QPoint, QPointF, Qt

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.gui.diagram import Slab
from explorer.gui.slabs import section_captions


def slabs(session) -> dict[str, Slab]:
    return {slab.drawn.path: slab for slab in session.window.diagram.slabs}


def place_of(session, path: str) -> QPoint:
    """The middle of a slab in the diagram's viewport."""
    diagram = session.window.diagram
    return (slabs(session)[path].box.center() + QPointF(diagram.start, 0)).toPoint()


def click(session, qtbot, path: str) -> None:
    diagram = session.window.diagram
    qtbot.mouseClick(diagram.viewport(), Qt.MouseButton.LeftButton, pos=place_of(session, path))


def test_size_shrinks_and_channels_grow(session):
    boxes = [slabs(session)[f"layer{number}.1"].box for number in (1, 2, 3, 4)]
    assert [box.height() for box in boxes] == sorted((box.height() for box in boxes), reverse=True)
    assert [box.width() for box in boxes] == sorted(box.width() for box in boxes)
    assert boxes[0].height() > 1.5 * boxes[3].height()


def test_arcs_say_what_the_shortcut_is():
    plan = plan_network(preset("resnet50"))
    joins = {slab.path: slab.joins for caption in section_captions(plan, set(), str) for slab in caption.slabs}
    assert joins["layer1.0"] == "projection"
    assert joins["layer1.1…"] == "identity"
    assert joins["stem.conv1"] == "none"
    plain = section_captions(plan_network(preset("deep-plain-56")), set(), str)
    assert {slab.joins for caption in plain for slab in caption.slabs} == {"none"}


def test_a_long_network_stays_readable(open_session):
    session = open_session("cifar-resnet1202")
    assert len(slabs(session)) < 15
    assert slabs(session)["layer1.1…"].drawn.count == 199


def test_a_click_selects_the_block(session, qtbot):
    click(session, qtbot, "layer3.1")
    assert session.document.selection == "layer3.1"
    assert slabs(session)["layer3.1"].chosen
    assert not slabs(session)["layer3.0"].chosen


def test_a_stage_selection_marks_all_its_slabs(session):
    session.document.select("layer2")
    assert {path for path, slab in slabs(session).items() if slab.chosen} == {"layer2.0", "layer2.1"}


def test_a_click_opens_a_run_and_a_double_click_folds_it(open_session, qtbot):
    session = open_session("resnet34")
    click(session, qtbot, "layer3.1…")
    assert {f"layer3.{block}" for block in range(6)} <= set(slabs(session))
    diagram = session.window.diagram
    qtbot.mouseDClick(diagram.viewport(), Qt.MouseButton.LeftButton, pos=place_of(session, "layer3.4"))
    assert "layer3.1…" in slabs(session)


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
