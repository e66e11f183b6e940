"""`bench start`: how soon the window is painted and answers, beside an empty Qt window.

It continues a session with a long history, as a user's window does.
"""

import json
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.window.measuring import run_apart
from explorer.gui.display import check_start
from explorer.gui.saved_session import DocumentState, SavedSession, SessionFile, Step
from explorer.gui.workspace import LAYERS
from explorer.runs.recipe import Recipe

SPAWNS = 10  # starts of either window
_STEPS = 200  # undo steps of the session
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
        _leave_session(Path(runs) / "state")
        for _ in range(SPAWNS):
            start = time.time()
            marks["bare"].append(float(run_apart("-c", _BARE)) - start)
            start = time.time()
            for name, moment in json.loads(run_apart("-c", _PROBE, runs)).items():
                marks.setdefault(name, []).append(moment - start)
    medians = {f"{name}_s": round(statistics.median(times), 3) for name, times in marks.items()}
    return {**medians, "ratio": round(medians["first_paint_s"] / medians["bare_s"], 2), "spawns": SPAWNS}


def _leave_session(folder: Path) -> None:
    """Leave a session in `folder` with the chapter's network, edited many times, and a baseline."""
    first = preset(DEFAULT)
    designs = [first.with_stage(0, blocks=2 + number % 2) for number in range(1, _STEPS + 1)]
    steps = tuple(Step(f"Stage 1: Blocks {design.stages[0].blocks}", design) for design in designs)
    document = DocumentState(first, steps, index=_STEPS, clean_index=-1, baseline=first)
    file = SessionFile(folder)
    file.write(SavedSession(document, page=LAYERS, recipe=Recipe()))
    file.close()
