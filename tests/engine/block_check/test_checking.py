"""Pasted code runs in a process of its own, which can do no harm to the program that waits for it."""

import sys

import pytest

from explorer.architecture.presets import preset
from explorer.engine.block_check.checking import check_block
from explorer.engine.data.progress import Cancelled
from explorer.runs.questions.block_check import MAX_SOURCE, BlockChecked, CheckBlock, Verdict
from explorer.runs.recipe import Recipe
from explorer.validation import Refused
from tests.engine.block_check.blocks import CHAPTER

DESIGN = preset("d2l-resnet18")
NASTY = """
import sys
try:
    input()
except EOFError:
    print("nothing to read")
try:
    torch.zeros(2**40)
except RuntimeError:
    print("no room")
for _ in range(2000):
    print("spam" * 100)
sys.stderr.write("more")
"""


def checked(source: str) -> BlockChecked:
    return check_block(CheckBlock(DESIGN, Recipe(), source=source), lambda done, total: None, lambda reason: None)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system does not limit memory")
def test_memory_input_and_output_are_limited_and_the_block_is_compared_all_the_same():
    answer = checked(NASTY + CHAPTER)
    assert answer.verdict is Verdict.EQUAL, answer.summary
    assert answer.printed.startswith("nothing to read\nno room\nspam")
    assert len(answer.printed) == 4000


@pytest.mark.slow
def test_code_that_ends_its_process_is_told_of():
    answer = checked("import os\nprint('gone', flush=True)\nos._exit(3)\n" + CHAPTER)
    assert answer.verdict is Verdict.UNCHECKED
    assert "ended its process (exit status 3)" in answer.summary.words
    assert answer.printed == "gone\n"


def test_it_ends_at_once_when_nobody_waits_for_it():
    def give_up(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        check_block(CheckBlock(DESIGN, Recipe(), source=CHAPTER), give_up, lambda reason: None)


def test_what_is_no_block_is_refused_before_anything_is_started(monkeypatch):
    monkeypatch.setattr("explorer.engine.block_check.checking.subprocess.Popen", None)
    with pytest.raises(Refused, match="more than 100,000 characters"):
        checked(" " * (MAX_SOURCE + 1))
    with pytest.raises(Refused, match="basic block has none"):
        check_block(CheckBlock(DESIGN.change(groups=2), Recipe(), source=CHAPTER), lambda *_: None, lambda _: None)


@pytest.mark.uses
@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 0\nwhile True: x += 1", 2),
        ("x = 10 ** 10 ** 9", 0),  # never lets another thread run
        ("import subprocess\nsubprocess.run(['sleep', '1000'])", 2),
        ("class Residual(nn.Module):\n  def __init__(self, a, b, c=False, d=1):\n    while True: pass", 3),
    ],
)
def test_an_endless_loop_is_stopped_with_its_line(source, line):
    answer = checked(source)
    assert answer.verdict is Verdict.UNCHECKED
    assert "still running after 10 s" in answer.summary.words
    assert answer.summary.line == line


@pytest.mark.uses
def test_a_crash_is_told_of():
    assert "SIGSEGV" in checked("import ctypes\nctypes.string_at(0)").summary.words
