"""The import rules between the packages hold: by import-linter's contracts, and by what an import really pulls in."""

import subprocess
import sys
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
BASE = [f"explorer.{path.stem}" for path in sorted((ROOT / "explorer").glob("*.py")) if path.stem[0] != "_"]


def modules_of(package: str) -> list[str]:
    """Every module of `package`, in its sub-packages as well."""
    paths = sorted((ROOT / "explorer" / package).rglob("*.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths if path.stem != "__init__"]


def loaded_by(modules: Iterable[str], before: str = "sys") -> set[str]:
    """The top-level packages that importing `modules` loads, but for those that importing `before` loads."""
    first = f"import sys, {before}; before = {{*sys.modules}}"
    program = f"{first}; import {', '.join(modules)}; print(*{{*sys.modules}} - before)"
    printed = subprocess.check_output([sys.executable, "-c", program], cwd=ROOT, text=True)
    return {name.partition(".")[0] for name in printed.split()}


def test_contracts(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


def test_no_imports_go_in_a_circle():
    """Those in functions and those for the type checker are counted, too."""
    graph = grimp.build_graph("explorer", cache_dir=None, exclude_type_checking_imports=False)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert "explorer.gui.app" in imports["explorer.cli.commands"]  # in a function
    assert "explorer.runs.events" in imports["explorer.gui.document"]  # for mypy alone
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' <- '.join(error.args[1])}")


@pytest.mark.parametrize("package", ["architecture", "runs"])
def test_inner_packages_need_neither_torch_nor_qt_nor_pydantic(package):
    modules = modules_of(package)
    assert len(modules) > 10
    assert not loaded_by(modules) & {"torch", "PySide6", "pydantic", "numpy"}


def test_base_modules_need_nothing_but_the_standard_library_and_annotated_types():
    assert len(BASE) == 10
    assert loaded_by(BASE, before="annotated_types") - sys.stdlib_module_names == {"explorer"}


def test_summary_needs_no_torch():
    program = (
        "import sys; from explorer.cli import main; status = main(['summary', 'resnet18']); "
        "sys.exit(status or 'torch' in sys.modules or 'PySide6' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.DEVNULL).returncode == 0
