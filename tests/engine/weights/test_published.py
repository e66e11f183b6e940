"""torchvision's own weights: the same logits for each of its entries, downloaded once, from a server like theirs."""

import hashlib
import socket
from dataclasses import replace

import pytest
import torch
from filelock import FileLock
from torchvision import models

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_families
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.data.progress import Cancelled
from explorer.engine.model import build_model
from explorer.engine.training.known_weights import known_weights, read_to_end
from explorer.engine.weights.published import fetch, published_weights
from explorer.engine.weights.statistics import IMAGENET
from explorer.runs.questions.weights import WeightFit
from explorer.validation import Refused
from tests.engine.weights import chapter
from tests.file_server import FileServer, answering, breaking_off, with_a_wrong_byte

ENTRIES = [
    (name, entry.name.rpartition("_")[2])
    for name in preset_families()["torchvision"]
    for entry in models.get_model_weights(name)
]


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch):
    """The folder where torchvision keeps its files; no name of a server is looked up."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    real = socket.getaddrinfo

    def look_up(host, *arguments, **options):
        if host != "127.0.0.1":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return tmp_path / "hub" / "checkpoints"


def test_there_are_17_for_the_ten_networks():
    assert len(ENTRIES) == 17
    assert len({name for name, _ in ENTRIES}) == 10


def trained(name, images):
    torch.manual_seed(0)
    return chapter.trained(models.get_model(name), images)


def publish(weights, path):
    """Store `weights` as an entry's file would be; the entry's address then ends in a name with their hash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(weights, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return path.rename(path.with_name(f"{path.stem}-{digest[:8]}.pth"))


def let_entry_have(monkeypatch, name, version, url):
    entry = models.get_model_weights(name)[f"IMAGENET1K_{version}"]
    monkeypatch.setattr(entry.value, "url", url)
    return entry


def read(source, design, runs):
    """The weights, and how far their download was reported to be."""
    reading, reports = known_weights(source, plan_network(design), runs), []
    while True:
        try:
            reports.append(next(reading))
        except StopIteration as end:
            return end.value, reports


def compare(monkeypatch, hub, tmp_path, name, version):
    """Store a network as torchvision does, and let ours of a preset compute the same with the entry's preprocessing."""
    side = 64
    reference = trained(name, torch.rand(2, 3, side, side))
    weights = reference.state_dict()
    if version == "V1":  # as the first versions are
        weights = {key: values for key, values in weights.items() if "num_batches" not in key}
    path = publish(weights, hub / f"{name}.pth")
    entry = let_entry_have(monkeypatch, name, version, f"http://example.invalid/models/{path.name}")
    design = preset(name)
    known, reports = read(f"imagenet:{version}", design, tmp_path)
    assert reports == []
    assert {row.fit for row in known.table.rows} == {WeightFit.MATCHED}
    assert known.table.source == f"imagenet:{version}"
    assert len(known.table.class_names) == 1000
    network = build_model(plan_network(design))
    known.fit.load(network)
    transforms = entry.transforms()
    photo = torch.randint(0, 256, (2, 3, 300, 280), dtype=torch.uint8)
    seen = transforms(photo)
    assert seen.shape[2:] == design.input[1:]
    with torch.no_grad():
        theirs = reference(seen)
        assert theirs.isfinite().all()
        assert torch.equal(network.eval()(seen), theirs)
    transforms.mean, transforms.std = (0.0,) * 3, (1.0,) * 3  # what is stored, before it is normalised
    cropped = (255 * transforms(photo)).round().to(torch.uint8)
    ours = Preprocessing((224, 224), known.table.mean, known.table.deviation).inputs(cropped)
    torch.testing.assert_close(ours, seen, rtol=0, atol=0.01)  # half a grey level


def test_an_entry_of_either_version_computes_what_torchvision_computes(monkeypatch, hub, tmp_path):
    compare(monkeypatch, hub, tmp_path, "resnet18", "V1")


@pytest.mark.uses
@pytest.mark.parametrize(("name", "version"), [entry for entry in ENTRIES if entry != ("resnet18", "V1")])
def test_every_entry_computes_what_torchvision_computes(monkeypatch, hub, tmp_path, name, version):
    compare(monkeypatch, hub, tmp_path, name, version)


def test_the_newest_version_is_taken_without_one(hub):
    assert published_weights(preset("resnet50"), "").version == "V2"
    assert published_weights(preset("resnet18").change(classes=7), "").version == "V1"
    assert published_weights(preset("resnet50"), "").facts.mean == IMAGENET.mean
    assert published_weights(preset("resnet50"), "").facts.deviation == IMAGENET.deviation


def test_a_version_that_a_network_has_not_is_refused():
    with pytest.raises(Refused, match="resnet18 has no weights V2, only V1"):
        published_weights(preset("resnet18"), "V2")


@pytest.fixture
def server():
    with FileServer().running() as running:
        yield running


@pytest.fixture
def served(monkeypatch, server, tmp_path):
    """Small weights, which the server has under a name with their hash."""
    path = publish({"conv1.weight": torch.ones(64, 3, 7, 7)}, tmp_path / "resnet18.pth")
    server.files[path.name] = path.read_bytes()
    let_entry_have(monkeypatch, "resnet18", "V1", f"{server.address}/{path.name}")
    return published_weights(preset("resnet18"), "V1")


def content_of(served, server):
    return server.files[served.path.name]


def test_a_download_reports_its_progress_and_is_kept_where_torchvision_finds_it(served, server, hub, tmp_path):
    known, reports = read("imagenet", preset("resnet18"), tmp_path)
    assert known.table.matched == 1
    assert served.path.parent == hub
    assert served.path.read_bytes() == content_of(served, server)
    assert [total for _, total in reports][-1] == len(content_of(served, server))
    server.asked.clear()
    assert read("imagenet", preset("resnet18"), tmp_path)[1] == []
    assert server.asked == []


@pytest.mark.parametrize("start", [b"", b"x" * 10_000_000], ids=["begun", "something longer"])
def test_a_part_that_was_left_is_gone_on_with_or_thrown_away(served, server, start):
    part = served.path.with_name(f"{served.path.name}.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(start or content_of(served, server)[:1000])
    list(fetch(served))
    assert served.path.read_bytes() == content_of(served, server)
    assert not part.exists()
    assert server.asked[0][1] == f"bytes={len(start) or 1000}-"


def test_a_connection_that_breaks_off_is_resumed(served, server):
    server.ways[served.path.name] = breaking_off(after=len(content_of(served, server)) // 3)
    list(fetch(served))
    assert served.path.read_bytes() == content_of(served, server)


def test_a_damaged_file_in_the_cache_is_loaded_again(served, server):
    served.path.parent.mkdir(parents=True)
    served.path.write_bytes(content_of(served, server)[:-1])
    list(fetch(served))
    assert served.path.read_bytes() == content_of(served, server)


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        (answering(404), "the server answered 404 Not Found"),
        (with_a_wrong_byte, "the file there is not the published one: its checksum is wrong"),
    ],
    ids=["not found", "a wrong byte"],
)
def test_a_bad_server_is_named_and_a_file_that_one_has_serves_as_well(served, server, way, reason):
    server.ways[served.path.name] = way
    with pytest.raises(Refused) as refused:
        list(fetch(served))
    assert str(refused.value).splitlines() == [
        f"weights: {served.path.name} could not be downloaded.",
        f"{served.url}: {reason}",
        f"You can also use a file that you have, such as {served.path.name}.",
    ]
    assert not served.path.exists()


def test_without_a_connection_it_says_offline(served):
    away = replace(served, url=f"https://one.example/models/{served.path.name}")
    with pytest.raises(
        Refused, match=r"^weights: This computer seems to be offline: one\.example cannot be reached\.\n"
    ):
        list(fetch(away))


def test_a_download_that_is_cancelled_leaves_its_part_for_the_next_one(served, server, tmp_path):
    def cancel(done, total):
        if done:
            raise Cancelled

    server.ways[served.path.name] = breaking_off(after=20_000)
    with pytest.raises(Cancelled):
        read_to_end(known_weights("imagenet", plan_network(preset("resnet18")), tmp_path), cancel)
    part = served.path.with_name(f"{served.path.name}.part")
    assert part.read_bytes() == content_of(served, server)[:20_000]
    list(fetch(served))
    assert served.path.read_bytes() == content_of(served, server)


def test_two_at_once_do_not_write_into_one_file(served):
    served.path.parent.mkdir(parents=True)
    with (
        FileLock(served.path.with_name(f"{served.path.name}.lock")),
        pytest.raises(Refused, match="another process is downloading"),
    ):
        list(fetch(served))


def test_a_folder_that_cannot_be_made_is_named(served, hub):
    hub.parent.parent.joinpath("hub").write_text("a file")
    with pytest.raises(Refused, match="cannot be written: "):
        list(fetch(served))
