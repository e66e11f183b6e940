"""`bench start`: how soon the window is there and answers, beside a bare one."""

import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from explorer.architecture.presets import DEFAULT, preset
from explorer.gui.app import check_start, make_application
from explorer.gui.bench import run_apart, wait
from explorer.gui.session import Session

SPAWNS = 10
PROBE = """
import json
from explorer.gui.bench_start import probe_start
print(json.dumps(probe_start()))
"""
BARE = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: (print(time.time(), flush=True), app.quit()))
        return False
app = QApplication([])
app.setStyle("Fusion")
window = QMainWindow()
window.resize(1440, 900)
watch = Watch()
window.installEventFilter(watch)
window.show()
app.exec()
"""


def bench_start() -> dict[str, object]:
    """Spawn to first paint beside a bare window, then a slider's answer, the plots and the warm worker; seconds."""
    check_start()
    marks: dict[str, list[float]] = {"bare": []}
    for _ in range(SPAWNS):
        begin = time.time()
        marks["bare"].append(float(run_apart("-c", BARE)) - begin)
        begin = time.time()
        for name, moment in json.loads(run_apart("-c", PROBE)).items():
            marks.setdefault(name, []).append(moment - begin)
    medians = {f"{name}_s": round(statistics.median(times), 3) for name, times in marks.items()}
    return {**medians, "ratio": round(medians["first_paint_s"] / medians["bare_s"], 2), "spawns": SPAWNS}


def probe_start() -> dict[str, float]:
    """Open the window once and note the clock at each thing that becomes ready."""
    make_application()
    moments: dict[str, float] = {}
    with TemporaryDirectory() as runs:
        session = Session(preset(DEFAULT), Path(runs))
        window = session.window
        session.painted.connect(lambda: moments.setdefault("first_paint", time.time()))
        window.show()
        wait(lambda: "first_paint" in moments)
        wait(lambda: window.is_furnished)
        before = session.document.plan
        QTest.keyClick(window.editor.editors[0].sliders["blocks"], Qt.Key.Key_Right)
        wait(lambda: session.document.plan != before)
        moments["slider"] = time.time()
        wait(lambda: session.complete)
        moments["plots"] = time.time()
        wait(lambda: session.trainer.hello)
        moments["worker"] = time.time()
        window.close()
        wait(lambda: not session.trainer.process.is_running())
    return moments
