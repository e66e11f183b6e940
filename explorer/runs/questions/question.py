"""Question: what a worker is asked, and what its answer is. No torch, no Qt."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from explorer.architecture.design import Design
from explorer.runs.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Question:
    """A question about `design` as trained by `recipe`.

    A `long` one reports its progress and ends at a `Stop`, or when it is withdrawn. One that is answered `beside` a run
    does not wait for its end.
    """

    design: Design
    recipe: Recipe
    id: int = 0
    long: ClassVar[bool] = False
    beside: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """Return the name of the question in JSON lines."""
        return type(self).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(Question):
    """A question about a network with the weights of `run`, an id or a folder, or with initial ones by the seed.

    Of a run under way they are the newest. Without `run`, they are also those of the run of the same design that the
    worker trains, unless the question is about a `fresh` network.

    `grown` names the blocks inserted since, as in a `Train`; `runs` is the folder of all runs. `weights` is a file of
    the run's weights after `step`, which a worker wrote that passes the question on.
    """

    runs: Path
    run: str = ""
    grown: tuple[str, ...] = ()
    fresh: bool = False
    weights: str = ""
    step: int | None = None
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question; `id` is the question's.

    `step` is the last one of the run whose weights answered, if it was under way: the answer is about that moment.
    """

    id: int = 0
    step: int | None = None
