"""The walls between the wings stand: by the contracts of import-linter, and by what an import really pulls in."""

import subprocess
import sys
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent


def test_contracts(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


@pytest.mark.parametrize("wing", ["architecture", "runs"])
def test_inner_wings_need_neither_torch_nor_qt_nor_pydantic(wing):
    modules = [
        f"explorer.{wing}.{path.stem}"
        for path in sorted((ROOT / "explorer" / wing).glob("*.py"))
        if path.stem != "__init__"
    ]
    assert len(modules) > 4
    program = (
        f"import sys, {', '.join(modules)}; print(*{{'torch', 'PySide6', 'pydantic', 'numpy'}} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True).strip() == ""


def test_summary_needs_no_torch():
    program = (
        "import sys; from explorer.cli import main; status = main(['summary', 'resnet18']); "
        "sys.exit(status or 'torch' in sys.modules or 'PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL).returncode == 0
