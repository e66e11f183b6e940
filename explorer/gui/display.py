"""What Qt needs to open a window, tried before it starts, as it would abort without it."""

import ctypes
import importlib.util
import os
import sys
from pathlib import Path

from explorer.sentences import Sentence
from explorer.validation import Complaint, Refused, refuse

COMMANDS = "summary, export, train, sweep, runs and check work without a window"


def check_start() -> None:
    """Raise Refused for what would make Qt abort without a message."""
    if broken_pyside():
        raise refuse(
            "PySide6", "6.12 on Python 3.11 kills the process: install 'PySide6-Essentials<6.12' or Python 3.12"
        )
    if not sys.platform.startswith("linux"):
        return
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        raise refuse("PySide6", "is not installed; {commands}", commands=COMMANDS)
    plugins = Path(spec.origin).parent / "Qt/plugins/platforms"
    obstacles = []
    for name in _platforms():  # Qt opens the first that it can
        obstacle = _obstacle(name.partition(":")[0], plugins)
        if obstacle is None:
            return
        obstacles.append(obstacle)
    raise Refused(obstacles[0])


def _platforms() -> list[str]:
    """Return the names of the platforms that Qt tries."""
    chosen = [name for name in os.environ.get("QT_QPA_PLATFORM", "").split(";") if name]
    found = [
        name for name, variable in (("xcb", "DISPLAY"), ("wayland", "WAYLAND_DISPLAY")) if os.environ.get(variable)
    ]
    return chosen or found or ["xcb"]


def _obstacle(platform: str, plugins: Path) -> Complaint | None:
    """Return why Qt cannot open windows on the platform, tried as Qt would; only on a display can that be known."""
    if platform.startswith("wayland"):
        plugin, variable, can_connect = plugins / "libqwayland.so", "WAYLAND_DISPLAY", _reaches_wayland
    elif platform == "xcb":
        plugin, variable, can_connect = plugins / "libqxcb.so", "DISPLAY", _reaches_x
    else:
        names = sorted(path.stem.removeprefix("libq") for path in plugins.glob("libq*.so"))
        if not names or platform in names or os.environ.get("QT_QPA_PLATFORM_PLUGIN_PATH"):
            return None
        what = "{name!r} is not one of {names}"
        return _complaint("QT_QPA_PLATFORM", what, name=platform, names=", ".join(names))
    display = os.environ.get(variable, "wayland-0" if can_connect is _reaches_wayland else "")
    if not display:
        what = "not found: use a desktop session, ssh -X or xvfb-run; {commands}"
        return _complaint("display", what, commands=COMMANDS)
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        library = str(error).partition(":")[0]
        packages = "libxcb-cursor0 libegl1" if platform == "xcb" else "libwayland-cursor0 libegl1"
        what = "{library} is missing: on Debian, apt-get install {packages}; {commands}"
        return _complaint("display", what, library=library, packages=packages, commands=COMMANDS)
    if can_connect():
        return None
    what = "{display!r}, the value of {variable}, does not answer: use a desktop session or xvfb-run; {commands}"
    return _complaint("display", what, display=display, variable=variable, commands=COMMANDS)


def _complaint(where: str, what: str, **values: object) -> Complaint:
    return Complaint(where, Sentence(what, values))


def _reaches_x() -> bool:
    """Return whether the X server of DISPLAY accepts a connection."""
    xcb = ctypes.CDLL("libxcb.so.1")  # the plugin has loaded it
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    fault = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not fault


def _reaches_wayland() -> bool:
    """Return whether the compositor of WAYLAND_DISPLAY accepts a connection."""
    wayland = ctypes.CDLL("libwayland-client.so.0")  # the plugin has loaded it
    wayland.wl_display_connect.restype = ctypes.c_void_p
    connection = wayland.wl_display_connect(None)
    if connection:
        wayland.wl_display_disconnect(ctypes.c_void_p(connection))
    return bool(connection)


def broken_pyside() -> bool:
    """Return whether this PySide6 is broken: 6.12 on Python 3.11 loses a reference to None with every void call."""
    import PySide6

    major, minor = map(int, PySide6.__version__.split(".")[:2])
    return (major, minor) >= (6, 12) and sys.version_info < (3, 12)
