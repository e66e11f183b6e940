"""A pasted block is called equal when it is, and else it is said where it differs and what is likely meant."""

import itertools
import json
import re

import pytest
import torch

from explorer.architecture.presets import preset
from explorer.engine.block_check import comparison
from explorer.engine.block_check.check import check_source
from explorer.runs.json_lines import json_line, read_record, record_table
from explorer.runs.questions.block_check import BlockChecked, LayerState, Verdict
from tests.engine.block_check.blocks import BUILDER, CHAPTER, RIGHT, WRONG, changed

DESIGN = preset("d2l-resnet18")


@pytest.fixture(autouse=True)
def _kept_generator():
    state = torch.get_rng_state()
    yield
    assert torch.equal(torch.get_rng_state(), state)


def said(answer: BlockChecked) -> str:
    return "\n".join([answer.summary.words, *(hint.words for hint in answer.hints)])


@pytest.mark.parametrize("source", RIGHT.values(), ids=RIGHT)
def test_a_block_that_computes_the_same_is_equal_whatever_its_layers_are_called(source):
    answer = check_source(source, DESIGN)
    assert answer.verdict is Verdict.EQUAL, said(answer)
    assert not answer.hints
    assert {layer.difference for layer in answer.layers if layer.pasted and layer.expected} == {0.0}


@pytest.mark.parametrize("hint", WRONG)
def test_a_usual_mistake_is_told_with_what_is_likely_meant(hint):
    answer = check_source(WRONG[hint], DESIGN)
    assert answer.verdict is Verdict.DIFFERENT
    assert hint in answer.hints[0].words, said(answer)
    read = read_record(BlockChecked, json.loads(json_line(record_table(answer))))
    assert read == answer
    assert read.hints[0].words.template == answer.hints[0].words.template


def test_it_says_where_the_block_differs_first_and_in_which_line():
    source = WRONG["has kernel 3; it should be a 1×1"]
    answer = check_source(source, DESIGN)
    assert re.match(
        r"Your block differs first after the convolution on the shortcut, by up to \d", answer.summary.words
    )
    assert "stride 2" in answer.case
    runs, made = (
        next(n for n, text in enumerate(_lines(source), 1) if part in text)
        for part in ("self.conv3(X)", "self.conv3 = nn.Conv2d")
    )
    assert (answer.summary.line, answer.hints[0].line) == (runs, made)
    states = [layer.state for layer in answer.layers]
    assert states == [LayerState.SAME] * 5 + [LayerState.DIFFERENT] * 3


def _lines(source: str) -> list[str]:
    return source.splitlines()


def mutants() -> list[str]:
    """The chapter's class with each layer removed or swapped, and each number one larger or smaller."""
    found = []
    for layer in ("self.conv1", "self.bn1", "self.conv2", "self.bn2", "self.conv3", "F.relu"):
        start = CHAPTER.index("def forward")
        for place in re.finditer(re.escape(layer + "("), CHAPTER[start:]):
            at = start + place.start()
            found.append(CHAPTER[:at] + CHAPTER[at + len(layer) :])
    names = ("self.conv1(", "self.bn1(", "self.conv2(", "self.bn2(", "self.conv3(")
    begin, body = CHAPTER.split("    def forward")
    for one, other in itertools.combinations(names, 2):
        swapped = body.replace(one, "@").replace(other, one).replace("@", other)
        found.append(f"{begin}    def forward{swapped}")
    for name in ("kernel_size", "padding", "strides"):
        for place in re.finditer(rf"{name}=(\d)", CHAPTER):
            for step in (-1, 1):
                number = str(int(place[1]) + step)
                found.append(CHAPTER[: place.start(1)] + number + CHAPTER[place.end(1) :])
    for place in re.finditer(r"stride=strides", CHAPTER):
        for step in (" + 1", " - 1", " * 2"):
            found.append(CHAPTER[: place.end()] + step + CHAPTER[place.end() :])
    for line in ("        Y += X\n", "            X = self.conv3(X)\n", "        Y = self.bn2(self.conv2(Y))\n"):
        found.append(CHAPTER.replace(line, line.replace(line.strip(), "pass")))
    return found


@pytest.mark.filterwarnings("ignore:Initializing zero-element")  # of a kernel of size 0
def test_no_mutant_of_the_chapters_class_is_called_right():
    seen = mutants()
    assert len(seen) > 35
    wrong = [source for source in seen if check_source(source, DESIGN).verdict is Verdict.EQUAL]
    # sums commute: swapping the two norms changes nothing, as both are of the same kind
    assert [source for source in wrong if "self.bn2(self.conv1(X))" not in source] == []


def test_equal_means_equal_on_twenty_inputs_in_both_modes():
    assert comparison.INPUTS == 20
    for late in (
        "self.n = getattr(self, 'n', 0) + 1\n        if self.n == 20: Y = Y + 1e-6",  # the last in training mode
        "self.n = getattr(self, 'n', 0) + (not self.training)\n        if self.n == 20: Y = Y + 1e-6",
        "if not self.training: Y = Y + 1e-6",
        "if self.training: Y = Y + 1e-6",
        "if X.shape[0] == 4: Y = Y + 1e-6",
        "Y = F.dropout(Y, 0.01, self.training)",
    ):
        answer = check_source(changed(("        Y += X", f"        {late}\n        Y = Y + X")), DESIGN)
        assert answer.verdict is Verdict.DIFFERENT, late


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        (changed(("Y += X", "Y += (X")), 24, "SyntaxError: '(' was never closed"),
        (changed(("F.relu(Y)", "F.rleu(Y)")), 25, "has no attribute 'rleu'"),
        (changed(("        super().__init__()\n", "")), 6, "cannot assign module before Module.__init__() call"),
        ("x = 1 / 0\n" + CHAPTER, 1, "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)", 2, "SystemExit: 3"),
        (changed(("class Residual", "class Rest")), 0, "no class called Residual, but there is: Rest"),
        (changed(("Y += X", "raise SystemExit(1)")), 24, "SystemExit: 1"),
        ("", 0, "There is no class in it"),
        ("x = '\0'", 0, "null"),
        ("class Residual:\n    def __init__(self): pass", 2, "is no nn.Module"),
        (changed(("use_1x1conv=False, strides=1", "a, b, c, d")), 4, "Residual takes ("),
        ("raise MemoryError", 1, "more memory than it may have"),
    ],
)
def test_an_error_is_told_with_its_line_in_the_pasted_source(source, line, words):
    answer = check_source(source, DESIGN)
    assert answer.verdict is not Verdict.EQUAL
    assert words in answer.summary.words
    assert answer.summary.line == line


def test_what_stands_below_the_class_may_fail_and_the_block_is_compared():
    answer = check_source(CHAPTER + "d2l.train_ch6(net)\n", DESIGN)
    assert answer.verdict is Verdict.EQUAL
    assert [hint.line for hint in answer.hints] == [len(_lines(CHAPTER)) + 1]
    assert "name 'd2l' is not defined" in answer.hints[0].words


def test_a_layer_that_is_made_and_never_used_is_named():
    answer = check_source(changed(("self.bn1 =", "self.spare = nn.Linear(2, 2)\n        self.bn1 =")), DESIGN)
    assert answer.verdict is Verdict.EQUAL
    assert answer.hints[0].words.endswith("spare.")


def test_a_builder_that_raises_is_told_with_its_line():
    answer = check_source(CHAPTER + changed(("range(num_residuals)", "range(n)"), source=BUILDER), DESIGN)
    assert answer.verdict is Verdict.DIFFERENT
    assert "resnet_block fails: NameError" in answer.hints[0].words
    assert answer.hints[0].line == len(_lines(CHAPTER)) + 5


BOTTLENECK = """
class Residual(nn.Module):
    def __init__(self, inputs, width, project=False, stride=1):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, 4 * width, 1, bias=False), nn.BatchNorm2d(4 * width))
        self.side = nn.Sequential(
            nn.Conv2d(inputs, 4 * width, 1, stride, bias=False),
            nn.BatchNorm2d(4 * width)) if project else nn.Identity()
    def forward(self, x):
        return F.relu(self.layers(x) + self.side(x))
"""
PREACTIVATION = """
class Residual(nn.Module):
    def __init__(self, inputs, width, project=False, stride=1):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(inputs), nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.side = nn.Conv2d(inputs, width, 1, stride, bias=False) if project else None
    def forward(self, x):
        y = F.relu(self.bn1(x))
        side = self.side(y) if self.side else x
        return self.conv2(F.relu(self.bn2(self.conv1(y)))) + side
"""


@pytest.mark.parametrize(("name", "source"), [("resnet50", BOTTLENECK), ("preact18", PREACTIVATION)])
def test_the_block_of_another_design_is_what_it_is_compared_with(name, source):
    design = DESIGN.change(block="preact-basic", conv_bias=False) if name == "preact18" else preset(name)
    assert check_source(source, design).verdict is Verdict.EQUAL
    assert check_source(source, DESIGN).verdict is Verdict.DIFFERENT
    assert check_source(CHAPTER, design).verdict is Verdict.DIFFERENT
