"""Tables on the clipboard, as tab-separated text and as HTML, for spreadsheets and for documents."""

from collections.abc import Iterable, Sequence
from html import escape

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication


def copy_table(rows: Iterable[Sequence[str]]) -> None:
    """Copy rows of cells, the first of which are the headings."""
    lines = list(rows)
    data = QMimeData()
    data.setText("\n".join("\t".join(line) for line in lines))
    cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    data.setHtml(f"<table>{cells}</table>")
    QGuiApplication.clipboard().setMimeData(data)
