"""What known weights would give: question and answer. No torch, no Qt."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from explorer.runs.questions.question import Answer, Question
from explorer.sentences import Sentence, joined, translatable

MAX_WEIGHT_ROWS = 4000  # 600 kB of JSON
_NAMED = 3  # tensors of a kind that a sentence names


class WeightFit(StrEnum):
    """What becomes of a tensor, written as in JSON."""

    MATCHED = translatable("matched")
    FITTED = translatable("fitted to the channels")  # the first convolution of a network for colour or for grey
    NEW_HEAD = translatable("head replaced")
    OTHER_SHAPE = translatable("shape differs")
    UNKNOWN = translatable("unknown")
    MISSING = translatable("missing")


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One tensor: its `name` in the design, `there` in the source, its shapes, and what becomes of it."""

    fit: WeightFit
    name: str
    there: str = ""
    shape: tuple[int, ...] = ()
    shape_there: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh(Question):
    """What of the weights in `source` fits the design?"""

    source: str
    runs: Path
    long: ClassVar[bool] = True
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Answer):
    """What fits: the tensors of the design and of the source, and the input that the weights were trained with.

    So many tensors `matched`, or could be fitted. `rows` has all, in the order of the design; of a very deep network
    some that matched are left out. `source` is the question's in full, such as the path of a file.
    """

    source: str
    matched: int
    rows: tuple[WeightRow, ...]
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    class_names: tuple[str, ...] = ()

    @property
    def sentence(self) -> Sentence:
        """Say what fits: `imagenet:V2: 265 tensors taken; head replaced (2): fc.weight, fc.bias`."""
        text = translatable("{source}: {matched:,} tensors taken")
        parts = [Sentence(text, {"source": self.source, "matched": self.matched})]
        for fit in WeightFit:
            names = [row.name or row.there for row in self.rows if row.fit is fit]
            if names and fit is not WeightFit.MATCHED:
                more = Sentence("{names} …", {"names": ", ".join(names[:_NAMED])})
                shown = more if len(names) > _NAMED else ", ".join(names)
                line = translatable("{fit} ({count:,}): {names}")
                parts.append(Sentence(line, {"fit": Sentence(fit), "count": len(names), "names": shown}))
        return joined("; ", parts)
