"""The language of the window: choosing one, and writing sentences, numbers and times in it.

A template is translated first, then its values are filled in. The texts are English in the source; the other languages
are in resources/translations.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QSettings, QTranslator
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication

from explorer.resources import resource
from explorer.sentences import LANGUAGES, Sentence, translatable

_LANGUAGES = ("system", *LANGUAGES)
_SOURCE = "en"  # the language of the texts in the source
# Chinese and Japanese draw the same character differently; without a named font, Linux may take the Japanese form.
_HAN_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei UI", "PingFang SC")


def saved_language() -> str:
    language = str(QSettings().value("language", "system"))
    return language if language in _LANGUAGES else "system"


def chosen_language() -> str:
    """Return the language that was applied last, which may be `system`."""
    app = QCoreApplication.instance()
    assert app is not None
    return str(app.property("language") or "system")


def spoken_language(language: str) -> str:
    """Return the language of the texts: `language` itself, or for `system` the first of the system's that we have."""
    if language != "system":
        return language
    available = (QLocale.Language.English, QLocale.Language.Chinese)
    locales = (locale for locale in map(QLocale, QLocale.system().uiLanguages()) if locale.language() in available)
    first = next(locales, QLocale(_SOURCE))
    return "zh_CN" if first.script() == QLocale.Script.SimplifiedHanScript else _SOURCE


def _locale_of(language: str) -> QLocale:
    """Return the locale that numbers are written in; the C locale is replaced, as it has no group separators."""
    system = QLocale.system()
    if language == "system" and system.language() != QLocale.Language.C:
        return system
    spoken = spoken_language(language)
    return QLocale("en_US" if spoken == _SOURCE else spoken)


def apply_language(language: str) -> None:
    """Use `language` from now on for our texts, the texts of Qt's dialogs, and numbers.

    Texts that are already on the screen stay as they are.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setProperty("language", language)
    QLocale.setDefault(_locale_of(language))
    whole.cache_clear()
    memory.cache_clear()
    for translator in app.findChildren(QTranslator):
        app.removeTranslator(translator)
        translator.deleteLater()
    spoken = spoken_language(language)
    _choose_fonts(app, spoken)
    if spoken == _SOURCE:
        return
    for name, folder in (
        (f"qtbase_{spoken}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)),
        (spoken, str(resource("translations"))),
    ):
        translator = QTranslator(app)
        if translator.load(name, folder):
            app.installTranslator(translator)


def _choose_fonts(app: QApplication, spoken: str) -> None:
    """Add fonts for Chinese after the system's font, which still draws Latin letters and figures."""
    font = app.font()
    if spoken == "zh_CN":
        font.setFamilies([QFontInfo(font).family(), *_HAN_FONTS])
        app.setFont(font)
    elif len(font.families()) > 1:
        font.setFamilies(font.families()[:1])
        app.setFont(font)


def plain(text: str) -> str:
    """Return the text of an action or a menu without the mark of its mnemonic and without line breaks."""
    return re.sub(r"\(&\w\)|&", "", text).replace("\n", " ")


def original(text: str) -> str:
    """Return the English that a text of an action or a menu is translated from, or `text` if it is not known."""
    return _sources(spoken_language(chosen_language())).get(plain(text), plain(text))


@lru_cache(maxsize=2)
def _sources(spoken: str) -> dict[str, str]:
    """Return the texts of the source by their translations; several that are translated alike are joined."""
    from xml.etree import ElementTree  # the first paint does not wait for it

    path = resource("translations", f"{spoken}.ts")
    found: dict[str, str] = {}
    if spoken != _SOURCE:
        for message in ElementTree.parse(path).getroot().iter("message"):
            source, translation = (plain(message.findtext(name) or "") for name in ("source", "translation"))
            found[translation] = f"{found[translation]} {source}" if translation in found else source
    return found


def say(text: str) -> str:
    """Return a sentence, or a marked text without values, in the language of the window."""
    if not isinstance(text, Sentence):
        return QCoreApplication.translate("", text)
    values = {key: say(value) if isinstance(value, Sentence) else value for key, value in text.values.items()}
    return Sentence(QCoreApplication.translate("", text.template), values)


@lru_cache(maxsize=4096)
def whole(number: int) -> str:
    """Return a whole number with the separators of the user's language: 11178378 as 11,178,378."""
    return QLocale().toString(number)


_UNITS = (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3))


def short(number: float) -> str:
    """Return a number with three or four significant digits and a unit: 11178378 as 11.18 M."""
    for unit, size in _UNITS:
        if abs(number) >= size:
            scaled = number / size
            digits = 2 if abs(scaled) < 100 else 1
            return f"{QLocale().toString(scaled, 'f', digits)} {unit}"
    return QLocale().toString(int(number))


def in_one_unit(numbers: Iterable[int]) -> tuple[str, list[str]]:
    """Return the unit of the smallest of whole `numbers`, or none, and all of them in it, with as many decimals."""
    numbers = list(numbers)
    unit, size = next(((unit, size) for unit, size in _UNITS if min(numbers) >= size), ("", 1.0))
    decimals = 2 if unit and min(numbers) < 100 * size else 1 if unit else 0
    return unit, [QLocale().toString(number / size, "f", decimals) for number in numbers]


@lru_cache(maxsize=4096)
def memory(size: float) -> str:
    """Return a size in bytes as B, KiB, MiB or GiB."""
    for unit, bytes_ in (("GiB", 2**30), ("MiB", 2**20)):
        if abs(size) >= bytes_:
            return f"{QLocale().toString(size / bytes_, 'f', 1)} {unit}"
    return f"{QLocale().toString(size / 1024, 'f', 1)} KiB" if size >= 1024 else f"{size:.0f} B"


def percent(fraction: float, digits: int = 1) -> str:
    return f"{QLocale().toString(100 * fraction, 'f', digits)} %"


def signed(text: str, number: float) -> str:
    """Return `text`, the absolute value of `number` as text, with the sign of `number`."""
    return f"{'+' if number > 0 else '−'}{text}"


def clock(seconds: float) -> str:
    """Return a duration in seconds as 00:41 or 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def about(seconds: float) -> str:
    """Return an estimated duration in seconds with few digits: 41 s, 7 min, 3.2 h."""
    if seconds < 100:
        return say(translatable("{n} s")).format(n=max(1, round(seconds)))
    if seconds < 5400:
        return say(translatable("{n} min")).format(n=round(seconds / 60))
    return say(translatable("{n} h")).format(n=QLocale().toString(seconds / 3600, "f", 1))
