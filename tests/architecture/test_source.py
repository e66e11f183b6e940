import ast
import subprocess
import sys
from itertools import cycle, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, STEMS
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.notation import from_line, to_line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_files
from explorer.architecture.source.network import python_source
from explorer.architecture.source.symbol import Symbol
from tests.designs import SHALLOW, designs


def source(line, vocabulary="torchvision", **changes):
    return python_source(plan_network(from_line(line).change(**changes)), vocabulary)


def every_kind():
    """A design for each block with each shortcut, the stems in turn, and all the switches both ways."""
    stems = cycle(STEMS)
    for block, shortcut, on in product(BLOCKS, SHORTCUTS, (False, True)):
        line = f"{block}:3x32x32:100000:4096x2,8192x1,8192x2/2:stem={next(stems)}"
        changes = {"conv_bias": on, "zero_init": on, "shortcut_norm": not on, "init": ("he", "xavier")[on]}
        if on and "bottleneck" in block:
            changes |= {"groups": 32, "group_width": 4, "stride_on": "1x1", "final_norm": False}
        yield from_line(line).change(shortcut=shortcut, **changes)


def test_formatted_and_clean_as_ruff_would_have_it(tmp_path):
    known = [preset(name) for name in preset_files()]
    for number, design in enumerate([*known, *every_kind()]):
        for vocabulary in VOCABULARIES:
            text = python_source(plan_network(design), vocabulary)
            (tmp_path / f"net{number}_{vocabulary}.py").write_text(text, encoding="utf-8")
    for words in (
        ["format", "--check"],
        ["format", "--check", "--line-length=120"],
        ["check", "--extend-select=I,B,UP"],
    ):
        ruff = [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@settings(max_examples=100)
@given(designs(SHALLOW), st.sampled_from(list(VOCABULARIES)))
def test_any_design_has_source_or_is_refused(design, vocabulary):
    plan = plan_network(design)
    if plan.obstacles:
        with pytest.raises(ValueError, match=r".+: .+"):
            python_source(plan, vocabulary)
        return
    text = python_source(plan, vocabulary)
    said = ast.get_docstring(ast.parse(text))
    assert to_line(design) in said
    assert f"{plan.params:,} parameters, {plan.macs:,} MACs" in said


def test_the_chapter_reads_like_the_chapter():
    text = python_source(plan_network(preset("d2l-resnet18")), "chapter")
    assert len(text.splitlines()) < 80
    tree = ast.parse(text)
    assert [each.name for each in tree.body if hasattr(each, "name")] == ["Residual", "resnet_block", "build"]
    attributes = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    assert {"conv1", "conv2", "conv3", "bn1", "bn2"} <= attributes
    assert not {"bn3", "downsample", "layer1"} & attributes
    variables = [each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    assert [name for name in variables if name.startswith("b")] == ["b1", "b2", "b3", "b4", "b5"]
    assert "11,178,378" in text


def test_a_longer_network_is_no_longer_text():
    deep, shallow = (python_source(plan_network(preset(name))) for name in ("resnet152", "resnet50"))
    assert len(deep.splitlines()) == len(shallow.splitlines())


def test_only_what_the_design_needs():
    plain = source("basic:3x32x32:10:64x2,128x2/2:shortcut=none")
    assert "downsample" not in plain
    assert "pad" not in plain.replace("padding", "")
    assert "+" not in plain
    same = source("basic:3x32x32:10:64x2,64x2")
    assert "downsample" not in same
    assert "if " not in same.partition("def build")[0]
    everywhere = source("basic:3x32x32:10:64x2,128x2/2:shortcut=projection-all")
    assert "downsample" in everywhere
    assert "None:" not in everywhere.replace("-> None:", "")
    assert "zeros_" in source("basic:3x32x32:10:64x2", zero_init=True)
    assert "zeros_" not in source("basic:3x32x32:10:64x2")
    assert "groups=" not in source("bottleneck:3x32x32:10:64x2")


def test_says_so_where_the_chapters_first_stage_would_fail():
    remark = "Unlike the chapter's"
    assert remark not in python_source(plan_network(preset("d2l-resnet18")), "chapter")
    assert remark in python_source(plan_network(preset("d2l-resnet18").change(stem_width=32)), "chapter")


@pytest.mark.parametrize("name", ['"""', "\\", "a\nb\x00", "quote'", '"quoted"', "# 中文", "\\N{x}", "{} %s"])
def test_a_name_cannot_break_the_docstring(name):
    text = python_source(plan_network(preset("mini").change(name=name)))
    tree = ast.parse(text)
    assert to_line(preset("mini")) in ast.get_docstring(tree)
    assert ast.dump(ast.Module(tree.body[1:], [])) == ast.dump(
        ast.Module(ast.parse(python_source(plan_network(preset("mini")))).body[1:], [])
    )


def test_symbols_are_written_as_short_as_they_can_be():
    width = Symbol(64, "width")
    written = {
        "width": width * 64 // 64,
        "2 * width": width * 128 // 64,
        "4 * width": 4 * width,
        "4 * width // 64": width * 4 // 64,
        "32 * (4 * width // 64)": width * 4 // 64 * 32,
    }
    assert {text: str(symbol) for text, symbol in zip(written, written.values(), strict=True)} == {
        text: text for text in written
    }
    for text, symbol in written.items():
        assert symbol == eval(text, {"width": 64})
