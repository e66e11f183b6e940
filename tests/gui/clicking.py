"""A window whose user clicks without end, run as a program that is killed: `python -m tests.gui.clicking`.

Each line that it prints is JSON: what the window shows at first, what it shows after each edit, and with `saved` how
many of these lines are known to be on the disk. An edit is completed when the window shows it and its file holds it.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider

from explorer.architecture.notation import design_table
from explorer.architecture.presets import preset
from explorer.bench.window.measuring import wait
from explorer.gui.app import open_session
from explorer.gui.saved_session import SavedSession
from explorer.gui.session import Session
from explorer.gui.workspace import BLOCK, LAYERS
from explorer.runs.folder.survey import list_runs

PRESETS = ("mini", "resnet18", "resnet50", "cifar-resnet20", "wrn-16-8")


def said(session: SavedSession) -> dict[str, object]:
    """What must be there again, in plain values."""
    document = session.document
    return {
        "design": design_table(document.design),
        "baseline": document.baseline and design_table(document.baseline),
        "steps": [step.label for step in document.steps],
        "index": document.index,
        "selection": document.selection,
        "page": session.page,
        "epochs": session.recipe.epochs,
    }


def say(**values: object) -> None:
    print(json.dumps(values), flush=True)


def drag(session: Session, chance: random.Random) -> None:
    """Drag a slider to and fro, slower than what is saved settles; the drag is completed when it is released."""
    slider: QSlider = chance.choice(session.window.editor.editors).sliders["blocks"]
    slider.ensurePolished()
    places = [QPoint(chance.randrange(slider.width()), slider.height() // 2) for _ in range(4)]
    handle = QPoint(round(slider.sliderPosition() / slider.maximum() * slider.width()), slider.height() // 2)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle)
    for place in places:
        QTest.mouseMove(slider, place)
        QTest.qWait(60)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=places[-1])


def edits(session: Session, chance: random.Random) -> list[Callable[[], object]]:
    window, document = session.window, session.document
    editors = window.editor.editors
    return [
        lambda: drag(session, chance),
        lambda: QTest.keyClick(chance.choice(editors).sliders["width"], Qt.Key.Key_Right),
        lambda: document.propose(preset(chance.choice(PRESETS)), "Preset"),
        lambda: document.propose(document.design.change(name=f"Mine {chance.randrange(99)}"), "Name"),
        window.orders.undo.trigger,
        window.orders.redo.trigger,
        window.orders.pin.trigger,
        lambda: document.select(chance.choice(["layer1", "layer1.0", "stem", ""])),
        lambda: window.pages.show_page(chance.choice([LAYERS, BLOCK])),
        lambda: window.training.form.controls["epochs"].box.setValue(chance.randrange(50, 90)),
    ]


def click_until_killed(folder: Path, seed: int, trains: bool) -> None:
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(folder / "settings"))
    chance = random.Random(seed)
    session = open_session(None, folder / "runs", "en", state=folder / "state")
    session.warm = trains
    wait(lambda: session.complete)
    say(shown=said(session.workspace.state()))
    if trains:
        session.document.propose(preset("mini"), "Preset")
        session.workspace.choice.use_recipe(session.workspace.choice.recipe.change(epochs=99, device="cpu"))
        session.window.orders.start.trigger()
        wait(lambda: session.pool.shown.run is not None and session.pool.shown.run.step)
        say(run=session.pool.shown.run.id)
    while True:
        chance.choice(edits(session, chance))()
        state = session.workspace.state()
        say(shown=said(state))
        wait(lambda state=state: said(session._file.read()) == said(state))
        say(saved=True, runs=len(list_runs(folder / "runs")))


if __name__ == "__main__":
    click_until_killed(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] == ["train"])
