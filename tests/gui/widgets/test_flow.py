from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from explorer.gui.widgets.flow import Flow


def boxes(qtbot, *widths: int) -> tuple[QWidget, list[QWidget]]:
    """Widgets so wide and 20 high, in a flow."""
    whole, widgets = QWidget(), [QWidget() for _ in widths]
    qtbot.addWidget(whole)
    for widget, width in zip(widgets, widths, strict=True):
        widget.setFixedSize(width, 20)
    whole.setLayout(Flow(*widgets))
    return whole, widgets


def places(whole: QWidget, widgets: list[QWidget], width: int) -> list[tuple[int, int]]:
    whole.layout().setGeometry(QRect(0, 0, width, 100))
    return [(widget.x(), widget.y()) for widget in widgets]


def test_what_does_not_fit_goes_into_the_next_line(qtbot):
    whole, widgets = boxes(qtbot, 50, 60, 70)
    assert places(whole, widgets, 300) == [(0, 0), (58, 0), (126, 0)]
    assert places(whole, widgets, 195) == [(0, 0), (58, 0), (0, 24)]
    assert places(whole, widgets, 10) == [(0, 0), (0, 24), (0, 48)]
    assert [whole.layout().heightForWidth(width) for width in (300, 195, 10)] == [20, 44, 68]
    assert whole.minimumSizeHint().width() == 70


def test_a_hidden_widget_takes_no_room_unless_it_keeps_its_place(qtbot):
    whole, widgets = boxes(qtbot, 50, 60, 70)
    widgets[1].hide()
    assert places(whole, widgets, 300)[2] == (58, 0)
    policy = widgets[1].sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widgets[1].setSizePolicy(policy)
    assert places(whole, widgets, 300)[2] == (126, 0)


def test_lower_widgets_stand_in_the_middle_of_their_line(qtbot):
    whole, widgets = boxes(qtbot, 50, 60, 70)
    widgets[1].setFixedHeight(40)
    assert places(whole, widgets, 195) == [(0, 10), (58, 0), (0, 44)]
    assert whole.layout().heightForWidth(195) == 64
