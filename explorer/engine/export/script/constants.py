"""Constants of a script: the source of every value that `template.py` and `readers.py` only declare. No Qt."""

from collections.abc import Iterable, Iterator

import torch

from explorer.architecture.plan import Plan
from explorer.engine.export.script.images import literal
from explorer.engine.export.script.repetition import Repetition
from explorer.engine.model import build_model
from explorer.engine.training.parts import frozen_modules, learning_parts
from explorer.fields import fields_of
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.recipe import Recipe


def constants(found: Repetition) -> dict[str, str]:
    """Return the sources by name, in the order in which they are written."""
    run, recipe, history, images = found.run, found.recipe, found.history, found.images
    design, data = found.plan.design, found.run.data
    return {
        "DATA": literal(str(images.place)),
        "WEIGHTS": literal(str(found.beginning.file)),
        "DEVICE": literal(history.devices[0]),
        "THREADS": "".join(map(str, history.threads[:1])),
        **dict(_knobs(recipe)),
        "NESTEROV": repr(recipe.nesterov and recipe.momentum > 0),
        "FIRST_EPOCHS": f"{history.epochs}  # Over which the schedule goes at first.",
        "STRETCHES": f"{_tuple(map(repr, history.stretches))}  # After which step it goes over how many.",
        "RATE_CHANGES": f"{_tuple(map(repr, history.factors))}  # After which step the rate is multiplied by what.",
        "WEIGHTS_SEED": f"{run.seed}  # Determines the initial weights.",
        "CLASSES": str(design.classes),
        "CHANNELS": str(design.input[0]),
        "SIZE": f"{design.input[1:]}  # Height and width of what the network sees.",
        "STORED": f"{images.stored}  # Height and width at which images are read.",
        "BACKGROUND": f"{literal(recipe.background)}  # Of transparent images.",
        "MEAN": f"{data.mean if data else ()}  # Of each channel, of values from 0 to 1.",
        "DEVIATION": repr(data.deviation if data else ()),
        "FILES": _block(_pairs_of_files(recipe)),
        "LEFT": f"{_block(map(literal, found.beginning.left))}  # What the network does not take.",
        "OWN": f"{_block(map(literal, found.beginning.own))}  # What it does not take.",
        **_parts_of(found.plan, recipe),
    }


def _knobs(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Yield the numbers of a recipe, each with its meaning."""
    for name, field in fields_of(Recipe).items():
        if field.kind in (int, float):
            yield name.upper(), f"{getattr(recipe, name)!r}  # {field.label.help}"


def _parts_of(plan: Plan, recipe: Recipe) -> dict[str, str]:
    """Return which parts of the network learn at which rate, and which do not, by the names of its children."""
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        network = build_model(plan)
    names = {id(each): name for name, child in network.named_children() for each in (child, *child.parameters())}

    def named(members: Iterable[object]) -> str:
        return _tuple(map(literal, dict.fromkeys(names[id(member)] for member in members)))

    learning = (f"({part.rate!r}, {named(part.parameters)})" for part in learning_parts(network, recipe))
    return {
        "LEARNING": f"{_block(learning)}  # The highest rates of parts of the network.",
        "FROZEN": f"{named(frozen_modules(network, recipe, head_only=False))}  # Parts that keep their weights.",
        "BELOW_HEAD": f"{named(frozen_modules(network, recipe, head_only=True))}  # Parts that keep them at first.",
    }


def _pairs_of_files(recipe: Recipe) -> Iterator[str]:
    """Yield the files with images and with labels of a set in the IDX format."""
    entry = CATALOGUE.get(recipe.data)
    files = [literal(file.name.removesuffix(".gz")) for file in entry.files] if entry else []
    return (f"({images}, {labels})" for images, labels in zip(files[::2], files[1::2], strict=False))


def _tuple(sources: Iterable[str]) -> str:
    found = list(sources)
    return f"({found[0]},)" if len(found) == 1 else f"({', '.join(found)})"


def _block(sources: Iterable[str]) -> str:
    """Write a tuple with one value per line."""
    lines = [f"    {source}," for source in sources]
    return "\n".join(["(", *lines, ")"]) if lines else "()"
