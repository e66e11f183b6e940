import pytest

from explorer.architecture.design import Stage
from explorer.architecture.notation import to_line, to_toml
from explorer.architecture.presets import design_file, find_design, preset, preset_families, preset_files, preset_of
from explorer.validation import Refused

NAMES = [
    *("d2l-resnet18", "resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    *("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"),
    *(f"cifar-resnet{depth}" for depth in (18, 20, 32, 44, 56, 110, 1202)),
    *("wrn-16-8", "wrn-28-10", "wrn-40-4", "preact-resnet18", "preact-resnet164", "preact-resnet1001"),
    *("resnet26", "resnet18d", "resnet50d", "resnet101d", "preact-resnet50"),
    *("mini", "deep-residual-56", "deep-plain-56"),
]


def test_all_are_there_once():
    listed = [name for names in preset_families().values() for name in names]
    assert sorted(listed) == sorted(preset_files()) == sorted(NAMES)


def test_are_in_the_order_of_their_numbers():
    assert preset_families()["CIFAR"] == tuple(f"cifar-resnet{depth}" for depth in (18, 20, 32, 44, 56, 110, 1202))


def test_no_two_are_the_same_network():
    assert len({preset(name) for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_is_recognised_under_any_name(name):
    assert preset_of(preset(name).change(name="mine")) == name
    assert preset(name).name


def test_an_edited_one_is_not_recognised():
    assert preset_of(preset("resnet18").with_stage(0, blocks=3)) is None


def test_mini():
    mini = preset("mini")
    assert (mini.input, mini.stem, mini.stem_width, mini.block) == ((1, 28, 28), "cifar", 16, "basic")
    assert mini.stages == (Stage(1, 16), Stage(1, 32, 2), Stage(1, 64, 2))


@pytest.mark.parametrize(
    ("typed", "meant"), [("resnet51", "resnet50"), ("Resnet18", "resnet18"), ("wrn-28-1", "wrn-28-10")]
)
def test_a_near_miss_is_named(typed, meant):
    with pytest.raises(Refused, match=f"did you mean {meant}"):
        find_design(typed)


def test_a_far_miss_is_told_where_to_look():
    with pytest.raises(Refused, match="`presets` lists them"):
        find_design("xyzzy")


def test_a_design_is_found_as_file_preset_or_line(tmp_path, monkeypatch):
    design = preset("mini")
    (tmp_path / "mine.toml").write_text(to_toml(design), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for text in ("mini", "mine.toml", "./mine.toml", str(tmp_path / "mine.toml"), to_line(design)):
        assert find_design(text) == design
        assert design_file(text) == (tmp_path / "mine.toml" if "mine.toml" in text else None)
