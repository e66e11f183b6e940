"""Downloads from a server on the loopback address: good ones, broken ones, and lies."""

import errno
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest
from filelock import FileLock

from explorer.runs import transfer
from explorer.runs.data import download as module
from explorer.runs.data.catalogue import CatalogueEntry
from explorer.runs.data.download import Pace, bytes_here, download, lack_of_room
from explorer.runs.events import Downloaded, Event, Failed, Progress, Warned
from tests import published
from tests.file_server import (
    FileServer,
    answering,
    breaking_off,
    promising,
    with_a_wrong_byte,
    without_a_length,
    without_ranges,
)

IMAGES = "train-images-idx3-ubyte.gz"
FILES = published.idx_files()
SIZE = len(FILES[IMAGES])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """The folder of data sets and addresses; no name of a server is looked up."""
    published.use_folders(monkeypatch, tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", _look_up(socket.getaddrinfo))
    return tmp_path


def _look_up(real):
    def look_up(host, *arguments, **options):
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *arguments, **options)

    return look_up


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer().running() as running:
        running.files = dict(FILES)
        yield running


@pytest.fixture
def entry(monkeypatch, folder, server) -> CatalogueEntry:
    """KMNIST with small files, which the server has."""
    published.set_addresses(folder, "kmnist", server.address)
    return published.publish_idx(monkeypatch, "kmnist", FILES)


def last(events: Iterator[Event]) -> Event:
    *_, event = events
    return event


def is_whole(entry: CatalogueEntry) -> bool:
    here = {path.name: path.read_bytes() for path in entry.target.glob("*.gz")}
    return here == FILES and not list(entry.target.glob("*.part"))


def part_of(entry: CatalogueEntry, content: bytes) -> Path:
    """A part of the first file that another download has left."""
    part = entry.target / f"{IMAGES}.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(content)
    return part


def test_a_download_reports_its_progress_and_is_found_afterwards(entry, server):
    assert entry.find() is None
    *progress, end = download(entry)
    assert end == Downloaded("kmnist", str(entry.target))
    assert is_whole(entry)
    assert entry.find().path == entry.target
    done = [event.done for event in progress if isinstance(event, Progress)]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, entry.size)
    assert {event.total for event in progress} == {sum(map(len, FILES.values()))}


def test_what_is_here_already_is_not_loaded_again(entry, server):
    last(download(entry))
    server.asked.clear()
    assert last(download(entry)) == Downloaded("kmnist", str(entry.target))
    assert server.asked == []


def test_a_damaged_file_is_loaded_again_and_the_others_are_not(entry, server):
    last(download(entry))
    server.asked.clear()
    (entry.target / IMAGES).write_bytes(FILES[IMAGES][:-1])
    assert isinstance(last(download(entry)), Downloaded)
    assert [path for path, _ in server.asked] == [IMAGES]
    assert is_whole(entry)


@pytest.mark.parametrize("name", [IMAGES, "t10k-labels-idx1-ubyte.gz"])
def test_a_connection_that_breaks_off_again_and_again_is_resumed(entry, server, name):
    size = len(FILES[name])
    server.ways[name] = breaking_off(after=size // 3)
    assert isinstance(last(download(entry)), Downloaded)
    asked = [range_ for path, range_ in server.asked if path == name]
    assert asked == ["", *(f"bytes={start}-" for start in range(size // 3, size, size // 3))]
    assert is_whole(entry)


def test_a_server_that_closes_at_once_is_not_asked_for_ever(entry, server):
    server.ways[IMAGES] = breaking_off(after=0)
    failed = last(download(entry))
    assert failed.reason == (
        f"KMNIST could not be downloaded.\n{server.address}: the connection broke off after 0 of {SIZE} bytes"
    )
    assert len(server.asked) == 1


def test_a_part_that_was_left_is_gone_on_with(entry, server):
    part_of(entry, FILES[IMAGES][:100])
    assert bytes_here(entry) == 100
    first, *_, end = download(entry)
    assert first.done == 100
    assert isinstance(end, Downloaded)
    assert server.asked[0] == (IMAGES, "bytes=100-")
    assert is_whole(entry)


@pytest.mark.parametrize("way", [without_ranges, without_a_length], ids=["ignores Range", "says no length"])
def test_a_part_is_gone_on_with_whatever_the_server_can(entry, server, way):
    part_of(entry, FILES[IMAGES][:100])
    server.ways[IMAGES] = way
    assert isinstance(last(download(entry)), Downloaded)
    assert is_whole(entry)


def test_a_part_with_all_bytes_is_checked_and_not_loaded(entry, server):
    part_of(entry, FILES[IMAGES])
    assert isinstance(last(download(entry)), Downloaded)
    assert IMAGES not in [path for path, _ in server.asked]


@pytest.mark.parametrize(
    "left", [b"something else", b"x" * SIZE, b"x" * (SIZE + 5)], ids=["short", "as long", "longer"]
)
def test_a_part_of_something_else_is_thrown_away(entry, server, left):
    part_of(entry, left)
    assert isinstance(last(download(entry)), Downloaded)
    assert is_whole(entry)


WRONG = {
    "another length": (promising(SIZE - 7), f"the file there has {SIZE - 7} bytes; the published one has {SIZE}"),
    "a wrong byte": (with_a_wrong_byte, "the file there is not the published one: its checksum is wrong"),
    "not found": (answering(404), "the server answered 404 Not Found"),
    "forbidden": (answering(403), "the server answered 403 Forbidden"),
    "an error of its own": (answering(599), "the server answered 599 "),
    "redirects to itself": (answering(302, Location=f"/{IMAGES}"), "the server answered 302 Found"),
    "redirects to a file": (answering(302, Location="file:///etc/hostname"), "the server answered 302 Found"),
}


@pytest.mark.parametrize(("way", "reason"), WRONG.values(), ids=WRONG)
def test_a_bad_server_is_named_with_what_it_did(entry, server, way, reason):
    server.ways[IMAGES] = way
    failed = last(download(entry))
    assert isinstance(failed, Failed)
    assert failed.reason == f"KMNIST could not be downloaded.\n{server.address}: {reason}"
    assert not (entry.target / IMAGES).exists()
    assert entry.find() is None


@pytest.mark.parametrize(("way", "reason"), WRONG.values(), ids=WRONG)
def test_after_a_bad_server_the_next_one_is_asked_and_that_is_said(entry, server, folder, way, reason):
    with FileServer().running() as other:
        other.files = dict(FILES)
        other.ways[IMAGES] = way
        published.set_addresses(folder, "kmnist", other.address, own=True)
        events = list(download(entry))
    assert [event.reason for event in events if isinstance(event, Warned)] == [f"{other.address}: {reason}"]
    assert isinstance(events[-1], Downloaded)
    assert is_whole(entry)


def test_a_longer_body_than_was_promised_nothing_is_refused(entry, server):
    server.files[IMAGES] = FILES[IMAGES] + b"more"
    server.ways[IMAGES] = without_a_length
    assert "bytes; the published one has" in last(download(entry)).reason
    assert not list(entry.target.glob("*.part"))


def test_a_redirect_is_followed_with_the_part_that_is_asked_for(entry, server):
    server.ways[IMAGES] = answering(302, Location="/elsewhere")
    server.files["elsewhere"] = FILES[IMAGES]
    part_of(entry, FILES[IMAGES][:100])
    assert isinstance(last(download(entry)), Downloaded)
    assert server.asked[1] == ("elsewhere", "bytes=100-")


def test_without_a_connection_it_says_offline(entry, folder):
    published.set_addresses(folder, "kmnist", "https://one.example/a", "http://two.example")
    failed = last(download(entry))
    assert failed.reason == "This computer seems to be offline: one.example, two.example cannot be reached."


def test_one_name_that_is_not_found_is_not_offline(entry, folder, server):
    server.ways[IMAGES] = answering(503)
    published.set_addresses(folder, "kmnist", "http://nowhere.example", own=True)
    assert last(download(entry)).reason.splitlines()[1:] == [
        "http://nowhere.example: the address was not found",
        f"{server.address}: the server answered 503 Service Unavailable",
    ]


def test_a_server_that_does_not_listen_is_named(entry, folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        published.set_addresses(folder, "kmnist", address)
        assert last(download(entry)).reason.splitlines()[1].startswith(f"{address}: ")


def test_a_silent_server_is_given_up_and_its_part_is_kept(entry, server, monkeypatch):
    monkeypatch.setattr(transfer, "_PATIENCE", 0.2)
    server.ways[IMAGES] = server.stalling(after=50)
    server.files[IMAGES] = FILES[IMAGES]
    assert "no answer within 0.2 s" in last(download(entry)).reason
    assert (entry.target / f"{IMAGES}.part").read_bytes() == FILES[IMAGES][:50]


CHILD = """
import sys
from pathlib import Path
import pytest
from tests import published
folder = Path(sys.argv[1])
patch = pytest.MonkeyPatch()
published.use_folders(patch, folder)
entry = published.publish_idx(patch, "kmnist", published.idx_files())
from explorer.runs.data.download import download
for event in download(entry):
    print(event, flush=True)
"""


def test_a_killed_download_leaves_its_part_for_the_next_one(entry, server, folder):
    """As Cancel ends it, even while the server is silent."""
    server.ways[IMAGES] = server.stalling(after=50)
    child = subprocess.Popen([sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, text=True)
    part = entry.target / f"{IMAGES}.part"
    while not part.exists() or part.stat().st_size < 50:
        assert child.poll() is None
        sleep(0.01)
    child.kill()
    child.communicate()
    assert part.read_bytes() == FILES[IMAGES][:50]
    del server.ways[IMAGES]
    assert isinstance(last(download(entry)), Downloaded)
    assert (IMAGES, "bytes=50-") in server.asked


def test_two_at_once_do_not_write_into_one_file(entry):
    entry.target.mkdir(parents=True)
    with FileLock(entry.target / "download.lock"):
        assert last(download(entry)).reason == "Another process is downloading this data set."


def test_a_full_disk_is_said_before(entry, server, monkeypatch):
    usage = shutil.disk_usage(".")._replace(free=10 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    assert "KMNIST needs 16 MiB in" in lack_of_room(entry)
    assert last(download(entry)).reason.endswith("where 10 MiB are free")
    assert server.asked == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_fails_while_loading_is_named(entry, monkeypatch, number):
    class Full:
        def __init__(self, file):
            self.file = file

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.file.close()

        def write(self, content):
            raise OSError(number, "No space left on device")

    real = Path.open

    def open_part(path, mode="r", *arguments, **options):
        file = real(path, mode, *arguments, **options)
        return Full(file) if mode == "ab" else file

    monkeypatch.setattr(Path, "open", open_part)
    assert last(download(entry)).reason == f"{entry.target}: No space left on device"


def test_a_folder_that_cannot_be_made_is_named(entry, folder):
    (folder / "datasets").write_text("a file")
    assert str(folder / "datasets") in last(download(entry)).reason


def test_an_archive_is_unpacked_and_removed(monkeypatch, folder, server):
    members = published.cifar_members()
    entry, content = published.publish_cifar(monkeypatch, members)
    server.files[entry.files[0].name] = content
    published.set_addresses(folder, "cifar-10", server.address)
    assert isinstance(last(download(entry)), Downloaded)
    assert {path.relative_to(entry.target).as_posix() for path in entry.target.rglob("*") if path.is_file()} == {
        *members,
        "download.lock",
    }
    (entry.target / "cifar-10-batches-py" / "test_batch").write_bytes(b"")
    assert isinstance(last(download(entry)), Downloaded)
    assert (entry.target / "cifar-10-batches-py" / "test_batch").read_bytes() == [*members.values()][-2]


def test_the_time_left_follows_from_what_has_come_since_the_beginning(monkeypatch):
    now = iter([100.0, 104.0])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(now))
    pace = Pace()
    assert pace.seconds_left(Progress("data", 500, 1000)) is None
    assert pace.seconds_left(Progress("data", 600, 1000)) == pytest.approx(16.0)
