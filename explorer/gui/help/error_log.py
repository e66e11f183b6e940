"""The file of errors that nobody expected, which the window goes on after."""

from datetime import datetime
from pathlib import Path

from explorer.paths import expand_user, user_folder


def error_log() -> Path:
    return user_folder("log") / "errors.log"


def log_error(text: str) -> None:
    """Append `text` with the time. Raises OSError and Refused."""
    path = expand_user("log", error_log())
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}\n{text}\n")


def last_errors(lines: int) -> str:
    """Return the last `lines` of the file; empty if there is none, or if it cannot be read."""
    try:
        text = error_log().read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.rstrip().splitlines()[-lines:])
