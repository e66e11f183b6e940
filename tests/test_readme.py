"""README against the code: what it counts, the paths it names, and that an addition touches the files it says."""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from explorer.architecture import blocks
from explorer.architecture.presets import preset_files
from explorer.architecture.source import network
from explorer.engine import answering
from explorer.engine.data.datasets import DATASETS
from explorer.engine.export import export
from explorer.engine.model import MODULES
from explorer.engine.probes.registry import PROBES
from explorer.gui.diagram import picture
from explorer.runs import answers
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.formats import FORMATS, Maker
from explorer.runs.questions.question import Probe

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "explorer"
README = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBERS = dict(zip((3, 4, 5, 32), ("three", "four", "five", "Thirty-two"), strict=True))
CHINESE = dict(zip((3, 4, 5, 32), ("三种", "四种", "五种", " 32 个"), strict=True))
VOCABULARY = {*blocks.BLOCKS, *blocks.SHORTCUTS, *blocks.STEMS}
KINDS = {each.__name__ for each in MODULES}


def table(heading: str) -> dict[str, str]:
    """The first two columns of the table below `heading`, without its own head."""
    section = README.split(f"# {heading}\n")[1].split("\n#")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return {row[0]: row[1] for row in rows[1:]}


def place(path: str) -> Path:
    """Where a `path` of the table is: inside the package, but for the resources beside it."""
    return (ROOT if path.startswith("resources/") else PACKAGE) / path


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def defined(path: Path) -> set[str]:
    """The names that a module defines at its top level."""
    found: set[str] = set()
    for node in tree(path).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {each.id for each in targets if isinstance(each, ast.Name)}
    return found


def strings(path: Path) -> set[str]:
    nodes = ast.walk(tree(path))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def names(path: Path) -> set[str]:
    return {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}


def modules_with(words: set[str], said: Callable[[Path], set[str]], *apart: str) -> dict[str, set[str]]:
    """The `words` in what is `said` by each module but those `apart`."""
    found = {path.relative_to(PACKAGE).as_posix(): said(path) & words for path in PACKAGE.rglob("*.py")}
    return {name: some for name, some in found.items() if some and name not in apart}


def places_named(text: str) -> list[tuple[str, set[str]]]:
    """Every path in `text`, with the names that stand before it."""
    found: list[tuple[str, set[str]]] = []
    named: set[str] = set()
    for span in re.findall(r"`([^`]+)`", text):
        path = span.removeprefix("uv run python ")
        if "/" in path:
            found.append((path, named))
            named = set()
        else:
            named.add(span)
    assert not named, f"{named} without a path in {text!r}"
    return found


WHERE = table("Where do I add …")


@pytest.mark.parametrize("new", WHERE)
def test_an_addition_touches_what_there_is(new):
    found = places_named(WHERE[new])
    assert found
    for path, named in found:
        assert place(path).exists(), path
        assert place(path).is_dir() == path.endswith("/"), path
        assert not named or named <= defined(place(path)), path


def test_the_chinese_table_names_the_same_places():
    """Paths and names in the same rows; Chinese puts a name after the path that it is in."""
    chinese = table("在哪里添加……")
    assert [set(re.findall(r"`([^`]+)`", text)) for text in chinese.values()] == [
        set(re.findall(r"`([^`]+)`", text)) for text in WHERE.values()
    ]


def test_both_halves_have_the_same_sections_figures_and_commands():
    english, chinese = README.split("## 简体中文")
    for kind in (r"^#+ .+$", r"^!\[", r"^\| ", r"^- \*\*"):
        counts = [len(re.findall(kind, half, re.MULTILINE)) for half in (english, chinese)]
        assert counts[0] == counts[1] + (kind.startswith("^#")), kind  # the title stands above both
    commands = [set(re.findall(r"^uv run [^#\n]*[^#\s]", half, re.MULTILINE)) for half in (english, chinese)]
    assert commands[0] <= commands[1]


def test_every_table_of_kinds_is_in_readmes():
    kinds = "BLOCKS STEMS SHORTCUTS MODULES CATALOGUE DATASETS RECIPES FORMATS WRITERS QUESTIONS ANSWERS PROBES PAGES"
    others = "COLUMNS QUANTITIES CONVENTIONS TASKS COMMANDS Recipe Workspace Plots Preferences StageEdits"
    more = "SHORT LONG READERS DiagramHandles Column rows_of ProblemKind find_problems Loader open_data vocabularies"
    studies = "StudyKind planned knob_fields with_knob Objective TaskKind CONTROLS"
    found = {name for text in WHERE.values() for _, named in places_named(text) for name in named}
    assert found == {*kinds.split(), *others.split(), *more.split(), *studies.split()}


@pytest.mark.parametrize("heading", ["How it is built", "程序结构"])
def test_every_package_is_in_readmes(heading):
    packages = {f"`{path.parent.name}/`" for path in PACKAGE.glob("*/__init__.py")}
    assert set(table(heading)) == {"`*.py`", *packages}


def test_every_file_that_a_text_names_is_there():
    guides = [ROOT / "README.md", ROOT / ".github/CONTRIBUTING.md"]
    for path in guides:
        for named in re.findall(
            r"[(`]((?:resources|tests|\.github|\.ci)/[^)`]+)[)`]", path.read_text(encoding="utf-8")
        ):
            assert (ROOT / named).exists(), f"{path}: {named}"
    files = [f"/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "main.py", *PACKAGE.rglob("*.py"))]
    for path in (*guides, *PACKAGE.rglob("*.py")):
        for named in re.findall(r"`([\w/]+\.py)`", path.read_text(encoding="utf-8")):
            assert any(each.endswith(f"/{named}") for each in files) or (ROOT / named).exists(), f"{path}: {named}"


def test_readme_counts_right():
    english, chinese = README.split("## 简体中文")
    counted = [
        (blocks.STEMS, "{} stems", "{}起始层"),
        (blocks.BLOCKS, "{} kinds of block", "{}残差块"),
        (blocks.SHORTCUTS, "{} kinds of shortcut", "{}捷径"),
        (preset_files(), "{} presets", "{}预设"),
    ]
    for kinds, words, chinese_words in counted:
        assert words.format(NUMBERS[len(kinds)]) in english
        assert chinese_words.format(CHINESE[len(kinds)]) in chinese


@pytest.mark.slow
def test_blocks_stems_and_shortcuts_are_named_in_one_file():
    """A new one is nowhere else: where one stands by name, a design is made or changed to have it."""
    assert modules_with(VOCABULARY, strings, "architecture/blocks.py") == {
        "architecture/design.py": {"basic", "imagenet", "projection"},  # the defaults
        "architecture/checks.py": {"basic", "projection"},  # repairs: groups need another block, narrower stages this
        "architecture/twins.py": {"none", "pad", "projection"},  # what a twin has instead
        "gui/lessons/tasks.py": {"average", "bottleneck", "projection-all"},  # what a lesson asks for
        # other words, spelled alike
        "architecture/source/network.py": {"projection"},  # an attribute of the source in the paper's names
        "engine/training/state.py": {"average"},  # a key of a checkpoint
        "runs/weights.py": {"imagenet"},  # the weights of torchvision
        "runs/studies/plot.py": {"none"},  # what fills a line of an SVG
        "engine/export/script/images.py": {"cifar"},  # how a data set is stored
    }


def test_no_other_file_lists_the_kinds_of_layer():
    """What else names a kind treats it alone, as its arithmetic wants; a new one is not looked for there."""
    assert modules_with(KINDS, names, "architecture/layers.py", "architecture/blocks.py", "engine/model.py") == {
        "architecture/plan.py": {"AdaptiveAvgPool2d", "BatchNorm2d", "Linear", "ReLU"},  # the head
        "architecture/names.py": {"Conv2d"},  # counted by the chapter's names
        "architecture/conventions.py": {"Conv2d"},  # whose MACs torchinfo counts per position
        "architecture/source/block.py": {"Conv2d"},
        "cli/summary.py": {"AdaptiveAvgPool2d"},  # flattens
        "engine/kernels/fast_layers.py": {"BatchNorm2d", "Conv2d"},
        "engine/training/state.py": {"BatchNorm2d"},  # refuses a batch of one
    }
    assert modules_with(KINDS, strings, "architecture/layers.py") == {
        "gui/diagram/layout.py": {"BatchNorm2d", "ReLU"},  # draws no slab
    }


def test_every_data_set_has_its_reader():
    assert set(DATASETS) == set(CATALOGUE)


def test_every_format_has_one_writer_with_its_maker():
    writers = {Maker.PLAN: network.WRITERS, Maker.WORKER: export.WRITERS, Maker.WINDOW: picture.WRITERS}
    for maker in Maker:
        assert {name for name, form in FORMATS.items() if form.maker is maker} == set(writers[maker]), maker
    assert all(form.of_design or form.of_run for form in FORMATS.values())


def test_every_question_has_its_answer_and_is_answered():
    assert len(answers.QUESTIONS) == len(answers.ANSWERS)
    probes = {kind for kind in answers.QUESTIONS if issubclass(kind, Probe)}
    assert set(PROBES) == probes
    assert len(set(PROBES.values())) == len(probes)
    assert sorted(kind.__name__ for kind in {*answers.QUESTIONS} - probes) == sorted(
        kind.__name__ for kind in [*answering.SHORT, *answering.LONG]
    )
    assert all(kind.long for kind in answering.LONG)
    assert not any(kind.long for kind in answering.SHORT)
