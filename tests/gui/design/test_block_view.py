import pytest
from PySide6.QtCore import QPoint, Qt

from explorer.architecture.presets import preset
from explorer.gui.design.block_view import BlockView
from explorer.gui.main_window.pages import PAGES
from explorer.gui.workspace import BLOCK
from tests.clicks import block_view, click, name_file
from tests.events import settle
from tests.gui.diagram.test_diagram import place_of, slabs


def open_block(session, qtbot, path: str) -> BlockView:
    """Open it as a person does: with a double click on the block in the diagram."""
    diagram = session.window.diagram
    qtbot.mouseClick(diagram.viewport(), Qt.MouseButton.LeftButton, pos=place_of(session, path))
    qtbot.mouseDClick(diagram.viewport(), Qt.MouseButton.LeftButton, pos=place_of(session, path))
    return block_view(session)


def test_a_double_click_opens_the_block_and_escape_closes_it(session, qtbot):
    window = session.window
    view = open_block(session, qtbot, "layer2.0")
    assert view.title.text() == "layer2.0: 64×24×24 → 128×12×12, 230,272 parameters, 33,030,144 MACs"
    assert "projection" in view.figure.accessibleDescription()
    assert "class BasicBlock" in view.source.toPlainText()
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert window.table.isVisible()


def test_the_table_opens_a_block_by_keys_and_gets_them_back(session, qtbot):
    window = session.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.table.setFocus()
    session.document.select("layer2.0")
    qtbot.keyClick(window.table, Qt.Key.Key_Return)
    assert block_view(session).title.text().startswith("layer2.0: ")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert window.table.isVisible()
    assert window.table.hasFocus()
    session.document.select("layer1.1.conv1")
    row = window.table.currentIndex().parent()
    session.document.select("layer2")
    assert window.table.isExpanded(row.parent())
    qtbot.keyClick(window.table, Qt.Key.Key_Return)
    assert not window.table.isExpanded(window.table.layers.find("layer2"))


def test_the_menu_opens_a_block_where_there_is_one(session):
    window = session.window
    assert not window.orders.open_block.isEnabled()
    session.document.select("stem.conv1")
    assert not window.orders.open_block.isEnabled()
    session.document.select("layer3.1.conv2")
    window.orders.open_block.trigger()
    assert block_view(session).title.text().startswith("layer3.1: ")


def test_the_figure_follows_every_edit_and_selection(session, qtbot):
    view = open_block(session, qtbot, "layer2.0")
    session.document.propose(session.document.design.with_stage(1, width=96), "")
    assert "→ 96×12×12" in view.title.text()
    session.document.select("layer4.1.conv2")
    assert view.title.text().startswith("layer4.1: 512×3×3")
    session.document.propose(preset("deep-plain-56"), "")
    session.document.select("layer1.0")
    assert "no shortcut" in view.figure.accessibleDescription()


def test_the_chapters_block_alone(session, qtbot):
    """Residual(3, 6) with stride 2 on 3×6×6 gives 6×3×3, and Residual(3, 3) keeps 3×6×6."""
    view = open_block(session, qtbot, "layer1.0")
    qtbot.mouseClick(view.alone, Qt.MouseButton.LeftButton)
    assert view.title.text().startswith("One block: 3×6×6 → 6×3×3")
    view.form.boxes["width"].setValue(3)
    view.form.boxes["stride"].setValue(1)
    assert view.title.text().startswith("One block: 3×6×6 → 3×6×6")
    assert "identity shortcut" in view.figure.accessibleDescription()


def test_what_cannot_be_built_is_said(session, qtbot):
    view = open_block(session, qtbot, "layer1.0")
    session.document.propose(session.document.design.change(shortcut="pad"), "")
    qtbot.mouseClick(view.alone, Qt.MouseButton.LeftButton)
    view.form.boxes["width"].setValue(2)
    assert "cannot" in view.title.text() or "not remove them" in view.title.text()


@pytest.mark.parametrize(
    ("vocabulary", "stage", "block", "convolution"),
    [
        ("torchvision", "layer2  ×2", "layer2.0", "layer2.0.downsample.0"),
        ("chapter", "b3  ×2", "b3.0", "b3.0.conv3"),
        ("paper", "conv3_x  ×2", "conv3_1", "conv3_1.projection.0"),
    ],
)
def test_three_names_for_one_thing(session, qtbot, vocabulary, stage, block, convolution):
    window, table = session.window, session.window.table
    next(each for each in window.menus.names.actions() if each.objectName() == vocabulary).trigger()
    shown = [
        table.layers.texts(table.layers.node(table.layers.find(path)))[0]
        for path in ("layer2", "layer2.0", "layer2.0.downsample.0")
    ]
    assert shown == [stage, block, convolution]
    drawn = slabs(session)["layer2.0"].drawn
    assert window.diagram.describe(drawn) == f"{block}  128×12×12"
    view = open_block(session, qtbot, "layer2.0")
    assert view.title.text().startswith(f"{block}: ")
    assert ("class Residual(" in view.source.toPlainText()) is (vocabulary == "chapter")


def test_the_source_is_copied_and_exported_in_the_chosen_names(session, qtbot, tmp_path):
    from PySide6.QtGui import QGuiApplication

    window = session.window
    session.document.use_names("chapter")
    window.orders.copy_source.trigger()
    text = QGuiApplication.clipboard().text()
    assert "b2 = resnet_block(64, 64, blocks=2)" in text
    name_file(qtbot, str(tmp_path / "net"))
    window.menus.export.aboutToShow.emit()
    next(each for each in window.menus.export.actions() if each.objectName() == "python").trigger()
    assert (tmp_path / "net.py").read_text(encoding="utf-8") == text


def test_a_design_that_cannot_be_built_has_no_source(session):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    assert not session.window.orders.copy_source.isEnabled()


@pytest.mark.parametrize("width", [1440, 1024])
def test_no_line_of_the_source_is_cut(session, qtbot, width):
    session.window.resize(width, 700)
    view = open_block(session, qtbot, "layer2.0")
    assert max(map(len, view.source.toPlainText().splitlines())) > 45
    settle()
    assert view.source.horizontalScrollBar().maximum() == 0
    assert view.source.verticalScrollBar().maximum() == 0


def test_without_a_block_one_button_selects_the_first(session, qtbot):
    session.document.open_block()
    view = block_view(session)
    assert not view.figure.isVisible()
    click(qtbot, view.nothing.select)
    assert session.document.selection == "layer1.0"
    assert view.figure.isVisible()
    assert not view.nothing.isVisible()
    session.document.select("head")
    assert view.nothing.isVisible()
    view.alone.setChecked(True)
    assert view.figure.isVisible()


@pytest.mark.parametrize(
    ("changes", "shortcut", "branch", "summary"),
    [
        ({}, "reads 1 of 4 positions and never sees 75 % of them", "reads every position", "see the whole input"),
        ({"shortcut": "pad"}, "reads 1 of 4 positions", "reads every position", "see the whole input"),
        ({"shortcut": "average"}, "reads every position", "reads every position", "see the whole input"),
        ({"block": "bottleneck"}, "reads 1 of 4 positions", "reads every position", "see the whole input"),
        (
            {"block": "bottleneck", "stride_on": "1x1"},
            "reads 1 of 4 positions",
            "reads 1 of 4 positions",
            "75 % of the input reach neither: the block never sees them.",
        ),
    ],
)
def test_which_positions_a_block_with_a_stride_reads(session, qtbot, changes, shortcut, branch, summary):
    view = open_block(session, qtbot, "layer2.0")
    session.document.propose(session.document.design.change(**changes), "")
    found = view.positions
    assert found.isVisible()
    assert found.words[0].text().startswith(shortcut)
    assert found.words[1].text().startswith(branch)
    assert summary in found.summary.text()
    assert "upper left 14×14 of 24×24" in found.summary.text()


def test_the_positions_follow_the_design(session, qtbot):
    view = open_block(session, qtbot, "layer2.0")
    session.document.propose(session.document.design.with_stage(1, stride=3), "")
    assert view.positions.words[0].text() == "reads 1 of 9 positions and never sees 88.9 % of them"
    assert view.positions.titles[0].text() == "Shortcut: Conv2d 1×1 /3"
    session.document.propose(session.document.design.change(shortcut="none"), "")
    assert view.positions.titles[0].text() == "Branch: Conv2d 3×3 /3"
    assert not view.positions.words[1].isVisible()
    session.document.propose(session.document.design.with_stage(1, stride=1), "")
    assert not view.positions.isVisible()


def test_shares_of_odd_sizes_are_counted(session, qtbot):
    view = open_block(session, qtbot, "layer4.0")
    session.document.propose(session.document.design.change(input=(1, 224, 200)), "")
    assert view.positions.words[0].text() == "reads 49 of 182 positions and never sees 73.1 % of them"


def test_drawn_positions_are_those_that_are_read(session, qtbot):
    view = open_block(session, qtbot, "layer2.0")
    settle()
    shortcut, branch = (cells.grab().toImage() for cells in view.positions.cells)

    def colour(picture, row: int, column: int) -> str:
        return picture.pixelColor(6 * column + 3, 6 * row + 3).name()

    read, unread = colour(shortcut, 0, 0), colour(shortcut, 0, 1)
    assert read != unread
    for row in range(4):
        for column in range(4):
            assert colour(shortcut, row, column) == (unread if row % 2 or column % 2 else read)
            assert colour(branch, row, column) == read


@pytest.mark.parametrize("name", ["d2l-resnet18", "resnet50", "preact-resnet50", "resnet152"])
def test_a_narrow_page_has_the_figure_above_the_rest(session, qtbot, name):
    session.document.propose(preset(name), "")
    session.document.select("layer4.0" if name != "preact-resnet50" else "layer2.0")
    view = PAGES[BLOCK].make(session.workspace, session.window.pages)
    qtbot.addWidget(view)
    view.resize(1000, 600)
    view.show()
    settle()
    assert view.figure.mapTo(view, QPoint()).x() + view.figure.width() <= view.source.mapTo(view, QPoint()).x()
    assert view.minimumSizeHint().width() <= 420
    view.resize(420, 600)
    settle()
    assert view.width() == 420
    assert view.figure.mapTo(view, QPoint()).y() + view.figure.height() <= view.source.mapTo(view, QPoint()).y()
    assert view.figure.width() >= view.figure.minimumSizeHint().width()
    assert view.figure.visibleRegion().boundingRect().width() == view.figure.width()
    view.resize(1000, 600)
    settle()
    assert view.figure.height() > 300
    assert view.figure.isVisible()
