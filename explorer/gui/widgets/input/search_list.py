"""A list with a line above it: it shows the rows that have the words typed there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QBrush, QColor, QKeyEvent
from PySide6.QtWidgets import QHeaderView, QLabel, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from explorer.gui.widgets.look import theme

_WALKING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ROWS = 13  # that the list shows at least
_ROW = 1.5  # height of a row in lines


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a text per column, other words that find it, and a hint for the line below the list."""

    texts: tuple[str, ...]
    words: str = ""
    hint: str = ""
    enabled: bool = True
    spoken: str = ""  # for screen readers, instead of the first text
    found: frozenset[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "found", frozenset(_words_in(" ".join((*self.texts, self.words)))))

    def matches(self, typed: Sequence[str]) -> bool:
        """Return whether each typed word begins one of the row's; Chinese has no spaces, so it may stand anywhere."""
        return all(any(_meets(word, known) for known in self.found) for word in typed)


def _meets(word: str, known: str) -> bool:
    return known.startswith(word) if word.isascii() else word in known


def _words_in(text: str) -> list[str]:
    """Return the words and numbers in `text`, in small letters."""
    return re.findall(r"\w+", text.casefold().replace("_", " "))


class SearchList(QWidget):
    """The line, the list and the hint; `accepted` carries the number of the row on which Enter is pressed."""

    accepted = Signal(int)

    def __init__(self, name: str, asked: str, width: int) -> None:
        """Make a list of at least `width` characters; `name` is for screen readers, `asked` for the empty line."""
        super().__init__()
        self._rows: Sequence[Row] = ()
        self._shown: list[int] = []
        self.line, self.tree, self.hint = QLineEdit(), QTreeWidget(), QLabel()
        self.line.setPlaceholderText(asked)
        self.line.setAccessibleName(asked)
        self.line.setClearButtonEnabled(True)
        self.line.setAcceptDrops(False)
        self.line.textChanged.connect(self._filter)
        self.line.installEventFilter(self)
        self.tree.setAccessibleName(name)
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setHeaderHidden(True)
        self.tree.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.tree.currentItemChanged.connect(self._show_hint)
        self.tree.itemClicked.connect(self._accept)
        theme.make_secondary(self.hint)
        self.hint.setWordWrap(True)
        self.hint.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        metrics = self.fontMetrics()
        self._cell = QSize(0, int(_ROW * metrics.height()))
        self.tree.setMinimumSize(width * metrics.averageCharWidth(), _ROWS * self._cell.height())
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        for widget in (self.line, self.tree, self.hint):
            column.addWidget(widget, stretch=1 if widget is self.tree else 0)
        self.setFocusProxy(self.line)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show `rows`, in this order."""
        self._rows = rows
        columns = max((len(row.texts) for row in rows), default=1)
        self.tree.setColumnCount(columns)
        self._filter()
        header, mode = self.tree.header(), QHeaderView.ResizeMode
        header.setStretchLastSection(False)
        for number in range(columns):  # as wide as all rows need, so that no word that is typed moves a column
            self.tree.resizeColumnToContents(number)
            header.setSectionResizeMode(number, mode.Fixed if number else mode.Stretch)

    def current(self) -> int | None:
        """Return the number of the selected row among those given, or None."""
        place = self.tree.currentIndex().row()
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def _filter(self) -> None:
        typed = _words_in(self.line.text())
        found = [number for number, row in enumerate(self._rows) if row.matches(typed)]
        if typed:  # a row whose own text is meant goes before one that is found by other words; sorting is stable
            found.sort(key=lambda number: not Row(self._rows[number].texts[:1]).matches(typed))
        self._shown = found
        self.tree.clear()
        colours = theme.colours()
        for number in found:
            row = self._rows[number]
            item = QTreeWidgetItem(list(row.texts))
            item.setSizeHint(0, self._cell)
            for place in range(len(row.texts)):
                if place or not row.enabled:
                    item.setForeground(place, QBrush(QColor(colours.quiet if row.enabled else colours.disabled)))
            if row.spoken:
                item.setData(0, Qt.ItemDataRole.AccessibleTextRole, row.spoken)
            self.tree.addTopLevelItem(item)
        self.tree.setCurrentIndex(self.tree.model().index(0, 0))
        self._show_hint()

    def _show_hint(self) -> None:
        """Show the hint of the selected row, and announce the row, as the focus stays in the line."""
        number = self.current()
        nothing = self.tr("Nothing is found by these words.")
        row = Row((nothing,), hint=nothing) if number is None else self._rows[number]
        self.hint.setText(row.hint)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.line, row.spoken or row.texts[0]))

    def _accept(self) -> None:
        if (number := self.current()) is not None:
            self.accepted.emit(number)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keys that walk through the list, and Enter, work while the line has the focus."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _WALKING:
                self.tree.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._accept()
                return True
        return False
