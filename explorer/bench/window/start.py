"""`bench start`: how soon the window is painted and answers, beside an empty Qt window."""

import json
import statistics
import time
from tempfile import TemporaryDirectory

from explorer.bench.window.measuring import run_apart
from explorer.gui.display import check_start

SPAWNS = 10  # starts of either window
_PROBE = """
import sys
from pathlib import Path
import explorer.cli  # imported first, as `main.py` does
from explorer.bench.window.opening import watch_opening
print(watch_opening(Path(sys.argv[1])))
"""
_BARE = """
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
    """Measure seconds from spawn to first paint, of a bare window too, slider's answer, plots and warm worker."""
    check_start()
    marks: dict[str, list[float]] = {"bare": []}
    with TemporaryDirectory() as runs:
        for _ in range(SPAWNS):
            start = time.time()
            marks["bare"].append(float(run_apart("-c", _BARE)) - start)
            start = time.time()
            for name, moment in json.loads(run_apart("-c", _PROBE, runs)).items():
                marks.setdefault(name, []).append(moment - start)
    medians = {f"{name}_s": round(statistics.median(times), 3) for name, times in marks.items()}
    return {**medians, "ratio": round(medians["first_paint_s"] / medians["bare_s"], 2), "spawns": SPAWNS}
