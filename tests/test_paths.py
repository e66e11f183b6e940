"""Paths as the user names them."""

import os
import sys
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer import paths
from explorer.runs.data import catalogue
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import default_runs, list_runs
from explorer.validation import Refused
from tests.engine import small


def test_a_home_folder_is_replaced():
    assert paths.expand_user("data", "~/x") == Path.home() / "x"
    assert paths.expand_user("data", "x/~y") == Path("x/~y")


@pytest.fixture
def homeless(monkeypatch, tmp_path):
    """As a user without HOME, whom the system does not know."""

    def fail(*_, **__):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", lambda path: fail() if str(path).startswith("~") else path)
    monkeypatch.setattr(platformdirs, "user_data_dir", fail)
    monkeypatch.chdir(tmp_path)


def test_an_unknown_user_is_refused(homeless):
    with pytest.raises(Refused, match=r"^data: '~nobody/x' names a home folder that does not exist$"):
        paths.expand_user("data", "~nobody/x")


def test_without_a_home_folder_there_is_data_but_no_place_for_runs(homeless, tmp_path):
    assert "fashion-mnist-12k" in [each.name for each in catalogue.data_sets()]
    assert list_runs(default_runs()) == ()
    with pytest.raises(Refused, match=r"^runs: '~.*' names a home folder that does not exist$"):
        RunFolder.create(default_runs(), small.DESIGN, small.RECIPE, 1)
    assert list(tmp_path.iterdir()) == []


def test_data_are_not_found_where_the_system_does_not_let_one_look(monkeypatch):
    def denied(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_file", denied)
    assert [each.name for each in catalogue.data_sets()] == ["fashion-mnist-12k"]


@given(st.binary(min_size=1))
def test_every_name_of_a_file_can_be_stored_and_comes_back(content):
    name = os.fsdecode(content)
    if sys.platform != "win32":  # whose own names may have lone surrogates of other kinds
        paths.storable(name).encode()
    assert paths.real_name(paths.storable(name)) == name


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems know only names in Unicode")
def test_a_folder_whose_name_is_not_utf_8_is_found_by_its_stored_name(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9")).mkdir()
    (stored,) = map(paths.storable, map(str, tmp_path.iterdir()))
    stored.encode()
    assert paths.expand_user("data", stored).is_dir()
