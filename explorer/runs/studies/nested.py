"""Nested: a design and deeper ones, each from scratch, grown from the one before by identities, and plain.

It measures what the chapter's figure of nested function classes says: of a larger class the best function is only sure
to be as good if the class contains the smaller one. No torch, no Qt.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import NamedTuple, assert_never

from explorer.architecture.design import Design
from explorer.architecture.nesting import containment, further_blocks, nested_design
from explorer.architecture.plan import plan_network
from explorer.architecture.twins import LONGEST, twin_of
from explorer.runs.events import MAX_LEARNED
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side
from explorer.runs.spread import Spread
from explorer.runs.studies.study import Knob, Measure, Study
from explorer.sentences import Sentence, joined, translatable
from explorer.validation import Complaint, Refused, refuse

DEPTH, NETWORK = "depth", "network"  # the knobs of such a study


class Network(StrEnum):
    """How the networks of one series begin, written as in the values of a trial."""

    SCRATCH = translatable("from scratch")
    GROWN = translatable("grown")
    PLAIN = translatable("plain")


class NestedTrial(NamedTuple):
    """A run of such a study, as `PlannedTrial` has it."""

    values: tuple[str, ...]
    side: Side
    after: int | None = None
    grown: tuple[str, ...] = ()


def nested_knobs(text: str) -> tuple[Knob, ...]:
    """Return the knobs of a study of the depths in `text`: `8,14,20`. Raises Refused."""
    return Knob(DEPTH, tuple(part.strip() for part in text.split(","))), Knob(
        NETWORK, tuple(each.value for each in Network)
    )


def nested_trials(study: Study) -> Iterator[NestedTrial]:
    """Yield every run, seed by seed: the first network is one of both series, from scratch and grown. Raises Refused.

    Networks from scratch and plain ones train for as many epochs in all as the grown chain up to their depth.
    """
    designs, epochs = _designs(study), _epochs_in_all(study)
    depths = study.knobs[0].values
    per_seed = 3 * len(designs) - 1
    for later in range(study.seeds):
        seed = study.recipe.seed + later
        recipe = study.recipe.change(seed=seed)

        def trial(place: int, network: Network, seed: int = seed, recipe: Recipe = recipe) -> NestedTrial:
            design = twin_of(designs[place]) if network is Network.PLAIN else designs[place]
            in_all = recipe.epochs if network is Network.GROWN else epochs[place]
            side = Side(_named(study.design, design, depths[place], network), recipe.change(epochs=in_all), seed)
            return NestedTrial((depths[place], network.value), side)

        first = later * per_seed
        yield trial(0, Network.SCRATCH)
        yield trial(0, Network.PLAIN)
        for place, (smaller, larger) in enumerate(pairwise(designs), 1):
            yield trial(place, Network.SCRATCH)
            before = first if place == 1 else first + 3 * (place - 1)
            blocks = further_blocks(smaller, larger)
            yield trial(place, Network.GROWN)._replace(after=before, grown=blocks)
            yield trial(place, Network.PLAIN)


def _epochs_in_all(study: Study) -> tuple[int, ...]:
    """Return the epochs of the grown chain up to each depth."""
    return tuple(accumulate(study.recipe.epochs for _ in study.knobs[0].values))


def _named(own: Design, design: Design, depth: str, network: Network) -> Design:
    end = f" ({depth}, {network})"
    return design.change(name=own.name[: LONGEST - len(end)] + end)


def _designs(study: Study) -> tuple[Design, ...]:
    """Return the network of each depth, each of which contains the one before. Raises Refused."""
    if study.design.plain:
        what = translatable("is plain: only networks with shortcuts can grow by identities")
        raise refuse("design", what)
    if study.recipe.early_stop:
        what = translatable("must be 0: all networks of a depth train for as many epochs")
        raise refuse("early_stop", what)
    if study.recipe.grow:
        raise refuse("grow", translatable("must be empty: the study itself says which blocks are added when"))
    designs: list[Design] = []
    complaints: list[Complaint] = []
    for text in study.knobs[0].values:
        try:
            designs.append(nested_design(study.design, _whole(text)))
        except Refused as refused:
            complaints += refused.complaints
    if complaints:
        raise Refused(*complaints)
    if len(designs) < 2:
        raise refuse(DEPTH, translatable("at least two depths are needed, as in 8,14,20"))
    for smaller, larger in pairwise(designs):
        one, other = plan_network(smaller), plan_network(larger)
        if one.depth >= other.depth:
            what = translatable("every depth must be larger than the one before: {other} follows {one}")
            raise refuse(DEPTH, what, other=other.depth, one=one.depth)
        verdict = containment(other, one)
        if not verdict.holds:
            raise Refused(Complaint("design", verdict.why))
    return tuple(designs)


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise refuse(DEPTH, translatable("must be whole numbers, as in 8,14,20, not {text!r}"), text=text[:40])
    return int(text)


def nested_words(study: Study, series: Mapping[str, Sequence[Spread | None]]) -> tuple[Sentence, ...]:
    """Say what is compared, and how often a larger network is at least as good as the one before it.

    `series` has the spread at each depth by the name of the network, None where it is not known yet.
    """
    said = [_comparison(study.measure), _training(study)]
    counts = [
        Sentence(translatable("{network} {good} of {all}"), {"network": Sentence(network), "good": good, "all": total})
        for network in (Network.GROWN, Network.SCRATCH, Network.PLAIN)
        for good, total in [_count(study.measure, series.get(network, ()))]
        if total
    ]
    if counts:
        what = translatable("Each larger network is at least as good as the one before it: {counts}.")
        said.append(Sentence(what, {"counts": joined(", ", counts)}))
    return tuple(said)


def _count(measure: Measure, spreads: Sequence[Spread | None]) -> tuple[int, int]:
    """Return how many of the steps from one depth to the next lose nothing, and how many steps are known."""
    pairs = [(one.mean, other.mean) for one, other in pairwise(spreads) if one and other]
    match measure:
        case Measure.ACCURACY:
            return sum(other >= one for one, other in pairs), len(pairs)
        case Measure.TRAINING_LOSS:
            return sum(other <= one for one, other in pairs), len(pairs)
        case _:
            assert_never(measure)


def _comparison(measure: Measure) -> Sentence:
    match measure:
        case Measure.ACCURACY:
            return Sentence(translatable("Validation accuracy after the best epoch of each run."))
        case Measure.TRAINING_LOSS:
            what = translatable(
                "Training loss of the last weights, in eval mode, on the same {images:,} training images, or all if "
                "there are fewer."
            )
            return Sentence(what, {"images": MAX_LEARNED})
        case _:
            assert_never(measure)


def _training(study: Study) -> Sentence:
    what = translatable(
        "Epochs: a grown network continues the one before it for {epochs:,} more; from scratch and plain, each depth "
        "trains for as many in all as the grown ones up to it: {in_all}."
    )
    in_all = ", ".join(f"{epochs:,}" for epochs in _epochs_in_all(study))
    return Sentence(what, {"epochs": study.recipe.epochs, "in_all": in_all})
