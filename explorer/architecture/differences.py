"""Differences between two designs in words, each with what it costs: stage by stage. No torch, no Qt."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import NamedTuple

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, STEMS
from explorer.architecture.compare import value_text
from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.fields import fields_of
from explorer.sentences import Sentence, translatable

_UNSAID = ("name", "stages")
_DESIGN_KEYS, _STAGE_KEYS = (
    [each.name for each in fields(record) if each.name not in _UNSAID] for record in (Design, Stage)
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two designs: what it is, in full and as `brief`, and what it costs.

    `brief` names only what is new. The costs are None where a step on the way cannot be built.
    """

    words: Sentence
    brief: Sentence
    params: int | None = None
    macs: int | None = None

    @property
    def sentence(self) -> Sentence:
        """The words with the cost: `stage 3: 2 more blocks: +2,360,320 parameters`."""
        if self.params is None or self.macs is None:
            return self.words
        if self.params:
            text = translatable("{difference}: {cost} parameters")
        elif self.macs:
            text = translatable("{difference}: {cost} MACs, same parameters")
        else:
            text = translatable("{difference}: same parameters and MACs")
        return Sentence(text, {"difference": self.words, "cost": signed_count(self.params or self.macs)})


def signed_count(number: int) -> str:
    """Return a whole number with its sign, also if it is positive."""
    return f"{number:+,}".replace("-", "−")


_PHRASES: Mapping[str, str | Mapping[object, str]] = {
    "input": translatable("input {value}"),
    "classes": translatable("{value} classes"),
    "stem": {name: kind.phrase for name, kind in STEMS.items()},
    "stem_width": translatable("stem width {value}"),
    "stem_norm": {True: translatable("norm and ReLU in the stem"), False: translatable("no norm in the stem")},
    "block": {name: kind.phrase for name, kind in BLOCKS.items()},
    "shortcut": {name: kind.phrase for name, kind in SHORTCUTS.items()},
    "shortcut_norm": {True: translatable("a norm on the shortcut"), False: translatable("no norm on the shortcut")},
    "conv_bias": {True: translatable("convolutions with biases"), False: translatable("convolutions without biases")},
    "groups": translatable("{value} groups"),
    "group_width": translatable("group width {value}"),
    "stride_on": {
        "3x3": translatable("stride on the 3×3 (v1.5)"),
        "1x1": translatable("stride on the first 1×1 (v1)"),
    },
    "final_norm": {True: translatable("a norm before the head"), False: translatable("no norm before the head")},
    "zero_init": {
        True: translatable("blocks that start as identities"),
        False: translatable("blocks that start at random"),
    },
    "init": {"he": translatable("He's initial weights"), "xavier": translatable("Xavier's initial weights")},
    "width": translatable("width {value}"),
    "stride": translatable("stride {value}"),
}


def phrase(key: str, value: object) -> Sentence:
    """Name the value of a field of a design, or of a stage, as in the middle of a sentence."""
    known = _PHRASES.get(key)
    text = f"{value:,}" if isinstance(value, int) else value_text(value)
    if known is None:
        label = fields_of(Design)[key].label.text
        return Sentence(translatable("{key} {value}"), {"key": Sentence(label), "value": text})
    return Sentence(known, {"value": text}) if isinstance(known, str) else Sentence(known[value])


@lru_cache(maxsize=256)
def effective(design: Design) -> Design:
    """Return `design` with the default of each option without effect, such as a norm on a padded shortcut."""
    block, shortcut = BLOCKS[design.block], SHORTCUTS[design.shortcut]
    if not block.preactivation:
        design = design.change(stem_norm=False, final_norm=True)
    if block.expansion == 1:
        design = design.change(stride_on="3x3")
    has_layers = bool(shortcut.make(design.wiring(64, 64, 2), 64).steps)
    if block.preactivation or not has_layers:
        design = design.change(shortcut_norm=True)
    return design


class _Step(NamedTuple):
    """One step from a design to another: its words, and the design after it."""

    words: Sentence
    brief: Sentence
    design: Design


def _replacement(key: str, old: object, new: object) -> tuple[Sentence, Sentence]:
    """Return the words for another value of a field, in full and in brief."""
    brief = phrase(key, new)
    values = {"after": brief, "before": phrase(key, old)}
    return Sentence(translatable("{after} instead of {before}"), values), brief


def _steps(before: Design, after: Design) -> Iterator[_Step]:
    """Yield the steps from `before` to `after`, in the order of a design file, as far as they have an effect."""
    design, after = effective(before), effective(after)
    before = design
    for key in _DESIGN_KEYS:
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            design = design.change(**{key: new})
            yield _Step(*_replacement(key, old, new), design)
    for index in range(len(after.stages), len(before.stages))[::-1]:
        design = design.change(stages=design.stages[:index])
        words = Sentence(translatable("no stage {number}"), {"number": index + 1})
        yield _Step(words, words, design)
    for index, stage in enumerate(after.stages):
        if index >= len(before.stages):
            design = design.change(stages=(*design.stages, stage))
            text = translatable("a stage {number}: {blocks} × width {width}, stride {stride}")
            values = {"number": index + 1, "blocks": stage.blocks, "width": stage.width, "stride": stage.stride}
            words = Sentence(text, values)
            yield _Step(words, words, design)
            continue
        old_stage = before.stages[index]
        for key in _STAGE_KEYS:
            old, new = getattr(old_stage, key), getattr(stage, key)
            if old != new:
                design = design.with_stage(index, **{key: new})
                change, brief = _more_blocks(new - old) if key == "blocks" else _replacement(key, old, new)
                yield _Step(_in_stage(index, change), _in_stage(index, brief), design)


def _more_blocks(count: int) -> tuple[Sentence, Sentence]:
    match count:
        case 1:
            text = translatable("1 more block")
        case -1:
            text = translatable("1 block fewer")
        case _:
            text = translatable("{count} more blocks") if count > 0 else translatable("{count} blocks fewer")
    words = Sentence(text, {"count": abs(count)})
    return words, words


def _in_stage(index: int, change: Sentence) -> Sentence:
    return Sentence(translatable("stage {number}: {change}"), {"number": index + 1, "change": change})


def count_differences(before: Design, after: Design) -> int:
    """Return the number of fields, of designs and of their stages, that differ; a stage too many counts as one."""
    before, after = effective(before), effective(after)
    pairs = list(zip(before.stages, after.stages, strict=False))
    return (
        _unequal(before, after, _DESIGN_KEYS)
        + sum(_unequal(old, new, _STAGE_KEYS) for old, new in pairs)
        + abs(len(before.stages) - len(after.stages))
    )


def _unequal(before: Design | Stage, after: Design | Stage, keys: Sequence[str]) -> int:
    return len([key for key in keys if getattr(before, key) != getattr(after, key)])


def first_difference(before: Design, after: Design) -> Sentence | None:
    """Return in few words the first thing that `after` has and `before` has not; None if they are alike."""
    return next((step.brief for step in _steps(before, after)), None)


def brief_differences(before: Design, after: Design) -> tuple[Sentence, ...]:
    """Return in few words what `after` has and `before` has not."""
    return tuple(step.brief for step in _steps(before, after))


def differences(before: Design, after: Design) -> tuple[Difference, ...]:
    """Return the differences, each with its cost on top of those before it, so that the costs add up to the whole."""
    found, plan = [], plan_network(before)
    for step in _steps(before, after):
        changed = plan_network(step.design)
        if plan.obstacles or changed.obstacles:
            found.append(Difference(step.words, step.brief))
        else:
            found.append(Difference(step.words, step.brief, changed.params - plan.params, changed.macs - plan.macs))
        plan = changed
    return tuple(found)
