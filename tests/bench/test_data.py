"""`bench data`: both sides read the same of the same pictures, and every figure is there."""

import json

import pytest
import torch
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, PILToTensor, Resize

from explorer.bench.data import pictures
from explorer.bench.data.comparison import bench_data
from explorer.bench.data.passes import SHAPE
from explorer.bench.data.pictures import SIDE, made_pictures
from explorer.cli import main
from explorer.engine.data.images.decoding import decode


def test_pictures_are_made_once_and_are_as_large_as_photos(monkeypatch):
    root = made_pictures(30)
    files = sorted(root.rglob("*.jpg"))
    assert len(files) == 30
    assert len({path.read_bytes() for path in files}) == 30
    assert {Image.open(path).size for path in files} == {(SIDE, SIDE)}
    assert all(10_000 < path.stat().st_size < 60_000 for path in files)
    files[3].unlink()
    made, make = [], pictures._make
    monkeypatch.setattr(pictures, "_make", lambda path: made.append(path) or make(path))
    assert made_pictures(30) == root
    assert made == [files[3]]


def test_both_sides_see_the_same():
    path = next(made_pictures(30).rglob("*.jpg"))
    own = torch.from_numpy(decode(path, SHAPE)).permute(2, 0, 1)
    theirs = Compose([Resize(SHAPE[1]), CenterCrop(SHAPE[1:]), PILToTensor()])(Image.open(path))
    assert (own.int() - theirs.int()).abs().max() <= 1


@pytest.mark.uses
def test_the_figures():
    found = bench_data(turns=2, budget=1)
    assert json.loads(json.dumps(found)) == found
    assert (found["images"], found["side"]) == (100, SIDE)
    assert found["turns"] in (1, 2)
    for name in ("first_pass_ratio", "cached_pass_ratio"):
        assert 0 < found[name]["min"] <= found[name]["median"] <= found[name]["max"]
    assert set(found["images_per_second"]) == {"scan", "torchvision", "first", "cached", "reader"}
    assert all(rate > 0 for rate in found["images_per_second"].values())
    assert all(0 <= found["private_mib"][name] < 400 for name in ("scan", "first", "cached"))


def test_limits_are_those_of_data_too(capsys):
    assert main(["bench", "edit", "--turns", "2"]) == 2
    assert "--turns is for bench train and data" in capsys.readouterr().err
