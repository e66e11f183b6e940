"""A window with a worker that the test plays, and a folder of images that is chosen in it."""

from pathlib import Path

import pytest

from explorer.gui.data.data_state import DataState
from explorer.gui.data.page import DataPage
from explorer.gui.session import Session
from explorer.gui.workspace import DATA
from explorer.runs.questions.data import Scan
from tests.events import settle
from tests.gui.data.made_data import made_scan, make_folder
from tests.gui.scripted_workers import Played


@pytest.fixture(autouse=True)
def own_decisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decisions of a test go into its own folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def played(session: Session, monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(session.pool.workers[0], monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "animals")


@pytest.fixture
def state(session: Session, played: Played, folder: Path) -> DataState:
    """The state of the folder, which is being scanned."""
    session.workspace.choice.use_data(str(folder))
    scans(session, played)
    return session.workspace.data_state


@pytest.fixture
def page(session: Session, played: Played, state: DataState) -> DataPage:
    """The page of the folder, once it has been scanned."""
    session.window.resize(1440, 900)
    session.window.pages.show_page(DATA)
    settle()
    played.answer(played.asked(Scan)[-1], made_scan())
    settle()
    found = session.window.pages.current
    assert isinstance(found, DataPage)
    return found


def scans(session: Session, played: Played) -> list[Scan]:
    """The scans that the worker has been asked for, with the one that waits until nothing has changed for a moment."""
    timer = session.workspace.data_state._timer
    if timer.isActive():
        timer.timeout.emit()
    return played.asked(Scan)
