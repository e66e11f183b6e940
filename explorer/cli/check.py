"""`check`: what is installed on this machine, what is missing, and how to get it. No Qt."""

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from explorer.cli.columns import grid
from explorer.runs.catalogue import CATALOGUE, data_sets
from explorer.runs.events import Device
from explorer.validation import Refused

PACKAGES = {  # what each package is for
    "PySide6-Essentials": "the window",
    "pyqtgraph": "the window's plots",
    "torch": "training and --verify",
    "torchvision": "training",
    "torchinfo": "training and --verify",
    "numpy": "training",
    "safetensors": "training",
    "pydantic": "reading designs",
    "platformdirs": "finding the folder of runs",
    "filelock": "training",
    "nvidia-ml-py": "the state of an NVIDIA card",
}


class Missing(NamedTuple):
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What `check` finds; `versions` has None for a missing package, `data` are the names of the data sets found."""

    versions: dict[str, str | None]
    devices: tuple[Device, ...]
    window: bool
    data: tuple[str, ...]
    missing: tuple[Missing, ...]


def examine() -> Findings:
    """Look for everything that this program can use."""
    versions = {"Python": platform.python_version(), **{name: _installed_version(name) for name in PACKAGES}}
    devices = _found_devices() if versions["torch"] else ()
    data = tuple(each.name for each in data_sets() if each.path.exists())
    window = tuple(missing_for_window()) if versions["PySide6-Essentials"] else ()
    missing = (*missing_packages(versions), *unusable_cards(devices), *window, *_missing_data(data))
    can_open = versions["PySide6-Essentials"] is not None and not window
    return Findings(versions=versions, devices=devices, window=can_open, data=data, missing=missing)


def _installed_version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _found_devices() -> tuple[Device, ...]:
    from explorer.engine.devices import list_devices

    return list_devices()


def missing_packages(versions: dict[str, str | None]) -> Iterator[Missing]:
    for name, use in PACKAGES.items():
        if versions[name] is None:
            yield Missing(name, f"needed for {use}; run {Path(sys.executable).name} -m pip install {name}")


def unusable_cards(devices: tuple[Device, ...]) -> Iterator[Missing]:
    for device in devices:
        if device.note:
            yield Missing(device.name, f"an NVIDIA card was found, but this torch cannot use it: {device.note}")


def missing_for_window() -> Iterator[Missing]:
    """Yield what keeps the window from opening, as its own start finds it."""
    from explorer.gui.display import check_start

    try:
        check_start()
    except Refused as refused:
        yield from (Missing(where, what) for where, what in refused.complaints)


def _missing_data(found: tuple[str, ...]) -> Iterator[Missing]:
    if absent := [name for name in CATALOGUE if name not in found]:
        yield Missing("data sets", f"run main.py data get NAME for {' or '.join(absent)}")


def findings_text(findings: Findings) -> str:
    rows = [(name, number or "not installed") for name, number in findings.versions.items()]
    rows += [(device.id, f"{device.name}, {device.memory / 2**30:.0f} GiB") for device in findings.devices]
    rows.append(("window", "can open" if findings.window else "cannot open"))
    rows += [("data", name) for name in findings.data]
    rows += [("missing", f"{what}: {advice}") for what, advice in findings.missing]
    return grid(rows, "<<")
