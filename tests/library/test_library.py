"""The promised names: their examples, their refusals, and what leaving the loop of events means."""

import subprocess
import sys
from types import SimpleNamespace

import pytest

import explorer
from explorer.engine.training.checkpoint import NEWEST
from explorer.library import display, library
from explorer.runs.folder.run import RunState
from explorer.validation import Refused

pytestmark = pytest.mark.slow

SMALL = "basic:1x28x28:10:4x1:stem=cifar,stem_width=4"


def run_python(program: str, *arguments: str) -> str:
    """What a program prints that a process of its own runs, as one that uses the library is."""
    return subprocess.check_output([sys.executable, "-c", program, *arguments], text=True)


def test_examples(tmp_path):
    program = (
        "import doctest, pathlib, sys; from explorer.library import library\n"
        "print(*doctest.testmod(library, extraglobs={'folder': pathlib.Path(sys.argv[1])}))"
    )
    failed, tried = map(int, run_python(program, str(tmp_path / "runs")).split()[-2:])
    assert (failed, tried > 8) == (0, True)


def test_names_are_promised_and_others_are_not():
    assert {name: getattr(explorer, name).__module__ for name in explorer.__all__} == dict.fromkeys(
        ("design", "module", "plan", "saved_runs", "train"), library.__name__
    )
    with pytest.raises(AttributeError, match="no attribute 'resnet'"):
        _ = explorer.resnet


def test_importing_it_imports_nothing_else():
    program = "import sys, explorer; print([name for name in sys.modules if name.startswith('explorer.')])"
    assert run_python(program).strip() == "[]"


def test_whoever_leaves_the_loop_stops_the_run_with_a_checkpoint(tmp_path):
    program = (
        "import explorer, sys\n"
        f"for event in explorer.train({SMALL!r}, runs=sys.argv[1], epochs=50, batch_size=500, device='cpu'):\n"
        "    if type(event).__name__ == 'Step': break"
    )
    run_python(program, str(tmp_path))
    (run,) = explorer.saved_runs(tmp_path)
    assert run.state is RunState.STOPPED
    assert (run.folder / NEWEST).exists()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: explorer.design("resnet19"), "resnet19"),
        (lambda: explorer.train(SMALL, epochs=0, lr=-1), "epochs: .*\n?.*lr"),
        (lambda: explorer.train(SMALL, data="/no/such/folder"), "/no/such/folder"),
        (lambda: explorer.module("basic:1x28x28:10:8x1,4x1/2:shortcut=pad"), "stages"),
    ],
)
def test_what_cannot_be_is_refused_at_once(call, said):
    with pytest.raises(Refused, match=said):
        call()


def test_a_notebook_shows_tables(tmp_path, monkeypatch):
    shown = {}
    formatter = SimpleNamespace(for_type=shown.__setitem__)
    shell = SimpleNamespace(display_formatter=SimpleNamespace(formatters={"text/html": formatter}))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    plan = explorer.plan("resnet18")
    html = shown[type(plan)](plan)
    assert "<td>layer4</td><td>512×7×7</td>" in html
    assert "11,689,512" in html
    unnamed = explorer.design(SMALL).change(name="<b>")
    assert "&lt;b&gt;" in shown[type(unnamed)](unnamed)
    empty = explorer.saved_runs(tmp_path)
    assert shown[type(empty)](empty).count("<tr>") == 1


def test_without_a_notebook_nothing_is_registered(monkeypatch):
    asked = []
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: asked.append("shell")))
    display.register()
    assert asked == ["shell"]
