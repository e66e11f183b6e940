"""PythonColours: keywords, strings and comments of Python source, each in a colour of the palette."""

import keyword
import re
from typing import NamedTuple

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextDocument

from explorer.gui.widgets.look import theme

_QUOTES = '"""'
_WORDS = re.compile(rf"(?P<quiet>#.*)|(?P<string>\"[^\"]*\")|\b(?P<accent>{'|'.join(keyword.kwlist)})\b")


class _Piece(NamedTuple):
    start: int
    length: int
    colour: str


class PythonColours(QSyntaxHighlighter):
    """Colours the source in `document`; docstrings may run over several lines."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)

    def highlightBlock(self, text: str, /) -> None:
        pieces, inside = _pieces(text, self.previousBlockState() == 1)
        self.setCurrentBlockState(int(inside))
        for start, length, colour in pieces:
            self.setFormat(start, length, QColor(colour))


def _pieces(text: str, inside: bool) -> tuple[list[_Piece], bool]:
    """Return the coloured pieces of a line that starts `inside` a docstring or not, and whether the next one does."""
    colours, pieces, start = theme.colours(), [], 0
    for number, part in enumerate(text.split(_QUOTES)):
        if number:
            inside = not inside
            pieces.append(_Piece(start - len(_QUOTES), len(_QUOTES), colours.quiet))
        if inside:
            pieces.append(_Piece(start, len(part), colours.quiet))
        else:
            for found in _WORDS.finditer(part):
                colour = {"quiet": colours.quiet, "string": colours.warning, "accent": colours.accent}
                pieces.append(_Piece(start + found.start(), len(found[0]), colour[str(found.lastgroup)]))
        start += len(part) + len(_QUOTES)
    return pieces, inside
