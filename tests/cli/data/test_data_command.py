"""`main.py data`: the list of data sets, and a download with its exit status."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.runs import transfer
from explorer.runs.data.catalogue import CATALOGUE, CatalogueEntry
from explorer.runs.events import Downloaded, Progress, read_event
from tests import published
from tests.file_server import FileServer, breaking_off, with_a_wrong_byte

FILES = published.idx_files()
IMAGES = "train-images-idx3-ubyte.gz"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    published.use_folders(monkeypatch, tmp_path)
    return tmp_path


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer().running() as running:
        running.files = dict(FILES)
        yield running


@pytest.fixture
def entry(monkeypatch, folder, server) -> CatalogueEntry:
    published.set_addresses(folder, "kmnist", server.address)
    return published.publish_idx(monkeypatch, "kmnist", FILES)


def test_the_list_says_what_is_here_and_how_to_get_the_others(capsys, folder):
    assert main(["data"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:6]] == list(CATALOGUE)
    assert lines[1].endswith("fashion_mnist_12k.npz")
    assert " ".join(lines[5].split()) == "cifar-10 CIFAR-10 162.6 MiB main.py data get cifar-10"
    assert str(folder / "addresses.toml") in lines[-1]


def test_the_list_as_json(capsys):
    assert main(["data", "list", "--json"]) == 0
    bundled, *_, cifar = json.loads(capsys.readouterr().out)
    assert (bundled["name"], bundled["download_bytes"]) == ("fashion-mnist-12k", 0)
    assert Path(bundled["path"]).is_file()
    assert cifar["path"] is None
    assert (cifar["shape"], cifar["train"], cifar["download_bytes"]) == ([3, 32, 32], 50_000, 170_498_071)
    assert cifar["classes"][:2] == ["Airplane", "Automobile"]


def test_a_download_prints_the_folder_and_the_rest_on_stderr(capsys, entry, server):
    assert main(["data", "get", "kmnist"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{entry.target}\n"
    first, *_, end = err.splitlines()
    assert first == f"KMNIST: 0.0 MiB from {server.address.removeprefix('http://')} to {entry.target}"
    assert end == "0.0 MiB of 0.0 MiB"
    assert main(["data", "get", "kmnist"]) == 0
    assert capsys.readouterr() == (f"{entry.target}\n", "")


def test_a_terminal_has_one_line_of_progress_that_is_gone_at_the_end(capsys, entry, server, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    server.ways["t10k-labels-idx1-ubyte.gz"] = with_a_wrong_byte
    assert main(["data", "get", "kmnist"]) == 1
    _, progress, address, _ = capsys.readouterr().err.split("\n")
    *_, last, complaint = progress.split("\r\x1b[K")
    assert last.startswith("0.0 MiB of 0.0 MiB")
    assert complaint == "data: KMNIST could not be downloaded."
    assert address.startswith("data: http://")


def test_events_are_one_json_object_per_line(capsys, entry):
    assert main(["data", "get", "kmnist", "--events"]) == 0
    out, err = capsys.readouterr()
    *progress, end = map(read_event, out.splitlines())
    assert end == Downloaded("kmnist", str(entry.target))
    assert {type(event) for event in progress} == {Progress}
    assert err == ""


def test_a_download_that_fails_says_why_in_lines_and_exits_with_1(capsys, entry, server):
    server.ways[IMAGES] = with_a_wrong_byte
    assert main(["data", "get", "kmnist"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-2:] == [
        "data: KMNIST could not be downloaded.",
        f"data: {server.address}: the file there is not the published one: its checksum is wrong",
    ]


def test_an_address_that_was_not_used_is_named_at_the_end(capsys, entry, folder, server):
    with FileServer().running() as other:
        published.set_addresses(folder, "kmnist", other.address, own=True)
        assert main(["data", "get", "kmnist"]) == 0
    assert (
        capsys.readouterr().err.splitlines()[-1]
        == f"data: not used: {other.address}: the server answered 404 Not Found"
    )


def test_ctrl_c_exits_with_130_and_the_next_download_goes_on(capsys, entry, server, monkeypatch):
    def interrupted(response):
        raise KeyboardInterrupt

    server.ways[IMAGES] = breaking_off(after=100)
    real, calls = transfer._read, []

    def read(response):
        calls.append(1)
        return real(response) if len(calls) == 1 else interrupted(response)

    monkeypatch.setattr(transfer, "_read", read)
    assert main(["data", "get", "kmnist"]) == 130
    assert (entry.target / f"{IMAGES}.part").stat().st_size == 100
    monkeypatch.setattr(transfer, "_read", real)
    server.ways.clear()
    assert main(["data", "get", "kmnist"]) == 0
    assert (IMAGES, "bytes=100-") in server.asked


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["get"], "data: get needs the name of a data set: fashion-mnist-12k, fashion-mnist, mnist, kmnist, cifar-10"),
        (["get", "imagenet"], "data: get needs the name of a data set: "),
        (["list", "mnist"], "usage: data list takes only --json"),
        (["--events"], "usage: data list takes only --json"),
        (["fetch"], "data: there is no data set or folder 'fetch'"),
    ],
)
def test_what_cannot_be_meant_is_refused(capsys, words, complaint):
    assert main(["data", *words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(complaint)


def test_a_file_of_addresses_that_cannot_be_used_is_bad_input(capsys, entry, folder):
    (folder / "addresses.toml").write_text("kmnist = 3\n")
    assert main(["data", "get", "kmnist"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{folder / 'addresses.toml'}: kmnist must be a list of addresses")


def test_the_bundled_set_is_always_here(capsys):
    assert main(["data", "get", "fashion-mnist-12k"]) == 0
    assert capsys.readouterr().out.endswith("fashion_mnist_12k.npz\n")
