"""Addresses of data sets: whose go first, and files that cannot be used."""

import tomllib
from pathlib import Path

import pytest

from explorer.resources import resource
from explorer.runs.data.addresses import addresses_of, hosts_of
from explorer.runs.data.catalogue import CATALOGUE
from explorer.validation import Refused
from tests import published


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """The folder of the user's addresses and of the known ones."""
    published.use_folders(monkeypatch, tmp_path)
    published.set_addresses(tmp_path, "kmnist", "https://far.example:8000")
    return tmp_path


def test_the_users_addresses_go_before_the_known_ones(folder):
    published.set_addresses(folder, "kmnist", "http://school.example/data/", own=True)
    assert addresses_of(CATALOGUE["kmnist"]) == ("http://school.example/data/", "https://far.example:8000")
    assert hosts_of(addresses_of(CATALOGUE["kmnist"])) == ("school.example", "far.example:8000")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("kmnist = [", "is not TOML"),
        ("kmnist = 'http://a.example'", "kmnist must be a list of addresses"),
        ("kmnist = [1]", "kmnist must be a list of addresses"),
        ("kmnist = ['file:///etc/passwd']", "kmnist must be a list of addresses"),
        ("kmnist = ['http://']", "kmnist must be a list of addresses"),
        ("kmnist = ['http://a.example/é']", "kmnist must be a list of addresses"),
        ("kmnist = ['http://[a.example']", "kmnist must be a list of addresses"),
        ("cifar = []", "'cifar' is not the name of a data set"),
        ("# " + "x" * 65_536, "is larger than 64 kB"),
    ],
)
def test_a_file_of_addresses_that_cannot_be_used_is_refused_by_its_path(folder, text, what):
    (folder / "addresses.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        addresses_of(CATALOGUE["kmnist"])
    assert str(refused.value).startswith(f"{folder / 'addresses.toml'}: ")
    assert what in str(refused.value)


def test_every_set_that_is_not_bundled_has_addresses():
    known = tomllib.loads(resource("data", "addresses.toml").read_text(encoding="utf-8"))
    assert set(known) == {name for name, entry in CATALOGUE.items() if entry.files}
    assert all(known.values())
