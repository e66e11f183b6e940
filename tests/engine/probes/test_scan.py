"""The scan: in each layout exactly what was planted is found, and nothing in the folder is touched."""

from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.engine.data.progress import unreported
from explorer.engine.probes.scan import scan_data
from explorer.runs.answers import ProblemKind, Scan, Scanned
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.recipe import Recipe
from tests import planted

MINI = preset("mini")


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def question(data: object) -> Scan:
    return Scan(MINI, Recipe(data=str(data)))


def found_groups(scanned: Scanned) -> dict[ProblemKind, set[frozenset[str]]]:
    return {problem.kind: set(map(frozenset, problem.groups)) for problem in scanned.problems}


@pytest.mark.parametrize("layout", [Layout.CLASSES, Layout.SPLITS, Layout.TABLE])
def test_what_was_planted_is_found(tmp_path, layout):
    garden = planted.plant(tmp_path / "garden", layout)
    before = planted.fingerprint(garden.root)
    scanned = scan_data(question(garden.path), unreported)
    assert planted.fingerprint(garden.root) == before
    assert scanned.layout == layout
    assert scanned.skipped == garden.skipped
    assert [each.name for each in scanned.classes] == sorted(planted.CLASSES)
    for each in scanned.classes:
        assert each.train + each.validation + each.test == garden.of_class(each.name)
        if layout is not Layout.CLASSES:
            assert (each.train, each.validation, each.test) == tuple(garden.counts[each.name, part] for part in Part)
    assert sum(garden.counts.values()) == planted.IMAGES - 40
    unreadable, *others = scanned.problems
    assert {file: reason.what for (file,), reason in zip(unreadable.groups, unreadable.reasons, strict=True)} == (
        garden.unreadable
    )
    assert found_groups(replace(scanned, problems=tuple(others))) == garden.problems
