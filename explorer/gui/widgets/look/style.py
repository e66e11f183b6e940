"""Style: Fusion with controls that are large enough to be hit by a hand that is not steady."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLineEdit, QProxyStyle, QStyle, QStyleOption, QWidget

TARGET = 24  # pixels, the least width and height of what can be clicked (WCAG 2.2, 2.5.8)
_Kind = QStyle.ContentsType
_CLICKED = frozenset(
    (
        *(_Kind.CT_PushButton, _Kind.CT_ToolButton, _Kind.CT_CheckBox, _Kind.CT_RadioButton, _Kind.CT_ComboBox),
        *(_Kind.CT_SpinBox, _Kind.CT_LineEdit, _Kind.CT_TabBarTab, _Kind.CT_HeaderSection, _Kind.CT_MenuBarItem),
    )
)


class Style(QProxyStyle):
    """Fusion with a least size of controls."""

    def sizeFromContents(
        self, kind: QStyle.ContentsType, option: QStyleOption, size: QSize, /, widget: QWidget | None = None
    ) -> QSize:
        found = super().sizeFromContents(kind, option, size, widget)  # type: ignore[arg-type]  # None is allowed
        is_inner = isinstance(widget, QLineEdit) and not widget.hasFrame()  # part of a spin box
        return found.expandedTo(QSize(TARGET, TARGET)) if kind in _CLICKED and not is_inner else found
