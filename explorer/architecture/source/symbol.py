"""Symbol: a whole number with the expression that it is written as. No torch, no Qt.

Blocks are described by arithmetic on widths and strides; with symbols instead of numbers, the same functions write a
block's source.
"""


class Symbol(int):
    """The expression `times` × `text`, with a value to compare by; products and whole quotients stay symbols."""

    text: str
    times: int

    def __new__(cls, value: int, text: str, times: int = 1) -> "Symbol":
        symbol = super().__new__(cls, value)
        symbol.text, symbol.times = text, times
        return symbol

    def __mul__(self, other: int) -> "Symbol":
        return Symbol(int(self) * int(other), self.text, self.times * other)

    __rmul__ = __mul__

    def __floordiv__(self, other: int) -> "Symbol":
        value = int(self) // other
        if self.times % other:
            return Symbol(value, f"{self} // {other}")
        return Symbol(value, self.text, self.times // other)

    def __str__(self) -> str:
        if self.times == 1:
            return self.text
        return f"{self.times} * {self.text}" if self.text.isidentifier() else f"{self.times} * ({self.text})"
