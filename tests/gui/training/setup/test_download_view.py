"""The download of a data set in the window: offered, under way, ended in every way."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from explorer.gui.widgets.text.language import memory
from explorer.gui.workers import data_download
from explorer.gui.workers.data_download import DownloadState
from explorer.runs.data import download as runs_download
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.launch import launch_local
from tests import published
from tests.file_server import FileServer
from tests.gui.scripted_workers import SPEAK

FILES = published.idx_files()
TOTAL = sum(map(len, FILES.values()))


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """The folder of data sets and addresses: MNIST, KMNIST and the others are not here."""
    published.use_folders(monkeypatch, tmp_path)
    published.publish_idx(monkeypatch, "kmnist", FILES)
    published.set_addresses(tmp_path, "kmnist", "http://school.example/data", "http://far.example")
    return tmp_path


@pytest.fixture
def panel(folder, session):
    return session.window.training


@pytest.fixture
def download(session):
    return session.workspace.data_download


@pytest.fixture
def child(folder, monkeypatch):
    """Sets the program that downloads; `wait` in it returns when the test has written the file of that name."""

    def set_program(program: str) -> None:
        wait = f"""
import pathlib
def wait(name):
    while not (pathlib.Path({str(folder)!r}) / name).exists():
        time.sleep(0.01)
"""
        launch = launch_local()._replace(program=sys.executable, arguments=("-c", SPEAK + wait + program))
        monkeypatch.setattr(data_download, "launch_local", lambda arguments, tuned: launch)

    return set_program


def put_files() -> None:
    published.put_files(CATALOGUE["kmnist"], FILES)


def pick(panel, name: str) -> None:
    box = panel.data_box
    box.setCurrentIndex(box.findData(name))
    box.activated.emit(box.currentIndex())


def entries(panel) -> dict[str, str]:
    box = panel.data_box
    return {box.itemData(row): box.itemText(row) for row in range(box.count())}


def text(panel) -> str:
    return panel.download.words.text().replace("\u200b", "")


def test_the_box_lists_what_can_be_downloaded_with_its_size(panel):
    assert entries(panel) == {
        "fashion-mnist-12k": "Fashion-MNIST 12k (bundled subset)",
        "fashion-mnist": "Fashion-MNIST (full) · download 29.4 MiB …",
        "mnist": "MNIST · download 11.1 MiB …",
        "kmnist": f"KMNIST · download {memory(TOTAL)} …",
        "cifar-10": "CIFAR-10 · download 162.6 MiB …",
        "…/": "Image folder …",
        "….csv": "Table (CSV) …",
        "…": "Example folder …",
    }


def test_choosing_one_says_what_from_where_and_whereto_and_chooses_nothing(session, panel, folder):
    assert not panel.download.isVisible()
    pick(panel, "kmnist")
    assert text(panel).splitlines() == [
        "KMNIST: 60,000 training images, 1×28×28",
        f"{memory(TOTAL)} from school.example or far.example",
        f"into {folder / 'datasets' / 'kmnist'}",
    ]
    assert panel.download.start.isVisible()
    assert panel.data_box.currentData() == session.workspace.choice.data.name == "fashion-mnist-12k"
    panel.download.cancel.click()
    assert not panel.download.isVisible()


def test_what_is_here_of_a_broken_download_is_said(panel):
    part = CATALOGUE["kmnist"].target / "train-images-idx3-ubyte.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(1024))
    pick(panel, "kmnist")
    assert text(panel).splitlines()[-1] == "1.0 KiB are here already"


@pytest.mark.parametrize("name", ["fashion-mnist-12k", "cifar-10"])
def test_another_choice_takes_the_place_of_an_offer(panel, name):
    pick(panel, "kmnist")
    pick(panel, name)
    assert "KMNIST" not in text(panel) or not panel.download.isVisible()
    assert panel.download.isVisible() == (name == "cifar-10")


def test_a_refused_folder_goes_away_when_a_set_is_offered(session, panel, tmp_path):
    session.workspace.choice.use_data(str(tmp_path / "none"))
    assert panel.notice.isVisible()
    pick(panel, "kmnist")
    assert not panel.notice.isVisible()


def test_a_download_shows_how_far_it_is_and_is_chosen_at_its_end(session, panel, download, child, folder, qtbot):
    child(f"""
say("progress", of="data", done=0, total={TOTAL}, id=0)
wait("more")
say("progress", of="data", done={TOTAL} // 2, total={TOTAL}, id=0)
wait("end")
say("downloaded", name="kmnist", folder="")
""")
    pick(panel, "kmnist")
    panel.download.start.click()
    assert not panel.download.start.isVisible()
    assert not {"kmnist", "mnist"} & {*entries(panel)}
    (folder / "more").touch()
    qtbot.waitUntil(lambda: panel.download.bar.value() == TOTAL // 2)
    assert panel.download.bar.isVisible()
    assert text(panel).startswith(f"KMNIST · {memory(TOTAL // 2)} of {memory(TOTAL)} · 00:0")
    assert text(panel).endswith(" left")
    put_files()
    (folder / "end").touch()
    qtbot.waitUntil(lambda: download.state is DownloadState.NONE)
    assert session.workspace.choice.data.name == panel.data_box.currentData() == "kmnist"
    assert entries(panel)["kmnist"] == "KMNIST"
    assert not panel.download.isVisible()


def test_data_that_were_chosen_meanwhile_stay(session, panel, download, child, folder, tmp_path, qtbot):
    child("""
wait("end")
say("downloaded", name="kmnist", folder="")
""")
    pick(panel, "kmnist")
    panel.download.start.click()
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(b"")
    session.workspace.choice.use_data(str(tmp_path / "pets"))
    assert panel.download.isVisible()
    put_files()
    (folder / "end").touch()
    qtbot.waitUntil(lambda: download.state is DownloadState.NONE)
    assert session.workspace.choice.data.label == "pets"
    assert entries(panel)["kmnist"] == "KMNIST"


def test_a_failure_is_said_there_and_can_be_tried_again(panel, download, child, qtbot):
    child("""
say("failed", of="data", reason="This computer seems to be offline.")
sys.exit(1)
""")
    pick(panel, "kmnist")
    panel.download.start.click()
    qtbot.waitUntil(lambda: download.state is DownloadState.FAILED)
    assert panel.download.notice.words.text() == "This computer seems to be offline."
    assert panel.download.start.isEnabled()
    assert "kmnist" in entries(panel)
    panel.download.start.click()
    assert not panel.download.notice.isVisible()
    qtbot.waitUntil(lambda: download.state is DownloadState.FAILED)
    pick(panel, "fashion-mnist-12k")
    assert not panel.download.isVisible()


def test_a_process_that_ends_without_a_word_is_said_with_its_last_line(panel, download, child, qtbot):
    child("""
print("cannot import this", file=sys.stderr)
sys.exit(3)
""")
    pick(panel, "kmnist")
    panel.download.start.click()
    qtbot.waitUntil(lambda: download.state is DownloadState.FAILED)
    assert panel.download.notice.words.text() == "The download ended unexpectedly. cannot import this"


def test_addresses_that_were_not_used_are_said_until_the_next_choice(panel, download, child, qtbot):
    child("""
say("warned", reason="http://school.example: the server answered 404 Not Found")
say("downloaded", name="kmnist", folder="")
""")
    put_files()
    download.offer(CATALOGUE["kmnist"])
    panel.download.start.click()
    qtbot.waitUntil(lambda: download.state is DownloadState.NONE)
    expected = "Not used: http://school.example: the server answered 404 Not Found"
    assert panel.download.notice.words.text() == expected
    assert not panel.download.cancel.isVisible()
    assert panel.download.isVisible()
    pick(panel, "fashion-mnist-12k")
    assert not panel.download.isVisible()


def test_cancel_ends_the_process_even_if_it_hangs(panel, download, child, qtbot):
    child("""
say("progress", of="data", done=1, total=2, id=0)
while True:
    time.sleep(1)
""")
    pick(panel, "kmnist")
    panel.download.start.click()
    qtbot.waitUntil(lambda: panel.download.bar.value() == 1)
    process = download._process.process
    with qtbot.waitSignal(process.finished):
        panel.download.cancel.click()
    assert not panel.download.isVisible()
    assert "kmnist" in entries(panel)


def test_the_window_may_be_closed_while_it_loads(session, panel, child):
    child("wait('never')")
    pick(panel, "kmnist")
    panel.download.start.click()  # the fixture of the session fails if the process is left


def test_a_rebuilt_window_shows_the_download(session, panel, child, qtbot):
    child(f"""
say("progress", of="data", done=5000, total={TOTAL}, id=0)
wait("never")
""")
    pick(panel, "kmnist")
    panel.download.start.click()
    qtbot.waitUntil(lambda: panel.download.bar.value() == 5000)
    session.use_language("en")
    after = session.window.training
    assert after.download.bar.value() == 5000
    assert after.download.bar.isVisible()
    after.download.cancel.click()
    assert not after.download.isVisible()


def test_what_stands_in_the_way_is_said_before(panel, folder, monkeypatch):
    (folder / "addresses.toml").write_text("kmnist = 3\n")
    pick(panel, "kmnist")
    assert "addresses.toml: kmnist must be a list of addresses" in panel.download.notice.words.text()
    assert not panel.download.start.isEnabled()
    (folder / "addresses.toml").unlink()
    monkeypatch.setattr(runs_download, "_MARGIN", 2**60)
    pick(panel, "kmnist")
    assert "MiB are free" in panel.download.notice.words.text()
    assert not panel.download.start.isEnabled()
    monkeypatch.undo()


REAL = """
from tests import published
import pytest
patch = pytest.MonkeyPatch()
published.use_folders(patch, pathlib.Path({folder!r}))
published.publish_idx(patch, "kmnist", published.idx_files())
from explorer.cli import main
sys.exit(main(["data", "get", "kmnist", "--events"]))
"""


@pytest.mark.slow
def test_the_real_command_behind_the_real_pipe(session, panel, download, child, folder, qtbot):
    child(REAL.format(folder=str(folder)))
    with FileServer().running() as server:
        server.files = dict(FILES)
        published.set_addresses(folder, "kmnist", server.address)
        pick(panel, "kmnist")
        panel.download.start.click()
        qtbot.waitUntil(lambda: download.state is not DownloadState.LOADING)
    assert panel.download.notice.words.text() == ""
    assert session.workspace.choice.data.path == CATALOGUE["kmnist"].target


def test_keys_open_the_list_and_choose_nothing_by_themselves(session, panel, qtbot):
    qtbot.keyClick(panel.data_box, Qt.Key.Key_Down)
    assert panel.data_box.view().isVisible()
    assert session.workspace.choice.data.name == "fashion-mnist-12k"
    assert not panel.download.isVisible()
    panel.data_box.hidePopup()
