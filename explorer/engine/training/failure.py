"""What is said of an error that nobody expected, and how to need less memory where that is the reason. No Qt."""

import re
from collections.abc import Callable
from dataclasses import replace

import torch

from explorer.architecture.plan import Plan, plan_network
from explorer.engine.devices import available_memory
from explorer.engine.training.memory import memory_needed
from explorer.runs import events
from explorer.runs.questions.question import Answer, Question
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence, translatable
from explorer.validation import Refused

_UNITS = {"b": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}  # of sizes in PyTorch's words, by the first letter


def answered(question: Question, ask: Callable[[], Answer]) -> Answer | events.Failed:
    """Return the answer of `ask` with the question's id, or why it failed."""
    try:
        return replace(ask(), id=question.id)
    except Exception as error:
        return unanswered(question, error)


def unanswered(question: Question, error: Exception) -> events.Failed:
    """Return why there is no answer."""
    failed = failure(error, question.recipe, plan_network(question.design))
    return replace(failed, of=question.name, id=question.id)


def failure(error: Exception, recipe: Recipe | None, plan: Plan | None = None) -> events.Failed:
    """Describe an unexpected error, or a lack of memory with advice on how to need less, by the network's `plan`."""
    if isinstance(error, Refused):  # of an image that has gone while a run reads it
        return events.Failed(error.sentence)
    if _is_lost_rank(error):
        what = translatable("one of the processes that train this run was lost, or stopped answering")
        advice = Sentence(translatable("Resume the run: it continues from its last checkpoint."))
        return events.Failed(Sentence(what), advice=advice)
    text = str(error).strip() or type(error).__name__
    if not lacks_memory(error):
        return events.Failed(Sentence(f"{type(error).__name__}: {text.splitlines()[0]}"))
    on_card = isinstance(error, torch.OutOfMemoryError) or "CUDA" in text
    device = torch.device("cuda" if on_card else "mps" if "MPS" in text else "cpu")
    free = _memory_left(device)
    room = None if free is None else free + _held(device)
    if recipe and (fitting := _fitting_batch(recipe, plan, room)):
        advice = Sentence(translatable("Try a batch size of {batch_size}."), {"batch_size": fitting})
    else:
        advice = Sentence(translatable("Use a smaller network or a smaller input."))
    what = translatable("out of memory on {device} at batch size {batch_size}: {shortage}")
    batch_size = recipe.batch_size if recipe else 1
    values = {"device": device.type, "batch_size": batch_size, "shortage": _shortage(text, free)}
    return events.Failed(Sentence(what, values), advice=advice)


def _is_lost_rank(error: Exception) -> bool:
    """Return whether an error is that of a process that waits for another one which has ended or hangs."""
    return isinstance(error, RuntimeError) and bool(re.search(r"\bgloo\b|NCCL", str(error)))


def is_explained(error: Exception) -> bool:
    """Return whether `failure` says everything needed about an error, so that no traceback is printed."""
    return _is_lost_rank(error) or lacks_memory(error)


def lacks_memory(error: Exception) -> bool:
    """Return whether an error says that there was not enough memory."""
    kinds = torch.OutOfMemoryError | MemoryError
    return isinstance(error, kinds) or bool(re.search("allocate memory|out of memory", str(error)))


def _fitting_batch(recipe: Recipe, plan: Plan | None, room: int | None) -> int:
    """Return the largest batch size by halves that needs no more bytes than there are, as far as that is known.

    0 means that there is none.
    """
    batch_size = recipe.batch_size // 2
    while batch_size and plan and room is not None and memory_needed(plan, recipe, batch_size).total > room:
        batch_size //= 2
    return batch_size


def _held(device: torch.device) -> int:
    """Return the bytes of a card that the network which failed still holds; they will be free for the next one.

    In main memory it counts as taken: how much of it a network holds is unknown.
    """
    return torch.cuda.memory_allocated(device) if device.type == "cuda" else 0


def _memory_left(device: torch.device) -> int | None:
    """Return the free bytes of a device, None if it fails to say them."""
    try:
        return available_memory(device)
    except (AssertionError, RuntimeError):
        return None


def _shortage(text: str, free: int | None) -> Sentence:
    """Describe how much memory was needed, as an error's `text` says, and the bytes that are free."""
    if wanted := re.search(r"allocate ([\d.]+) ?([KMGT]i?B|bytes)", text):
        size = float(wanted[1]) * _UNITS[wanted[2][0]] / 2**20
        needed = Sentence(translatable("{wanted} more needed"), {"wanted": f"{size:,.0f} MiB"})
    else:
        needed = Sentence(translatable("more needed than available"))
    if free is None:
        return needed
    return Sentence(translatable("{needed}, {free:,.0f} MiB free"), {"needed": needed, "free": free / 2**20})
