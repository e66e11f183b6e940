"""PastedClass: the class of what was pasted, and how it is called. No Qt."""

import ast
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from importlib.util import find_spec
from types import ModuleType, TracebackType
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from explorer.engine.block_check.trace import PASTED
from explorer.engine.training.failure import lacks_memory
from explorer.runs.questions.block_check import CLASS, Remark
from explorer.sentences import Sentence, translatable

_LONGEST = 300  # characters of an exception's message
_BOOK = "d2l"  # the book's own package, which a block does not need


class NoClass(Exception):
    """There is nothing to compare; `remark` says why."""

    def __init__(self, remark: Remark) -> None:
        super().__init__(remark.words)
        self.remark = remark


@dataclass(frozen=True)
class Ran:
    """The names that the pasted code has defined, and the exception that ended it, if one did."""

    names: Mapping[str, Any]
    failure: Remark | None = None


def run_source(source: str) -> Ran:
    """Run pasted code, statement by statement, up to an exception. Raises NoClass if it is no Python."""
    try:
        tree = ast.parse(source, PASTED)
    except SyntaxError as error:
        raise NoClass(Remark(_words(error, error.msg), error.lineno or 0)) from None
    except (ValueError, RecursionError, MemoryError) as error:  # of null bytes, or too deeply nested
        raise NoClass(Remark(_words(error, str(error)))) from None
    module = ModuleType("pasted")
    sys.modules[module.__name__] = module  # where dataclasses look for the module of a class
    names = vars(module)
    names |= {"torch": torch, "nn": nn, "F": F}  # a class is often pasted without its imports
    try:
        for statement in tree.body:
            if not _is_missing_book(statement):
                exec(compile(ast.Module([statement], []), PASTED, "exec"), names)
    except BaseException as error:  # SystemExit as well
        return Ran(names, exception_remark(error))
    return Ran(names)


def _is_missing_book(statement: ast.stmt) -> bool:
    """Return whether a statement imports the book's package, which is not installed."""
    match statement:
        case ast.ImportFrom(module=str(name)):
            imported = [name]
        case ast.Import(names=aliases):
            imported = [alias.name for alias in aliases]
        case _:
            return False
    return any(name.partition(".")[0] == _BOOK for name in imported) and find_spec(_BOOK) is None


def exception_remark(error: BaseException) -> Remark:
    """Return what an exception says, and the innermost line of the pasted code that it came through."""
    line = _line_of(error.__traceback__)
    if isinstance(error, MemoryError | RuntimeError) and lacks_memory(error):
        return Remark(Sentence(translatable("the code needs more memory than it may have")), line)
    return Remark(_words(error, str(error)), line)


def _words(error: BaseException, message: str) -> Sentence:
    first = " ".join(message.split())[:_LONGEST]
    kind = type(error).__name__
    if not first:
        return Sentence("{kind}", {"kind": kind})
    return Sentence("{kind}: {message}", {"kind": kind, "message": first})


def _line_of(trace: TracebackType | None) -> int:
    line = 0
    while trace:
        if trace.tb_frame.f_code.co_filename == PASTED:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


class Role(Enum):
    """What an argument of the class stands for."""

    INPUTS = auto()
    OUTPUTS = auto()
    PROJECTED = auto()  # whether the shortcut has a 1×1 convolution
    STRIDE = auto()


class _Argument(NamedTuple):
    """An argument of the class; without a role it is none of the chapter's, and has no default."""

    name: str
    role: Role | None
    optional: bool


_CHAPTER = (Role.INPUTS, Role.OUTPUTS, Role.PROJECTED, Role.STRIDE)
_FLAG_WORDS = ("1x1", "proj", "down", "shortcut", "skip", "use")


class PastedClass:
    """The class `Residual`; its arguments are told by their defaults and names, else by their order in the chapter."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        """Find the class among `names`. Raises NoClass."""
        found = names.get(CLASS)
        if not (isinstance(found, type) and issubclass(found, nn.Module)):
            raise NoClass(_no_class(names, found))
        self._kind = found
        self._arguments = _arguments_of(found)
        roles = [each.role for each in self._arguments]
        known = None not in roles and len({*roles}) == len(roles)
        if not (known and Role.OUTPUTS in roles and Role.STRIDE in roles):
            what = translatable(
                "{name} takes ({arguments}); the chapter’s takes (input_channels, num_channels, use_1x1conv, strides)."
            )
            given = ", ".join(str(each) for each in inspect.signature(found).parameters.values())
            raise NoClass(Remark(Sentence(what, {"name": CLASS, "arguments": given}), _line_of_class(found)))

    @property
    def has_flag(self) -> bool:
        """Return whether an argument says that the shortcut has a 1×1 convolution."""
        return any(each.role is Role.PROJECTED for each in self._arguments)

    def make(self, inputs: int, outputs: int, projected: bool, stride: int, brief: bool) -> nn.Module:
        """Return a new block; a `brief` call leaves out what has a default. Raises whatever the class raises."""
        values = {Role.INPUTS: inputs, Role.OUTPUTS: outputs, Role.PROJECTED: projected, Role.STRIDE: stride}
        wanted = [each for each in self._arguments if not (brief and each.optional)]
        return self._kind(**{each.name: values[each.role] for each in wanted if each.role})


def _no_class(names: Mapping[str, Any], found: object) -> Remark:
    others = [name for name, each in names.items() if isinstance(each, type) and each.__module__ == names["__name__"]]
    if isinstance(found, type):
        what = translatable("The class {name} is no nn.Module.")
        return Remark(Sentence(what, {"name": CLASS}), _line_of_class(found))
    if not others:
        return Remark(Sentence(translatable("There is no class in it; {name} is expected."), {"name": CLASS}))
    what = translatable("There is no class called {name}, but there is: {classes}.")
    return Remark(Sentence(what, {"name": CLASS, "classes": ", ".join(others)}))


def _line_of_class(found: type) -> int:
    code = getattr(vars(found).get("__init__"), "__code__", None)
    return code.co_firstlineno if code and code.co_filename == PASTED else 0


def _arguments_of(kind: type) -> tuple[_Argument, ...]:
    """Return the arguments of a class with what they stand for; those that stand for nothing known are left out."""
    given = [*inspect.signature(kind).parameters.values()]
    named = [each for each in given if each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)]
    roles = [_told_role(each) for each in named]
    unknown = [place for place, role in enumerate(roles) if role is None]
    missing = [role for role in _CHAPTER if role not in roles]
    if len([place for place in unknown if named[place].default is inspect.Parameter.empty]) == 1:
        missing = [Role.OUTPUTS]  # lazy layers find the input channels
    for place, role in zip(unknown, missing, strict=False):
        roles[place] = role
    return tuple(
        _Argument(each.name, role, each.default is not each.empty)
        for each, role in zip(named, roles, strict=True)
        if role or each.default is each.empty
    )


def _told_role(argument: inspect.Parameter) -> Role | None:
    """Return what the name or the default of an argument says it stands for, if anything."""
    name = argument.name.lower()
    if "stride" in name:
        return Role.STRIDE
    if isinstance(argument.default, bool) or any(word in name for word in _FLAG_WORDS):
        return Role.PROJECTED
    if isinstance(argument.default, int):
        return Role.STRIDE
    return None
