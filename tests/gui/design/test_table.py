import pytest
from hypothesis import assume, given
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.gui.design.table import LayerTable
from explorer.gui.design.table_model import COLUMNS, SPARE, LayerModel, difference
from explorer.gui.document import Document
from tests.clicks import click
from tests.designs import SHALLOW, designs
from tests.events import settle


def texts(table, index) -> list[str]:
    return [table.layers.data(index.siblingAtColumn(column)) for column in range(len(COLUMNS))]


def test_rows_are_the_plan(session):
    table = session.window.table
    row = texts(table, table.layers.find("layer3"))
    assert row == ["layer3  ×2", "basic", "256×6×6", "2,100,480", "75,497,472", "211", "468.0 KiB"]
    assert texts(table, table.layers.find("stem.conv1"))[:4] == ["conv1", "Conv2d 7×7 /2", "64×48×48", "3,200"]
    assert texts(table, table.layers.find("head.fc"))[3] == "5,130"


def test_long_stages_are_collapsed_and_open(open_session):
    session = open_session("cifar-resnet1202")
    table = session.window.table
    stage = table.layers.find("layer1")
    assert table.layers.rowCount(stage) == 2
    run = table.layers.find("layer1.1…")
    assert texts(table, run)[0] == "layer1.1…  ×199"
    last = table.layers.find("layer1.199.conv2")
    assert last.isValid()
    assert texts(table, last)[5] == texts(table, stage)[5] == "803"


@pytest.mark.parametrize("name", ["d2l-resnet18", "resnet152", "preact-resnet164"])
def test_parts_add_up(open_session, name):
    session = open_session(name)
    layers = session.window.table.layers

    def total(parent, column: int) -> int:
        rows = range(layers.rowCount(parent))
        return sum(int(layers.data(layers.index(row, column, parent)).replace(",", "")) for row in rows)

    from PySide6.QtCore import QModelIndex

    assert total(QModelIndex(), 3) == session.document.plan.params
    assert total(QModelIndex(), 4) == session.document.plan.macs
    for row in range(layers.rowCount(QModelIndex())):
        section = layers.index(row, 0)
        assert total(section, 3) == session.document.plan.sections[row].params


def test_rows_stay_while_the_tree_keeps_its_shape(session, qtbot):
    table = session.window.table
    node = table.layers.node(table.layers.find("layer4"))
    session.document.propose(session.document.design.with_stage(3, width=640), "")
    assert table.layers.node(table.layers.find("layer4")) is node
    assert texts(table, table.layers.find("layer4"))[2] == "640×3×3"


def test_what_is_open_stays_open(session):
    table = session.window.table
    table.setExpanded(table.layers.find("layer2.1"), True)
    session.document.propose(session.document.design.with_stage(0, blocks=5), "")
    assert table.isExpanded(table.layers.find("layer2.1"))
    assert table.isExpanded(table.layers.find("layer1"))


def test_the_first_bad_place_is_marked(session):
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(2, width=32), "")
    table = session.window.table
    assert texts(table, table.layers.find("layer3"))[0].startswith("layer3: A padded shortcut can add channels")
    assert not table.layers.find("layer4").isValid()


def test_differences_from_the_baseline(session):
    document, table = session.document, session.window.table
    document.pin(document.plan)
    assert texts(table, table.layers.find("layer4"))[3] == "8,395,264"
    document.propose(document.design.with_stage(3, blocks=3), "")
    assert texts(table, table.layers.find("layer4"))[3] == "13,116,928  (+4.72 M)"
    assert texts(table, table.layers.find("layer3"))[3] == "2,100,480"
    document.pin(None)
    assert texts(table, table.layers.find("layer4"))[3] == "13,116,928"


SUMS = ("params", "macs", "activation_bytes")


def rows_below(nodes):
    """Every row of the table, opened or not."""
    for node in nodes:
        yield node
        yield from rows_below(node.children())


def sums(nodes) -> list[int]:
    return [sum(difference(node, figure) for node in nodes) for figure in SUMS]


@given(designs(SHALLOW), designs(SHALLOW))
def test_the_differences_of_rows_add_up_to_that_of_what_they_are_in(now, before):
    plan, base = plan_network(now), plan_network(before)
    assume(not plan.obstacles)
    document = Document(now)
    document.pin(base)
    model = LayerModel(document)
    model.show_plan()
    assert sums(model.nodes) == [getattr(plan, figure) - getattr(base, figure) for figure in SUMS]
    for node in rows_below(model.nodes):
        if node.children():
            assert sums(node.children()) == sums([node]), node.path


def test_blocks_that_a_fold_hides_are_compared_with_those_in_their_place(session):
    document, table = session.document, session.window.table

    def params(path: str) -> str:
        return texts(table, table.layers.find(path))[3]

    document.pin(document.plan)
    document.propose(document.design.with_stage(0, blocks=3), "")
    assert params("layer1") == "222,336  (+74.11 k)"
    assert params("layer1.0") == "74,112"
    assert params("layer1.1…") == "148,224  (+74.11 k)"
    table.layers.find("layer1.2")  # unfolds the run
    assert params("layer1.1") == "74,112"
    assert params("layer1.2") == "74,112  (+74.11 k)"


def test_what_only_the_baseline_has_keeps_a_row(session):
    document, table = session.document, session.window.table
    document.pin(document.plan)
    document.propose(document.design.change(stages=document.design.stages[:3]), "")
    rows = [texts(table, table.layers.index(row, 0)) for row in range(table.layers.rowCount())]
    assert [row[0].split()[0] for row in rows] == ["stem", "layer1", "layer2", "layer3", "layer4", "head"]
    assert rows[4][:4] == ["layer4  ×2", "basic", "", "0  (−8.40 M)"]
    assert rows[4][5] == ""
    table.setCurrentIndex(table.layers.find("layer4"))
    assert session.window.totals.share == ""
    session.window.grab()
    document.pin(None)
    assert not table.layers.find("layer4").isValid()


def test_copy_gives_text_and_a_table(session, qtbot):
    table = session.window.table
    table.setFocus()
    table.setCurrentIndex(table.layers.find("layer1"))
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.text().splitlines()[1].split("\t")[:4] == ["layer1  ×2", "basic", "64×24×24", "148,224"]
    assert data.html().count("<td>layer1  ×2</td>") == 1


def test_keys_select_rows(session, qtbot):
    table = session.window.table
    table.setCurrentIndex(table.layers.find("layer1"))
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert session.document.selection == "layer1.0"


def test_undo_after_a_reset_keeps_the_selection(session):
    document = session.document
    document.select("layer3")
    document.propose(document.design.with_stage(0, blocks=7), "")
    assert document.selection == "layer3"
    document.undo_stack.undo()
    table = session.window.table
    assert table.layers.node(table.currentIndex()).path == "layer3"
    assert document.design == preset("d2l-resnet18")


def test_rows_come_and_go_without_the_others_losing_their_place(session):
    document, table = session.document, session.window.table
    document.select("layer3.0.conv1")
    rows = {path: table.layers.find(path).internalPointer() for path in ("layer1", "layer3.0.conv1", "head.fc")}
    for blocks in (4, 1, 0, 2):
        document.propose(document.design.with_stage(0, blocks=blocks), "")
        assert {path: table.layers.find(path).internalPointer() for path in rows} == rows
        assert document.selection == "layer3.0.conv1"
    document.propose(document.design.change(stages=document.design.stages[:3]), "")
    assert not table.layers.find("layer4").isValid()
    assert table.layers.node(table.currentIndex()).path == "layer3.0.conv1"


def test_names_are_no_markup(session, monkeypatch):
    table = session.window.table
    monkeypatch.setattr(table.layers, "texts", lambda node: ["<b>&", *[""] * (len(COLUMNS) - 1)])
    table.copy()
    data = QGuiApplication.clipboard().mimeData()
    assert "<td>&lt;b&gt;&amp;</td>" in data.html()
    assert data.text().splitlines()[1].startswith("<b>&")


def test_a_heading_says_what_it_stands_for(session):
    layers, tip = session.window.table.layers, Qt.ItemDataRole.ToolTipRole
    tips = [layers.headerData(column, Qt.Orientation.Horizontal, tip) for column in range(len(COLUMNS))]
    assert tips[5].startswith("Receptive field: ")
    assert all(tips[2:])


@pytest.mark.parametrize("gone", [(), ("Memory",), ("Memory", "Field"), ("Memory", "Field", "Type")], ids=len)
def test_what_can_be_spared_gives_way_to_shape_and_cost(session, qtbot, gone):
    table = LayerTable(session.document, set(), set())
    qtbot.addWidget(table)
    table.show()
    headings = [column.heading for column in COLUMNS]
    room = sum(width for heading, width in zip(headings, table.widths, strict=True) if heading not in gone)
    table.resize(table.width() - table.viewport().width() + room, table.height())
    assert {heading for number, heading in enumerate(headings) if table.isColumnHidden(number)} == {*gone}
    shown = [headings[column] for column, *_ in table.column_places()]
    assert shown == [heading for heading in headings if heading not in gone]


def test_columns_that_do_not_fit_are_named_and_one_click_away(session, qtbot):
    window, table = session.window, session.window.table
    window.resize(1440, 900)
    window.pages.show_layers()
    settle()
    wide = sum(table.widths) <= table.viewport().width()
    assert table.more.isVisible() != wide
    window.resize(760, 700)
    settle()
    hidden = [COLUMNS[number].heading for number in SPARE if table.isColumnHidden(number)]
    assert hidden
    assert all(heading in table.more.toolTip() for heading in hidden)
    assert table.more.text() == f"+{len(hidden)} ▸"
    click(qtbot, table.more)
    settle()
    assert not any(map(table.isColumnHidden, SPARE))
    assert table.horizontalScrollBar().maximum() > 0
    assert table.more.isVisible()
    click(qtbot, table.more)
    settle()
    assert [COLUMNS[number].heading for number in SPARE if table.isColumnHidden(number)] == hidden
    assert table.horizontalScrollBar().maximum() == 0
