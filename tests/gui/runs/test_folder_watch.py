import pytest
from PySide6.QtCore import QObject

from explorer.gui.runs import folder_watch
from explorer.gui.runs.folder_watch import FolderWatch


@pytest.fixture
def watch(qtbot, qapp, tmp_path):
    made = FolderWatch(qapp)
    made.watch([tmp_path / "runs"])
    yield made
    made.deleteLater()


@pytest.mark.slow
def test_a_folder_that_comes_is_noticed_and_so_is_what_comes_into_it(watch, qtbot, tmp_path):
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "runs").mkdir()
    watch.watch([tmp_path / "runs"])
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "runs" / "one").mkdir()
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "runs" / "one").rmdir()


def test_many_changes_are_told_once_and_the_last_of_them_too(watch, qtbot, tmp_path):
    (tmp_path / "runs").mkdir()
    watch.watch([tmp_path / "runs"])
    told = []
    watch.changed.connect(lambda names: told.append(len(list((tmp_path / "runs").iterdir()))))
    for number in range(200):
        (tmp_path / "runs" / f"{number}").mkdir()
    qtbot.waitUntil(lambda: 200 in told)
    assert len(told) < 100


def test_only_the_folders_that_changed_are_named(watch, qtbot, tmp_path):
    folders = [tmp_path / "runs", tmp_path / "runs" / "one", tmp_path / "runs" / "two"]
    for folder in folders:
        folder.mkdir()
    watch.watch(folders)
    with qtbot.waitSignal(watch.changed) as told:
        (folders[1] / "run.json").touch()
    assert told.args == [{"one"}]


@pytest.mark.parametrize("remote", [False, True])
def test_what_the_system_does_not_tell_is_looked_at_every_few_seconds(monkeypatch, qapp, qtbot, tmp_path, remote):
    monkeypatch.setattr(folder_watch, "_POLL", 20)
    monkeypatch.setattr(folder_watch, "is_remote", lambda folder: remote)
    parent = QObject(qapp)
    watch = FolderWatch(parent)
    watch.watch([tmp_path], is_polled=not remote)
    for _ in range(2):
        with qtbot.waitSignal(watch.changed) as told:
            pass
    assert told.args == [{tmp_path.name}]
    monkeypatch.setattr(folder_watch, "is_remote", lambda folder: False)
    watch.watch([tmp_path])
    assert not watch._poll.isActive()
    parent.deleteLater()
