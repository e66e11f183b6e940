"""`cache` lists what is kept of images, with the limit, and removes it."""

import json

import pytest

from explorer.cli import main
from explorer.runs.data import cache_folder
from explorer.runs.data.cache_folder import cache_bytes, folder_of, use_cache_limit


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_folder, "user_folder", lambda kind: tmp_path / kind)
    folder = folder_of(tmp_path / "photos")
    folder.mkdir(parents=True)
    header = {"root": str(tmp_path / "photos"), "shape": [3, 224, 224]}
    (folder / "3x224x224-white.set").write_text(json.dumps(header) + "\n")
    (folder / "3x224x224-white.0.pixels").write_bytes(bytes(2**20))
    return folder


def test_it_lists_data_size_and_last_use(tmp_path, capsys):
    use_cache_limit(3 * 2**20)
    assert main(["cache"]) == 0
    text = capsys.readouterr().out
    assert f"{tmp_path / 'photos'}  3×224×224  1.0 MiB  20" in text
    assert f"1.0 MiB of at most 3.0 MiB in {tmp_path}" in text
    assert main(["cache", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["bytes"], found["limit_bytes"]) == (cache_bytes(), 3 * 2**20)
    (entry,) = found["sets"]
    assert (entry["data"], entry["shape"]) == (str(tmp_path / "photos"), [3, 224, 224])
    assert entry["bytes"] >= 2**20


def test_it_clears(kept, capsys):
    assert main(["cache", "clear", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["removed_bytes"] >= 2**20
    assert not kept.exists()
    assert main(["cache"]) == 0
    assert "0.0 MiB in" in capsys.readouterr().out


def test_another_word_is_refused(capsys):
    assert main(["cache", "shrink"]) == 2
    assert "invalid choice: 'shrink'" in capsys.readouterr().err
