"""Sources of weights by their names, and which of torchvision's networks a design is."""

import pytest

from explorer.architecture.presets import preset, preset_families
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe
from explorer.runs.weights import Published, find_weights, published_network
from explorer.validation import Refused


@pytest.mark.parametrize(
    ("source", "version"), [("imagenet", ""), ("imagenet:V1", "V1"), ("imagenet:V2", "V2")], ids=str
)
def test_torchvisions_own_are_called_imagenet(source, version, tmp_path):
    assert find_weights(source, tmp_path) == Published(version)


@pytest.mark.parametrize("source", ["imagenet:", "imagenet:V3", "imagenet:v1"])
def test_a_version_that_there_is_not_is_refused(source, tmp_path):
    with pytest.raises(Refused, match=r"^weights: '.*': the versions are V1, V2$"):
        find_weights(source, tmp_path)


def test_a_run_is_found_by_its_id_and_by_its_folder(tmp_path):
    folder = RunFolder.create(tmp_path, preset("mini"), Recipe(), 1)
    folder.close()
    for source in (folder.path.name, str(folder.path)):
        assert find_weights(source, tmp_path).id == folder.path.name


def test_a_file_is_named_in_full(tmp_path, monkeypatch):
    (tmp_path / "net.pth").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert find_weights("net.pth", tmp_path / "runs") == tmp_path / "net.pth"


@pytest.mark.parametrize("source", ["net.pth", "no-such-run", ".", "~nobody-here/net.pth", "n" * 300, "a\0b"])
def test_what_is_neither_run_nor_file_is_refused(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Refused, match=r"^weights: "):
        find_weights(source, tmp_path)


@pytest.mark.parametrize("name", preset_families()["torchvision"])
def test_a_network_of_torchvision_is_known_whatever_it_is_trained_on(name):
    design = preset(name)
    assert published_network(design) == name
    assert published_network(design.change(classes=12, input=(1, 64, 96), zero_init=True, init="xavier")) == name


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (preset("resnet50").with_stage(2, blocks=7), "for this design (resnet50, but stage 3: 1 more block)"),
        (preset("resnet18").change(conv_bias=True), "for this design (resnet18, but convolutions with biases)"),
        (preset("mini"), "for this design (nearest: resnet18, with 9 differences)"),
    ],
    ids=["another depth", "biases", "quite another"],
)
def test_another_design_is_told_which_network_is_nearest(design, words):
    with pytest.raises(Refused) as refused:
        published_network(design)
    assert words in str(refused.value)
