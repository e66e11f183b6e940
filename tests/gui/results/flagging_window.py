"""A window in a process of its own that flags images by real clicks, reports each, and waits to be killed.

python -m tests.gui.results.flagging_window RUNS RUN FOLDER
"""

import sys
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from explorer.architecture.presets import preset
from explorer.gui.app import make_application
from explorer.gui.results.decisions.flag_orders import FlagOrders
from explorer.gui.session import Session
from tests.clicks import click
from tests.conftest import keep_settings_in
from tests.events import settle

FLAGS = 20


def flag(runs: Path, run: str, settings: Path) -> None:
    keep_settings_in(settings)
    app = make_application()
    session = Session(preset("mini"), runs, warm=False)
    session.window.show()
    while not session.complete:
        app.processEvents()
    workspace = session.workspace
    state = workspace.results_state
    row = FlagOrders(state, workspace.decided_images, workspace.choice, session.window.orders)
    row.setParent(session.window)
    row.resize(row.sizeHint())
    row.show()
    workspace.run_history.reload()
    workspace.run_history.choose([run])
    while not row.images.decided:
        app.processEvents()

    def press(name: str, *files: str) -> None:
        state.select(files)
        settle()
        click(QTest, row.findChild(QPushButton, name))

    for number in range(FLAGS):
        name = "leave_out_results" if number % 2 else "exclude_results"
        press(name, f"cat/{number:03}.jpg")
        print(f"cat/{number:03}.jpg", flush=True)
    row._move(("dog/001.jpg",), "owl")  # as the dialog does
    press("leave_out_results", "dog/000.jpg")
    press("undo_results", "dog/000.jpg")
    print("undone", flush=True)
    app.exec()


if __name__ == "__main__":
    flag(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
