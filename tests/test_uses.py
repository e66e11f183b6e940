"""What the program is opened for, each use as a script of clicks in the real window with the real worker.

They take minutes, so they stand apart from the other tests: `uv run pytest -m uses -s`. Each prints the seconds that a
person would have waited; on a shared machine these say little by themselves.
"""

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from explorer.architecture.presets import preset
from explorer.gui.training.setup.data_box import FOLDER
from explorer.gui.widgets.text.language import apply_language, say
from explorer.runs.events import Finished
from explorer.runs.formats import FORMATS
from tests.clicks import (
    choose_by_keys,
    choose_preset,
    click,
    click_choice,
    curves,
    run_button,
    tab_to,
    type_path,
)
from tests.gui.design.test_block_view import open_block

pytestmark = [pytest.mark.uses, pytest.mark.timeout(900)]
TRAINING = 600_000  # milliseconds that an epoch, or as much of one as a sight needs, may take
WORDS = {"en": {"start": "and start", "plain": "plain"}, "zh_CN": {"start": "开始", "plain": "普通"}}


@pytest.fixture(params=["en", "zh_CN"])
def language(request, qapp):
    apply_language(request.param)
    yield request.param
    apply_language("en")


@pytest.fixture(autouse=True)
def all_cores(monkeypatch):
    """As a person's worker has them; those of the other tests have one thread each."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name)


@pytest.fixture
def clock():
    begin = time.monotonic()
    return lambda words: print(f"\n    {words} {time.monotonic() - begin:.1f} s", end="")


def test_studying_the_chapter(open_session, qtbot, language, clock):
    """A first edit, a block opened, trained at the data's size until it is validated."""
    session = open_session(warm=True)
    window, document, client = session.window, session.document, session.pool.workers[0]
    qtbot.keyClick(window.editor.editors[2].sliders["blocks"], Qt.Key.Key_Right)
    assert document.plan.depth == 20
    assert "20" in window.totals.text
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.design == preset("d2l-resnet18")

    open_block(session, qtbot, "layer2.0")
    page = window.pages.current
    assert page.isVisible()
    assert page.figure.block.name == "layer2.0"
    assert "128×12×12" in page.title.text()
    assert page.source.toPlainText().startswith("class ")
    qtbot.keyClick(page, Qt.Key.Key_Escape)

    qtbot.waitUntil(lambda: client.hello is not None)
    assert WORDS[language]["start"] in window.training.start.text()
    clock("studying: ready to start after")
    click(qtbot, window.training.start)
    assert document.design.input == (1, 28, 28)
    begin = time.monotonic()
    qtbot.waitUntil(lambda: bool(client.run.step))
    print(f"\n    first point {time.monotonic() - begin:.1f} s", end="")
    qtbot.waitUntil(lambda: bool(client.run.epoch), timeout=TRAINING)
    print(f"\n    first validation {time.monotonic() - begin:.1f} s after Start", end="")
    assert client.run.epoch.validation_accuracy > 0.4
    stop(session, qtbot)


def test_teaching_the_degradation(open_session, qtbot, language, clock):
    """Three clicks: a preset, and Start with its twin; the two curves part before everyone's eyes."""
    session = open_session(warm=True)
    client = session.pool.workers[0]
    choose_preset(session, qtbot, "deep-plain-56")
    qtbot.waitUntil(lambda: session.document.design == preset("deep-plain-56"))
    qtbot.waitUntil(lambda: client.hello is not None)
    click_choice(session, qtbot, "twin")

    def apart() -> bool:
        """Over the last points seen, the residual network is right far more often."""
        if len(client.live) < 2 or min(run.curves.train.count for run in client.live) < 40:
            return False
        plain, residual = (run.curves.train.column(2)[-20:].mean() for run in client.live)
        return residual - plain > 0.2

    begin = time.monotonic()
    qtbot.waitUntil(apart, timeout=TRAINING)
    print(f"\n    teaching: curves apart {time.monotonic() - begin:.1f} s after the click", end="")
    designs = [run.design for run in client.live]
    assert {design.shortcut for design in designs} == {"none", "pad"}
    qtbot.waitUntil(lambda: len([line for line in curves(session).lines if line.live]) == 2)
    stop(session, qtbot)
    assert len(session.workspace.run_history.runs) == 2


def test_choosing_a_network(open_session, qtbot, language, clock):
    """Three presets compared with a pinned one, the source copied, a run begun."""
    session = open_session(warm=True)
    window, document = session.window, session.document
    choose_preset(session, qtbot, "cifar-resnet20")
    qtbot.waitUntil(lambda: document.design == preset("cifar-resnet20"))
    window.orders.pin.trigger()
    for name, change in (("cifar-resnet32", "+194.4 k"), ("cifar-resnet56", "+583.3 k"), ("mini", "−192.0 k")):
        choose_preset(session, qtbot, name)
        qtbot.waitUntil(lambda name=name: document.design == preset(name))
        assert change in window.totals.text
    window.orders.copy_source.trigger()
    source = QGuiApplication.clipboard().text()
    compile(source, "copied", "exec")
    assert "def build() -> nn.Module:" in source
    qtbot.waitUntil(lambda: session.pool.workers[0].hello is not None)
    click(qtbot, window.training.start)
    qtbot.waitUntil(lambda: session.pool.workers[0].run.curves.train.count >= 3)
    clock("choosing: everything done after")
    stop(session, qtbot)
    assert session.workspace.run_history.runs[0].design == preset("mini")
    QApplication.clipboard().clear()


def test_by_keyboard_alone(open_session, qtbot, language, clock, tmp_path):
    """A preset, two sliders, a folder of images, a recipe, a whole run, and the source in a file, without the mouse."""
    session = open_session(warm=True)
    window, document, client = session.window, session.document, session.pool.workers[0]
    window.resize(1280, 720)

    def activate() -> None:
        """As a window manager does, also after a dialog."""
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)

    def open_menu(key: Qt.Key) -> None:
        qtbot.keyClick(window, key, Qt.KeyboardModifier.AltModifier)

    activate()
    open_menu(Qt.Key.Key_D)
    choose_by_keys(qtbot, lambda entry: entry is window.menus.presets.menuAction())
    choose_by_keys(qtbot, lambda entry: entry.objectName() == "mini")
    assert document.design == preset("mini")

    qtbot.keyClick(tab_to(qtbot, session, "blocks1"), Qt.Key.Key_Right)
    qtbot.keyClick(tab_to(qtbot, session, "width1"), Qt.Key.Key_Right)
    first, before = document.design.stages[0], preset("mini").stages[0]
    assert first.blocks == before.blocks + 1
    assert first.width > before.width

    data = tab_to(qtbot, session, "data")
    type_path(qtbot, str(made_images(tmp_path / "shades")))
    qtbot.keyClick(data, Qt.Key.Key_Down)  # which opens the list
    for _ in range(data.findData(FOLDER) - data.currentIndex()):
        qtbot.keyClick(data.view(), Qt.Key.Key_Down)
    qtbot.keyClick(data.view(), Qt.Key.Key_Return)
    activate()
    assert session.workspace.choice.data.class_names == ("dark", "light")
    recipe = tab_to(qtbot, session, "recipe")
    for _ in range(recipe.findData("degradation") - recipe.currentIndex()):
        qtbot.keyClick(recipe, Qt.Key.Key_Down)
    epochs = session.workspace.choice.recipe.epochs

    qtbot.waitUntil(lambda: client.hello is not None)
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert document.design.classes == 2
    qtbot.waitUntil(lambda: client.run is not None and client.run.outcome is not None, timeout=TRAINING)
    assert isinstance(client.run.outcome, Finished)
    assert client.run.epoch.epoch == epochs
    assert session.workspace.run_history.runs[0].design == document.design

    type_path(qtbot, str(tmp_path / "net.py"))
    open_menu(Qt.Key.Key_F)
    choose_by_keys(qtbot, lambda entry: entry is window.menus.export.menuAction())
    choose_by_keys(qtbot, lambda entry: entry.text().startswith(say(FORMATS["python"].of_design)))
    source = (tmp_path / "net.py").read_text(encoding="utf-8")
    compile(source, "net.py", "exec")
    assert "def build() -> nn.Module:" in source
    assert (window.width(), window.height()) == (1280, 720)
    clock("by keyboard: everything done after")


def made_images(folder: Path) -> Path:
    """A folder of 28×28 images of two classes, dark and light."""
    random = np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 128)):
        (folder / name).mkdir(parents=True)
        for number in range(200):
            pixels = random.integers(low, low + 128, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def stop(session, qtbot) -> None:
    with qtbot.waitSignal(session.pool.workers[0].run_ended):
        click(qtbot, run_button(session, "stop"))
    assert session.pool.workers[0].message == ""
