"""Storages of searches: what opens, and the sentence about what does not. No server is asked that is not here."""

import socket
import sqlite3
import sys

import pytest

from explorer.runs.studies.search_storage import open_storage, shown_address
from explorer.validation import Refused

SQLITE = "sqlite:///"


def refusal(address, create=False):
    with pytest.raises(Refused) as refused:
        open_storage(str(address), create)
    (complaint,) = refused.value.complaints
    assert "\n" not in str(complaint)
    return str(complaint)


def test_without_optuna_one_sentence_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert refusal(tmp_path / "new", create=True) == (
        'search: needs packages that are not installed: uv sync --extra study, or pip install "resnet-explorer[study]"'
    )


def test_passwords_are_not_shown():
    assert shown_address("postgresql://me:s3:cr@t@host/name") == "postgresql://me:***@host/name"
    assert shown_address("postgresql://host/name") == "postgresql://host/name"
    assert shown_address("a.journal") == "a.journal"


class TestWithOptuna:
    """Optuna is an extra."""

    @pytest.fixture(autouse=True)
    def _needs_optuna(self):
        pytest.importorskip("optuna")

    @pytest.mark.parametrize("address", ["{}/new.journal", "sqlite:///{}/new.db"])
    def test_a_storage_is_made_where_a_search_begins_and_found_again(self, tmp_path, address):
        address = address.format(tmp_path)
        assert refusal(address).endswith("there is no such storage")
        assert not list(tmp_path.iterdir())
        open_storage(address, create=True)
        assert open_storage(address, create=False).get_all_studies() == []

    @pytest.mark.parametrize("content", [b"some words", b"some\nlines\n", b'{"a": 1}\n', b"\xff\x00\n", b"[1]\n"])
    def test_a_file_of_something_else_is_refused_and_left_alone(self, tmp_path, content):
        file = tmp_path / "mine"
        file.write_bytes(content)
        assert refusal(file, create=True).endswith("is no storage of Optuna")
        assert refusal(f"{SQLITE}{file}", create=True).endswith("is no storage of Optuna")
        assert file.read_bytes() == content
        assert [each.name for each in tmp_path.iterdir()] == ["mine"]

    def test_a_database_of_another_program_is_left_alone(self, tmp_path):
        file = tmp_path / "other.db"
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE bookmarks (name)")
        connection.close()
        before = file.read_bytes()
        assert refusal(f"{SQLITE}{file}", create=True).endswith("is no storage of Optuna")
        assert file.read_bytes() == before

    def test_a_file_that_cannot_be(self, tmp_path):
        assert "there is no folder" in refusal(tmp_path / "no" / "new", create=True)
        assert "there is no folder" in refusal(f"{SQLITE}{tmp_path}/no/new", create=True)
        assert refusal(tmp_path).endswith("is not a regular file")
        assert "File name too long" in refusal(tmp_path / ("x" * 300))
        assert "kept in memory" in refusal("sqlite://")

    def test_an_address_of_no_database(self):
        for address in ("foo://host/name", "://", "postgresql+foo://host/name"):
            assert "is no address of a database" in refusal(address)

    def test_a_driver_that_is_not_installed(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "pymysql", None)
        said = refusal("mysql+pymysql://me:secret@host/name")
        assert said == 'mysql+pymysql://me:***@host/name: needs a driver that is not installed: pip install "pymysql"'

    def test_a_server_that_cannot_be_reached(self):
        pytest.importorskip("psycopg")
        with socket.socket() as bound:  # and does not listen
            bound.bind(("127.0.0.1", 0))
            address = f"postgresql+psycopg://me:secret@127.0.0.1:{bound.getsockname()[1]}/name"
            said = refusal(address)
        assert said.startswith(f"{shown_address(address)}: cannot be reached: ")
        assert "secret" not in said
