"""Bring zh_CN.ts up to date with the source and make zh_CN.qm of it.

`uv run python resources/translations/update.py` finds every text, keeps the translations there are and says how many
are missing. Translate what is marked "unfinished" in zh_CN.ts, by hand or with Qt Linguist, and run it again: the
tests refuse an unfinished entry, a .ts that lacks a text of the source, and a .qm that is not made of the .ts.
"""

import subprocess
from pathlib import Path

import PySide6

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "explorer"
TOOLS = Path(PySide6.__file__).parent
ALIAS = ("-tr-function-alias", "QT_TR_NOOP+=translatable")  # how texts are marked where there is no Qt


def find_texts(ts: Path) -> None:
    """Write the texts of the source to `ts`, with the translations that it holds already."""
    sources = sorted(map(str, SOURCE.rglob("*.py")))
    tool("lupdate", *sources, "-no-obsolete", "-sort-messages", "-locations", "none", *ALIAS, "-ts", str(ts))


def release(ts: Path, qm: Path) -> None:
    """Make the file that the window loads."""
    tool("lrelease", str(ts), "-qm", str(qm))


def tool(name: str, *arguments: str) -> None:
    subprocess.run([next(TOOLS.glob(f"{name}*")), *arguments], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    ts = HERE / "zh_CN.ts"
    find_texts(ts)
    release(ts, ts.with_suffix(".qm"))
    print(ts.read_text(encoding="utf-8").count('type="unfinished"'), "texts to translate")
