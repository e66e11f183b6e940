import pytest

from explorer.gui.runs.folder_watch import FolderWatch


@pytest.fixture
def watch(qtbot, qapp, tmp_path):
    made = FolderWatch(qapp)
    made.watch(tmp_path / "runs", [])
    yield made
    made.deleteLater()


def test_a_folder_that_comes_is_noticed_and_so_is_what_comes_into_it(watch, qtbot, tmp_path):
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "runs").mkdir()
    watch.watch(tmp_path / "runs", [])
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "runs" / "one").mkdir()
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "runs" / "one").rmdir()


def test_many_changes_are_told_once_and_the_last_of_them_too(watch, qtbot, tmp_path):
    (tmp_path / "runs").mkdir()
    watch.watch(tmp_path / "runs", [])
    told = []
    watch.changed.connect(lambda names: told.append(len(list((tmp_path / "runs").iterdir()))))
    for number in range(200):
        (tmp_path / "runs" / f"{number}").mkdir()
    qtbot.waitUntil(lambda: 200 in told)
    assert len(told) < 100
