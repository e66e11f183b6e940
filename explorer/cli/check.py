"""`check`: what is installed on this machine, what is missing, and how to get it. No Qt."""

import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from explorer.cli.columns import grid
from explorer.runs.data.catalogue import CATALOGUE, data_sets
from explorer.runs.events import Device
from explorer.runs.findings import Findings, Missing
from explorer.runs.versions import PACKAGES, installed_version
from explorer.sentences import LANGUAGES, Sentence, translatable
from explorer.validation import Refused


def examine() -> Findings:
    """Look for everything that this program can use."""
    versions = {"Python": platform.python_version(), **{name: installed_version(name) for name in PACKAGES}}
    devices = _found_devices() if versions["torch"] else ()
    data = tuple(each.name for each in data_sets() if each.path.exists())
    window = tuple(missing_for_window()) if versions["PySide6-Essentials"] else ()
    missing = (*missing_packages(versions), *unusable_cards(devices), *window, *_missing_data(data))
    can_open = versions["PySide6-Essentials"] is not None and not window
    lessons = tuple(_faulty_lessons())
    return Findings(versions=versions, devices=devices, window=can_open, data=data, missing=missing, lessons=lessons)


def _found_devices() -> tuple[Device, ...]:
    from explorer.engine.devices import list_devices

    return list_devices()


def missing_packages(versions: dict[str, str | None]) -> Iterator[Missing]:
    for name, use in PACKAGES.items():
        if versions[name] is None:
            what = translatable("needed for {use}; run {python} -m pip install {name}")
            values = {"use": Sentence(use), "python": Path(sys.executable).name, "name": name}
            yield Missing(name, Sentence(what, values))


def unusable_cards(devices: tuple[Device, ...]) -> Iterator[Missing]:
    for device in devices:
        if device.note:
            what = translatable("an NVIDIA card was found, but this torch cannot use it: {reason}")
            yield Missing(device.name, Sentence(what, {"reason": device.note}))


def missing_for_window() -> Iterator[Missing]:
    """Yield what keeps the window from opening, as its own start finds it."""
    from explorer.gui.display import check_start

    try:
        check_start()
    except Refused as refused:
        yield from (Missing(where, what) for where, what in refused.complaints)


def _missing_data(found: tuple[str, ...]) -> Iterator[Missing]:
    if absent := [name for name in CATALOGUE if name not in found]:
        what = translatable("run main.py data get NAME for {names}")
        yield Missing("data sets", Sentence(what, {"names": ", ".join(absent)}))


def _faulty_lessons() -> Iterator[Missing]:
    """Yield what is wrong with the lessons that the user has written, each problem by itself."""
    from explorer.gui.lessons.lesson_file import is_own, lesson_files, load_lesson

    for name, path in lesson_files(next(iter(LANGUAGES))).items():
        try:
            if is_own(name):
                load_lesson(path)
        except Refused as refused:
            yield from (Missing(where, what) for where, what in refused.complaints)


def findings_text(findings: Findings) -> str:
    return grid(list(findings.rows()), "<<")
