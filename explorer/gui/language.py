"""Turning sentences into what the person reads: translate the template first, then fill in the values."""

from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QLocale

from explorer.architecture.words import Sentence


def say(sentence: Sentence | str) -> str:
    """A sentence of the inner wings in the person's language."""
    if isinstance(sentence, str):
        return QCoreApplication.translate("explorer", sentence)
    values = {key: say(value) if isinstance(value, Sentence) else value for key, value in sentence.values.items()}
    return QCoreApplication.translate("explorer", sentence.text).format(**values)


@lru_cache(maxsize=4096)
def whole(number: int) -> str:
    """11178378 as 11,178,378, in the manner of the person's language."""
    return QLocale().toString(number)


def short(number: float) -> str:
    """11178378 as 11.18 M: three or four figures that still mean something."""
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(number) >= size:
            scaled = number / size
            digits = 2 if abs(scaled) < 100 else 1
            return f"{QLocale().toString(scaled, 'f', digits)} {unit}"
    return QLocale().toString(int(number))


@lru_cache(maxsize=4096)
def memory(size: float) -> str:
    """Bytes as KiB, MiB or GiB."""
    for unit, bytes_ in (("GiB", 2**30), ("MiB", 2**20)):
        if abs(size) >= bytes_:
            return f"{QLocale().toString(size / bytes_, 'f', 1)} {unit}"
    return f"{QLocale().toString(size / 1024, 'f', 1)} KiB" if size >= 1024 else f"{size:.0f} B"


def percent(fraction: float, digits: int = 1) -> str:
    return f"{QLocale().toString(100 * fraction, 'f', digits)} %"


def signed(text: str, number: float) -> str:
    """A difference with its sign: `text` is the number's size in words."""
    return f"{'+' if number > 0 else '−'}{text}"


def clock(seconds: float) -> str:
    """A duration as 00:41 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def about(seconds: float) -> str:
    """A duration that was estimated: about 41 s, about 7 min, about 3.2 h."""
    if seconds < 100:
        return QCoreApplication.translate("explorer", "{n} s").format(n=max(1, round(seconds)))
    if seconds < 5400:
        return QCoreApplication.translate("explorer", "{n} min").format(n=round(seconds / 60))
    return QCoreApplication.translate("explorer", "{n} h").format(n=QLocale().toString(seconds / 3600, "f", 1))
