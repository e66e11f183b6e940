import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.architecture.design import Stage
from explorer.architecture.notation import (
    design_table,
    from_line,
    from_toml,
    load_design,
    read_table,
    to_line,
    to_toml,
)
from explorer.architecture.presets import preset, preset_files
from explorer.validation import Refused
from tests.designs import designs

GOOD = "schema = 1\ninput = [3, 32, 32]\nclasses = 10\nstages = [{ blocks = 1, width = 8 }]\n"
CHAPTER = (
    "basic:1x96x96:10:64x2,128x2/2,256x2/2,512x2/2:conv_bias=true,shortcut_norm=false,init=xavier"  # as documented
)


def complaints(read, *arguments):
    with pytest.raises(Refused) as caught:
        read(*arguments)
    return dict(caught.value.complaints)


def check_outcome(read, written):
    """A design that survives being written, or complaints; nothing else may come of it."""
    try:
        design = read(written)
    except Refused as refused:
        complaints = refused.complaints
    else:
        complaints = () if from_toml(to_toml(design)) == design else None
    assert complaints is not None
    assert all(where and what for where, what in complaints)


@given(designs())
def test_a_file_round_trips(design):
    again = from_toml(to_toml(design))
    assert again == design
    assert again.name == design.name


@given(designs())
def test_a_table_round_trips(design):
    assert read_table(design_table(design)) == design


@given(designs())
def test_a_line_round_trips(design):
    assert from_line(to_line(design)) == design


@pytest.mark.parametrize("name", preset_files())
def test_presets_round_trip_through_a_line(name):
    assert from_line(to_line(preset(name))) == preset(name)


def test_what_can_be_written_can_be_read_even_without_a_block():
    empty = preset("mini").change(stages=(Stage(0, 16), Stage(0, 32)))
    assert from_toml(to_toml(empty)) == empty
    assert from_line(to_line(empty)) == empty


def test_the_line_of_the_chapter():
    assert from_line(CHAPTER) == preset("d2l-resnet18")


def test_defaults_may_be_left_out_and_are():
    design = from_toml(GOOD)
    assert (design.stem, design.stem_width, design.block, design.shortcut) == ("imagenet", 64, "basic", "projection")
    assert (design.shortcut_norm, design.conv_bias, design.groups, design.group_width) == (True, False, 1, 64)
    assert (design.stride_on, design.final_norm, design.zero_init, design.init) == ("3x3", True, False, "he")
    assert design.stages[0].stride == 1
    assert {line.partition(" =")[0] for line in to_toml(design).splitlines()} >= {"schema", "classes", "input"}
    assert "stem" not in to_toml(design)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("classes", "1e30"),
        ("classes", "true"),
        ("classes", "10.0"),
        ("classes", '"10"'),
        ("classes", "nan"),
        ("classes", "1"),
        ("classes", "100_001"),
        ("classes", "9223372036854775807"),
        ("input", "[3, 32]"),
        ("input", "[3, 32, 32, 32]"),
        ("input", '"3x32x32"'),
        ("stages", "[]"),
        ("stages", "3"),
        ("stages", "[{ blocks = 1, width = 8 }, " + "{ blocks = 1, width = 8 }, " * 8 + "]"),
    ],
)
def test_a_bad_value_is_refused_under_its_key(key, value):
    lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in GOOD.splitlines()]
    assert {where.partition("[")[0] for where in complaints(from_toml, "\n".join(lines))} == {key}


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("stem = 'vgg'", "stem"),
        ("stem_width = 0", "stem_width"),
        ("stem_width = 8193", "stem_width"),
        ("block = 'dense'", "block"),
        ("shortcut = 1", "shortcut"),
        ("shortcut_norm = 1", "shortcut_norm"),
        ("conv_bias = 'no'", "conv_bias"),
        ("groups = 1025", "groups"),
        ("group_width = 0", "group_width"),
        ("stride_on = '5x5'", "stride_on"),
        ("final_norm = []", "final_norm"),
        ("zero_init = inf", "zero_init"),
        ("init = 'HE'", "init"),
        ("name = 5", "name"),
        (f"name = '{'x' * 81}'", "name"),
        ("colour = 'red'", "colour"),
        ("'' = 1", '""'),
        ("'two words' = 1", '"two words"'),
    ],
)
def test_a_bad_option_is_refused_under_its_key(line, where):
    assert set(complaints(from_toml, f"{line}\n{GOOD}")) == {where}


@pytest.mark.parametrize(
    ("stage", "where"),
    [
        ("blocks = 513, width = 8", "stages[0].blocks"),
        ("blocks = -1, width = 8", "stages[0].blocks"),
        ("blocks = 1, width = 8193", "stages[0].width"),
        ("blocks = 1, width = 8, stride = 9", "stages[0].stride"),
        ("blocks = 1, width = 8, stride = 0", "stages[0].stride"),
        ("blocks = 1", "stages[0].width"),
        ("blocks = 1, width = 8, depth = 2", "stages[0].depth"),
    ],
)
def test_a_bad_stage_is_refused_under_its_path(stage, where):
    text = GOOD.replace("blocks = 1, width = 8", stage)
    assert set(complaints(from_toml, text)) == {where}


def test_everything_is_refused_at_once():
    text = """schema = 1
        input = [0, 5000, 32]
        classes = 1e30
        stem = "vgg"
        colour = "red"
        [[stages]]
        blocks = 513
        width = true
        [[stages]]
        blocks = 2
        """
    assert set(complaints(from_toml, text)) == {
        "input[0]",
        "input[1]",
        "classes",
        "stem",
        "colour",
        "stages[0].blocks",
        "stages[0].width",
        "stages[1].width",
    }


def test_complaints_are_plain():
    found = complaints(from_toml, GOOD.replace("10", "1").replace("[3, ", "[17, "))
    assert found == {"classes": "must be at least 2, not 1", "input[0]": "must be at most 16, not 17"}


@pytest.mark.parametrize("schema", ["2", "99999"])
def test_a_newer_schema_is_refused_as_such(schema):
    assert "newer version" in complaints(from_toml, GOOD.replace("schema = 1", f"schema = {schema}"))["schema"]


@pytest.mark.parametrize("schema", ["", "schema = true", "schema = 1.0", "schema = 0", "schema = '1'"])
def test_a_missing_or_odd_schema_is_refused(schema):
    assert set(complaints(from_toml, GOOD.replace("schema = 1", schema))) == {"schema"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "[" * 10_000,
        "a = " + "[" * 900,
        "\n".join("[" * 900 for _ in range(50)),
        "{}",
        "a" + ".a" * 500 + " = 1",
        "x" * 70_000,
        "x" * 2_000,
        "schema = 1\nschema = 1",
        "[[schema]]",
        "schema = 1\nclasses = 99999999999999999999999999",
        "schema = 1\nclasses = 1979-05-27",
        "schema = 1\nclasses = 1" + "0" * 1000,
    ],
)
def test_hostile_text_is_refused_at_once(text):
    assert complaints(from_toml, text)


@given(st.one_of(st.text(), st.text("[]{}=.,:\"'x1\n"), st.text().map(lambda text: GOOD + text)))
def test_any_text_is_a_design_or_refused(text):
    for read in (from_toml, from_line):
        check_outcome(read, text)


@pytest.mark.slow
@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.floats() | st.integers(), st.lists)))
def test_any_table_is_a_design_or_refused(table):
    for each in (table, {**design_table(preset("mini")), **table}):
        check_outcome(read_table, each)


@pytest.mark.parametrize(
    "data", [b"\xff\xfes\0c\0h\0", GOOD.encode("utf-16"), b"\x80abc", b"\0" * 100, b"x" * 10_000_000]
)
def test_a_file_that_is_no_text_is_refused_with_its_path(tmp_path, data):
    path = tmp_path / "design.toml"
    path.write_bytes(data)
    assert set(complaints(load_design, path)) == {str(path)}


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(2**30)
    assert "larger than 64 kB" in complaints(load_design, path)[str(path)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO on this system")
def test_a_fifo_is_refused_without_waiting(tmp_path):
    path = tmp_path / "pipe.toml"
    os.mkfifo(path)
    assert complaints(load_design, path) == {str(path): "is not a regular file"}


def test_folders_and_missing_files_are_refused(tmp_path):
    assert complaints(load_design, tmp_path) == {str(tmp_path): "is not a regular file"}
    missing = tmp_path / "no.toml"
    assert complaints(load_design, missing) == {str(missing): "there is no such file"}
    assert complaints(load_design, tmp_path / ("x" * 5000 + ".toml"))


def test_bom_and_windows_line_ends_are_read(tmp_path):
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_design(path) == from_toml(GOOD)


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("basic", {"design"}),
        ("basic:3x32x32:10:64x1:a=1:b=2", {"design"}),
        ("dense:3x32x32:10:64x1", {"block"}),
        ("basic:3x32:10:64x1", {"input[2]"}),
        ("basic:3x32x-2:ten:64x1", {"input", "classes"}),
        ("basic:3x32x32:10:64", {"stages[0].blocks"}),
        ("basic:3x32x32:10:64x1,ax1/", {"stages[1].width", "stages[1].stride"}),
        ("basic:3x32x32:10:64x1:colour=red", {"colour"}),
        ("basic:3x32x32:10:64x1:conv_bias=1", {"conv_bias"}),
        ("basic:3x32x32:10:64x1:groups=two", {"groups"}),
        ("basic:3x32x32:10:64x1:stem", {"stem"}),
        ("basic:3x32x32:10:64x999999999999", {"stages[0].blocks"}),
        ("basic:3x32x32:10:٣x1", {"stages[0].width"}),
        (":" * 2000, {"design"}),
    ],
)
def test_a_bad_line_is_refused_under_its_keys(line, where):
    assert set(complaints(from_line, line)) == where
