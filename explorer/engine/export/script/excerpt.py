"""Excerpt: functions of this program with all that they need, as source for a file that stands alone. No Qt.

So what trains and what is exported cannot drift apart.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.abc import InspectLoader
from importlib.util import find_spec
from typing import NamedTuple

from explorer.architecture.source.lines import Lines

_OWN = __name__.partition(".")[0]
_FOR_TOOLS = re.compile(r"  # (?:noqa: \w+|type: ignore\[[\w,-]+\])")  # comments that mean nothing without our settings


class _Definition(NamedTuple):
    """A statement at the top level of a module: its lines, and the names that it reads."""

    lines: tuple[str, ...]
    names: tuple[str, ...]
    is_block: bool  # a function or a class


class _Import(NamedTuple):
    """Where an imported name is from: an `attribute` of a module, or the module itself; its name there or here."""

    module: str
    attribute: str
    name: str

    @property
    def source(self) -> str:
        """What stands after `import`."""
        known = self.attribute or self.module
        return known if known == self.name else f"{known} as {self.name}"


class _Contents(NamedTuple):
    """What the top level of a module defines and imports, by name, and what it only declares."""

    definitions: dict[str, _Definition]
    imports: dict[str, _Import]
    declared: set[str]


class Excerpt:
    """What a file defines, in the order in which it is added, each once and after what it needs.

    What is imported from this program is copied.
    """

    def __init__(self) -> None:
        self.wanted: set[str] = set()  # names that are declared, without a value
        self._imports: set[_Import] = set()
        self._definitions: dict[str, tuple[str, _Definition]] = {}  # by their names, with the module that each is from

    def add_text(self, text: str, *names: str) -> None:
        """Add what the source of a module defines: these names, or all."""
        contents = _contents_of(text)
        for name in names or contents.definitions:
            self._add(contents, "", name)

    def _add(self, contents: _Contents, module: str, name: str) -> None:
        if imported := contents.imports.get(name):
            if imported.module.partition(".")[0] == _OWN:
                self._add(_contents(imported.module), imported.module, imported.attribute)
            else:
                self._imports.add(imported)
        elif definition := contents.definitions.get(name):
            if name in self._definitions:
                known, _ = self._definitions[name]
                assert known == module, f"{known} and {module} both define {name}"
                return
            self._definitions[name] = module, definition  # now, for one that calls itself
            for needed in definition.names:
                self._add(contents, module, needed)
            self._definitions[name] = self._definitions.pop(name)
        elif name in contents.declared:
            self.wanted.add(name)

    @property
    def imports(self) -> Lines:
        """The statements that import what is needed, in the usual order."""
        standard = [each for each in self._imports if each.module.partition(".")[0] in sys.stdlib_module_names]
        groups = [_import_lines(group) for group in (standard, self._imports.difference(standard)) if group]
        return [line for place, group in enumerate(groups) for line in ("",) * (place > 0) + tuple(group)]

    @property
    def lines(self) -> Lines:
        """The definitions, with two empty lines around functions and classes."""
        lines: Lines = []
        before = False
        for _, each in dict.fromkeys(self._definitions.values()):
            if lines and (each.is_block or before):
                lines += ["", ""]
            lines += each.lines
            before = each.is_block
        return lines


def _import_lines(imports: Iterable[_Import]) -> Iterator[str]:
    """Yield statements: modules first, then what is from each; constants, classes and functions as ruff has them."""
    for module in sorted((each for each in imports if not each.attribute), key=lambda each: each.module):
        yield f"import {module.source}"
    attributes: dict[str, list[_Import]] = defaultdict(list)
    for each in imports:
        if each.attribute:
            attributes[each.module].append(each)
    for name, found in sorted(attributes.items()):
        ordered = sorted(
            found, key=lambda each: (not each.name.isupper(), not each.name[0].isupper(), each.name.lower())
        )
        yield f"from {name} import {', '.join(each.source for each in ordered)}"


@cache
def _contents(module: str) -> _Contents:
    """Return those of a module, which need not be imported."""
    specification = find_spec(module)
    assert specification
    assert isinstance(specification.loader, InspectLoader)
    return _contents_of(specification.loader.get_source(module) or "")


def _contents_of(text: str) -> _Contents:
    lines = _FOR_TOOLS.sub("", text).splitlines()
    definitions: dict[str, _Definition] = {}
    imports: dict[str, _Import] = {}
    declared: set[str] = set()
    for statement in ast.parse(text).body:
        match statement:
            case ast.Import(names):
                imports |= {each.name: each for name in names if (each := _imported(name.name, "", name.asname))}
            case ast.ImportFrom(str(module), names):
                imports |= {each.name: each for name in names if (each := _imported(module, name.name, name.asname))}
            case ast.AnnAssign(ast.Name(name), value=None):
                declared.add(name)
            case _:
                definitions |= dict.fromkeys(_defined(statement), _definition(statement, lines))
    return _Contents(definitions, imports, declared)


def _imported(module: str, attribute: str, alias: str | None) -> _Import:
    return _Import(module, attribute, alias or attribute or module)


def _defined(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement defines: a function, a class, or what is assigned."""
    match statement:
        case ast.FunctionDef(name) | ast.ClassDef(name):
            yield name
        case ast.Assign(targets):
            for target in targets:
                yield from (each.id for each in ast.walk(target) if isinstance(each, ast.Name))
        case ast.AnnAssign(ast.Name(name)):
            yield name


def _definition(statement: ast.stmt, lines: Lines) -> _Definition:
    """Return a definition with its decorators and the comments directly above it."""
    is_block = isinstance(statement, ast.FunctionDef | ast.ClassDef)
    decorators = getattr(statement, "decorator_list", [])
    first = min(each.lineno for each in (statement, *decorators)) - 1
    while first and lines[first - 1].startswith("#"):
        first -= 1
    names = (each.id for each in ast.walk(statement) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load))
    return _Definition(tuple(lines[first : statement.end_lineno]), tuple(dict.fromkeys(names)), is_block)
