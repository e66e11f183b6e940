"""The list of shortcuts is made of the actions."""

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from explorer.gui.widgets.input.keys import add_keys
from tests.gui.paths import open_dialog


def test_shortcuts_are_those_of_the_actions(session, qtbot):
    dialog = open_dialog(session, session.window.orders.shortcuts)
    found = {row.texts[0]: row.texts for row in dialog.list._rows}
    for action in (*session.window.orders.all(), *session.window.diagram.findChildren(QAction)):
        for keys in action.shortcuts():
            text = action.text().replace("&", "").replace("\n", " ")
            assert keys.toString(QKeySequence.SequenceFormat.NativeText) in found[text][2], text
    dialog.list.line.setText("diagram open")
    assert [dialog.list.tree.topLevelItem(0).text(column) for column in (0, 1)] == [
        "Open the selected block",
        "Diagram",
    ]
    dialog.close()


def test_every_key_of_a_widget_is_listed_with_its_place(session):
    dialog = open_dialog(session, session.window.orders.shortcuts)
    places = {row.texts[1] for row in dialog.list._rows}
    assert {"Diagram", "Layers", "Queue", "Number boxes", "Choices", "Plots", "Train"} <= places
    owned = {
        action.text()
        for action in session.window.findChildren(QAction)
        if isinstance(action.parent(), QWidget) and action.shortcuts() and action.text()
    }
    assert owned <= {row.texts[0] for row in dialog.list._rows}
    dialog.close()


def test_keys_that_do_alike_stand_in_one_row(session):
    place = QWidget(session.window)
    place.setAccessibleName("The map")
    for key in ("Left", "Shift+Up"):
        add_keys(place, "Walk on the map", lambda: None, key)
    dialog = open_dialog(session, session.window.orders.shortcuts)
    (row,) = [row for row in dialog.list._rows if row.texts[0] == "Walk on the map"]
    assert row.texts[1:] == ("The map", "Left, Shift+Up")
    dialog.close()
