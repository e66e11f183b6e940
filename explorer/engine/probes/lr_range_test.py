"""The learning-rate range test (Smith, arXiv 1506.01186): some steps, each with a larger rate. No Qt."""

import math
import time
from collections.abc import Iterator
from itertools import cycle, islice, pairwise

import torch
from torch import Tensor

from explorer.engine.data.augment import Feed
from explorer.engine.data.loader import Loader, batch_bounds
from explorer.engine.data.progress import followed
from explorer.engine.data.training_data import open_data
from explorer.engine.runs.preparation import prepare
from explorer.engine.training.failure import unanswered
from explorer.engine.training.fit import READ_EVERY
from explorer.engine.training.state import Training
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.events import Event, Progress
from explorer.runs.questions.estimate import Sweep, Swept
from explorer.runs.sides import Side
from explorer.sentences import translatable
from explorer.validation import refuse

MIN_RATE, MAX_RATE = 1e-4, 10.0
STEPS = 100
_MEMORY = 0.9  # decay of the smoothed loss
_HOPELESS = 4.0  # times the lowest smoothed loss: larger rates need not be tried
_SETTLING = 10  # steps before the averages say something


def sweep(question: Sweep) -> Iterator[Event]:
    """Yield progress, and at the end the answer, or why there is none."""
    try:
        yield from _reading(question)
        with torch.random.fork_rng():
            # the rates are set here, and should suit all layers
            recipe = question.recipe.change(schedule="constant", warm_up=0.0, ema=0.0, head_epochs=0, grow="")
            data, (training,) = prepare(Side(question.design, recipe, recipe.seed))
        yield from _steps(question, training, data.train)
    except Exception as error:
        yield unanswered(question, error)


def _reading(question: Sweep) -> Iterator[Progress]:
    """Decode the images of a folder before they are needed, which may take minutes, and yield progress."""
    design, recipe = question.design, question.recipe
    if recipe.data in CATALOGUE:
        return
    for done, total in followed(lambda report: open_data(recipe, design, torch.device("cpu"), report)):
        yield Progress(question.name, done, total, question.id)


def _steps(question: Sweep, training: Training, train: Loader) -> Iterator[Event]:
    """Train with one rate after the other on the batches of a first epoch, until the loss is hopeless.

    The advised rate is the one at which the loss fell fastest.
    """
    rates = [MIN_RATE * (MAX_RATE / MIN_RATE) ** (step / (STEPS - 1)) for step in range(STEPS)]
    bounds = list(islice(cycle(batch_bounds(len(train), question.recipe.batch_size)), STEPS))
    batches = Feed(train, question.recipe, 1, question.design.classes).batches(bounds)
    pending: list[Tensor] = []
    losses: list[float] = []
    read = time.monotonic()
    for rate, batch in zip(rates, batches, strict=True):
        training.use_rate(rate)
        pending.append(training.learn(*batch)[0])
        if time.monotonic() - read < READ_EVERY and rate < MAX_RATE:
            continue
        losses += torch.stack(pending).tolist()
        pending.clear()
        if _is_hopeless(losses):
            break
        yield Progress(question.name, len(losses), STEPS, question.id)
        read = time.monotonic()
    shown = smooth(losses)
    lowest = shown.index(min(shown)) if shown else 0  # a fall after a rise only undoes that rise
    if not lowest:
        what = translatable("no learning rate from {least:g} upwards lowers the loss")
        raise refuse("lr", what, least=MIN_RATE)
    first = min(_SETTLING, lowest - 1)
    falls = [before - after for before, after in pairwise(shown[first : lowest + 1])]
    advised = rates[first + falls.index(max(falls))]
    yield Swept(rates=tuple(rates[: len(shown)]), losses=tuple(shown), advised=float(f"{advised:.1g}"), id=question.id)


def smooth(losses: list[float]) -> list[float]:
    """Return bias-corrected moving averages of the losses before the first that is not finite."""
    average, found = 0.0, []
    for step, loss in enumerate(losses, 1):
        if not math.isfinite(loss):
            break
        average = _MEMORY * average + (1 - _MEMORY) * loss
        found.append(average / (1 - _MEMORY**step))
    return found


def _is_hopeless(losses: list[float]) -> bool:
    shown = smooth(losses)
    return len(shown) < len(losses) or shown[-1] > _HOPELESS * min(shown)
