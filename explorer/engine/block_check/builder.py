"""The check of `resnet_block`, which builds a stage: which blocks it asks for. No Qt."""

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import nn

from explorer.engine.block_check.pasted import exception_remark
from explorer.runs.questions.block_check import BUILDER, CLASS, Remark
from explorer.sentences import Sentence, translatable

_BLOCKS = 3  # of the stages that are built
_FIRST, _LATER = (6, 6), (6, 12)  # input and output channels of a first stage and of a later one


class _Asked(NamedTuple):
    """A block that was asked for, without its channels."""

    projected: bool
    stride: int


class _Builder(NamedTuple):
    """The function, with its place in the pasted source."""

    build: Any
    line: int

    def stage(self, names: Mapping[str, Any], channels: tuple[int, int], first: bool) -> list[_Asked]:
        """Return the blocks that it asks for. Raises whatever it raises."""
        asked: list[_Asked] = []

        class Noted(nn.Module):
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__()
                flags = [each for each in (*args, *kwargs.values()) if isinstance(each, bool)]
                numbers = [each for each in args if type(each) is int]
                lazy = len(inspect.signature(real).parameters) == 3
                strides = [value for key, value in kwargs.items() if "stride" in key.lower()]
                strides += numbers[1 if lazy else 2 :]
                asked.append(_Asked(any(flags), int((strides or [1])[0])))

        real = names[CLASS]
        space = self.build.__globals__
        space[CLASS] = Noted
        try:
            arguments: dict[str, object] = {}
            given = [*inspect.signature(self.build).parameters.values()]
            is_lazy = len(given) == 3  # without the input channels
            order = [_BLOCKS if "residual" in each.name.lower() else channels[1] for each in given[:2]]
            values = (*order, first) if is_lazy else (*channels, _BLOCKS, first)
            arguments = {each.name: value for each, value in zip(given, values, strict=False)}
            self.build(**arguments)
        finally:
            space[CLASS] = real
        return asked


def check_builder(names: Mapping[str, Any]) -> tuple[Remark, ...]:
    """Return what is wrong with `resnet_block`; nothing if it is right, or was not pasted."""
    build = names.get(BUILDER)
    if not inspect.isfunction(build):
        return ()
    builder = _Builder(build, build.__code__.co_firstlineno)
    try:
        first = builder.stage(names, _FIRST, first=True)
        later = builder.stage(names, _LATER, first=False)
    except BaseException as error:
        remark = exception_remark(error)
        what = translatable("{name} fails: {error}")
        return (Remark(Sentence(what, {"name": BUILDER, "error": remark.words}), remark.line or builder.line),)
    kept, halved = _Asked(False, 1), _Asked(True, 2)
    if first == [kept] * _BLOCKS and later == [halved] + [kept] * (_BLOCKS - 1):
        return ()
    return (Remark(Sentence(_meaning(first, later), {"name": BUILDER}), builder.line),)


def _meaning(first: list[_Asked], later: list[_Asked]) -> str:
    """Return what is likely meant with stages that are not the chapter's."""
    halved = _Asked(True, 2)
    if len(first) != _BLOCKS or len(later) != _BLOCKS:
        return translatable("{name} does not build as many blocks as it is told to.")
    if later == [halved] * _BLOCKS:
        return translatable(
            "{name} halves the size in every block of a stage, not in the first alone: “or not first_block” should be "
            "“and not first_block”."
        )
    if first[0] == halved:
        return translatable("{name} halves the size in the first stage as well: “and not first_block” is missing.")
    if halved not in later:
        return translatable("{name} never halves the size: the first block of each later stage needs stride 2.")
    return translatable(
        "{name} gives the 1×1 convolution or the stride to other blocks than the first of a later stage."
    )
