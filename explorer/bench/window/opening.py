"""The window opened once as a user opens it, with the time at which each part of it becomes ready.

What only the measurement needs is imported after the first paint, so as not to delay it.
"""

import json
import time
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt

from explorer.gui.app import open_session
from explorer.gui.workspace import CURVES


def watch_opening(runs: Path) -> str:
    """Open the window and return when its parts were ready, in seconds since 1970, as JSON."""
    moments: dict[str, float] = {}

    def note_paint() -> None:
        moments["first_paint"] = time.time()
        loop.quit()

    session = open_session(None, runs, state=runs / "state")
    session.painted.connect(note_paint)
    loop = QEventLoop()
    loop.exec()

    from PySide6.QtTest import QTest

    from explorer.bench.window.measuring import wait, wait_complete

    wait(lambda: session.window.has_controls)
    before = session.document.plan
    QTest.keyClick(session.window.editor.editors[0].sliders["blocks"], Qt.Key.Key_Right)
    wait(lambda: session.document.plan != before)
    moments["slider"] = time.time()
    wait_complete(session)
    session.window.pages.show_page(CURVES)
    moments["plots"] = time.time()
    wait(lambda: session.pool.workers[0].hello)
    moments["worker"] = time.time()
    session.window.close()
    wait(lambda: not session.pool.workers[0].process.is_running())
    return json.dumps(moments)
